package motion

import (
	"math"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/spatial/r3"

	"fallkit/data/simulate/body"
)

// EverydayLife is the activity of a take that PlanDay made.
const EverydayLife = "everyday-life"

// Day is a stretch of everyday life.
type Day struct {
	Seconds float64 // it lasts at least so long
	Fall    bool    // there is one fall in it, in the first half or soon after
	Stay    bool    // nobody walks: all is done on the spot
}

// PlanDay performs one activity after the other, without a jump: every one begins where the
// last one ended. Half of the time or more the person rests, on a chair, a sofa or a bed.
// Furniture is there while it is used. The same body, chance and day make the same take.
func PlanDay(rng *rand.Rand, who *body.Body, d Day) *Take {
	a := newActor(who, rng, EverydayLife)
	a.startStanding(between(rng, 1, 3))
	a.conclude()
	fallAt := math.Inf(1)
	if d.Fall {
		fallAt = between(rng, 0.1, 0.5) * d.Seconds
	}
	var list []Activity
	for a.take.Seconds() < d.Seconds || !math.IsInf(fallAt, 1) {
		if !d.Stay {
			a.wander()
		}
		switch {
		case a.take.Seconds() >= fallAt:
			fallAt = math.Inf(1)
			a.lost = 0
			drawFallOfDay(rng).perform(a)
		case rng.Float64() < 0.2:
			a.restFor(min(between(rng, 90, 480), 0.15*d.Seconds), d.Stay)
		default:
			if len(list) == 0 {
				list = daily(rng, who.Person, d.Stay)
			}
			list[0].perform(a)
			list = list[1:]
		}
		a.conclude()
	}
	return a.take
}

// daily are the everyday activities of a person in an order drawn by chance. A near-fall
// comes up in one of ten such lists. With stay there are only those that are done on the spot.
func daily(rng *rand.Rand, p body.Person, stay bool) (list []Activity) {
	for _, i := range rng.Perm(len(Everyday)) {
		if act := Everyday[i]; act.Suits(p) && (!act.Near || rng.Float64() < 0.1) && (!stay || slices.Contains(onTheSpot, act.Name)) {
			list = append(list, act)
		}
	}
	return list
}

// onTheSpot are activities that end about where they began.
var onTheSpot = []string{
	"stand", "sit-down", "drop-into-chair", "sit", "bend", "pick-up", "tie-shoes", "kneel", "squat", "sit-on-floor", "play-on-floor", "reach",
}

// drawFallOfDay draws a fall by its share. Who falls out of bed goes there first.
func drawFallOfDay(rng *rand.Rand) Activity {
	f := DrawFall(rng)
	if f.Name == "fall-out-of-bed" {
		f.perform = fallOutOfBedAtNight
	}
	return f
}

// goOver comes to the position that an activity begins with.
func (a *actor) goOver(k key) {
	a.as(Upright, "standing")
	if !k.sit {
		a.move(k, a.pace(0.6, 0.9))
		return
	}
	a.as(Upright, "sit_down")
	over := onFeet(a.stooped(crouching))
	end := a.rig(k, false)
	a.course(smooth, a.pace(1.2, 2), a.rig(over, false), end)
}

// conclude ends an activity of a day on the feet, and takes its furniture away.
func (a *actor) conclude() {
	switch {
	case a.now.lying: // fallen, and not up again
		a.hold(between(a.rng, 20, 240))
		a.stir(1)
		a.riseAfterFall()
	case a.now.seat:
		a.standUp(a.pace(1.2, 2))
		a.standFor(0.3, 0.8)
	}
	a.take.rooms = append(a.take.rooms, a.take.Boxes)
	a.take.Boxes = nil
}

// wander goes to a place near the middle and looks across it, so that a day stays in a room.
func (a *actor) wander() {
	const room = 1.5 // m
	far := room * math.Sqrt(a.rng.Float64())
	to := r3.Scale(far, body.Heading(between(a.rng, -180, 180)))
	way := r3.Sub(to, a.now.pose.Root)
	way.Y = 0
	if far := r3.Norm(way); far > 0.6 {
		a.face(math.Atan2(way.X, way.Z) / body.Degree)
		a.as(Upright, "walking")
		a.walk(a.gait(), far, 0)
	}
	p := a.now.pose.Root
	a.face(math.Atan2(-p.X, -p.Z)/body.Degree + between(a.rng, -50, 50))
	a.standFor(0.3, 2)
}

// face turns to a heading, the short way round.
func (a *actor) face(heading float64) {
	const least = 12 // degrees
	if by := math.Remainder(heading-a.heading, 360); math.Abs(by) > least {
		a.as(Upright, "turning")
		a.turn(by)
	}
}

// restFor rests for so many seconds, on a chair or, where there may be more furniture, on a
// sofa or a bed.
func (a *actor) restFor(seconds float64, chair bool) {
	until := a.take.Seconds() + seconds
	switch u := a.rng.Float64(); {
	case u < 0.6 || chair:
		high := a.seatHeight()
		a.begin(a.seatedKey(a.varied(a.stooped(sitting), 3), high))
		a.putChair(high, true)
		for a.take.Seconds() < until {
			a.as(Upright, "sitting")
			a.hold(between(a.rng, 5, 40))
			a.fidget(high)
		}
	case u < 0.8:
		a.onBed("sofa", func(float64) { a.lieUntil(until) })
	default:
		a.onBed("bed", func(float64) { a.lieUntil(until) })
	}
}

// lieUntil lies, and turns over now and then, until a time.
func (a *actor) lieUntil(until float64) {
	a.as(Down, "sleeping")
	for a.take.Seconds() < until {
		a.hold(between(a.rng, 20, 90))
		a.turnOver()
	}
}
