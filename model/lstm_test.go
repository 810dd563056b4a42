package model

import (
	"bytes"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"fallkit/pose"
)

// naiveLSTM is the network again, from the formulas of Recurrence and in float64.
func naiveLSTM(s Spec, p Parameters, window []float32) float64 {
	var x [][]float64
	for t := range s.Steps {
		x = append(x, widen(window[t*s.Inputs:(t+1)*s.Inputs]))
	}
	bend := func(v float64) float64 { return 1 / (1 + math.Exp(-v)) }
	for _, r := range s.Recurrences() {
		w, u, bias := widen(p[r.Weight()]), widen(p[r.Recurrent()]), widen(p[r.Bias()])
		h, c := make([]float64, r.Channels), make([]float64, r.Channels)
		for t := range x {
			gates := slices.Clone(bias)
			for k := range gates {
				for i, v := range x[t] {
					gates[k] += v * w[i*len(gates)+k]
				}
				for i, v := range h {
					gates[k] += v * u[i*len(gates)+k]
				}
			}
			now := make([]float64, r.Channels)
			for j := range now {
				n := r.Channels
				c[j] = bend(gates[n+j])*c[j] + bend(gates[j])*math.Tanh(gates[2*n+j])
				now[j] = bend(gates[3*n+j]) * math.Tanh(c[j])
			}
			h, x[t] = now, now
		}
	}
	logit := float64(p[HeadBias][0])
	for i, v := range x[s.Steps-1] {
		logit += v * float64(p[HeadWeight][i])
	}
	return 1 / (1 + math.Exp(-logit))
}

func anyLSTM(t *rapid.T) Spec {
	return Spec{
		Kind:     LSTM,
		Inputs:   rapid.IntRange(1, 20).Draw(t, "inputs"),
		Channels: rapid.IntRange(1, 12).Draw(t, "channels"),
		Layers:   rapid.IntRange(1, 3).Draw(t, "layers"),
		Steps:    rapid.IntRange(1, 10).Draw(t, "steps"),
	}
}

func TestScoreOfAnLSTMIsThatOfTheFormulas(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := anyLSTM(t)
		rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
		p := withBiases(s, rng)
		pred := predictor(t, s, p)
		other := pred.Clone()
		for range 3 { // scratch memory of one window must not reach the next
			window := sparseWindow(s, rng)
			got, want := pred.Score(window), naiveLSTM(s, p, window)
			if !(math.Abs(got-want) <= 1e-5) || other.Score(window) != got {
				t.Fatalf("score %.8f, want %.8f", got, want)
			}
		}
	})
}

// pendulum is the network that is trained by that name, at a default window.
func pendulum(t interface{ Fatal(...any) }) Spec {
	n, ok := NetworkNamed("pendulum-lstm")
	if !ok {
		t.Fatal("no network is called pendulum-lstm")
	}
	size := DefaultSpec
	size.Inputs = pose.PendulumChannels
	return n.Spec(size, 0)
}

func TestPendulumLSTMIsAsBigAsPublished(t *testing.T) {
	size := 0
	for _, p := range pendulum(t).Shapes() {
		size += p.Size()
	}
	// PyTorch's LSTM has two biases for every gate, which are only ever added, and the
	// published head has seven classes: 29,719 numbers in all.
	if want := 29719 - 2*4*48 - 6*(48+1); size != want {
		t.Errorf("%d parameters, want %d", size, want)
	}
}

func TestLSTMInUse(t *testing.T) {
	s := pendulum(t)
	pred := predictor(t, s, s.Init(1))
	window := make([]float32, s.Steps*s.Inputs)
	if n := testing.AllocsPerRun(10, func() { pred.Score(window) }); n != 0 {
		t.Errorf("%g allocations for a window", n)
	}
	window[7] = float32(math.NaN())
	if got := pred.Score(window); !math.IsNaN(got) {
		t.Errorf("a window with NaN scores %g", got)
	}
}

