package train

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"fallkit/data"
	"fallkit/internal/alarm"
)

// quick raises a suspected event at the second score above the threshold and confirms it
// four scores later.
var quick = alarm.Settings{Threshold: 0.5, Release: 0.8, SuspectSeconds: 0.25, ConfirmSeconds: 1, HoldSeconds: 1, CoolDown: 1}

// drawnClip is a clip with one person whose score is drawn: one rune is a quarter of a
// second, '#' 0.9, '+' 0.45, '.' 0.1, '?' unknown. A clip with falls is a fall clip.
func drawnClip(name, drawing string, falls ...data.Span) Judged {
	j := Judged{Clip: name, Group: name, Seconds: float64(len(drawing)) / 4, Fall: len(falls) > 0, Falls: falls, Threshold: 0.5}
	t := TrackScores{Track: 1}
	for i, r := range drawing {
		score := map[rune]float64{'#': 0.9, '+': 0.45, '.': 0.1, '?': math.NaN()}[r]
		t.Times, t.Scores = append(t.Times, float64(i)/4), append(t.Scores, score)
	}
	j.Scores = []TrackScores{t}
	j.Evidence = Evidence(t.Times, j.Scores)
	for i, s := range t.Scores {
		if !math.IsNaN(s) {
			j.Windows = append(j.Windows, JudgedWindow{s, within(falls, t.Times[i])})
		}
	}
	return j
}

// handClips can be counted by hand.
func handClips() []Judged {
	return []Judged{
		//                     0   1   2   3   4   5   6   7   8   9
		drawnClip("found", "............########....................", data.Span{Start: 3, End: 4}),
		drawnClip("found-late", "................##......................", data.Span{Start: 3, End: 4}),
		drawnClip("missed", "............++++........................", data.Span{Start: 3, End: 4}),
		drawnClip("ends-soon", "............####", data.Span{Start: 3, End: 3.5}),
		drawnClip("quiet", "........................................"),
		drawnClip("nuisance", "....######....##........................"),
		drawnClip("unknown", "????????????????????????????????????????"),
	}
}

func TestMeasureByHand(t *testing.T) {
	clips := handClips()
	clips = append(clips, drawnClip("untimed", "....##...."))
	clips[len(clips)-1].Fall = true
	got := Measuring{Alarm: quick, Resamples: 200, Seed: 1}.Measure(clips)
	if want := (Counts{Clips: 8, FallClips: 5, Falls: 4, Untimed: 1, Trials: 8, Unknown: 1, Windows: 226, FallWindows: 18}); !sameCounts(got.Counts, want) {
		t.Errorf("counts %+v, want %+v", got.Counts, want)
	}
	// footage: found, found-late and missed have 2 + 3 calm seconds each, ends-soon 2, the others 10 each
	const calm = (3*5 + 2 + 30) / 3600.0
	wantEvent := EventCounts{Falls: 4, Found: 3, FalseAlarms: 1, Hours: calm}
	if !sameEventCounts(got.Event.Counts, wantEvent) {
		t.Errorf("suspected %+v, want %+v", got.Event.Counts, wantEvent)
	}
	wantConfirmed := EventCounts{Falls: 3, Found: 1, LeftOut: 1, FalseAlarms: 1, Hours: calm}
	if !sameEventCounts(got.EventConfirmed.Counts, wantConfirmed) {
		t.Errorf("confirmed %+v, want %+v", got.EventConfirmed.Counts, wantConfirmed)
	}
	for _, c := range []struct {
		name string
		got  Metric
		want float64
	}{
		{"clip recall", got.Clip.Recall, 4.0 / 5},
		// the unknown clip is neither right nor wrong
		{"clip specificity", got.Clip.Specificity, 1.0 / 2},
		{"clip balanced accuracy", got.Clip.BalancedAccuracy, (4.0/5 + 1.0/2) / 2},
		{"clip F1", got.Clip.F1, 2 * 4.0 / (2*4 + 1 + 1)},
		{"clip coverage", got.Clip.Coverage, 7.0 / 8},
		// falls .9 .9 .45 .9 .9 against .1 .9
		{"clip AUC", got.Clip.AUC, (4*(1+0.5) + 1) / 10},
		{"event recall", got.Event.Recall, 3.0 / 4},
		{"event precision", got.Event.Precision, 3.0 / 4},
		{"event F1", got.Event.F1, 6.0 / 8},
		{"false alarms an hour", got.Event.FalseAlarmsPerHour, 1 / calm},
		{"false alarms a day", got.Event.FalseAlarmsPerDay, 24 / calm},
		{"confirmed recall", got.EventConfirmed.Recall, 1.0 / 3},
		// raised at 3.25, 4.25 and 3.25; the falls end at 4, 4 and 3.5
		{"median time to alarm", got.Event.TimeToAlarm.Median, -0.25},
		{"p90 time to alarm", got.Event.TimeToAlarm.P90, -0.25 + 0.8*0.5},
		{"confirmed time to alarm", got.EventConfirmed.TimeToAlarm.Median, 0.25},
	} {
		if !close9(c.got.Value, c.want) {
			t.Errorf("%s is %g, want %g", c.name, c.got.Value, c.want)
		}
		if c.got.Low > c.got.Value || c.got.High < c.got.Value {
			t.Errorf("%s: %g lies outside [%g, %g]", c.name, c.got.Value, c.got.Low, c.got.High)
		}
	}
}

