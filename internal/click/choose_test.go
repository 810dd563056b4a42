package click

import (
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"fallkit/data"
)

func TestStretches(t *testing.T) {
	fall := data.Clip{ID: "a", Frames: 100, FPS: 20, Label: data.LabelFall, FallStart: 40, FallEnd: 60}
	adl := data.Clip{ID: "a", Frames: 100, Label: data.LabelADL, FallStart: -1, FallEnd: -1}
	untimed := data.Clip{ID: "a", Frames: 100, Label: data.LabelFall, FallStart: -1, FallEnd: -1}
	late := fall
	late.FallEnd = 95
	for _, c := range []struct {
		name     string
		clip     data.Clip
		segments []data.Segment
		want     map[string][]span
	}{
		{"fall", fall, nil, map[string][]span{"else": {{0, 39}}, "falling": {{40, 60}}, "lying": {{61, 80}}}},
		{"fall at the end", late, nil, map[string][]span{"else": {{0, 39}}, "falling": {{40, 95}}, "lying": {{96, 99}}}},
		{"everyday life", adl, nil, map[string][]span{"else": {{0, 99}}}},
		{"fall that nobody timed", untimed, nil, map[string][]span{"": {{0, 99}}}},
		{"no length", data.Clip{ID: "a", Label: data.LabelADL}, nil, map[string][]span{}},
		{
			"segments", fall,
			[]data.Segment{{Start: 20, End: 45, State: "walking"}, {Start: 38, End: 62, State: "falling"}, {Start: 58, End: 70, State: "fallen"}, {Start: 90, End: 99, State: "standing"}},
			map[string][]span{"else": {{20, 39}, {90, 99}}, "falling": {{40, 60}}, "lying": {{61, 70}}},
		},
		{
			"segments around the fall", fall,
			[]data.Segment{{Start: 0, End: 99, State: "not_lying"}},
			map[string][]span{"else": {{0, 39}, {61, 99}}, "falling": {{40, 60}}},
		},
		{
			"segments of a clip that nobody timed", untimed,
			[]data.Segment{{Start: 10, End: 19, State: "falling"}, {Start: 15, End: 29, State: "lying"}, {Start: 28, End: 35, State: "lying"}},
			map[string][]span{"falling": {{10, 19}}, "lying": {{15, 29}, {30, 35}}},
		},
		{
			"segments of everyday life", adl,
			[]data.Segment{{Start: 10, End: 19, State: "falling"}, {Start: 20, End: 29, State: "lying"}},
			map[string][]span{"else": {{10, 19}}, "lying": {{20, 29}}},
		},
	} {
		got := map[string][]span{}
		for _, s := range stretches(&c.clip, c.segments) {
			got[s.state] = s.spans
		}
		if diff := cmp.Diff(c.want, got, cmp.AllowUnexported(span{})); diff != "" {
			t.Errorf("%s: %s", c.name, diff)
		}
	}
}

// house is a folder of two data sets; the second one has two cameras.
func house(clips int) *data.Manifest {
	m := &data.Manifest{}
	for i := range clips {
		c := data.Clip{
			Dataset: fmt.Sprint("set", min(i%3, 1)), Camera: fmt.Sprint("cam", i%3), Subject: fmt.Sprint("s", i/3%4),
			ID: fmt.Sprint("clip", i), Path: fmt.Sprintf("videos/%d.mp4", i), Frames: 90, FPS: 25, Label: data.LabelADL, FallStart: -1, FallEnd: -1,
		}
		if i/3%2 == 0 {
			c.Label, c.FallStart, c.FallEnd = data.LabelFall, 30, 50
		}
		m.Clips = append(m.Clips, c)
	}
	return m
}

func TestChooseSpreads(t *testing.T) {
	m := house(48)
	frames := Choose(m, 40, 1)
	states, cameras, clips := map[string]int{}, map[string]int{}, map[string]int{}
	for _, f := range frames {
		states[f.State]++
		i := slices.IndexFunc(m.Clips, func(c data.Clip) bool { return c.ID == f.Clip })
		cameras[m.Clips[i].Camera]++
		clips[f.Clip]++
		if c := m.Clips[i]; f.Path != c.Path || f.State == data.StateFalling && (f.Number < c.FallStart || f.Number > c.FallEnd) {
			t.Errorf("%+v", f)
		}
	}
	if diff := cmp.Diff(map[string]int{"falling": 16, "lying": 16, "else": 8}, states); diff != "" {
		t.Error(diff)
	}
	// Two data sets share evenly, and the two cameras of the second one in its half.
	if cameras["cam0"] != 20 || cameras["cam1"] < 8 || cameras["cam2"] < 8 {
		t.Errorf("%v", cameras)
	}
	for clip, n := range clips {
		if n > 4 {
			t.Errorf("%s has %d frames", clip, n)
		}
	}
	if cmp.Equal(frames, Choose(m, 40, 2)) {
		t.Error("another seed gives the same frames")
	}
}

// The same seed gives the same frames, and a greater number only adds; no frame comes
// twice, and all are taken where there are not enough.
func TestChooseAddsOnly(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		clips := rapid.IntRange(0, 7).Draw(t, "clips")
		seed := rapid.Uint64().Draw(t, "seed")
		few := rapid.IntRange(1, 700).Draw(t, "few")
		m := house(clips)
		all, some := Choose(m, 1000, seed), Choose(m, few, seed)
		if want := all[:min(few, len(all))]; !slices.Equal(want, some) {
			t.Fatalf("%d of %d frames are others", few, len(all))
		}
		seen := map[Frame]bool{}
		for _, f := range all {
			f.State = ""
			if seen[f] {
				t.Fatalf("%+v comes twice", f)
			}
			seen[f] = true
		}
		want := 0
		for i := range m.Clips {
			for _, s := range stretches(&m.Clips[i], nil) {
				want += s.frames()
			}
		}
		if len(all) != want {
			t.Fatalf("%d frames are there, and %d were chosen", want, len(all))
		}
	})
}
