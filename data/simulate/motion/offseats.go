package motion

import (
	"gonum.org/v1/gonum/spatial/r3"

	"fallkit/data/simulate/body"
)

// fallSittingDown misses the chair.
func fallSittingDown(a *actor) {
	a.startStanding(between(a.rng, 0.6, 1.5))
	high := a.seatHeight()
	before := a.now
	a.now = a.rig(seated(a.stooped(sitting), high), false)
	a.box(either(a.rng, -1.0, 1)*between(a.rng, 0.42, 0.5), 0, -between(a.rng, 0.1, 0.35), Box{Wide: 0.46, High: high, Deep: 0.44, Carries: true, Kind: "chair"})
	a.now = before
	a.as(Upright, "sit_down")
	over := onFeet(a.stooped(crouching.plus(sides(posture{hipFlex: 14, knee: 18}), 1)))
	over.forward = -0.09
	a.course(func(u float64) float64 { return 0.5 * u * u * (3 - u) }, a.pace(0.8, 1.2), a.rig(over, false))
	a.tip("weight shift", "backward", 180+between(a.rng, -20, 20), a.varied(catchBackward, 8),
		giving{within: between(a.rng, 0.3, 0.5), legs: between(a.rng, 0.1, 0.6), hips: between(a.rng, 0.5, 0.9)}, between(a.rng, 0.5, 0.8))
}

// fallGettingUp comes half up from a chair and tips over.
func fallGettingUp(a *actor) {
	high := a.seatHeight()
	a.begin(a.seatedKey(a.varied(a.stooped(sitting), 3), high))
	a.putChair(high, true)
	a.as(Upright, "sitting")
	a.hold(between(a.rng, 0.8, 1.5))
	a.as(Upright, "stand_up")
	half := a.stooped(crouching)
	half[pitch], half[spineFlex] = 22, 12
	for i := range 2 {
		half[knee+i*other], half[hipFlex+i*other] = 26, 34
	}
	a.via(onFeet(a.stooped(crouching)), onFeet(half), a.pace(1, 1.5))
	angle := either(a.rng, -1.0, 1) * between(a.rng, 20, 120)
	g := a.gives(4, 14)
	g.hips = between(a.rng, 0.2, 0.4)
	a.tip("weight shift", directionOf(angle), angle, a.varied(catches(angle), 8), g, between(a.rng, 0.25, 0.45))
}

// slide glides off the front of a seat.
func (a *actor) slide(reason string) {
	h := body.Heading(a.heading)
	pull := between(a.rng, 2.2, 3.4) * a.who.Mass
	g := giving{within: 0.3, legs: between(a.rng, 0.01, 0.05), hips: between(a.rng, 0.03, 0.1)}
	behind := wall{r3.Sub(a.now.pose.Root, r3.Scale(0.30, h)), h, a.now.pose.Root.Y + 0.5}
	a.fall(loss{reason, "forward", func(d *ragdoll) {
		if d.walls == nil {
			d.walls = []wall{behind}
		}
		d.friction = 0.12
		if d.time > 1.4 {
			d.friction = 0.7
		}
		if d.time < 1.0 {
			for i := range 2 {
				d.m[dHip+i].force = r3.Add(d.m[dHip+i].force, r3.Scale(0.5*pull, h))
			}
		}
		g.act(d)
		d.strength[gTrunk] = ramp(d.time, 0.4, 1.4, 0.3)
	}, 5})
	a.afterwards()
}

func slideOffChair(a *actor) {
	high := a.seatHeight()
	slump := sitting
	slump[pitch], slump[hipFlex], slump[hipFlex+other], slump[spineFlex] = -22, 62, 62, 18
	slump[knee], slump[knee+other] = 68, 68
	a.begin(a.seatedKey(a.varied(slump, 3), high))
	a.putChair(high, true)
	a.take.Boxes[0].Deep = 0.36
	a.as(Upright, "sitting")
	a.hold(between(a.rng, 1.5, 3))
	a.slide("weight shift")
}

func slideOffBed(a *actor) {
	high := min(max(0.95*(a.who.Shank+a.who.Ankle), 0.36), 0.5)
	p := a.stooped(sitting)
	p[knee], p[knee+other] = 70, 70
	a.begin(a.seatedKey(a.varied(p, 3), high))
	a.box(0, 0, 0.12-0.48, Box{Wide: 2, High: high, Deep: 0.95, Carries: true, Kind: "bed"})
	a.as(Upright, "sitting")
	a.hold(between(a.rng, 1, 2.5))
	a.slide("weight shift")
}

// fallOutOfBed turns over too far.
func fallOutOfBed(a *actor) {
	side := either(a.rng, -1.0, 1)
	high := between(a.rng, 0.42, 0.55)
	a.take.Boxes = []Box{{Wide: 0.95, High: high, Deep: 2.05, Carries: true, Kind: "bed", Base: r3.Vec{X: -side * 0.3, Z: 0.1}}}
	a.begin(lyingAs(a.varied(supine, 3)))
	a.as(Down, "lying")
	a.hold(between(a.rng, 1, 2.5))
	a.take.Open = r3.Vec{X: side}
	a.rollOut(side)
}

// fallOutOfBedAtNight goes to bed first.
func fallOutOfBedAtNight(a *actor) {
	_, side := a.goToBed("bed")
	a.as(Down, "sleeping")
	a.hold(between(a.rng, 20, 90))
	a.rollOut(-side)
}

// rollOut turns over and falls over the edge on the left, or with side -1 on the right.
func (a *actor) rollOut(side float64) {
	turned := onSide.with(yaw, -90)
	if side > 0 {
		turned = turned.swapped()
	}
	a.move(lyingAs(a.varied(turned, 3)), a.pace(1, 1.6))
	way := body.Heading(a.heading + 90*side)
	force := between(a.rng, 2.6, 3.6) * a.who.Mass
	bed := 0.8 * a.now.pose.Root.Y
	a.fall(loss{"weight shift", "sideways", func(d *ragdoll) {
		d.push = r3.Vec{}
		if d.time < 0.9 || d.time < 2.5 && min(d.m[dHip].at.Y, d.m[dHip+1].at.Y) > bed { // until the hips are over the edge
			more := max(1, 2*d.time) * force
			d.push = r3.Scale(0.5*more, way)
			for _, i := range [...]int{dHip, dHip + 1, dKnee, dKnee + 1} {
				d.m[i].force = r3.Add(d.m[i].force, r3.Scale(0.14*more, way))
			}
		}
		for i := range d.strength {
			d.strength[i] = ramp(d.time, 0, 0.4, 0.2)
		}
	}, 4.5})
	a.afterwards()
}
