package motion

import (
	"fmt"
	"math/rand/v2"

	"fallkit/data/simulate/body"
)

// Activity is a kind of take.
type Activity struct {
	Name    string
	Fall    bool
	Near    bool    // a near-fall: balance is lost and found again
	Fit     bool    // only the fit do it: press-ups, say
	Share   float64 // of all falls
	perform func(*actor)
}

// Everyday are the activities that are no falls.
var Everyday = []Activity{
	{Name: "stand", perform: standAbout},
	{Name: "walk", perform: walk},
	{Name: "walk-slowly", perform: walkSlowly},
	{Name: "walk-stooped", perform: walkStooped},
	{Name: "limp", perform: limp},
	{Name: "walk-with-cane", perform: walkWithCane},
	{Name: "walk-with-frame", perform: walkWithFrame},
	{Name: "turn-around", perform: turnAround},
	{Name: "sit-down", perform: sitDown},
	{Name: "drop-into-chair", perform: dropIntoChair},
	{Name: "sit", perform: sitAndFidget},
	{Name: "get-up", perform: getUp},
	{Name: "lie-on-bed", perform: lieOnBed},
	{Name: "lie-on-sofa", perform: lieOnSofa},
	{Name: "lie-on-floor", perform: lieOnFloor},
	{Name: "sleep", perform: sleep},
	{Name: "bend", perform: bendDown},
	{Name: "pick-up", perform: pickUp},
	{Name: "tie-shoes", perform: tieShoes},
	{Name: "kneel", perform: kneel},
	{Name: "squat", perform: squat},
	{Name: "clean-floor", perform: cleanFloor},
	{Name: "press-ups", Fit: true, perform: pressUps},
	{Name: "yoga", Fit: true, perform: yoga},
	{Name: "sit-on-floor", perform: sitOnFloor},
	{Name: "play-on-floor", perform: playOnFloor},
	{Name: "reach", perform: reachUp},
	{Name: "put-on-trousers", perform: putOnTrousers},
	{Name: "hide", perform: hide},
	{Name: "stumble", Near: true, perform: stumble},
	{Name: "stumble-onto-table", Near: true, perform: stumbleOntoTable},
	{Name: "nearly-fall-backward", Near: true, perform: nearlyFallBackward},
}

// ByName finds an activity.
func ByName(name string) (Activity, bool) {
	for _, list := range [...][]Activity{Everyday, Falls, Staged} {
		for _, a := range list {
			if a.Name == name {
				return a, true
			}
		}
	}
	return Activity{}, false
}

// Suits tells whether people like this one do it.
func (a Activity) Suits(p body.Person) bool { return !a.Fit || p.Frailty < 0.25 && p.Age >= 10 }

// Plan performs an activity. The same body, chance and name make the same take.
func Plan(rng *rand.Rand, who *body.Body, name string) (*Take, error) {
	return PlanInHaste(rng, who, name, 1)
}

// PlanInHaste performs an activity in which sitting and lying down, bending, getting up and
// what else is done without hurry takes haste times as long as usual; haste must be positive.
func PlanInHaste(rng *rand.Rand, who *body.Body, name string, haste float64) (*Take, error) {
	act, ok := ByName(name)
	if !ok {
		return nil, fmt.Errorf("there is no activity %q", name)
	}
	a := newActor(who, rng, name)
	a.haste = haste
	act.perform(a)
	return a.take, nil
}
