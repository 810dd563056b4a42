package simulate

import (
	"image/color"
	"math"
	"testing"

	"gonum.org/v1/gonum/spatial/r3"

	"fallkit/data/simulate/motion"
	"fallkit/pose"
)

// Joints are drawn where the truth says, with lenses that bend the picture and without: with
// arms, legs and face painted in pure colours, each visible joint has its colour around it,
// and nothing of a person is far from all joints.
func TestTruthIsWhereThePersonIsDrawn(t *testing.T) {
	magenta, green, grey := rgb(255, 0, 255), rgb(0, 255, 0), rgb(120, 120, 120)
	checked, missed, bent, straight := 0, 0, 0, 0
	for _, c := range Plan(Settings{Preset: Train, Clips: 24, Seed: 5, Width: 320, Height: 240, FPS: 2}) {
		s := c.mustShoot()
		s.people = s.people[:1]
		if s.seconds = min(s.seconds, 12); s.camera.bend != 0 {
			bent++
		} else {
			straight++
		}
		who := dress(s.people[0].take.Body, c.settings.chance("test"))
		who.looks.looks = looks{skin: magenta, trousers: green, shirt: grey, second: grey, hair: grey, shoes: green, sleeves: short}
		canvas := newCanvas(s.camera)
		for m := range s.moments(2) {
			clear(canvas.pixels)
			clear(canvas.near)
			who.paint(canvas, s.room.light, &m.states[0])
			s.people[0].used, s.clutter, s.pet = nil, nil, nil // they are not drawn here
			for j, k := range m.seen()[0].Keypoints {
				want := magenta
				if p := pose.Joint(j); p == pose.LeftKnee || p == pose.RightKnee || p == pose.LeftAnkle || p == pose.RightAnkle {
					want = green
				} else if p != pose.LeftWrist && p != pose.RightWrist && p != pose.LeftElbow && p != pose.RightElbow && p != pose.Nose {
					continue
				}
				if k.Visibility != Visible {
					continue
				}
				if checked++; !near(canvas, k, want) {
					missed++
				}
			}
			inside(t, canvas, &m.states[0], c.Name)
		}
	}
	if checked < 1000 || bent < 4 || straight < 4 {
		t.Fatalf("only %d joints, %d bent and %d straight lenses", checked, bent, straight)
	}
	// limbs that hide limbs are not in the truth
	if missed*25 > checked {
		t.Errorf("%d of %d visible joints are not drawn where they are", missed, checked)
	}
}

// near tells whether a colour (under whatever light) is drawn within 3 pixels.
func near(c *canvas, k Keypoint, want color.RGBA) bool {
	const reach = 3 * fine
	x0, y0 := int(k.X*fine), int(k.Y*fine)
	for y := max(y0-reach, 0); y <= min(y0+reach, c.camera.height-1); y++ {
		for x := max(x0-reach, 0); x <= min(x0+reach, c.camera.width-1); x++ {
			p := c.pixels[y*c.camera.width+x]
			r, g, b := p>>16&255, p>>8&255, p&255
			if want.G == 0 && r > 60 && g < r/4 && b > 60 || want.R == 0 && g > 60 && r < g/4 && b < g/4 {
				return true
			}
		}
	}
	return false
}

// inside fails where something is painted that is further from every bone than flesh and
// clothes are thick.
func inside(t *testing.T, c *canvas, s *motion.State, name string) {
	t.Helper()
	const thick = 0.24 // metres
	left, right, top, bottom := math.Inf(1), math.Inf(-1), math.Inf(1), math.Inf(-1)
	q := &s.Points
	points := append(s.Joints[:], q.Crown, q.Toe[0], q.Toe[1], q.Heel[0], q.Heel[1], q.Fingers[0], q.Fingers[1], q.Hips, q.Shoulders, q.Head)
	for _, tool := range s.Tools {
		points = append(points, tool.From, tool.To)
	}
	for _, p := range points {
		for _, d := range [...]r3.Vec{c.camera.right, c.camera.up} {
			for _, by := range [...]float64{-thick, thick} {
				x, y, depth := c.camera.project(r3.Add(p, r3.Scale(by, d)))
				if depth < 0.3 {
					return // too near to tell
				}
				left, right, top, bottom = min(left, x), max(right, x), min(top, y), max(bottom, y)
			}
		}
	}
	for at, n := range c.near {
		if x, y := float64(at%c.camera.width), float64(at/c.camera.width); n > 0 && (x < left || x > right || y < top || y > bottom) {
			t.Fatalf("%s at %.1f s: something is drawn at %.0f, %.0f, outside of %.0f to %.0f, %.0f to %.0f", name, s.Time, x, y, left, right, top, bottom)
		}
	}
}

