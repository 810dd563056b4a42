package motion

import (
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/spatial/r3"

	"fallkit/data/simulate/body"
	"fallkit/pose"
)

// Who is about before they do something, or fall, does it without a jump and not before.
func TestWhoIsBusyGoesOnWithoutAJump(t *testing.T) {
	const seconds, dt = 4.0, 0.04
	for i, act := range all() {
		rng := rand.New(rand.NewPCG(uint64(i), 5))
		who := body.Sample(rng, body.Adult)
		for !act.Suits(who.Person) {
			who = body.Sample(rng, body.Adult)
		}
		k, err := PlanBusy(rng, who, act.Name, 1, seconds)
		if err != nil {
			t.Fatal(err)
		}
		if act.Fall && act.Name != "fall-out-of-bed" && k.Falls[0].Onset < seconds {
			t.Errorf("%s begins at %.1f s", act.Name, k.Falls[0].Onset)
		}
		before := k.At(0)
		for at := dt; at < min(k.Seconds(), seconds+12); at += dt {
			s := k.At(at)
			loose := s.Phase != Upright || act.Near
			for j := range s.Joints {
				most := 8.0 // m/s
				if j := pose.Joint(j); loose || j >= pose.LeftElbow && j <= pose.RightWrist {
					most = 15
				}
				if v := r3.Norm(r3.Sub(s.Joints[j], before.Joints[j])) / dt; v > most {
					t.Fatalf("%s, %.2f s: joint %d goes from %s to %s at %.1f m/s", act.Name, at, j, before.Activity, s.Activity, v)
				}
			}
			before = s
		}
	}
	if _, err := PlanBusy(rand.New(rand.NewPCG(1, 1)), nil, "fly", 1, seconds); err == nil {
		t.Error("somebody flies")
	}
}
