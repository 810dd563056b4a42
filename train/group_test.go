package train

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestTheWorstGroupComesFirst(t *testing.T) {
	clips := handClips()
	for i, light := range []string{"bright", "dark", "dark", "bright", "bright", "dark", ""} {
		clips[i].Columns = map[string]string{"light": light}
	}
	groups := Measuring{Alarm: quick, MinEvidence: DefaultMinEvidence, Resamples: 10}.Groups(clips, "light")
	// found-late is found; missed and the nuisance are wrong; the unknown clip is not
	want := []struct {
		value        string
		clips, wrong int
	}{{"dark", 3, 2}, {"bright", 3, 0}, {"", 1, 0}}
	if len(groups) != len(want) {
		t.Fatalf("%d groups", len(groups))
	}
	for i, w := range want {
		if g := groups[i]; g.Column != "light" || g.Value != w.value || g.Counts.Clips != w.clips || g.Wrong != w.wrong || !close9(g.Share, float64(w.wrong)/float64(w.clips)) {
			t.Errorf("group %d is %q with %d of %d wrong (%g), want %+v", i, g.Value, g.Wrong, g.Counts.Clips, g.Share, w)
		}
	}
}

func TestAColumnThatIsNamedTwiceIsToldOnce(t *testing.T) {
	var r Result
	Measuring{Alarm: quick, Resamples: 10}.GroupBy(&r, handClips(), []string{"light", "room", "light"})
	if len(r.Groups) != 2 || r.Groups[0].Column != "light" || r.Groups[1].Column != "room" {
		t.Errorf("%d groups", len(r.Groups))
	}
}

func TestGroupsAddUpToTheWhole(t *testing.T) {
	m := Measuring{Alarm: quick, MinEvidence: DefaultMinEvidence, Resamples: 5}
	drawn := rapid.Custom(func(t *rapid.T) []Judged {
		clips := anyClips(t)
		for i := range clips {
			clips[i].Columns = map[string]string{"room": rapid.SampledFrom([]string{"a", "b", "c", ""}).Draw(t, "room")}
		}
		return clips
	})
	for seed := range 30 { // each looks for best thresholds several times
		clips := drawn.Example(seed)
		all := m.Measure(clips)
		var sum Counts
		var events EventCounts
		groups := m.Groups(clips, "room")
		for i, g := range groups {
			if i > 0 && g.Share > groups[i-1].Share {
				t.Fatalf("group %q has %g wrong and follows one with %g", g.Value, g.Share, groups[i-1].Share)
			}
			c := g.Counts
			sum = Counts{
				Clips: sum.Clips + c.Clips, FallClips: sum.FallClips + c.FallClips, Falls: sum.Falls + c.Falls, Untimed: sum.Untimed + c.Untimed,
				Unknown: sum.Unknown + c.Unknown, UnknownFall: sum.UnknownFall + c.UnknownFall, Windows: sum.Windows + c.Windows,
				FallWindows: sum.FallWindows + c.FallWindows, UnknownWindows: sum.UnknownWindows + c.UnknownWindows, Trials: sum.Trials + c.Trials,
			}
			e := g.Event.Counts
			events = EventCounts{events.Falls + e.Falls, events.Found + e.Found, events.LeftOut + e.LeftOut, events.FalseAlarms + e.FalseAlarms, events.Hours + e.Hours}
		}
		if !sameCounts(sum, all.Counts) || !sameEventCounts(events, all.Event.Counts) {
			t.Fatalf("groups %+v %+v\nall %+v %+v", sum, events, all.Counts, all.Event.Counts)
		}
	}
}

func TestAClipMayBeInSeveralGroups(t *testing.T) {
	clips := handClips()
	for i, marks := range [][]string{{"dark", "small"}, {"dark"}, nil, {"small"}, nil, nil, nil} {
		clips[i].Marks = marks
	}
	m := Measuring{Alarm: quick, MinEvidence: DefaultMinEvidence, Resamples: 10}
	var r Result
	m.GroupBy(&r, clips, nil)
	got := map[string]int{}
	for _, g := range r.Groups {
		got[g.Value] = g.Counts.Clips
		var members []Judged
		for i := range clips {
			if slices.Contains(clips[i].Marks, g.Value) || g.Value == "" && len(clips[i].Marks) == 0 {
				members = append(members, clips[i])
			}
		}
		if want := m.Measure(members); g.Column != MarkColumn || !sameEventCounts(g.Event.Counts, want.Event.Counts) || !sameEventCounts(g.EventConfirmed.Counts, want.EventConfirmed.Counts) {
			t.Errorf("group %q of %q has %+v, want %+v", g.Value, g.Column, g.Event.Counts, want.Event.Counts)
		}
	}
	if want := map[string]int{"dark": 2, "small": 2, "": len(clips) - 3}; !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	var none Result
	m.GroupBy(&none, handClips(), nil)
	if none.Groups != nil {
		t.Errorf("clips in no group make %d", len(none.Groups))
	}
}

func TestGroupsAreKeptAndShown(t *testing.T) {
	clips := handClips()
	clips[0].Marks = []string{"dark"}
	if c, err := toFile(&clips[0]).judged(); err != nil || !slices.Equal(c.Marks, clips[0].Marks) {
		t.Errorf("kept as %q, %v", c.Marks, err)
	}
	m := Measuring{Alarm: quick, MinEvidence: DefaultMinEvidence, Resamples: 10}
	for _, g := range m.MarkedGroups(clips) {
		text := cellOfGroup(&g).Falls
		want := fmt.Sprintf("falls suspected %d of %d (", g.Event.Counts.Found, g.Event.Counts.Falls)
		if g.Event.Counts.Falls == 0 {
			want = ""
		}
		if !strings.HasPrefix(text, want) || want == "" && text != "" {
			t.Errorf("group %q tells %q, want %q", g.Value, text, want)
		}
	}
}