// A lens that bends the picture keeps the field of view, draws corners inward, and ray finds
// the way back.
func TestLensesBendThePicture(t *testing.T) {
	for _, bend := range []float64{0, -0.05, -0.3} {
		l := lens{high: 2, view: 90 * degree, bend: bend}
		c := camera{at: r3.Vec{Y: 2}, width: 320, height: 240, focal: l.focal(320), bend: bend}
		c.look(r3.Vec{X: 1, Y: 1.4, Z: 3}, 0.1)
		edge := r3.Add(c.forward, c.right) // 45° to the right
		if x, y, _ := c.project(r3.Add(c.at, edge)); math.Abs(x-320) > 1e-9 || math.Abs(y-120) > 1e-9 {
			t.Errorf("bend %g: the edge of the field of view is at %g, %g", bend, x, y)
		}
		far := math.Inf(-1)
		for k := 0.0; k < 5; k += 0.1 { // further out is further out
			x, _, _ := c.project(r3.Add(c.at, r3.Add(c.forward, r3.Scale(k, c.right))))
			if x <= far {
				t.Fatalf("bend %g: the picture folds at %g", bend, k)
			}
			far = x
		}
		for _, at := range [][2]float64{{3, 5}, {160, 120}, {300, 17}, {50, 230}} {
			if x, y, depth := c.project(r3.Add(c.at, r3.Scale(2.5, c.ray(at[0], at[1])))); math.Abs(x-at[0])+math.Abs(y-at[1]) > 1e-6 || math.Abs(depth-2.5) > 1e-9 {
				t.Errorf("bend %g: the ray through %v comes back at %g, %g, depth %g", bend, at, x, y, depth)
			}
		}
	}
}

// Poses and video of the same settings show the same: the truth of a clip does not depend on
// what it is made as, and moments common to two rates are the same.
func TestPosesAndVideoShowTheSame(t *testing.T) {
	s := Settings{Preset: Train, Clips: 8, Seed: 9, Width: 320, Height: 240, FPS: 5, KeypointsEvery: 1}
	fast := s
	fast.FPS = 10
	for i, c := range Plan(s)[4:] {
		f, err := c.Film(Exact{})
		if err != nil {
			t.Fatal(err)
		}
		d := Plan(fast)[4+i]
		shot := d.mustShoot()
		n := d.notes(shot)
		for m := range shot.moments(10) {
			n.add(m)
		}
		for k := range f.Samples {
			a, b := &f.Samples[k], &n.Samples[k]
			if a.State != b.State && a.Frame > 0 || 2*a.Frame != b.Frame || len(a.People) != len(b.People) {
				t.Fatalf("%s: %+v and %+v", c.Name, a, b)
			}
			for p := range a.People {
				if a.People[p] != b.People[p] {
					t.Fatalf("%s, frame %d: person %d differs", c.Name, a.Frame, p)
				}
			}
		}
	}
}

// A lamp that is switched off makes the picture dark, and the camera adapts.
func TestCamerasAdaptToLamps(t *testing.T) {
	l := lamps{on: 1, off: 0.1, switches: []float64{2, 5}}
	look := func(time float64) float64 {
		bright, gain := l.at(time)
		return bright * gain
	}
	for _, c := range []struct{ at, low, high float64 }{{1, 0.99, 1.01}, {2.01, 0.09, 0.13}, {4.9, 0.4, 0.6}, {5.01, 3, 6}, {9, 0.99, 1.01}} {
		if have := look(c.at); have < c.low || have > c.high {
			t.Errorf("at %g s it is %.2f as bright, and should be %g to %g", c.at, have, c.low, c.high)
		}
	}
}
