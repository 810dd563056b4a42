package simulate

import (
	"image/color"
	"math/rand/v2"

	"gonum.org/v1/gonum/spatial/r3"

	"fallkit/data/simulate/body"
	"fallkit/data/simulate/motion"
)

// mannequin draws the bodies of package body with the flesh and clothes of a subject.
type mannequin struct {
	who   *body.Body
	looks *subject
}

// dress gives a body clothes and a face.
func dress(who *body.Body, rng *rand.Rand) mannequin {
	s := &subject{height: who.Stature, looks: newLooks(rng, who.Sex == body.Female, who.Age > 60)}
	s.girth = min(max(who.Flesh.Hip/(0.058*who.Stature), 0.9), 1.25)
	if who.Child() {
		s.bald = false
	}
	return mannequin{who, s}
}

// figure is a state's body as the drawing code wants it.
func (m *mannequin) figure(s *motion.State) *figure {
	q, t := &s.Points, &s.Pose.Turn
	f := &figure{
		pelvis: q.Hips, lumbar: q.Waist, chest: q.Shoulders, neck: q.Neck, head: q.Head,
		pelvisTurn: t[body.Pelvis], chestTurn: t[body.Chest], headTurn: t[body.Head],
		nose: q.Nose, eyes: q.Eye, ears: q.Ear, heels: q.Heel,
	}
	for i := range 2 {
		part := func(p body.Part) rotation { return t[p+body.Part(i)] }
		f.legs[i] = limb{q.Hip[i], q.Knee[i], q.Ankle[i], q.Toe[i], part(body.LeftThigh), part(body.LeftShank), part(body.LeftFoot)}
		f.arms[i] = limb{q.Shoulder[i], q.Elbow[i], q.Wrist[i], q.Fingers[i], part(body.LeftUpperArm), part(body.LeftForearm), part(body.LeftHand)}
	}
	return f
}

// shade draws the body's shadow onto the floor and the furniture.
func (m *mannequin) shade(c *canvas, l light, s *motion.State, boxes []motion.Box) {
	d := drawing{canvas: c, who: m.looks, fig: m.figure(s), light: l}
	touches := m.who.Touches(&s.Points)
	pairs := touches[:0:0]
	for i, t := range touches {
		if i%2 == 0 || t.At != touches[i-1].At { // single ones stand twice
			pairs = append(pairs, t)
		}
	}
	d.shadow(pairs, func(t body.Touch) float64 { return motion.Ground(boxes, t.At, t.Radius) })
}

// paint draws a state: the body and what it holds.
func (m *mannequin) paint(c *canvas, l light, s *motion.State) {
	d := drawing{canvas: c, who: m.looks, fig: m.figure(s), light: l}
	for _, t := range s.Tools {
		d.stick(t.From, t.To)
	}
	d.dressed()
	d.who = m.headOnly() // a child's head is larger than the rest of it
	d.skull()
	d.face()
}

// headOnly is an adult of the same looks who has such a head.
func (m *mannequin) headOnly() *subject {
	s := *m.looks
	s.height = m.who.Skull / (1 - neckHeight)
	return &s
}

// stick draws a bar of 3 cm.
func (d *drawing) stick(from, to r3.Vec) {
	const thick = 0.015
	axis := unitOr(r3.Sub(to, from), axisY)
	u := unitOr(r3.Cross(axis, r3.Vec{X: 0.31, Y: 0.2, Z: 0.93}), axisX)
	v := r3.Cross(axis, u)
	grey := color.RGBA{120, 120, 130, 255}
	d.loft(d.light, 0, ring{at: from, u: r3.Scale(thick, u), v: r3.Scale(thick, v), paint: grey}, ring{at: to, u: r3.Scale(thick, u), v: r3.Scale(thick, v), paint: grey})
}
