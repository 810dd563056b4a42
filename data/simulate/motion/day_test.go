package motion

import (
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/spatial/r3"

	"fallkit/data/simulate/body"
	"fallkit/pose"
)

func someDay(seed uint64, d Day) *Take {
	rng := rand.New(rand.NewPCG(seed, 3))
	return PlanDay(rng, body.Sample(rng, body.Anyone), d)
}

// Over hours of everyday life nothing jumps, nothing sinks, no joint passes its limits and
// nobody leaves the room, from one activity to the next as within them.
func TestADayIsOnePiece(t *testing.T) {
	seeds := uint64(2)
	if testing.Short() {
		seeds = 1
	}
	for seed := range seeds {
		k := someDay(seed, Day{Seconds: 1200, Fall: seed%2 == 0})
		const dt = 0.04
		before := k.At(0)
		for at := dt; at < k.Seconds(); at += dt {
			s := k.At(at)
			fallen := len(k.Falls) > 0 && at >= k.Falls[0].Onset && s.Phase != Upright
			for j := range s.Joints {
				most := 8.0 // m/s
				if j := pose.Joint(j); fallen || j >= pose.LeftElbow && j <= pose.RightWrist {
					most = 15
				}
				if v := r3.Norm(r3.Sub(s.Joints[j], before.Joints[j])) / dt; v > most {
					t.Fatalf("day %d, %.2f s: joint %d goes from %s to %s at %.1f m/s", seed, at, j, before.Activity, s.Activity, v)
				}
			}
			if by, joint := s.Pose.Strain(); by > 3 && !fallen {
				t.Fatalf("day %d, %.2f s: %s, and the %s is %.0f° beyond its limit", seed, at, s.Activity, joint, by)
			}
			for _, p := range k.Body.Touches(&s.Points) {
				if deep := p.Radius - p.At.Y; deep > 0.04 {
					t.Fatalf("day %d, %.2f s: %s, and spot %d is %.3f m in the floor", seed, at, s.Activity, p.Spot, deep)
				}
			}
			if far := math.Hypot(s.Points.Hips.X, s.Points.Hips.Z); far > 8 {
				t.Fatalf("day %d, %.2f s: %s, %.1f m from the middle of the room", seed, at, s.Activity, far)
			}
			before = s
		}
	}
}

func TestADayHasAllThatWasAskedFor(t *testing.T) {
	for seed := range uint64(4) {
		d := Day{Seconds: 900, Fall: seed%2 == 0}
		k := someDay(seed, d)
		if k.Seconds() < d.Seconds || (len(k.Falls) == 1) != d.Fall {
			t.Errorf("a day of %.0f s with %d falls, and %+v was asked for", k.Seconds(), len(k.Falls), d)
		}
		if d.Fall && (k.Falls[0].Onset < 0.1*d.Seconds || k.Falls[0].Rest > d.Seconds) {
			t.Errorf("the fall is at %+v", k.Falls[0])
		}
		doing, rests := map[string]bool{}, 0.0
		for at := 0.0; at < k.Seconds(); at++ {
			s := k.At(at)
			doing[s.Activity] = true
			if s.Activity == "sitting" || s.Phase == Down {
				rests++
			}
		}
		if len(doing) < 12 || rests < 0.25*k.Seconds() {
			t.Errorf("day %d: %d kinds of things are done, and %.0f of %.0f s are rest", seed, len(doing), rests, k.Seconds())
		}
	}
}

// Furniture is where it is used, and no longer.
func TestFurnitureOfADayComesAndGoes(t *testing.T) {
	k := someDay(1, Day{Seconds: 900})
	with := map[bool]int{}
	for at := 0.0; at < k.Seconds(); at += 0.5 {
		boxes := k.BoxesAt(at)
		if len(boxes) > 6 {
			t.Fatalf("at %.1f s there are %d pieces", at, len(boxes))
		}
		if s := k.At(at); s.Activity == "sitting" || s.Activity == "sleeping" {
			with[len(boxes) > 0]++
		}
	}
	if with[true] == 0 || with[false] > 0 {
		t.Errorf("%d times somebody sits or sleeps on furniture, %d times on none", with[true], with[false])
	}
}

// Who is in haste does the same in less time, without jumps and within the joints' limits.
func TestHasteIsPossible(t *testing.T) {
	for _, act := range Everyday {
		t.Run(act.Name, func(t *testing.T) {
			plan := func(haste float64) *Take {
				rng := rand.New(rand.NewPCG(4, 1))
				who := body.Sample(rng, body.Adult)
				for !act.Suits(who.Person) {
					who = body.Sample(rng, body.Adult)
				}
				k, err := PlanInHaste(rng, who, act.Name, haste)
				if err != nil {
					t.Fatal(err)
				}
				return k
			}
			usual, k := plan(1), plan(0.5)
			if k.Seconds() > usual.Seconds() {
				t.Errorf("%.1f s, and without haste %.1f s", k.Seconds(), usual.Seconds())
			}
			before := k.At(0)
			for _, s := range states(k) {
				if by, joint := s.Pose.Strain(); by > 3 {
					t.Fatalf("at %.2f s (%s) the %s is %.0f° beyond its limit", s.Time, s.Activity, joint, by)
				}
				for j := range s.Joints {
					if v := r3.Norm(r3.Sub(s.Joints[j], before.Joints[j])) / look; v > 12 {
						t.Fatalf("at %.2f s (%s) joint %d moves at %.1f m/s", s.Time, s.Activity, j, v)
					}
				}
				before = s
			}
		})
	}
}

// Who falls out of the bed that they went to comes to lie on the floor beside it, without a
// jump on the way.
func TestFallsOutOfBedAtNight(t *testing.T) {
	for seed := range uint64(16) {
		rng := rand.New(rand.NewPCG(seed, 8))
		a := newActor(body.Sample(rng, body.Anyone), rng, EverydayLife)
		fallOutOfBedAtNight(a)
		k := a.take
		if len(k.Falls) != 1 {
			t.Fatalf("%d falls", len(k.Falls))
		}
		f := k.Falls[0]
		before, after := k.At(f.Onset-0.02), k.At(f.Rest)
		if before.Points.Hips.Y < 0.35 || after.Points.Hips.Y > 0.35 {
			t.Errorf("seed %d: the hips are at %.2f m in bed and at %.2f m after the fall", seed, before.Points.Hips.Y, after.Points.Hips.Y)
		}
		if k.Boxes[0].Inside(after.Points.Hips) > 0.1 {
			t.Errorf("seed %d: the hips are under the bed", seed)
		}
		for at := f.Onset - 1; at < f.Rest; at += 0.04 {
			a, b := k.At(at), k.At(at+0.04)
			if v := r3.Norm(r3.Sub(b.Points.Hips, a.Points.Hips)) / 0.04; v > 6 {
				t.Errorf("seed %d: the hips jump at %.1f m/s", seed, v)
			}
		}
	}
}

// Whoever stays on the spot does not wander.
func TestWhoStaysIsOnTheSpot(t *testing.T) {
	for seed := range uint64(6) {
		k := someDay(seed, Day{Seconds: 120, Stay: true})
		for at := 0.0; at < k.Seconds(); at += 0.2 {
			s := k.At(at)
			if far := math.Hypot(s.Points.Hips.X, s.Points.Hips.Z); far > 2.5 {
				t.Fatalf("day %d, %.1f s: %s, %.1f m from where it began", seed, at, s.Activity, far)
			}
		}
	}
}
