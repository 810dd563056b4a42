package model

import (
	"fmt"
	"maps"
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

// Parameters is how many trained numbers the network has.
func (s Spec) Parameters() (n int) {
	for _, p := range s.Shapes() {
		n += p.Size()
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