func TestLSTMSpecCheck(t *testing.T) {
	good := Spec{Kind: LSTM, Inputs: 5, Channels: 48, Layers: 2, Steps: 30}
	for _, c := range []struct {
		name   string
		change func(*Spec)
		want   string // "" = fine
	}{
		{"good", func(*Spec) {}, ""},
		{"no layers", func(s *Spec) { s.Layers = 0 }, "model: layers is 0, and must lie between 1 and 8"},
		{"a kernel", func(s *Spec) { s.Kernel = 3 }, "model: kernel is 3 and dilations are [], and a network of kind lstm has none"},
		{"no steps", func(s *Spec) { s.Steps = 0 }, "model: steps is 0, and must lie between 1 and 7200"},
		{"unknown kind", func(s *Spec) { s.Kind = "tree" }, `model: kind is "tree", and this program knows no such network; use a newer version of fallkit`},
		{"layers of a TCN", func(s *Spec) { *s = DefaultSpec; s.Layers = 2 }, "model: layers is 2, and a convolutional network has none"},
	} {
		s, got := good, ""
		c.change(&s)
		if err := s.Check(); err != nil {
			got = err.Error()
		}
		if got != c.want {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
	}
	other := good
	other.Layers = 1
	if good.Equal(other) || good.Equal(Spec{Inputs: 5, Channels: 48, Layers: 2, Steps: 30}) || !good.Equal(good) {
		t.Error("specs are equal where all numbers and the kind are, and only there")
	}
}

func TestInitOfAnLSTM(t *testing.T) {
	s := pendulum(t)
	p, again, other := s.Init(7), s.Init(7), s.Init(8)
	if err := s.CheckParameters(p); err != nil {
		t.Fatal(err)
	}
	most := 1 / math.Sqrt(48)
	for name, v := range p {
		if !slices.Equal(v, again[name]) || slices.Equal(v, other[name]) {
			t.Errorf("%s does not follow the seed", name)
		}
		mean, deviation := moments(v)
		if out := slices.ContainsFunc(v, func(x float32) bool { return math.Abs(float64(x)) > most }); out {
			t.Errorf("%s has numbers beyond ±%.3f", name, most)
		}
		want := most / math.Sqrt(3)
		if tolerance := 4 * want / math.Sqrt(float64(len(v))); len(v) > 40 && (math.Abs(mean) > tolerance || math.Abs(deviation-want) > tolerance) {
			t.Errorf("%s: mean %.4f and deviation %.4f, want 0 and %.4f", name, mean, deviation, want)
		}
	}
}

// smallLSTM is a checkpoint of the other kind and the other features.
func smallLSTM() *Checkpoint {
	c := small()
	c.Input.Features = pose.Pendulum
	c.Spec = Spec{Kind: LSTM, Inputs: pose.PendulumChannels, Channels: 2, Layers: 2, Steps: c.Input.Steps()}
	c.Parameters = c.Spec.Init(3)
	return c
}

func TestCheckpointOfAnLSTM(t *testing.T) {
	c := smallLSTM()
	file := encoded(t, c)
	got, err := decode(bytes.NewReader(file), int64(len(file)))
	if err != nil {
		t.Fatal(err)
	}
	same(t, got, c)
	if old := encoded(t, small()); bytes.Contains(old, []byte("kind")) || bytes.Contains(old, []byte("features")) || bytes.Contains(old, []byte("layers")) {
		t.Error("a file of the first kind says more than it used to")
	}
	named := reheader(t, encoded(t, small()), `\"min_seen\":0.25`, `\"min_seen\":0.25,\"features\":\"skeleton\"`)
	if _, err := decode(bytes.NewReader(named), int64(len(named))); err != nil {
		t.Errorf("skeleton features by name: %v", err)
	}
	for _, bad := range []struct{ old, new, want string }{
		{`\"features\":\"pendulum\"`, `\"features\":\"smell\"`, `input.features is "smell", and must be one of fall, pendulum, skeleton`},
		{`\"features\":\"pendulum\"`, `\"features\":\"skeleton\"`, "the model takes 5 features a step, and this program makes 83"},
		{`\"kind\":\"lstm\"`, `\"kind\":\"tree\"`, `model: kind is "tree", and this program knows no such network`},
		{`\"layers\":2`, `\"layers\":1`, `tensor "layer2.bias" belongs to no part of the model`},
		{`\"layers\":2`, `\"layers\":2,\"kernel\":3`, "a network of kind lstm has none"},
	} {
		file := reheader(t, file, bad.old, bad.new)
		if _, err := decode(bytes.NewReader(file), int64(len(file))); err == nil || !strings.Contains(err.Error(), bad.want) {
			t.Errorf("%s: %v, want %s", bad.new, err, bad.want)
		}
	}
}

func TestNetworksByName(t *testing.T) {
	names := map[string]bool{}
	for _, n := range Networks {
		if found, ok := NetworkNamed(n.Name); !ok || found.Name != n.Name || names[n.Name] || n.About == "" {
			t.Errorf("%s: found %v", n.Name, ok)
		}
		names[n.Name] = true
		size := DefaultSpec
		size.Inputs = pose.Input{Features: n.Features}.Channels()
		if err := n.Spec(size, pose.AllPriors).Check(); err != nil {
			t.Errorf("%s: %v", n.Name, err)
		}
	}
	if n, ok := NetworkNamed(""); !ok || n.Name != "tcn" || !n.Spec(DefaultSpec, 0).Equal(DefaultSpec) {
		t.Errorf("the default is %s", n.Name)
	}
	if _, ok := NetworkNamed("tree"); ok {
		t.Error("a network of any name is found")
	}
}
