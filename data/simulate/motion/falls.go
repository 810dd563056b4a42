package motion

import (
	"math/rand/v2"

	"gonum.org/v1/gonum/spatial/r3"

	"fallkit/data/simulate/body"
)

// Falls are the activities that are falls. Their shares by mechanism are those of 227 falls
// of old people on video (Robinovitch et al. 2013, "Video capture of the circumstances of
// falls in elderly people residing in long-term care"): incorrect weight shift 41 %, trip or
// stumble 21 %, hit or bump 11 %, loss of support 11 %, collapse 11 %, slip 3 %. How a
// mechanism's share is spread over what people did then is ours, after the same paper's
// activities (walking 24 %, standing 13 %, sitting down 12 %, then getting up and turning).
var Falls = []Activity{
	{Name: "fall-sideways", Fall: true, Share: 0.12, perform: fallSideways},            // weight shift, standing or turning
	{Name: "fall-backward", Fall: true, Share: 0.11, perform: fallBackward},            // weight shift, standing
	{Name: "fall-sitting-down", Fall: true, Share: 0.08, perform: fallSittingDown},     // weight shift
	{Name: "fall-getting-up", Fall: true, Share: 0.06, perform: fallGettingUp},         // weight shift
	{Name: "slide-off-chair", Fall: true, Share: 0.02, perform: slideOffChair},         // weight shift
	{Name: "slide-off-bed", Fall: true, Share: 0.02, perform: slideOffBed},             // weight shift
	{Name: "fall-tripping", Fall: true, Share: 0.14, perform: fallTripping},            // trip, walking
	{Name: "fall-onto-knees", Fall: true, Share: 0.07, perform: fallOntoKnees},         // trip, walking
	{Name: "fall-pushed", Fall: true, Share: 0.11, perform: fallPushed},                // hit or bump
	{Name: "fall-losing-support", Fall: true, Share: 0.11, perform: fallLosingSupport}, // the walking frame runs away
	{Name: "collapse", Fall: true, Share: 0.08, perform: collapse},                     // standing or walking
	{Name: "slump-along-wall", Fall: true, Share: 0.03, perform: slumpAlongWall},       // collapse
	{Name: "fall-slipping", Fall: true, Share: 0.03, perform: fallSlipping},            // slip, walking
	{Name: "fall-out-of-bed", Fall: true, Share: 0.02, perform: fallOutOfBed},          // weight shift, lying
}

func fallSideways(a *actor) {
	a.standOrWalk(0.4)
	if a.rng.Float64() < 0.3 && a.now.foot == both {
		a.as(Upright, "turning")
		a.turn(either(a.rng, -1.0, 1) * between(a.rng, 50, 110))
	}
	a.mayStagger(0.45, either(a.rng, -0.12, 0.12), 0)
	catch, side := catchRight, -1.0
	if a.rng.Float64() < 0.5 {
		catch, side = catch.swapped(), 1
	}
	a.tip("weight shift", "sideways", side*between(a.rng, 70, 110), a.varied(catch, 8), a.gives(0, 9), between(a.rng, 0.2, 0.5))
}

func fallBackward(a *actor) {
	a.startStanding(between(a.rng, 1, 2.5))
	a.mayStagger(0.55, -0.2, -6)
	g := a.gives(0, 8)
	a.tip("weight shift", "backward", 180+between(a.rng, -25, 25), a.varied(catchBackward, 8), g, between(a.rng, 0.25, 0.5))
}

func fallPushed(a *actor) {
	a.standOrWalk(0.3)
	angle := between(a.rng, -180, 180)
	way := body.Heading(a.heading + angle)
	force := between(a.rng, 1.6, 2.9) * a.who.Mass
	arms, g := a.reflex(a.varied(catches(angle), 8)), a.gives(0, 10)
	a.fall(loss{"hit or bump", directionOf(angle), func(d *ragdoll) {
		d.push = r3.Vec{}
		if d.time < 0.2 {
			d.push = r3.Scale(force, way)
		}
		g.act(d)
		arms(d)
	}, 4.5})
	a.afterwards()
}

// collapse loses the strength of the legs at once, and in half of such falls that of
// everything else too: who does not faint breaks the fall.
func collapse(a *actor) {
	a.standOrWalk(0.3)
	g := giving{within: between(a.rng, 0.2, 0.8), legs: between(a.rng, 0.02, 0.3), hips: between(a.rng, 0.03, 0.2)}
	angle := between(a.rng, -180, 180)
	way := body.Heading(a.heading + angle)
	lean := between(a.rng, 0.05, 0.3)
	arms := func(d *ragdoll) {
		d.strength[gNeck] = ramp(d.time, 0, 0.3, 0.1)
		d.strength[gArms] = 0.1
		d.strength[gTrunk] = ramp(d.time, 0, 0.5, 0.1)
	}
	if a.rng.Float64() < 0.5 {
		arms = a.reflex(a.varied(catches(angle), 8))
	}
	first := true
	a.fall(loss{"collapse", directionOf(angle), func(d *ragdoll) {
		if first {
			first = false
			d.lean(way, lean)
		}
		g.act(d)
		arms(d)
	}, 4.5})
	a.afterwards()
}

// slumpAlongWall leans on a wall and slides down along it.
func slumpAlongWall(a *actor) {
	p := a.stooped(standing)
	p[pitch], p[headNod] = -17, 14
	for i := range 2 {
		p[hipFlex+i*other], p[knee+i*other] = 0, 8
	}
	a.begin(key{p: p, foot: both})
	a.as(Upright, "standing")
	q := a.who.Place(&a.now.pose)
	h := body.Heading(a.heading)
	back := 0.0
	for _, t := range a.who.Touches(&q) {
		if t.Spot == body.OnHip || t.Spot == body.OnChest || t.Spot == body.OnShoulder {
			back = max(back, -r3.Dot(r3.Sub(t.At, a.now.pose.Root), h)+t.Radius)
		}
	}
	a.box(0, 0, -back-0.06, Box{Wide: 2.4, High: 2.3, Deep: 0.1, Kind: "wall"})
	at := r3.Sub(a.now.pose.Root, r3.Scale(back+0.01, h))
	a.hold(between(a.rng, 1, 2))
	g := giving{within: between(a.rng, 0.5, 1.2), legs: between(a.rng, 0.04, 0.1), hips: between(a.rng, 0.1, 0.3)}
	a.fall(loss{"collapse", "down", func(d *ragdoll) {
		if d.walls == nil {
			d.walls = []wall{{at, h, 9}}
		}
		g.act(d)
		d.push = r3.Scale(-1.2*a.who.Mass, h) // the back stays at the wall
		d.strength[gHips] = ramp(d.time, 0, 1.2, 0.3)
		d.strength[gTrunk] = ramp(d.time, 0, 2.5, 0.3)
		d.strength[gArms] = 0.2
		d.strength[gNeck] = 0.4
	}, 4})
	a.afterwards()
}

// DrawFall draws a fall by the shares of Falls.
func DrawFall(rng *rand.Rand) Activity { return FallAt(rng.Float64()) }

// FallAt is the fall that lies at a part, 0 to 1, of all falls in the order of Falls, each as
// wide as its share.
func FallAt(u float64) Activity {
	all := 0.0
	for _, f := range Falls {
		all += f.Share
	}
	for _, f := range Falls {
		if u -= f.Share / all; u < 0 {
			return f
		}
	}
	return Falls[len(Falls)-1]
}
