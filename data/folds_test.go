package data

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// clips makes a manifest of lines "dataset subject camera label", where - is nothing.
func clips(lines ...string) *Manifest {
	m := &Manifest{Dir: "DIR"}
	for i, line := range lines {
		f := strings.Fields(line)
		for k := range f {
			f[k] = strings.Trim(f[k], "-")
		}
		m.Clips = append(m.Clips, Clip{Dataset: f[0], ID: fmt.Sprint("c", i), Subject: f[1], Camera: f[2], Label: f[3], FallStart: -1, FallEnd: -1})
	}
	return m
}

func TestFolds(t *testing.T) {
	m := clips(
		"a s1 k1 fall", // 0
		"a s2 k1 adl",  // 1
		"a - k1 adl",   // 2
		"a - k2 adl",   // 3
		"b s1 k1 fall", // 4: another s1 than that of a
		"b - - adl",    // 5
		"b - - fall",   // 6
	)
	for by, want := range map[string]string{
		"dataset": "a: [0 1 2 3] | b: [4 5 6]",
		"subject": "a/k1: [2] | a/k2: [3] | a/s1: [0] | a/s2: [1] | b/s1: [4] | b/unnamed: [5 6]",
		"camera":  "a/k1: [0 1 2] | a/k2: [3] | b/k1: [4] | b/unnamed: [5 6]",
	} {
		folds, err := m.Folds(by)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, f := range folds {
			got = append(got, fmt.Sprintf("%s: %v", f.Name, f.Test))
			both := slices.Sorted(slices.Values(append(slices.Clone(f.Train), f.Test...)))
			if !slices.Equal(both, []int{0, 1, 2, 3, 4, 5, 6}) {
				t.Errorf("by %s, fold %s: train %v and test %v are not all clips once", by, f.Name, f.Train, f.Test)
			}
		}
		if g := strings.Join(got, " | "); g != want {
			t.Errorf("by %s:\n%s\nwanted\n%s", by, g, want)
		}
	}
}

func TestFoldsThatCannotBe(t *testing.T) {
	one := clips("a - - fall", "a - - adl")
	for _, tc := range []struct {
		m        *Manifest
		by, want string
	}{
		{one, "dataset", `folds by dataset need two groups, and all 2 clips belong to "a": add another data set, or cut folds by subject or camera`},
		{one, "subject", `folds by subject need two groups, and all 2 clips belong to "a/unnamed": fill in column subject of labels.csv`},
		{one, "camera", `folds by camera need two groups, and all 2 clips belong to "a/unnamed": fill in column camera of labels.csv`},
		{one, "moon", `folds by "moon": folds are cut by dataset, subject, camera`},
		{clips(), "camera", "folds by camera: DIR holds no clips"},
	} {
		if _, err := tc.m.Folds(tc.by); err == nil || err.Error() != tc.want {
			t.Errorf("by %s: %v\nwanted %s", tc.by, err, tc.want)
		}
	}
}

func TestGroup(t *testing.T) {
	m := clips("a s1 k1 fall", "a - k1 adl", "a - - adl")
	for i, want := range []string{"a/s1", "a/k1", "a/c2"} {
		if g := m.Group(i); g != want {
			t.Errorf("group of clip %d is %s, and wanted %s", i, g, want)
		}
	}
}

func repeat(n int, line string) []string { return slices.Repeat([]string{line}, n) }

