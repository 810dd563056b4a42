package model

import (
	"math"
	"slices"
	"strings"
	"testing"
)

func TestSpecCheck(t *testing.T) {
	change := func(f func(*Spec)) Spec {
		s := DefaultSpec
		s.Dilations = slices.Clone(s.Dilations)
		f(&s)
		return s
	}
	for _, c := range []struct {
		name string
		spec Spec
		want string // "" = fine
	}{
		{"default", DefaultSpec, ""},
		{"no inputs", change(func(s *Spec) { s.Inputs = 0 }), "model: inputs is 0, and must lie between 1 and 4096"},
		{"too many channels", change(func(s *Spec) { s.Channels = 4800 }), "model: channels is 4800, and must lie between 1 and 1024"},
		{"even kernel", change(func(s *Spec) { s.Kernel = 4 }), "model: kernel is 4, and must be odd"},
		{"no blocks", change(func(s *Spec) { s.Dilations = nil }), "model: number of dilations is 0, and must lie between 1 and 32"},
		{"dilation 0", change(func(s *Spec) { s.Dilations[1] = 0 }), "model: dilation 2 is 0, and must lie between 1 and 7200"},
		{"negative steps", change(func(s *Spec) { s.Steps = -1 }), "model: steps is -1, and must lie between 1 and 7200"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := ""
			if err := c.spec.Check(); err != nil {
				got = err.Error()
			}
			if got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func TestSpecEqual(t *testing.T) {
	other := DefaultSpec
	other.Dilations = []int{1, 2, 8}
	if DefaultSpec.Equal(other) || !DefaultSpec.Equal(DefaultSpec) {
		t.Error("specs are equal where all numbers are, and only there")
	}
}

func TestShapesOfDefault(t *testing.T) {
	size := 0
	for _, p := range DefaultSpec.Shapes() {
		size += p.Size()
	}
	// 83·3·48 + 48 into the channels, 6 layers of 48·3·48 + 48, and 3·48 + 1 to the logit.
	if want := 83*3*48 + 48 + 6*(48*3*48+48) + 3*48 + 1; size != want {
		t.Errorf("the default network has %d parameters, want %d", size, want)
	}
}

func TestInit(t *testing.T) {
	s := DefaultSpec
	p, again, other := s.Init(7), s.Init(7), s.Init(8)
	if err := s.CheckParameters(p); err != nil {
		t.Fatal(err)
	}
	for _, shape := range s.Shapes() {
		v := p[shape.Name]
		if !slices.Equal(v, again[shape.Name]) {
			t.Errorf("%s: the same seed gave other numbers", shape.Name)
		}
		if strings.HasSuffix(shape.Name, ".bias") {
			if slices.ContainsFunc(v, func(x float32) bool { return x != 0 }) {
				t.Errorf("%s is not 0", shape.Name)
			}
			continue
		}
		if slices.Equal(v, other[shape.Name]) {
			t.Errorf("%s: another seed gave the same numbers", shape.Name)
		}
		mean, deviation := moments(v)
		want := math.Sqrt(2 / float64(shape.Size()/shape.Shape[len(shape.Shape)-1]))
		tolerance := 4 * want / math.Sqrt(float64(len(v))) // four standard errors of the mean
		if math.Abs(mean) > tolerance || math.Abs(deviation-want) > tolerance {
			t.Errorf("%s: mean %.4f and deviation %.4f, want 0 and %.4f", shape.Name, mean, deviation, want)
		}
	}
}

func moments(v []float32) (mean, deviation float64) {
	for _, x := range v {
		mean += float64(x) / float64(len(v))
	}
	for _, x := range v {
		deviation += (float64(x) - mean) * (float64(x) - mean) / float64(len(v))
	}
	return mean, math.Sqrt(deviation)
}

func TestCheckParameters(t *testing.T) {
	s := Spec{Inputs: 2, Channels: 3, Kernel: 3, Dilations: []int{1}, Steps: 4}
	for _, c := range []struct {
		name   string
		change func(Parameters)
		want   string
	}{
		{"missing", func(p Parameters) { delete(p, "block1.first.bias") }, "parameter block1.first.bias is missing"},
		{"other size", func(p Parameters) { p["input.weight"] = p["input.weight"][:5] }, "parameter input.weight has 5 numbers, and must have 18 [3 2 3]"},
		{"NaN", func(p Parameters) { p["head.weight"][2] = float32(math.NaN()) }, "parameter head.weight: number 2 is NaN"},
		{"infinite", func(p Parameters) { p["head.bias"][0] = float32(math.Inf(-1)) }, "parameter head.bias: number 0 is -Inf"},
		{"unknown", func(p Parameters) { p["tail"], p["hat"] = nil, nil }, "the network has no parameter hat, tail"},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := s.Init(1)
			c.change(p)
			if err := s.CheckParameters(p); err == nil || err.Error() != c.want {
				t.Errorf("got %v, want %s", err, c.want)
			}
		})
	}
}

func TestCloneSharesNothing(t *testing.T) {
	p := DefaultSpec.Init(1)
	c := p.Clone()
	c[HeadBias][0] = 5
	if p[HeadBias][0] != 0 {
		t.Error("a change of the clone changed the original")
	}
}
