package data

import (
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

func TestPartsOfRealLayouts(t *testing.T) {
	for _, tc := range []struct {
		name, note string
		lines      [][]string
		want       int
	}{
		{"four cameras", "", [][]string{repeat(48, "a - k1 fall"), repeat(14, "a - k2 fall"), repeat(8, "a - k2 adl"), repeat(28, "a - k3 fall"), repeat(7, "a - k4 fall"), repeat(22, "a - k4 adl")}, 4},
		{
			"all adl in one group", "the validation split cuts between the clips of a/k, which has all adl clips",
			[][]string{repeat(6, "a s1 k fall"), repeat(6, "a s2 k fall"), repeat(6, "a s3 k fall"), repeat(40, "a - k adl")},
			4,
		},
		{"fewer groups than parts", "", [][]string{repeat(3, "a s1 k fall"), repeat(3, "a s1 k adl"), repeat(3, "a s2 k fall"), repeat(3, "a s2 k adl")}, 2},
	} {
		t.Run(tc.name, func(t *testing.T) {
			m := clips(slices.Concat(tc.lines...)...)
			parts, note := m.Parts(allOf(m), 4, rand.New(rand.NewPCG(1, 2)))
			if note != tc.note || len(parts) != tc.want {
				t.Errorf("%d parts and the note %q, wanted %d and %q", len(parts), note, tc.want, tc.note)
			}
			for _, p := range parts {
				falls, adl := countOf(m, p)
				t.Logf("%d falls, %d adl", falls, adl)
			}
		})
	}
}

// Whatever the clips: all are in one part, none in two, no part is empty, no group is cut
// that need not be, and the same seed gives the same parts.
func TestPartsAreADivision(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		lines := rapid.SliceOfN(rapid.SampledFrom([]string{
			"a s1 k fall", "a s1 k adl", "a s2 k fall", "a - k1 adl", "a - k1 fall", "b - - adl", "b - - fall", "b s1 - fall",
		}), 1, 60).Draw(t, "clips")
		m := clips(lines...)
		k := rapid.IntRange(1, 9).Draw(t, "k")
		seed := rapid.Uint64().Draw(t, "seed")
		parts, note := m.Parts(allOf(m), k, rand.New(rand.NewPCG(seed, 2)))
		again, _ := m.Parts(allOf(m), k, rand.New(rand.NewPCG(seed, 2)))
		if !slices.EqualFunc(parts, again, slices.Equal[[]int]) {
			t.Fatal("the same seed gave other parts")
		}
		if !slices.Equal(slices.Sorted(slices.Values(slices.Concat(parts...))), allOf(m)) {
			t.Fatalf("%v is no division of %d clips", parts, len(m.Clips))
		}
		where := map[string]int{}
		for i, p := range parts {
			if len(p) == 0 || !slices.IsSorted(p) {
				t.Fatalf("part %d of %d is %v", i, len(parts), p)
			}
			for _, c := range p {
				if before, seen := where[m.Group(c)]; note == "" && seen && before != i {
					t.Fatalf("%s is in parts %d and %d", m.Group(c), before, i)
				}
				where[m.Group(c)] = i
			}
		}
	})
}
