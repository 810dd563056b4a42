package motion

import (
	"math"
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

// loss is how a fall comes about: what acts on the ragdoll from one instant to the next.
type loss struct {
	mechanism, direction string
	act                  func(d *ragdoll) // called before every step
	seconds              float64          // it lasts at most
}

// fall hands the body over to gravity and records how it comes to rest.
func (a *actor) fall(l loss) {
	begin := a.take.Seconds()
	const dt = 0.02
	now, before := a.take.At(begin).Pose, a.take.At(begin-dt).Pose
	d := newRagdoll(a.who, a.take.Boxes, &now, &before, dt)
	d.uneven = [2]float64{between(a.rng, 0.7, 1), between(a.rng, 0.7, 1)}
	d.strength[gAnkles] = 0.1 // balance is lost: ankles no longer hold it
	d.lean(body.Heading(a.heading+90), 0.08*a.rng.NormFloat64())
	track := a.record(d, l)
	f := track.moments(begin)
	if a.lost > 0 {
		f.Onset = a.lost
	}
	f.Mechanism, f.Direction = l.mechanism, l.direction
	a.take.Falls = append(a.take.Falls, f)
	sway := a.sway
	a.sway = 0
	tools := a.tools
	a.tools = nil
	a.as(Falling, "falling")
	end := rig{pose: track.poses[len(track.poses)-1], lying: true, loose: true}
	until := f.Rest - begin
	a.add(until, end, false, track.at)
	a.as(Down, "lying")
	a.add(track.seconds()-until+0.01, end, false, func(t float64) rig { return track.at(t + until) })
	a.sway, a.tools = sway, tools
}

// track is a recorded fall.
type track struct {
	poses []body.Pose // recorded times an instant apart
	hips  []float64   // height
	down  []bool      // the hips touch
	fast  []float64   // m/s, of the fastest part of the trunk
}

const recordedEvery = recorded * instant

func (k *track) seconds() float64 { return float64(len(k.poses)-1) * recordedEvery }

// record steps the ragdoll until it lies still.
func (a *actor) record(d *ragdoll, l loss) *track {
	k := &track{}
	still := 0
	for i := 0; ; i++ {
		if i%recorded == 0 {
			k.poses = append(k.poses, d.pose())
			k.hips = append(k.hips, 0.5*(d.m[dHip].at.Y+d.m[dHip+1].at.Y))
			k.down = append(k.down, d.landed())
			k.fast = append(k.fast, d.speed())
			if still++; d.speed() > 0.12 || !k.down[len(k.down)-1] {
				still = 0
			}
			if d.time > 0.6 && still >= 20 || d.time > l.seconds {
				return k
			}
		}
		l.act(d)
		if i == 0 {
			d.held = d.energy()
		}
		d.step()
	}
}

// landed tells whether the hips touch something, or rest low on the legs.
func (d *ragdoll) landed() bool {
	hips := body.Lerp(d.m[dHip].at, d.m[dHip+1].at, 0.5)
	falls := -0.5 * (d.m[dHip].v.Y + d.m[dHip+1].v.Y)
	return d.m[dHip].touches || d.m[dHip+1].touches || d.m[dWaist].touches || hips.Y < 0.24*d.who.Stature && falls < 0.4
}

// at is the recorded body, between two poses by interpolation.
func (k *track) at(t float64) rig {
	x := min(max(t/recordedEvery, 0), float64(len(k.poses)-1))
	i := min(int(x), len(k.poses)-2)
	part := x - float64(i)
	a, b := &k.poses[i], &k.poses[i+1]
	r := rig{lying: true, loose: true}
	r.pose.Root = body.Lerp(a.Root, b.Root, part)
	r.pose.Turn[body.Pelvis] = body.Slerp(a.Turn[body.Pelvis], b.Turn[body.Pelvis], part)
	for c := body.Chest; int(c) < body.Parts; c++ {
		p := c.Parent()
		r.pose.Turn[c] = body.Mul(r.pose.Turn[p], body.Slerp(body.Between(a.Turn[p], a.Turn[c]), body.Between(b.Turn[p], b.Turn[c]), part))
	}
	return r
}

// moments finds when the descent begins, when the hips hit, and when the body rests.
func (k *track) moments(onset float64) Fall {
	hit := len(k.poses) - 1
	start := k.hips[0]
	for i := range k.down {
		if k.down[i] && k.hips[i] < 0.8*start {
			hit = i
			break
		}
	}
	descent := hit
	for descent > 0 && (k.hips[descent-1]-k.hips[descent])/recordedEvery > 0.15 || descent > hit-8 && descent > 0 {
		descent--
	}
	rest := hit
	for i := hit; i < len(k.fast); i++ {
		if k.fast[i] > 0.45 {
			rest = i
		}
	}
	rest = max(min(rest+1, len(k.poses)-1), hit)
	at := func(i int) float64 { return onset + float64(i)*recordedEvery }
	return Fall{Onset: onset, Descent: at(descent), Impact: at(hit), Rest: at(rest)}
}

// ramp goes from 1 to to between two times.
func ramp(t, from, until, to float64) float64 {
	return 1 + (to-1)*smooth((t-from)/(until-from))
}

// reflex is what arms, neck and trunk do to break a fall: they take up a posture after a
// reaction time.
func (a *actor) reflex(p posture) func(d *ragdoll) {
	delay := between(a.rng, 0.16, 0.3) + 0.15*a.who.Frailty
	power := between(a.rng, 1.2, 2.4) * (1 - 0.5*a.who.Frailty)
	done := false
	return func(d *ragdoll) {
		if done || d.time < delay {
			return
		}
		done = true
		// the posture is meant against the trunk: turn it as the chest is turned
		q := p.pose()
		chest := d.last.Turn[body.Chest]
		turn := body.Mul(chest, body.Inverse(q.Turn[body.Chest]))
		for i := range q.Turn {
			q.Turn[i] = body.Mul(turn, q.Turn[i])
		}
		q.Root = d.last.Root
		d.aim(&q, gArms, gNeck)
		d.strength[gArms] = power
	}
}

// Postures of arms and neck that break falls.
var (
	catchForward  = sides(posture{armFlex: 82, armAbd: 18, elbow: 30, headNod: -32})
	catchBackward = sides(posture{armFlex: -42, armAbd: 38, elbow: 22, headNod: 30})
	catchRight    = posture{
		armFlex: 30, armAbd: 30, elbow: 50, headTilt: -26, headNod: 8,
		armFlex + other: 18, armAbd + other: 52, elbow + other: 26,
	}
)

// leaning gives all masses the velocities of a body that tips over its feet towards a
// direction, v m/s at the height of the hips.
func (d *ragdoll) lean(way r3.Vec, v float64) {
	high := body.Lerp(d.m[dHip].at, d.m[dHip+1].at, 0.5).Y
	for i := range d.m {
		m := &d.m[i]
		m.v = r3.Add(m.v, r3.Scale(v*max(m.at.Y, 0)/high, way))
	}
}

// giving are legs that give way, down to a rest of their strength: once the body leans too
// far, or after a while.
type giving struct {
	lean       float64 // degrees
	latest     float64 // s
	within     float64 // s that it takes
	legs, hips float64 // what is left of the strength
	from       float64 // s, once it has begun
}

func (g *giving) act(d *ragdoll) {
	if g.from == 0 && (d.tilt() > g.lean || d.time > g.latest) {
		g.from = max(d.time, instant)
	}
	if g.from == 0 {
		return
	}
	t := d.time - g.from
	d.strength[gLegs] = ramp(t, 0, g.within, g.legs)
	d.strength[gHips] = ramp(t, 0, g.within, g.hips)
	d.strength[gTrunk] = ramp(t, 0, g.within+0.4, 0.2)
	if t > g.within+0.5 { // it is over
		d.strength[gArms], d.strength[gNeck] = 0.06, 0.2
		d.strength[gLegs], d.strength[gHips], d.strength[gTrunk] = 0.01, 0.01, 0.06
		d.friction = 0.5
	}
}

// tilt is how far the line from the feet to the shoulders is from upright, in degrees.
func (d *ragdoll) tilt() float64 {
	feet := body.Lerp(body.Lerp(d.m[dToe].at, d.m[dHeel].at, 0.5), body.Lerp(d.m[dToe+1].at, d.m[dHeel+1].at, 0.5), 0.5)
	up := r3.Sub(body.Lerp(d.m[dShoulder].at, d.m[dShoulder+1].at, 0.5), feet)
	return math.Atan2(math.Hypot(up.X, up.Z), up.Y) / body.Degree
}

// gives draws how legs give way: at a lean, and how much they still brake.
func (a *actor) gives(least, most float64) giving {
	return giving{
		lean: between(a.rng, least, most), latest: between(a.rng, 0.7, 1.5), within: between(a.rng, 0.4, 1.1),
		legs: between(a.rng, 0.03, 0.75), hips: between(a.rng, 0.08, 0.5),
	}
}

// walkIn walks and ends in the middle of a step.
func (a *actor) walkIn() gait {
	a.startStanding(between(a.rng, 0.3, 0.8))
	g := a.gait()
	g.abrupt = true
	a.as(Upright, "walking")
	a.walk(g, between(a.rng, 1.6, 2.8), between(a.rng, -25, 25))
	return g
}

// standOrWalk is what people do who then fall.
func (a *actor) standOrWalk(walks float64) {
	if a.rng.Float64() < walks {
		a.walkIn()
		return
	}
	a.startStanding(between(a.rng, 1, 2.5))
}

// swingFoot is the foot that is in the air, or the one further back.
func swingFoot(r *rig, q *body.Points, heading float64) int {
	for i := range 2 {
		if !r.foot[i] {
			return i
		}
	}
	h := body.Heading(heading)
	if r3.Dot(r3.Sub(q.Ankle[0], q.Ankle[1]), h) < 0 {
		return 0
	}
	return 1
}

func (a *actor) trip(reflex posture, g giving, caught float64) {
	a.walkIn()
	a.mayStagger(0.45, 0.35, between(a.rng, 12, 24))
	q := a.who.Place(&a.now.pose)
	foot := swingFoot(&a.now, &q, a.heading)
	h := body.Heading(a.heading)
	arms := a.reflex(reflex)
	first := true
	a.fall(loss{"trip", "forward", func(d *ragdoll) {
		if first {
			first = false
			d.lean(h, between(a.rng, 0.25, 0.6))
			d.pinned[foot], d.pin[foot] = true, r3.Add(d.m[dToe+foot].at, r3.Scale(0.05, h))
		}
		if d.time > caught {
			d.pinned[foot] = false
		}
		g.act(d)
		arms(d)
	}, 4})
	a.afterwards()
}

func fallTripping(a *actor) {
	g := a.gives(3, 16)
	g.legs = between(a.rng, 0.15, 0.7)
	a.trip(a.varied(catchForward, 8), g, between(a.rng, 0.3, 0.5))
}

func fallOntoKnees(a *actor) {
	g := a.gives(6, 12)
	g.latest = 0.35
	g.legs, g.hips = between(a.rng, 0.01, 0.05), between(a.rng, 0.2, 0.5)
	a.trip(a.varied(catchForward, 8), g, between(a.rng, 0.2, 0.35))
}

// tip falls from standing or walking towards a direction in the body's own frame: degrees
// to the left of ahead.
func (a *actor) tip(mechanism, direction string, degrees float64, reflex posture, g giving, speed float64) {
	way := body.Heading(a.heading + degrees)
	arms := a.reflex(reflex)
	first := true
	a.fall(loss{mechanism, direction, func(d *ragdoll) {
		if first {
			first = false
			d.lean(way, speed)
		}
		g.act(d)
		arms(d)
	}, 4.5})
	a.afterwards()
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

// stagger makes some steps that do not bring the balance back: length is negative backward.
// What follows is one fall with it.
func (a *actor) stagger(steps int, length, stoop float64) {
	a.lost = a.take.Seconds()
	a.as(Falling, "staggering")
	g := gait{speed: between(a.rng, 0.9, 1.5), short: 1, wide: 0.18, arms: 0.6, stoop: stoop, sway: 1.6, low: 0.05, abrupt: true}
	a.steps(g, steps, length, between(a.rng, -8, 8))
}

// mayStagger does so in some falls.
func (a *actor) mayStagger(share, length, stoop float64) {
	if a.rng.Float64() < share {
		a.stagger(2+a.rng.IntN(3), length*between(a.rng, 0.7, 1.2), stoop)
	}
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
	catch, direction := catchForward, "forward"
	switch {
	case math.Abs(angle) > 135:
		catch, direction = catchBackward, "backward"
	case math.Abs(angle) > 45:
		catch, direction = catchRight, "sideways"
		if angle > 0 {
			catch = catch.swapped()
		}
	}
	way := body.Heading(a.heading + angle)
	force := between(a.rng, 1.9, 3.4) * a.who.Mass
	arms, g := a.reflex(a.varied(catch, 8)), a.gives(0, 10)
	a.fall(loss{"hit or bump", direction, func(d *ragdoll) {
		d.push = r3.Vec{}
		if d.time < 0.2 {
			d.push = r3.Scale(force, way)
		}
		g.act(d)
		arms(d)
	}, 4.5})
	a.afterwards()
}

// fallLosingSupport leans on a walking frame that runs away.
func fallLosingSupport(a *actor) {
	a.startStanding(between(a.rng, 0.2, 0.5))
	g := a.gait()
	g.speed, g.stoop, g.arms, g.abrupt = between(a.rng, 0.35, 0.6), between(a.rng, 8, 18), 0, true
	a.walkHolding(g, between(a.rng, 1.2, 2), a.frame(), frameSticks)
	a.tip("loss of support", "forward", between(a.rng, -30, 30), a.varied(catchForward, 8), a.gives(3, 12), between(a.rng, 0.2, 0.5))
}

// collapse loses the strength of the legs at once.
func collapse(a *actor) {
	a.standOrWalk(0.3)
	g := giving{within: between(a.rng, 0.2, 0.8), legs: between(a.rng, 0.02, 0.3), hips: between(a.rng, 0.03, 0.2)}
	angle := between(a.rng, -180, 180)
	way := body.Heading(a.heading + angle)
	lean := between(a.rng, 0.05, 0.3)
	first := true
	a.fall(loss{"collapse", directionOf(angle), func(d *ragdoll) {
		if first {
			first = false
			d.lean(way, lean)
		}
		g.act(d)
		d.strength[gNeck] = ramp(d.time, 0, 0.3, 0.1)
		d.strength[gArms] = 0.1
		d.strength[gTrunk] = ramp(d.time, 0, 0.5, 0.1)
	}, 4.5})
	a.afterwards()
}

func directionOf(angle float64) string {
	switch {
	case math.Abs(angle) < 45:
		return "forward"
	case math.Abs(angle) > 135:
		return "backward"
	}
	return "sideways"
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

// fallSlipping loses the hold of the foot in front.
func fallSlipping(a *actor) {
	a.walkIn()
	arms, g := a.reflex(a.varied(catchBackward, 8)), a.gives(3, 12)
	h := body.Heading(a.heading)
	first := true
	a.fall(loss{"slip", "backward", func(d *ragdoll) {
		d.slip = [2]float64{0.04, 0.04}
		if d.time > 0.6 {
			d.slip = [2]float64{0.5, 0.5}
		}
		if first {
			first = false
			for _, i := range [...]int{dAnkle, dAnkle + 1, dToe, dToe + 1, dHeel, dHeel + 1} {
				d.m[i].v = r3.Add(d.m[i].v, r3.Scale(1.1, h))
			}
			d.lean(h, -0.7)
		}
		g.act(d)
		arms(d)
	}, 4.5})
	a.afterwards()
}

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
	half[knee], half[knee+other], half[hipFlex], half[hipFlex+other] = 40, 40, 58, 58
	a.via(onFeet(a.stooped(crouching)), onFeet(half), a.pace(1, 1.5))
	angle := either(a.rng, -1.0, 1) * between(a.rng, 0, 100)
	catch := catchForward
	if math.Abs(angle) > 45 {
		catch = catchRight
		if angle > 0 {
			catch = catch.swapped()
		}
	}
	g := a.gives(4, 14)
	g.hips = between(a.rng, 0.4, 0.8)
	a.tip("weight shift", directionOf(angle), angle, a.varied(catch, 8), g, between(a.rng, 0.25, 0.45))
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
	turned := onSide.with(yaw, -90)
	if side > 0 {
		turned = turned.swapped()
	}
	a.move(lyingAs(a.varied(turned, 3)), a.pace(1, 1.6))
	way := r3.Vec{X: side}
	a.take.Open = way
	force := between(a.rng, 2.6, 3.6) * a.who.Mass
	a.fall(loss{"weight shift", "sideways", func(d *ragdoll) {
		d.push = r3.Vec{}
		if d.time < 0.9 {
			d.push = r3.Scale(0.5*force, way)
			for _, i := range [...]int{dHip, dHip + 1, dKnee, dKnee + 1} {
				d.m[i].force = r3.Add(d.m[i].force, r3.Scale(0.14*force, way))
			}
		}
		for i := range d.strength {
			d.strength[i] = ramp(d.time, 0, 0.4, 0.2)
		}
	}, 4.5})
	a.afterwards()
}

// afterwards is what follows a fall: lying still, moving a little, getting up after seconds,
// or a long lie.
func (a *actor) afterwards() {
	switch u := a.rng.Float64(); {
	case u < 0.3:
		a.hold(between(a.rng, 3, 8))
	case u < 0.55:
		a.stir(2 + a.rng.IntN(3))
	case u < 0.65: // minutes, with a movement now and then
		for range 3 {
			a.hold(between(a.rng, 20, 60))
			a.stir(1)
		}
	default:
		a.hold(between(a.rng, 0.8, 6))
		a.stir(1)
		a.riseAfterFall()
	}
}

// stir moves an arm, a leg and the head a few times.
func (a *actor) stir(times int) {
	for range times {
		r := a.now
		r.loose, r.lying = false, true
		a.twitch(&r)
		r.rest(a.who, a.take.Boxes)
		a.course(smooth, between(a.rng, 0.6, 1.3), r)
		a.hold(between(a.rng, 0.5, 2))
	}
}

// twitch turns some joints of a lying body a little, within their limits.
func (a *actor) twitch(r *rig) {
	turn := func(p body.Part, degrees float64) {
		by := body.Turn(body.Unit(r3.Vec{X: a.rng.NormFloat64(), Y: 0.3 * a.rng.NormFloat64(), Z: a.rng.NormFloat64()}, body.AxisX), degrees*between(a.rng, 0.4, 1))
		t := &r.pose.Turn
		old := t[p]
		t[p] = body.Mul(t[p], by)
		for c := p + 2; int(c) < body.Parts && p >= body.LeftThigh; c += 2 {
			if c.Parent() == c-2 {
				t[c] = body.Mul(t[p], body.Between(old, t[c]))
			}
			if c.Parent() != c-2 || c == body.LeftFoot || c == body.RightFoot {
				break
			}
			old = body.Mul(t[c], body.Identity)
		}
	}
	side := body.Part(a.rng.IntN(2))
	turn(body.Head, 18)
	turn(body.LeftUpperArm+side, 30)
	turn(body.LeftThigh+side, 14)
	r.pose.Limit()
}

// riseAfterFall gets up from wherever the body lies.
func (a *actor) riseAfterFall() {
	a.as(Rising, "getting_up")
	t := &a.now.pose.Turn[body.Pelvis]
	up, front := t.Rotate(body.AxisY), t.Rotate(body.AxisZ)
	head := func(v r3.Vec) float64 { return math.Atan2(v.X, v.Z) / body.Degree }
	switch {
	case up.Y > 0.6: // sits
		a.heading = head(front)
	case front.Y < -0.3: // on the belly
		a.heading = head(up)
		a.move(lyingAs(a.varied(prone.with(headTurn, 30), 3)), a.pace(0.9, 1.6))
		a.hold(a.pace(0.3, 1))
		a.move(a.fourKey(allFours), a.pace(1.4, 2.4))
		a.fromFours()
		return
	default: // on the back or a side
		a.heading = head(r3.Scale(-1, up))
		a.via(lyingAs(a.varied(crookLying, 3)), lyingAs(propped), a.pace(1.6, 2.6))
	}
	a.move(key{p: sideSitting, sit: true, hand: [2]bool{false, true}}, a.pace(1.2, 2))
	a.hold(a.pace(0.2, 1))
	a.move(a.fourKey(allFours), a.pace(1.2, 2))
	a.fromFours()
}

// fromFours stands up from hands and knees.
func (a *actor) fromFours() {
	a.hold(a.pace(0.3, 1.2))
	low := halfKneeling
	low[pitch], low[spineFlex], low[hipFlex], low[hipFlex+other] = 38, 26, 120, 38
	a.move(a.onOneKnee(low), a.pace(1, 1.6))
	a.fromOneKnee(a.pace(1.2, 2))
	a.standFor(0.5, 1.5)
}

// DrawFall draws a fall by the shares of Falls, and DrawEveryday evenly among what a person
// does.
func DrawFall(rng *rand.Rand) Activity {
	u := rng.Float64()
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

// DrawEveryday draws what a person does, evenly.
func DrawEveryday(rng *rand.Rand, p body.Person) Activity {
	for {
		if a := Everyday[rng.IntN(len(Everyday))]; a.Suits(p) {
			return a
		}
	}
}