func TestConfirmingTakesBothWaits(t *testing.T) {
	// the clip goes on for 1.1 s after the fall: longer than ConfirmSeconds, shorter than both
	clip := drawnClip("short", strings.Repeat(".", 20), data.Span{Start: 3, End: 3.9})
	got := Measuring{Alarm: quick, Resamples: 10, Seed: 1}.Measure([]Judged{clip})
	if c := got.EventConfirmed.Counts; c.LeftOut != 1 || c.Falls != 0 {
		t.Errorf("confirmed %+v, want the fall left out", c)
	}
}

func TestAScoreAtTheThresholdIsAFall(t *testing.T) {
	clips := []Judged{drawnClip("fall", "....####....", data.Span{Start: 1, End: 1.5}), drawnClip("other", "....####....")}
	clips[0].Threshold, clips[1].Threshold = 0.9, 0.9
	got := Measuring{Alarm: quick, Resamples: 10, Seed: 1}.Measure(clips)
	if got.Clip.Recall.Value != 1 || got.Clip.Specificity.Value != 0 || got.Event.Counts.Found != 1 {
		t.Errorf("recall %g, specificity %g, %d found", got.Clip.Recall.Value, got.Clip.Specificity.Value, got.Event.Counts.Found)
	}
}

func sameCounts(a, b Counts) bool {
	a.Hours, b.Hours = 0, 0
	a.ScoredHours, b.ScoredHours = 0, 0
	return a == b
}

func sameEventCounts(a, b EventCounts) bool {
	hours := close9(a.Hours, b.Hours)
	a.Hours, b.Hours = 0, 0
	return hours && a == b
}

