package data

import (
	"bytes"
	"encoding/csv"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
)

func threeClips() *Manifest {
	return &Manifest{Dir: "mine", Clips: []Clip{{Dataset: "a", ID: "one"}, {Dataset: "a", ID: "two"}, {Dataset: "b", ID: "one"}}}
}

func TestGroupsOfClips(t *testing.T) {
	m := threeClips()
	text := "clip,groups,dataset,who looked\none,small  dark small,a,me\n\none,edge,b,\n"
	if err := m.readGroups(strings.NewReader(text), "groups.csv"); err != nil {
		t.Fatal(err)
	}
	var got [][]string
	for i := range m.Clips {
		got = append(got, m.Clips[i].Groups)
	}
	if want := [][]string{{"dark", "small"}, nil, {"edge"}}; !reflect.DeepEqual(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	some, err := m.Only([]string{"dataset=b"})
	if err != nil || !slices.Equal(some.Clips[0].Groups, []string{"edge"}) {
		t.Errorf("Only keeps %q, %v", some.Clips[0].Groups, err)
	}
}

func TestFaultsOfGroups(t *testing.T) {
	const head = "dataset,clip,groups\n"
	for _, c := range []struct{ name, text, want string }{
		{"no such clip", head + "a,three,dark\n", `groups.csv:2: clip "three" of data set "a" is not in mine`},
		{"another data set", head + "c,one,dark\n", `groups.csv:2: clip "one" of data set "c" is not in mine`},
		{"twice", head + "a,one,dark\na,one,small\n", `groups.csv:3: clip "one" of data set "a" has a line already: put all of its groups there`},
		{"no group", head + "a,one, \n", "groups.csv:2: groups is empty, and must name one or several, separated by spaces"},
		{"commas for spaces", head + "a,one,dark,small\n", "groups.csv:2: the line has 4 values where the first line names 3 columns: put a value with a comma in it into double quotes"},
		{"no column", "dataset,clip,group\na,one,dark\n", "groups.csv:1: column groups is missing: the first line must name dataset, clip, groups"},
		{"nobody", head, "groups.csv:1: no clip is in a group: a line such as le2i,home-03,dark small puts it there"},
	} {
		m := threeClips()
		err := m.readGroups(strings.NewReader(c.text), "groups.csv")
		var faults Faults
		if !errors.As(err, &faults) || len(faults) != 1 || faults[0] != c.want {
			t.Errorf("%s: got %v\nwant %s", c.name, err, c.want)
		}
		if m.Clips[0].Groups != nil {
			t.Errorf("%s: the clip was put into %q all the same", c.name, m.Clips[0].Groups)
		}
	}
}

func TestGroupsThatAreNoFile(t *testing.T) {
	m, dir := threeClips(), t.TempDir()
	if err := m.OpenGroups(dir); err == nil || !strings.Contains(err.Error(), "is a folder") {
		t.Errorf("a folder gives %v", err)
	}
	if err := m.OpenGroups(filepath.Join(dir, "none.csv")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("no file gives %v", err)
	}
}

// TestHardClips: the table that comes along is a whole one, in order, and has no group but
// those that docs/metrics.md explains.
func TestHardClips(t *testing.T) {
	path := filepath.Join("..", "configs", "hard-clips.csv")
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(bytes.NewReader(text)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var m Manifest
	for i, r := range rows[1:] {
		m.Clips = append(m.Clips, Clip{Dataset: r[0], ID: r[1]})
		if i > 0 && slices.Compare(rows[i][:2], r[:2]) >= 0 {
			t.Errorf("%s follows %s", r, rows[i])
		}
	}
	if err := m.OpenGroups(path); err != nil {
		t.Fatal(err)
	}
	doc, err := os.ReadFile(filepath.Join("..", "docs", "metrics.md"))
	if err != nil {
		t.Fatal(err)
	}
	for i := range m.Clips {
		for _, g := range m.Clips[i].Groups {
			if !strings.Contains(string(doc), "| `"+g+"` |") {
				t.Errorf("%s is in the group %q, which docs/metrics.md does not explain", m.Clips[i].String(), g)
			}
		}
	}
}

func TestHardClipsAreThere(t *testing.T) {
	dir := os.Getenv("FALLKIT_DATA")
	if dir == "" {
		t.Skip("FALLKIT_DATA names no folder with the real clips")
	}
	m, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := m.OpenGroups(filepath.Join("..", "configs", "hard-clips.csv")); err != nil {
		t.Error(err)
	}
}

func FuzzGroups(f *testing.F) {
	f.Add([]byte("dataset,clip,groups\na,one,dark small\nb,one,edge\n"))
	f.Add([]byte("groups,clip,dataset\n,two,a\n\"x"))
	f.Fuzz(func(t *testing.T, text []byte) {
		m := threeClips()
		err := m.readGroups(bytes.NewReader(text), "groups.csv")
		put := 0
		for i := range m.Clips {
			for _, g := range m.Clips[i].Groups {
				if put++; len(strings.Fields(g)) != 1 {
					t.Errorf("a clip is in the group %q", g)
				}
			}
		}
		if (err == nil) != (put > 0) {
			t.Errorf("%d clips are in groups with the error %v", put, err)
		}
	})
}
