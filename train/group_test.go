package train

import (
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