func TestPerfectAndUselessDetectors(t *testing.T) {
	fall := data.Span{Start: 10, End: 11}
	var perfect, silent []Judged
	for i := range 20 {
		a, b := fmt.Sprintf("fall-%02d", i), fmt.Sprintf("adl-%02d", i)
		perfect = append(perfect, drawnClip(a, strings.Repeat(".", 40)+"######"+strings.Repeat(".", 34), fall), drawnClip(b, strings.Repeat(".", 80)))
		silent = append(silent, drawnClip(a, strings.Repeat(".", 80), fall), drawnClip(b, strings.Repeat(".", 80)))
	}
	m := Measuring{Alarm: quick, Resamples: 300, Seed: 1}
	best, none := m.Measure(perfect), m.Measure(silent)
	for _, c := range []struct {
		name      string
		got       Metric
		want      float64
		low, high float64
	}{
		{"perfect: recall", best.Clip.Recall, 1, 1 - 3.0/20, 1},
		{"perfect: specificity", best.Clip.Specificity, 1, 1 - 3.0/20, 1},
		{"perfect: balanced accuracy", best.Clip.BalancedAccuracy, 1, 1 - math.Sqrt2*3.0/20/2, 1},
		{"perfect: AUC", best.Clip.AUC, 1, 1 - 3.0/20, 1},
		{"perfect: event recall", best.Event.Recall, 1, 1 - 3.0/20, 1},
		{"perfect: confirmed recall", best.EventConfirmed.Recall, 1, 1 - 3.0/20, 1},
		{"perfect: false alarms", best.Event.FalseAlarmsPerHour, 0, 0, 3 / (20 * (20 + 15) / 3600.0)},
		{"silent: recall", none.Clip.Recall, 0, 0, 3.0 / 20},
		{"silent: balanced accuracy", none.Clip.BalancedAccuracy, 0.5, 0.5 - 3.0/20/2, 0.5 + 3.0/20/2},
		{"silent: AUC", none.Clip.AUC, 0.5, 0.5, 0.5},
		{"silent: event recall", none.Event.Recall, 0, 0, 3.0 / 20},
	} {
		if !close9(c.got.Value, c.want) || !close9(c.got.Low, c.low) || !close9(c.got.High, c.high) {
			t.Errorf("%s is %+v, want %g [%g, %g]", c.name, c.got, c.want, c.low, c.high)
		}
	}
	if none.Event.Precision.Defined() || none.Event.Precision.Note == "" {
		t.Errorf("silent: precision is %+v, want undefined with a reason", none.Event.Precision)
	}
}

func TestAScoreByChanceIsWorthNothing(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 5))
	var clips []Judged
	for i := range 400 {
		j := Judged{Clip: fmt.Sprint(i), Group: fmt.Sprint(i), Seconds: 10, Fall: i%2 == 0, Threshold: 0.5}
		if j.Fall {
			j.Falls = []data.Span{{Start: 4, End: 5}}
		}
		j.Scores = []TrackScores{{Track: 1, Times: []float64{1}, Scores: []float64{rng.Float64()}}}
		for k := range 20 {
			j.Windows = append(j.Windows, JudgedWindow{rng.Float64(), k%4 == 0})
		}
		clips = append(clips, j)
	}
	got := Measuring{Alarm: quick, Resamples: 300, Seed: 2}.Measure(clips)
	for name, c := range map[string]struct {
		m    Metric
		want float64
	}{"balanced accuracy": {got.Clip.BalancedAccuracy, 0.5}, "AUC": {got.Clip.AUC, 0.5}, "AP": {got.Window.AP, 0.25}} {
		if c.m.Low > c.want || c.m.High < c.want || math.Abs(c.m.Value-c.want) > 0.06 {
			t.Errorf("%s is %+v, want about %g", name, c.m, c.want)
		}
	}
}

// anyClips draws clips of several groups, some of them with more than one fall.
func anyClips(t *rapid.T) []Judged {
	var clips []Judged
	for i := range rapid.IntRange(1, 25).Draw(t, "clips") {
		drawing := rapid.StringOfN(rapid.RuneFrom([]rune("..####+?")), 8, 60, -1).Draw(t, "score")
		var falls []data.Span
		for k := range rapid.IntRange(0, 2).Draw(t, "falls") {
			start := float64(8*k) + float64(rapid.IntRange(0, 12).Draw(t, "start"))/4
			falls = append(falls, data.Span{Start: start, End: start + 0.75})
		}
		clip := drawnClip(fmt.Sprintf("clip-%02d", i), drawing, falls...)
		clip.Group = fmt.Sprintf("group-%d", i%rapid.IntRange(1, 12).Draw(t, "groups"))
		clips = append(clips, clip)
	}
	return clips
}

