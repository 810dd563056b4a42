package motion

import (
	"os"
	"strconv"
	"testing"
)

// Over many falls of people of all ages, and not only those of the other tests' seeds,
// bodies stay what bodies are in nearly all of them, and the head hits the ground about as
// often as in real falls. FALLKIT_SOAK_FALLS says how many falls of each kind there are.
func TestFallsSoak(t *testing.T) {
	n, err := strconv.ParseUint(os.Getenv("FALLKIT_SOAK_FALLS"), 10, 32)
	if err != nil || n == 0 {
		t.Skip("FALLKIT_SOAK_FALLS is not set to a number of falls of each kind: make soak-falls sets it")
	}
	strained, sunk, all := 0, 0, 0
	for _, act := range Falls {
		var worst Soundness
		for seed := range n {
			k := perform(t, act, 1000+seed)
			all++
			var w Soundness
			for _, s := range states(k) {
				w.note(k, &s)
			}
			if w.Strain > mostStrain {
				strained++
			}
			if w.Sunk > mostSunk {
				sunk++
			}
			worst = Soundness{max(worst.Strain, w.Strain), max(worst.Sunk, w.Sunk)}
		}
		t.Logf("%-20s at worst %3.0f° beyond a limit, %.3f m in the floor", act.Name, worst.Strain, worst.Sunk)
	}
	share := func(k int) float64 { return float64(k) / float64(all) }
	t.Logf("of %d falls %.1f %% pass a limit by more than %.0f°, %.1f %% sink more than %.2f m", all, 100*share(strained), mostStrain, 100*share(sunk), mostSunk)
	if share(strained) > 0.04 || share(sunk) > 0.02 {
		t.Error("bodies leave what bodies can do in too many falls")
	}
	for _, s := range Shares(MeasureFalls(1, int(14*n))) {
		t.Logf("%s: %.1f %%, published %s", s.What, 100*s.Generated, s.Published)
		if s.Published != "" && (s.Generated < 0.25 || s.Generated > 0.5) {
			t.Errorf("the head hits in %.0f %% of falls, and in 35 to 37 %% of real ones", 100*s.Generated)
		}
	}
}

func TestSharesCount(t *testing.T) {
	falls := []Measure{
		{HeadHits: true}, {Sound: Soundness{Strain: 21, Sunk: 0.041}}, {HeadHits: true, Sound: Soundness{Strain: 19}}, {Sound: Soundness{Sunk: 0.05}},
	}
	for i, want := range []float64{0.5, 0.25, 0.5} {
		if s := Shares(falls)[i]; s.Generated != want {
			t.Errorf("%s: %g, and it should be %g", s.What, s.Generated, want)
		}
	}
}
