package main

import (
	"math"
	"slices"
	"testing"

	"fallkit/model"
	"fallkit/pose"
	"fallkit/train"
)

// Every variant is what its name says: one prior (and what that needs) more than the bare
// specialist, or one less than the full one.
func TestThesisVariants(t *testing.T) {
	all := thesisVariants()
	byName := map[string]thesisVariant{}
	for _, v := range all {
		if _, twice := byName[v.Name]; twice || v.About == "" {
			t.Errorf("%s is there twice, or says nothing of itself", v.Name)
		}
		byName[v.Name] = v
	}
	if want := 4 + 2*len(pose.PriorNames()); len(all) != want {
		t.Errorf("%d variants, want %d", len(all), want)
	}
	for _, prior := range pose.PriorNames() {
		for _, v := range []thesisVariant{byName["only-"+prior], byName["without-"+prior]} {
			base, there := byName[v.Base]
			if !there || v.Prior != prior || v.network != model.Specialist {
				t.Fatalf("%s: %+v", prior, v)
			}
			more, less := v.priors, base.priors
			if v.Lacks {
				more, less = less, more
			}
			if len(more) != len(less)+1 || !slices.Contains(more, prior) || slices.Contains(less, prior) {
				t.Errorf("%s has %v, and %s has %v", v.Name, v.priors, v.Base, base.priors)
			}
		}
	}
	if full := byName[train.ThesisFull]; !slices.Equal(full.priors, pose.PriorNames()) {
		t.Errorf("the full specialist has %v", full.priors)
	}
}

// All have about as many parameters, so that knowledge is compared and not size.
func TestThesisVariantsAreEquallyLarge(t *testing.T) {
	settings := DefaultSettings()
	var full int
	for _, v := range thesisVariants() {
		s := v.with(settings, 7)
		if s.Fit.Seed != 7 || s.Validate() != nil {
			t.Fatalf("%s: %v", v.Name, s.Validate())
		}
		spec := s.spec()
		if spec.Falls > 0 {
			spec = spec.Telling(36, 15)
		}
		n := spec.Parameters()
		if full == 0 {
			full = n
		}
		if math.Abs(float64(n-full)) > 0.02*float64(full) {
			t.Errorf("%s has %d parameters, and the first %d", v.Name, n, full)
		}
	}
	for _, name := range otherNetworks() {
		if _, err := besideVariants([]string{name}); err != nil {
			t.Error(err)
		}
	}
}