func TestTheOrderOfClipsChangesNothing(t *testing.T) {
	m := Measuring{Alarm: quick, Resamples: 50, Seed: 3}
	rapid.Check(t, func(t *rapid.T) {
		clips := anyClips(t)
		shuffled := append([]Judged(nil), clips...)
		rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1)).Shuffle(len(shuffled), func(a, b int) { shuffled[a], shuffled[b] = shuffled[b], shuffled[a] })
		a, b := flat(t, m.Measure(clips)), flat(t, m.Measure(shuffled))
		for key, v := range a {
			if w := b[key]; v != w && math.Abs(v-w) > 1e-9 {
				t.Fatalf("%s is %g, and in another order %g", key, v, w)
			}
		}
	})
}

// flat names every number of a result.
func flat(t *rapid.T, m Measures) map[string]float64 {
	text, err := json.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	var tree any
	if err := json.Unmarshal(text, &tree); err != nil {
		t.Fatal(err)
	}
	out := map[string]float64{}
	var walk func(string, any)
	walk = func(key string, v any) {
		switch v := v.(type) {
		case map[string]any:
			for k, part := range v {
				walk(key+"."+k, part)
			}
		case float64:
			out[key] = v
		}
	}
	walk("", tree)
	return out
}

func TestEveryResultIsJSONWithinItsBounds(t *testing.T) {
	m := Measuring{Alarm: quick, Resamples: 30, Seed: 3}
	rapid.Check(t, func(t *rapid.T) {
		for key, v := range flat(t, m.Measure(anyClips(t))) {
			share := !strings.Contains(key, "hour") && !strings.Contains(key, "per_day") && !strings.Contains(key, "seconds") && !strings.Contains(key, "loss") && !strings.Contains(key, "time_to") && !strings.Contains(key, "counts") && !strings.Contains(key, "units") && !strings.Contains(key, "resamples")
			if share && (v < 0 || v > 1) {
				t.Fatalf("%s is %g", key, v)
			}
			if strings.Contains(key, "hour") && v < 0 {
				t.Fatalf("%s is %g", key, v)
			}
		}
	})
}

// twoFolds are the hand-counted clips as two folds with thresholds of their own.
func twoFolds() []FoldClips {
	clips := handClips()
	var a, b []Judged
	for i := range clips {
		if i%2 == 0 {
			a = append(a, clips[i])
		} else {
			b = append(b, clips[i])
		}
	}
	return []FoldClips{{"test on A", "B", "A", 0.5, a}, {"test on B", "A", "B", 0.4, b}}
}

func TestResultOfFoldsPoolsTheirClips(t *testing.T) {
	m := Measuring{Alarm: quick, Resamples: 50, Seed: 1}
	r, err := m.Result("dataset", "net", twoFolds())
	if err != nil {
		t.Fatal(err)
	}
	if len(r.Folds) != 2 || r.Folds[1].Threshold != 0.4 || r.Threshold != 0.45 || r.Counts.Clips != 7 {
		t.Errorf("folds %d, thresholds %g and %g, %d clips", len(r.Folds), r.Folds[1].Threshold, r.Threshold, r.Counts.Clips)
	}
	if got := r.Folds[0].Event.Counts.Falls + r.Folds[1].Event.Counts.Falls; got != r.Event.Counts.Falls {
		t.Errorf("the folds have %d falls, all together %d", got, r.Event.Counts.Falls)
	}
}

func TestResultIsReadBackAsItWasWritten(t *testing.T) {
	r, err := Measuring{Alarm: quick, Resamples: 50, Seed: 1}.Result("dataset", "net", twoFolds())
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "result.json")
	if err := r.Write(path); err != nil {
		t.Fatal(err)
	}
	back, err := ReadResult(path)
	if err != nil {
		t.Fatal(err)
	}
	a, _ := json.Marshal(r)
	b, _ := json.Marshal(back)
	if !bytes.Equal(a, b) {
		t.Errorf("written\n%s\nread\n%s", a, b)
	}
}