func TestValidationOfRealLayouts(t *testing.T) {
	for _, tc := range []struct {
		name, note string
		lines      [][]string
	}{
		{"cameras with both", "", [][]string{repeat(10, "a - k1 fall"), repeat(5, "a - k2 fall"), repeat(9, "a - k2 adl"), repeat(5, "a - k3 fall"), repeat(9, "a - k3 adl")}},
		{"each class in groups of its own", "", [][]string{repeat(4, "a s1 k fall"), repeat(4, "a s2 k fall"), repeat(4, "a s3 k adl"), repeat(4, "a s4 k adl")}},
		{
			"all adl in one group", "the validation split cuts between the clips of a/k, which has all adl clips",
			[][]string{repeat(6, "a s1 k fall"), repeat(6, "a s2 k fall"), repeat(40, "a - k adl")},
		},
		{
			"one group", "the validation split cuts between the clips of a/k, which has all adl and fall clips",
			[][]string{repeat(6, "a - k fall"), repeat(6, "a - k adl")},
		},
		{"no names at all", "12 of 12 clips name neither subject nor camera, so the same person may be in both parts of the validation split", [][]string{repeat(6, "a - - fall"), repeat(6, "a - - adl")}},
		{"one fall", "no fall clip is left to validate with", [][]string{repeat(1, "a - k1 fall"), repeat(6, "a - k2 adl"), repeat(6, "a - k3 adl")}},
		{"no falls", "there are no fall clips", [][]string{repeat(6, "a - k2 adl"), repeat(6, "a - k3 adl")}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			m := clips(slices.Concat(tc.lines...)...)
			all := allOf(m)
			fit, validation, note := m.Validation(all, 0.25, rand.New(rand.NewPCG(1, 1)))
			if note != tc.note {
				t.Errorf("note %q, and wanted %q", note, tc.note)
			}
			falls, adl := countOf(m, fit)
			vFalls, vADL := countOf(m, validation)
			t.Logf("fit %d falls and %d adl, validation %d and %d", falls, adl, vFalls, vADL)
			if note == "" && (falls == 0 || adl == 0 || vFalls == 0 || vADL == 0) {
				t.Errorf("a part lacks a class and no note says so")
			}
			if len(fit) == 0 || len(validation) == 0 {
				t.Errorf("%d clips to fit, %d to validate with", len(fit), len(validation))
			}
		})
	}
	if fit, validation, note := clips("a - - fall").Validation([]int{0}, 0.2, rand.New(rand.NewPCG(1, 1))); len(fit) != 1 || len(validation) != 0 || note == "" {
		t.Errorf("one clip: %v, %v, %q", fit, validation, note)
	}
}

func allOf(m *Manifest) []int {
	var all []int
	for i := range m.Clips {
		all = append(all, i)
	}
	return all
}

func countOf(m *Manifest, of []int) (falls, adl int) {
	part := Manifest{}
	for _, i := range of {
		part.Clips = append(part.Clips, m.Clips[i])
	}
	return part.Count()
}

// TestValidationKeepsItsPromises draws any clips: nothing is lost, the same rng splits the
// same way, no group is cut through without a note, and with two groups or more of each
// class both parts have both.
func TestValidationKeepsItsPromises(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.SampledFrom([]string{"-", "x", "y", "z", "w"})
		var lines []string
		for range rapid.IntRange(2, 40).Draw(t, "clips") {
			lines = append(lines, strings.Join([]string{
				rapid.SampledFrom([]string{"a", "b"}).Draw(t, "dataset"),
				name.Draw(t, "subject"), name.Draw(t, "camera"), rapid.SampledFrom([]string{LabelFall, LabelADL}).Draw(t, "label"),
			}, " "))
		}
		m := clips(lines...)
		seed := rapid.Uint64().Draw(t, "seed")
		share := rapid.Float64Range(0.05, 0.5).Draw(t, "share")
		split := func() (fit, validation []int, note string) {
			return m.Validation(allOf(m), share, rand.New(rand.NewPCG(seed, 1)))
		}
		fit, validation, note := split()
		if f2, v2, n2 := split(); !slices.Equal(fit, f2) || !slices.Equal(validation, v2) || note != n2 {
			t.Fatalf("the same rng split another way")
		}
		if both := slices.Sorted(slices.Values(slices.Concat(fit, validation))); !slices.Equal(both, allOf(m)) {
			t.Fatalf("%v and %v are not all clips once", fit, validation)
		}
		cut := ""
		groups := map[string][2]bool{} // class by group
		side := map[string]bool{}
		for _, i := range validation {
			side[m.Group(i)] = true
		}
		for _, i := range fit {
			if side[m.Group(i)] {
				cut = m.Group(i)
			}
		}
		for i := range m.Clips {
			g := groups[m.Group(i)]
			g[m.class(i)] = true
			groups[m.Group(i)] = g
		}
		if cut != "" && !strings.Contains(note, cut) {
			t.Errorf("group %s is cut through, and the note is %q", cut, note)
		}
		var holders [2]int
		for _, g := range groups {
			for class, has := range g {
				if has {
					holders[class]++
				}
			}
		}
		if holders[0] > 1 && holders[1] > 1 && (strings.Contains(note, "left") || strings.Contains(note, "cuts") || len(validation) == 0) {
			t.Errorf("both classes have two groups, and still: %q", note)
		}
	})
}
