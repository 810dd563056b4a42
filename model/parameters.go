package model

import (
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
)

// Parameter is the name and shape of one trained tensor, row-major.
type Parameter struct {
	Name  string
	Shape []int
}

// Size is how many numbers it holds.
func (p Parameter) Size() int {
	n := 1
	for _, d := range p.Shape {
		n *= d
	}
	return n
}

// Parameters are the trained numbers of a network by name; Spec.Shapes has their order
// and shapes.
type Parameters map[string][]float32

// Clone copies all numbers.
func (p Parameters) Clone() Parameters {
	c := make(Parameters, len(p))
	for name, v := range p {
		c[name] = slices.Clone(v)
	}
	return c
}

// Shapes lists all parameters from the window to the logit.
func (s Spec) Shapes() []Parameter {
	var list []Parameter
	for _, c := range s.Convolutions() {
		list = append(list,
			Parameter{c.Weight(), []int{s.Kernel, c.Inputs, c.Channels}},
			Parameter{c.Bias(), []int{c.Channels}})
	}
	return append(list, Parameter{HeadWeight, []int{Pools * s.Channels, 1}}, Parameter{HeadBias, []int{1}})
}

// Init draws weights that keep the size of the signal through ReLU layers: normal with
// variance 2 / fan-in (He et al. 2015, "Delving Deep into Rectifiers"). Biases are 0. The
// same seed gives the same numbers on every machine.
func (s Spec) Init(seed uint64) Parameters {
	rng := rand.New(rand.NewPCG(seed, 0x66616c6c))
	all := Parameters{}
	for _, p := range s.Shapes() {
		v := make([]float32, p.Size())
		if last := len(p.Shape) - 1; last > 0 {
			fanIn := p.Size() / p.Shape[last]
			deviation := math.Sqrt(2 / float64(fanIn))
			for i := range v {
				v[i] = float32(rng.NormFloat64() * deviation)
			}
		}
		all[p.Name] = v
	}
	return all
}

// CheckParameters tells the first parameter that is missing, has another size, is not
// finite, or that the network does not have.
func (s Spec) CheckParameters(p Parameters) error {
	known := map[string]bool{}
	for _, want := range s.Shapes() {
		known[want.Name] = true
		got, ok := p[want.Name]
		if !ok {
			return fmt.Errorf("parameter %s is missing", want.Name)
		}
		if len(got) != want.Size() {
			return fmt.Errorf("parameter %s has %d numbers, and must have %d %v", want.Name, len(got), want.Size(), want.Shape)
		}
		if i := notFinite(got); i >= 0 {
			return fmt.Errorf("parameter %s: number %d is %g", want.Name, i, got[i])
		}
	}
	var extra []string
	for _, name := range slices.Sorted(maps.Keys(p)) {
		if !known[name] {
			extra = append(extra, name)
		}
	}
	if extra != nil {
		return fmt.Errorf("the network has no parameter %s", strings.Join(extra, ", "))
	}
	return nil
}

// notFinite gives the index of the first NaN or infinity, or -1.
func notFinite(v []float32) int {
	return slices.IndexFunc(v, func(x float32) bool { return x-x != 0 })
}