func TestResultHasTheKeysThatScriptsRelyOn(t *testing.T) {
	r, err := Measuring{Alarm: quick, Resamples: 50, Seed: 1}.Result("dataset", "net", twoFolds())
	if err != nil {
		t.Fatal(err)
	}
	text, _ := json.Marshal(r)
	var tree map[string]any
	if err := json.Unmarshal(text, &tree); err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{
		"format", "protocol", "detector", "train", "test", "threshold", "folds", "counts.clips", "interval.unit", "alarm.threshold",
		"clip.balanced_accuracy.value", "clip.recall.low", "clip.specificity.high", "clip.auc.value", "window.ap.value",
		"event.recall.value", "event.false_alarms_per_hour.high", "event.time_to_alarm_s.median.value", "event.time_to_alarm_s.p90.value",
		"event_confirmed.recall.value", "event_confirmed.counts.left_out",
	} {
		var at any = tree
		for _, part := range strings.Split(key, ".") {
			node, ok := at.(map[string]any)
			if !ok || !has(node, part) {
				t.Errorf("the JSON has no %s", key)
				break
			}
			at = node[part]
		}
	}
}

func has(node map[string]any, key string) bool {
	_, ok := node[key]
	return ok
}

func TestResultRefusesWhatCannotBeMeasured(t *testing.T) {
	for want, folds := range map[string][]FoldClips{
		"no clip to measure": nil,
		"no test clip":       {{Name: "A", Threshold: 0.5}},
		"threshold is NaN":   {{Name: "A", Threshold: math.NaN(), Clips: handClips()}},
	} {
		if _, err := (Measuring{Alarm: quick}).Result("fixed", "net", folds); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want an error with %q, got %v", want, err)
		}
	}
}

func TestWorstTellsWhatWentWrong(t *testing.T) {
	missed, wrong := Measuring{Alarm: quick}.Worst(handClips(), 10)
	if got, want := names(missed), []string{"missed"}; !reflect.DeepEqual(got, want) {
		t.Errorf("missed %v, want %v", got, want)
	}
	if got, want := names(wrong), []string{"nuisance"}; !reflect.DeepEqual(got, want) {
		t.Errorf("false alarms %v, want %v", got, want)
	}
}

func names(clips []Judged) (out []string) {
	for i := range clips {
		out = append(out, clips[i].Clip)
	}
	return out
}

// manyClips are n clips with 200 windows and scores each.
func manyClips(n int) []Judged {
	rng := rand.New(rand.NewPCG(1, 2))
	clips := make([]Judged, n)
	for i := range clips {
		j := Judged{Clip: fmt.Sprint(i), Group: fmt.Sprint(i / 3), Seconds: 20, Fall: i%2 == 0, Threshold: 0.5}
		if j.Fall {
			j.Falls = []data.Span{{Start: 8, End: 9}}
		}
		t := TrackScores{Track: 1}
		for k := range 250 {
			t.Times, t.Scores = append(t.Times, float64(k)*0.08), append(t.Scores, rng.Float64())
			if k%5 != 0 {
				j.Windows = append(j.Windows, JudgedWindow{rng.Float64(), k%8 == 0})
			}
		}
		j.Scores = []TrackScores{t}
		clips[i] = j
	}
	return clips
}

func BenchmarkMeasure200Clips2000Resamples(b *testing.B) {
	clips := manyClips(200)
	m := Measuring{Alarm: alarm.Default, Resamples: 2000, Seed: 1}
	for b.Loop() {
		m.Measure(clips)
	}
}

func BenchmarkChooseThreshold200Clips(b *testing.B) {
	clips := manyClips(200)
	for b.Loop() {
		if _, err := ChooseThreshold(clips, alarm.Default, ForEventF1); err != nil {
			b.Fatal(err)
		}
	}
}
