package model

import (
	"bytes"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"fallkit/pose"
)

// anyCalibration draws lines and knots, knots also at equal heights.
func anyCalibration(t *rapid.T) *Calibration {
	if rapid.Bool().Draw(t, "line") {
		return &Calibration{Slope: rapid.Float64Range(1e-3, 1e3).Draw(t, "slope"), Offset: rapid.Float64Range(-20, 20).Draw(t, "offset")}
	}
	x := rapid.SliceOfNDistinct(rapid.Float64Range(-40, 40), 1, 12, rapid.ID[float64]).Draw(t, "logits")
	y := rapid.SliceOfN(rapid.Float64Range(-8, 8), len(x), len(x)).Draw(t, "odds")
	sort.Float64s(x)
	sort.Float64s(y)
	c := &Calibration{Slope: 1}
	for i := range x {
		c.Knots = append(c.Knots, Knot{x[i], y[i]})
	}
	return c
}

func TestCalibrationKeepsOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := anyCalibration(t)
		if err := c.Check(); err != nil {
			t.Fatal(err)
		}
		logits := rapid.SliceOfN(rapid.Float64Range(-1e3, 1e3), 2, 50).Draw(t, "asked")
		for _, k := range c.Knots { // and around each knot
			logits = append(logits, math.Nextafter(k.Logit, -1e9), k.Logit, math.Nextafter(k.Logit, 1e9))
		}
		sort.Float64s(logits)
		last := 0.0
		for _, x := range logits {
			p := c.Probability(x)
			if !(p >= 0 && p <= 1) {
				t.Fatalf("logit %g has probability %g", x, p)
			}
			if p < last {
				t.Fatalf("logit %g has probability %g, and a lower one %g", x, p, last)
			}
			last = p
		}
	})
}

func TestCalibrationOfNaNIsNaN(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		if p := anyCalibration(t).Probability(math.NaN()); !math.IsNaN(p) {
			t.Fatalf("NaN became %g", p)
		}
	})
	for logit, want := range map[float64]float64{math.Inf(1): 1, math.Inf(-1): 0} {
		for _, c := range []*Calibration{nil, {Slope: 2}, {Slope: 1, Knots: []Knot{{-1, -2}, {1, 2}}}} {
			if p := c.Probability(logit); p != want {
				t.Errorf("logit %g with %+v has probability %g", logit, c, p)
			}
		}
	}
}

func TestCalibrationByHand(t *testing.T) {
	knots := &Calibration{Slope: 1, Knots: []Knot{{-2, -4}, {0, 0}, {4, 2}}}
	for _, c := range []struct {
		name        string
		calibration *Calibration
		logit, odds float64
	}{
		{"none", nil, 1.5, 1.5},
		{"temperature 2", &Calibration{Slope: 0.5}, 3, 1.5},
		{"Platt", &Calibration{Slope: 2, Offset: -1}, 3, 5},
		{"on a knot", knots, 0, 0},
		{"between knots", knots, 3, 1.5},
		{"below all knots", knots, -5, -7},
		{"above all knots", knots, 5, 3},
	} {
		if got := c.calibration.LogOdds(c.logit); math.Abs(got-c.odds) > 1e-12 {
			t.Errorf("%s: log-odds %g, want %g", c.name, got, c.odds)
		}
	}
}

func TestCalibrationThatCannotBe(t *testing.T) {
	for want, c := range map[string]Calibration{
		"slope is 0, and must be above 0":                {},
		"slope is NaN":                                   {Slope: math.NaN()},
		"slope is -1":                                    {Slope: -1},
		"offset is +Inf":                                 {Slope: 1, Offset: math.Inf(1)},
		"it has knots, and a slope":                      {Slope: 2, Knots: []Knot{{0, 0}}},
		"knot 1 is (NaN, 0)":                             {Slope: 1, Knots: []Knot{{math.NaN(), 0}}},
		"knot 2 does not lie above":                      {Slope: 1, Knots: []Knot{{0, 0}, {0, 1}}},
		"knot 3 does not lie above the one before it":    {Slope: 1, Knots: []Knot{{0, 0}, {1, 1}, {2, 0.5}}},
		"knot 1 is (0, -Inf), and both must lie between": {Slope: 1, Knots: []Knot{{0, math.Inf(-1)}}},
	} {
		if err := c.Check(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v: want an error with %q, got %v", c, want, err)
		}
		checkpoint := small()
		checkpoint.Calibration = &c
		if _, err := checkpoint.encode(); err == nil {
			t.Errorf("%+v was saved", c)
		}
	}
}

func TestCalibrationTravelsInTheCheckpoint(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := small()
		c.Calibration = anyCalibration(t)
		file, err := c.encode()
		if err != nil {
			t.Fatal(err)
		}
		got, err := decode(bytes.NewReader(file), int64(len(file)))
		if err != nil {
			t.Fatal(err)
		}
		same(t, got, c)
	})
}

// A checkpoint without calibration says nothing of it, as before there was any, and scores
// to the bit what the network's logit says.
func TestWithoutCalibrationNothingChanges(t *testing.T) {
	c := small()
	file := encoded(t, c)
	if bytes.Contains(file, []byte("calibration")) {
		t.Error("a checkpoint without calibration speaks of it")
	}
	got, err := decode(bytes.NewReader(file), int64(len(file)))
	if err != nil {
		t.Fatal(err)
	}
	p := predictor(t, got.Spec, got.Parameters)
	rng := rand.New(rand.NewPCG(1, 0))
	for range 50 {
		w := sparseWindow(c.Spec, rng)
		if score, want := p.Score(w), 1/(1+math.Exp(-p.Logit(w))); score != want {
			t.Fatalf("score %v, want %v", score, want)
		}
	}
}

func TestThePredictorCalibrates(t *testing.T) {
	c := small()
	c.Calibration = &Calibration{Slope: 0.25, Offset: -3}
	p, err := NewPredictor(c)
	if err != nil {
		t.Fatal(err)
	}
	w := sparseWindow(c.Spec, rand.New(rand.NewPCG(1, 0)))
	want := 1 / (1 + math.Exp(-(0.25*p.Logit(w) - 3)))
	for _, q := range []*Predictor{p, p.Clone()} {
		if got := q.Score(w); got != want {
			t.Errorf("score %v, want %v", got, want)
		}
	}
	c.Calibration = &Calibration{}
	if _, err := NewPredictor(c); err == nil {
		t.Error("a predictor of a calibration that cannot be")
	}
}

// A checkpoint that was written before there were calibrations, kinds of networks and choices
// of features: it is read as one without, and written again to the same bytes.
func TestAnOlderCheckpointStaysAsItIs(t *testing.T) {
	file, err := os.ReadFile(filepath.Join("testdata", "older.safetensors"))
	if err != nil {
		t.Fatal(err)
	}
	c, err := decode(bytes.NewReader(file), int64(len(file)))
	if err != nil {
		t.Fatal(err)
	}
	if c.Calibration != nil || c.Spec.Kind != TCN || c.Input.Features != pose.Skeleton || !bytes.Equal(encoded(t, c), file) {
		t.Errorf("calibration %+v, kind %q, features %q, or other bytes", c.Calibration, c.Spec.Kind, c.Input.Features)
	}
}
