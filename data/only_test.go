package data

import (
	"strings"
	"testing"
)

func TestOnly(t *testing.T) {
	m := &Manifest{Dir: "clips", Columns: []string{"dataset", "clip", "light"}, Clips: []Clip{
		{Dataset: "a", ID: "1", Camera: "x", Extra: map[string]string{"light": "dark"}},
		{Dataset: "a", ID: "2", Camera: "y"},
		{Dataset: "b", ID: "1", Camera: "x"},
	}, Segments: []Segment{{Dataset: "a", Clip: "1"}, {Dataset: "b", Clip: "1"}}}
	for _, c := range []struct{ conditions, want, segments string }{
		{"", "a/1 a/2 b/1", "a/1 b/1"},
		{"dataset=a", "a/1 a/2", "a/1"},
		{"dataset=a,camera=x", "a/1", "a/1"},
		{"camera=x,camera=y,dataset=a", "a/1 a/2", "a/1"},
		{"light=dark", "a/1", "a/1"},
		{"camera=z", "error: none of the 3 clips", ""},
		{"colour=red", "error: condition", ""},
		{"dataset", "error: condition", ""},
	} {
		some, err := m.Only(strings.FieldsFunc(c.conditions, func(r rune) bool { return r == ',' }))
		if err != nil {
			if !strings.HasPrefix("error: "+err.Error(), c.want) || !strings.HasPrefix(c.want, "error") {
				t.Errorf("%q: %v, want %s", c.conditions, err, c.want)
			}
			continue
		}
		var clips, segments []string
		for _, k := range some.Clips {
			clips = append(clips, k.Dataset+"/"+k.ID)
		}
		for _, s := range some.Segments {
			segments = append(segments, s.Dataset+"/"+s.Clip)
		}
		if got := strings.Join(clips, " "); got != c.want || strings.Join(segments, " ") != c.segments {
			t.Errorf("%q: clips %q with segments of %q, want %q and %q", c.conditions, got, segments, c.want, c.segments)
		}
	}
}
