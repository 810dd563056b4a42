package simulate

import (
	"bytes"
	"encoding/json"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"fallkit/pose"
)

// heldOut are clips that the fitted noise was not fitted to, with what the pose front end
// found in their video: generated people, written by fit-noise --keep.
func heldOut(t testing.TB) []NoiseClip {
	t.Helper()
	f, err := os.Open(filepath.Join("testdata", "heldout.json.gz"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	clips, err := ReadNoiseClips(f)
	if err != nil {
		t.Fatal(err)
	}
	return clips
}

// strays are the statistics in which an observer is far from what was found, each over at
// least 300 things.
func strays(all []NoiseStatistic) (far []string) {
	for _, s := range all {
		ratio, gap := 1.0, 0.0
		switch {
		case s.N < 300:
		case strings.Contains(s.Name, "error,"), strings.Contains(s.Name, "jitter,"), strings.Contains(s.Name, "change of score"):
			ratio = max(s.Observed, 1e-6) / max(s.Found, 1e-6)
		default: // scores and shares
			gap = math.Abs(s.Observed - s.Found)
		}
		limit := 2.2
		if ratio > limit || ratio < 1/limit || gap > 0.2 && !strings.Contains(s.Name, "nobody") {
			far = append(far, s.Name)
		}
	}
	return far
}

func TestFittedNoiseErrsAsThePoseNetworkDoes(t *testing.T) {
	clips := heldOut(t)
	all := CheckNoise(clips, Fitted(), 1)
	far := strays(all)
	for _, s := range all {
		if slices.Contains(far, s.Name) {
			t.Logf("%s: found %.4f, observed %.4f", s.Name, s.Found, s.Observed)
		}
	}
	if share := float64(len(far)) / float64(len(all)); share > 0.1 {
		t.Errorf("%d of %d statistics are far from what was found", len(far), len(all))
	}
	if exact := strays(CheckNoise(clips, Exact{}, 1)); len(exact) < len(all)/2 {
		t.Errorf("an observer without errors is far off in %d of %d statistics only: nothing is tested", len(exact), len(all))
	}
	worse := *Fitted()
	worse.memory = thrice(worse.memory)
	if n := len(strays(CheckNoise(clips, &worse, 1))); n < len(far)+10 {
		t.Errorf("errors thrice as large are far off in %d of %d statistics, and the fitted ones in %d", n, len(all), len(far))
	}
}

// thrice is a memory of errors thrice as large.
func thrice(m *memory) *memory {
	out := &memory{step: m.step, classes: m.classes}
	for _, e := range m.episodes {
		e.moments = slices.Clone(e.moments)
		for i := range e.moments {
			for j := range e.moments[i].off {
				e.moments[i].off[j][0] *= 3
				e.moments[i].off[j][1] *= 3
			}
		}
		out.episodes = append(out.episodes, e)
	}
	return out
}

func TestNoiseIsFoundAgainByItsFit(t *testing.T) {
	clips := heldOut(t)
	made := Observed(clips, Fitted(), 3)
	n, err := FitNoise(made, "its own")
	if err != nil {
		t.Fatal(err)
	}
	if far := strays(CheckNoise(made, n, 4)); len(far) > 14 {
		t.Errorf("the noise of a noise is far off in %d statistics: %v", len(far), far)
	}
}

func TestNoiseIsTheSameBySeed(t *testing.T) {
	clips := heldOut(t)[:2]
	a, b := Observed(clips, Fitted(), 1), Observed(clips, Fitted(), 1)
	other := Observed(clips, Fitted(), 2)
	text := func(c []NoiseClip) string { v, _ := json.Marshal(c); return string(v) }
	if text(a) != text(b) {
		t.Error("the same seed gives other poses")
	}
	if text(a) == text(other) {
		t.Error("another seed gives the same poses")
	}
	if id := Fitted().ID(); id != Fitted().ID() || id == (&Noise{}).ID() {
		t.Error("the ID does not name the numbers")
	}
}

func TestWhoIsNotInThePictureIsNotFound(t *testing.T) {
	n := *Fitted()
	n.Nobody = nobodies{}
	w := n.Watch(rand.New(rand.NewPCG(1, 1)))
	for i := range 50 {
		if found := w.Observe(float64(i)/12.5, []Seen{{Width: 320, Height: 240}}); len(found) > 0 {
			t.Fatal("somebody is found who is not in the picture")
		}
		if found := w.Observe(float64(i)/12.5+0.01, nil); len(found) > 0 {
			t.Fatal("somebody is found where nobody is")
		}
	}
}

func TestKnotsKeepToTheirValues(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		values := rapid.SliceOfNDistinct(rapid.Float64Range(-5, 5), 20, 100, func(v float64) float64 { return v }).Draw(t, "values")
		k := knotsOf(values)
		if !slices.IsSorted(k[:]) {
			t.Fatalf("knots %v fall", k)
		}
		z := rapid.Float64Range(-2.8, 2.8).Draw(t, "z")
		if v := k.at(z); v < float64(k[0]) || v > float64(k[12]) || v > k.at(z+0.1) {
			t.Fatalf("at(%g) is %g, of knots from %g to %g", z, v, k[0], k[12])
		}
	})
}

func TestSidesThatAreExchangedAreSeen(t *testing.T) {
	var s Seen
	s.Width, s.Height = 320, 240
	for j, at := range mistake {
		s.Keypoints[j] = Keypoint{X: 160 + 40*at[0], Y: 100 + 40*at[1], Visibility: Visible}
	}
	for swap := range swaps {
		var p pose.Pose
		for j := range pose.Joint(pose.Joints) {
			at := s.Keypoints[swapped(j, swap)]
			p.Keypoints[j] = pose.Keypoint{X: float32(at.X), Y: float32(at.Y), Score: 0.5}
		}
		g := glimpse{seen: &s, found: &p}
		g.c, _ = conditionOf(&s)
		if got := g.exchanged(0); got != swap {
			t.Errorf("exchanged %03b, and seen as %03b", swap, got)
		}
		if g.c.turn != 0 || g.c.facing != 0 {
			t.Errorf("somebody who stands and faces the camera has the condition %+v", g.c)
		}
	}
}

func TestTooFewClipsAreNoNoise(t *testing.T) {
	if _, err := FitNoise(nil, ""); err == nil || !strings.Contains(err.Error(), "too few frames") {
		t.Errorf("the error is %v", err)
	}
}

func FuzzNoise(f *testing.F) {
	f.Add(fittedNoise)
	f.Add([]byte(`{"format":1}`))
	f.Add([]byte(`{"format":2,"memory":"AAAA"}`))
	clips := heldOut(f)[:1]
	clips[0].Moments = clips[0].Moments[:20]
	f.Fuzz(func(t *testing.T, text []byte) {
		n, err := parseNoise(text, "noise.json")
		if err != nil {
			return
		}
		if len(n.memory.episodes) > 0 {
			Observed(clips, n, 1)
		}
		var b bytes.Buffer
		if err := json.NewEncoder(&b).Encode(n); err != nil {
			t.Fatal(err)
		}
	})
}
