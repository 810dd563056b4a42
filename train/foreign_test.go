package train

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"fallkit/data"
	"fallkit/internal/alarm"
	"fallkit/pose"
)

// knownClips are three of 10 s in two data sets; "twin" is a name of both, "aside" is not measured.
var knownClips = []KnownClip{{"a", "fall-1", 10}, {"a", "twin", 10}, {"b", "twin", 10}, {"b", "aside", math.NaN()}}

func readText(text string) (*Foreign, error) {
	return ReadForeign(context.Background(), strings.NewReader(text), "f.csv", knownClips)
}

func TestReadForeignScores(t *testing.T) {
	for name, text := range map[string]string{
		"plain":            "clip,time_s,score\nfall-1,0,0.1\nfall-1,0.5,\na/fall-1,1,1\n",
		"with a BOM, CRLF": "\ufeffclip,time_s,score\r\nfall-1,0,0.1\r\nfall-1,0.5,\r\nfall-1,1,1\r\n",
		"others' columns":  "frame,Score, CLIP ,note,time_s\n0,.1,fall-1,\"a, b\",0\n1,,fall-1,,.5\n\n2,1.0,a/fall-1,,1e0\n,,,,\n",
		"track column":     "clip,track,time_s,score\nfall-1,0,0,0.1\nfall-1,0.0,0.5,\nfall-1,0,1,1\n",
		"others unmeasured": "clip,time_s,score\naside,99,0.1\nb/aside,100,0.5\nfall-1,0,0.1\nfall-1,0.5,\n" +
			"fall-1,1,1\n",
	} {
		f, err := readText(text)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		c := f.Of("a", "fall-1")
		if f.Kind != ForeignScores || c.Rows != 3 || len(c.Tracks) != 1 || !reflect.DeepEqual(c.Tracks[0].Times, []float64{0, 0.5, 1}) {
			t.Errorf("%s: %s %+v", name, f.Kind, c)
			continue
		}
		if s := c.Tracks[0].Scores; s[0] != 0.1 || !math.IsNaN(s[1]) || s[2] != 1 {
			t.Errorf("%s: scores %v", name, s)
		}
		if f.Step != 0.5 || f.Of("b", "aside").Rows != 0 || f.Of("c", "fall-1") != nil {
			t.Errorf("%s: step %g, aside %+v", name, f.Step, f.Of("b", "aside"))
		}
	}
}

func TestReadForeignEvents(t *testing.T) {
	f, err := readText("clip,track,event,start_s,confirmed_s,score\n" +
		"fall-1,2,suspected,1,1.2,0.6\nfall-1,2,confirmed,1,2.2,0.8\na/twin,1,confirmed,3,4,\nb/twin,1,suspected,3,4,0.3\n")
	if err != nil {
		t.Fatal(err)
	}
	event := func(clip string, track int, kind string, start, confirmed, score float64) Detection {
		return Detection{clip, track, kind, start, confirmed, score}
	}
	for clip, want := range map[string][]Detection{
		"a/fall-1": {event("fall-1", 2, alarm.Suspected, 1, 1.2, 0.6), event("fall-1", 2, alarm.Confirmed, 1, 2.2, 0.8)},
		// who is sure has noticed; whoever has only noticed is not sure
		"a/twin": {event("twin", 1, alarm.Confirmed, 3, 4, 1), event("twin", 1, alarm.Suspected, 3, 4, 1)},
		"b/twin": {event("twin", 1, alarm.Suspected, 3, 4, 0.3)},
	} {
		dataset, name, _ := strings.Cut(clip, "/")
		if got := f.Of(dataset, name).Heard; !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %v, want %v", clip, got, want)
		}
	}
	if f.Kind != ForeignEvents || f.LowestScore() != 0.3 {
		t.Errorf("%s, lowest score %g", f.Kind, f.LowestScore())
	}
}

func TestAnotherPersonsSuspicionConfirmsNothing(t *testing.T) {
	f, err := readText("clip,track,event,start_s,confirmed_s\nfall-1,1,suspected,1,2\nfall-1,2,confirmed,1,2\nfall-1,1,confirmed,5,6\n")
	if err != nil {
		t.Fatal(err)
	}
	suspected := 0
	for _, d := range f.Of("a", "fall-1").Heard {
		suspected += int(count(d.Event == alarm.Suspected))
	}
	if suspected != 3 {
		t.Errorf("%d suspected events, want 3: %v", suspected, f.Of("a", "fall-1").Heard)
	}
}

func TestReadForeignAlarms(t *testing.T) {
	f, err := readText("clip,time_s\nfall-1,2.5\n")
	if err != nil {
		t.Fatal(err)
	}
	c := f.Of("a", "fall-1")
	if f.Kind != ForeignAlarms || c.Rows != 1 || len(c.Heard) != 2 || c.Heard[0].Event != alarm.Suspected || c.Heard[1].Event != alarm.Confirmed || c.Heard[0].Confirmed != 2.5 || c.Heard[1].Start != 2.5 {
		t.Errorf("%s %+v", f.Kind, c)
	}
	if f, err := readText("clip,time_s\n"); err != nil || len(f.Of("a", "fall-1").Heard) != 0 {
		t.Errorf("a detector that raised nothing: %v", err)
	}
}

func TestEveryFaultOfAForeignFileIsTold(t *testing.T) {
	const scores, events, alarms = "clip,time_s,score\n", "clip,event,start_s,confirmed_s,score\n", "clip,time_s\n"
	for text, want := range map[string]string{
		"":                                     "f.csv:1: the file is empty: its first line must name the columns, which are clip,time_s,score for scores",
		"\ufeff":                               "f.csv:1: the file is empty",
		"\n\n":                                 "f.csv:1: the file is empty",
		scores:                                 "f.csv:1: no score follows the line of column names",
		"\xff\xfec\x00l\x00":                   "f.csv:1: the file is UTF-16: save it as UTF-8",
		"clip;time_s;score\n":                  "f.csv:1: the columns are separated by semicolons or tabs",
		"clip,score\nfall-1,1\n":               "f.csv:1: column time_s is missing: the first line must name the columns",
		"time_s,score\n1,1\n":                  "f.csv:1: column clip is missing",
		"name,what\n":                          "f.csv:1: column clip is missing",
		"clip,start_s,confirmed_s\n":           "f.csv:1: column event is missing",
		"clip,event,confirmed_s\n":             "f.csv:1: column start_s is missing",
		"clip,time_s,time_s,score\n":           `f.csv:1: column "time_s" is there twice`,
		"clip,time_s,Score,score\n":            `f.csv:1: column "score" is there twice`,
		"clip,time_s,scores\n":                 `f.csv:1: column "scores" looks like scores: call it score, or leave it out`,
		"clip,time_s,fall_probability\n":       `f.csv:1: column "fall_probability" looks like scores`,
		scores + "fall-2,1,0.5\n":              `f.csv:2: clip is "fall-2", and no clip of the data folder has that name: the nearest is "fall-1"`,
		scores + "b/twni,1,0.5\n":              `f.csv:2: clip is "b/twni", and no clip of the data folder has that name: the nearest is "b/twin"`,
		scores + "twin,1,0.5\n":                `f.csv:2: clip "twin" is in several data sets: write a/twin or b/twin`,
		scores + ",1,0.5\n":                    "f.csv:2: clip is empty, and must be a name of labels.csv",
		scores + "fall-1,1,0.5\nfall-1,.5,0\n": "f.csv:3: time_s is 0.5, and line 2 has 1 for the same clip and track: sort the rows by time, one row for each moment",
		scores + "fall-1,1,0.5\nfall-1,1,0\n":  "f.csv:3: time_s is 1, and line 2 has 1",
		alarms + "fall-1,2\na/fall-1,1\n":      "f.csv:3: time_s is 1, and line 2 has 2 for the same clip and track: sort the rows by time",
		events + "fall-1,suspected,3,4,\nfall-1,suspected,1,2,\n": "f.csv:3: confirmed_s is 2, and line 2 has 4",
		scores + "fall-1,1,NaN\n":                                 `f.csv:2: score is "NaN", and must be a number from 0 to 1, or empty`,
		scores + "fall-1,1,inf\n":                                 `f.csv:2: score is "inf", and`,
		scores + "fall-1,1,-0.1\n":                                `f.csv:2: score is "-0.1", and`,
		scores + "fall-1,1,1.01\n":                                `f.csv:2: score is "1.01", and`,
		scores + "fall-1,1,high\n":                                `f.csv:2: score is "high", and`,
		scores + "fall-1,-1,0\n":                                  `f.csv:2: time_s is "-1", and must be a number of seconds from the clip's first frame, 0 or more`,
		scores + "fall-1,nan,0\n":                                 `f.csv:2: time_s is "nan", and`,
		scores + "fall-1,,0\n":                                    `f.csv:2: time_s is "", and`,
		scores + "fall-1,11.1,0\n":                                "f.csv:2: time_s is 11.1, and clip fall-1 ends after 10.00 s",
		alarms + "fall-1,11.1\n":                                  "f.csv:2: time_s is 11.1, and clip fall-1 ends after 10.00 s",
		events + "fall-1,suspected,1,11.1,\n":                     "f.csv:2: confirmed_s is 11.1, and clip fall-1 ends after 10.00 s",
		events + "fall-1,fell,1,2,\n":                             `f.csv:2: event is "fell", and must be suspected or confirmed`,
		events + "fall-1,confirmed,3,2,\n":                        "f.csv:2: confirmed_s 2 lies before start_s 3",
		events + "fall-1,confirmed,1,2,0\n":                       `f.csv:2: score is "0", and must be a number above 0 and at most 1, or empty`,
		events + "fall-1,confirmed,x,2,\n":                        `f.csv:2: start_s is "x", and`,
		scores + "fall-1,1\n":                                     "f.csv:2: the line has 2 values where the first line names 3 columns",
		scores + "fall-1,1,\"0.5\n":                               "f.csv:2: a double quote stands where none can be",
		scores + "fall-1,1,0\"5\n":                                "f.csv:2: a double quote stands where none can be",
		"clip,track,time_s\nfall-1,anna,1\n":                      `f.csv:2: track is "anna", and must be a whole number: a person's, within the clip`,
		"clip,track,time_s\nfall-1,1.5,1\n":                       `f.csv:2: track is "1.5", and`,
		"clip,track,time_s\nfall-1,,1\n":                          `f.csv:2: track is "", and`,
		scores + "fall-1,1,\"" + strings.Repeat("x", 3<<20):       "f.csv:2: a row is longer than a million bytes",
	} {
		_, err := readText(text)
		if err == nil || !strings.HasPrefix(err.Error(), want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%.60q:\n%v\nwant %s", text, err, want)
		}
	}
	for _, fine := range []string{scores + "fall-1,10.9,0\n", scores + "fall-1,0,0\na/twin,0,1\nfall-1,1,0\n", "clip,track,time_s,score\nfall-1,1,1,0\nfall-1,2,0,0\n"} {
		if _, err := readText(fine); err != nil {
			t.Errorf("%q: %v", fine, err)
		}
	}
}

func TestTheFirstTwentyFaultsAreTold(t *testing.T) {
	_, err := readText("clip,time_s,score\n" + strings.Repeat("fall-1,x,0.5\n", 25) + strings.Repeat("nobody,1,0.5\n", 10))
	lines := strings.Split(err.Error(), "\n")
	// one unknown name is one fault, however many rows it has
	if len(lines) != 21 || lines[20] != "… and 6 more" || !strings.HasPrefix(lines[19], "f.csv:21: time_s") {
		t.Errorf("%d lines: %v", len(lines), err)
	}
}

func TestReadingStopsWhereItIsTold(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	rows := io.MultiReader(strings.NewReader("clip,time_s\n"), &endless{text: "fall-1,1\n"})
	if _, err := ReadForeign(ctx, rows, "f.csv", knownClips); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
	broken := errors.New("the disk is gone")
	if _, err := ReadForeign(context.Background(), io.MultiReader(strings.NewReader("clip,time_s\nfall-1,1\n"), &failing{broken}), "f.csv", knownClips); !errors.Is(err, broken) {
		t.Errorf("%v", err)
	}
}

// endless repeats a text.
type endless struct {
	text string
	at   int
}

func (e *endless) Read(p []byte) (n int, _ error) {
	for n < len(p) {
		k := copy(p[n:], e.text[e.at:])
		n, e.at = n+k, (e.at+k)%len(e.text)
	}
	return n, nil
}

type failing struct{ err error }

func (f *failing) Read([]byte) (int, error) { return 0, f.err }

func TestWhatWasWrittenIsReadBack(t *testing.T) {
	dir := t.TempDir()
	drawn := rapid.Custom(anyClips)
	for seed := range 10 { // each one is written to disk
		clips := drawn.Example(seed)
		var known []KnownClip
		var scores []ClipScores
		var events []Detection
		for i := range clips {
			j := &clips[i]
			known = append(known, KnownClip{"set", j.Clip, j.Seconds})
			scores = append(scores, ClipScores{j.Clip, j.Scores})
			events = append(events, Detect(j.Clip, j.Scores, quick)...)
		}
		said := readWritten(t, filepath.Join(dir, "scores.csv"), known, func(path string) error { return WriteScores(path, scores) })
		heard := readWritten(t, filepath.Join(dir, "events.csv"), known, func(path string) error { return WriteEvents(path, events) })
		for i := range clips {
			if got := fmt.Sprint(said.Clips[i].Tracks); got != fmt.Sprint(clips[i].Scores) {
				t.Fatalf("%s: read %s, wrote %v", clips[i].Clip, got, clips[i].Scores)
			}
			if got := fmt.Sprint(heard.Clips[i].Heard); got != fmt.Sprint(Detect(clips[i].Clip, clips[i].Scores, quick)) {
				t.Fatalf("%s: heard %s", clips[i].Clip, got)
			}
		}
	}
}

func readWritten(t *testing.T, path string, known []KnownClip, write func(string) error) *Foreign {
	if err := write(path); err != nil {
		t.Fatal(err)
	}
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	f, err := ReadForeign(context.Background(), file, path, known)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// tenSeconds is a clip of a hundred frames, with a fall from 4 to 5 s or without.
func tenSeconds(dataset, name string, fall bool) data.Example {
	r := &pose.Recording{}
	for i := range 100 {
		r.FrameTimes = append(r.FrameTimes, float64(i)/10)
	}
	e := data.Example{Recording: r, Clip: &data.Clip{Dataset: dataset, ID: name, Label: data.LabelADL}}
	if fall {
		e.Clip.Label, e.Falls = data.LabelFall, []data.Span{{Start: 4, End: 5}}
	}
	return e
}

func TestWhatAClipWithoutRowsMeans(t *testing.T) {
	examples := []data.Example{tenSeconds("a", "fall-1", true), tenSeconds("a", "twin", false), tenSeconds("b", "twin", false)}
	const every = "clip,time_s,score\nfall-1,1,0.9\nfall-1,3,0.2\na/twin,1,\na/twin,3,\na/twin,5,\na/twin,7,\na/twin,9,\n"
	for _, c := range []struct {
		name, text string
		unknown    bool
		evidence   []float64
		verdicts   []Verdict
	}{
		{"scores, silent", every, false, []float64{1, 0, 1}, []Verdict{SaysFall, SaysUnknown, SaysNoFall}},
		// two scores of 2 s each in 10 s
		{"scores, unknown", every, true, []float64{0.4, 0, 0}, []Verdict{SaysFall, SaysUnknown, SaysUnknown}},
		{"one score a clip", "clip,time_s,score\nfall-1,0,0.9\na/twin,0,0.1\n", true, []float64{1, 1, 0}, []Verdict{SaysFall, SaysNoFall, SaysUnknown}},
		{"some moments left open", "clip,time_s,score\nfall-1,1,0.1\nfall-1,2,\n", false, []float64{0.9, 1, 1}, []Verdict{SaysNoFall, SaysNoFall, SaysNoFall}},
		{"alarms, silent", "clip,time_s\nfall-1,4.5\n", false, []float64{1, 1, 1}, []Verdict{SaysFall, SaysNoFall, SaysNoFall}},
		{"alarms, unknown", "clip,time_s\nfall-1,4.5\n", true, []float64{1, 0, 0}, []Verdict{SaysFall, SaysUnknown, SaysUnknown}},
	} {
		f, err := readText(c.text)
		if err != nil {
			t.Fatal(err)
		}
		judged := f.Judge(examples, nil, c.unknown)
		for i := range judged {
			j := &judged[i]
			j.Threshold = 0.5
			if !close9(j.Evidence, c.evidence[i]) || j.verdict(DefaultMinEvidence) != c.verdicts[i] {
				t.Errorf("%s: %s/%s: evidence %g, want %g; verdict %d, want %d", c.name, examples[i].Clip.Dataset, j.Clip, j.Evidence, c.evidence[i], j.verdict(DefaultMinEvidence), c.verdicts[i])
			}
		}
	}
}

func TestForeignEventsAreCountedByHand(t *testing.T) {
	examples := []data.Example{tenSeconds("a", "fall-1", true), tenSeconds("a", "twin", true), tenSeconds("b", "twin", false)}
	f, err := readText("clip,event,start_s,confirmed_s,score\n" +
		"fall-1,suspected,4.5,5,0.4\nfall-1,confirmed,4.5,5.5,0.6\nb/twin,suspected,1,2,0.8\na/twin,suspected,9,9.5,0.3\n")
	if err != nil {
		t.Fatal(err)
	}
	judged := f.Judge(examples, func(e *data.Example) string { return e.Clip.String() }, false)
	r, err := Measuring{Alarm: quick, MinEvidence: DefaultMinEvidence, Resamples: 50, Seed: 1}.Result(Fixed, "theirs", []FoldClips{{Name: "all", Threshold: f.LowestScore(), Clips: judged}})
	if err != nil {
		t.Fatal(err)
	}
	// calm: 3 + 2 s in each fall clip, 10 s in the other
	want := EventCounts{Falls: 2, Found: 1, FalseAlarms: 2, Hours: 20 / 3600.0}
	if !sameEventCounts(r.Event.Counts, want) {
		t.Errorf("suspected %+v, want %+v", r.Event.Counts, want)
	}
	want = EventCounts{Falls: 2, Found: 1, Hours: 20 / 3600.0}
	if !sameEventCounts(r.EventConfirmed.Counts, want) {
		t.Errorf("confirmed %+v, want %+v", r.EventConfirmed.Counts, want)
	}
	// every clip has an alarm; 0.6 and 0.3 against 0.8
	if r.Clip.Recall.Value != 1 || r.Clip.Specificity.Value != 0 || r.Clip.AUC.Value != 0 || r.Event.TimeToAlarm.Median.Value != 0 {
		t.Errorf("recall %g, specificity %g, AUC %g, time to alarm %g", r.Clip.Recall.Value, r.Clip.Specificity.Value, r.Clip.AUC.Value, r.Event.TimeToAlarm.Median.Value)
	}
	if r.Fallen.Recall.Defined() || r.Transfer.EventF1.Loss.Defined() || r.Window.AP.Note != "no window could be scored" {
		t.Errorf("fallen %+v, transfer %+v, windows %+v", r.Fallen.Recall, r.Transfer.EventF1.Loss, r.Window.AP)
	}
}

func TestNamesAreNearByTheirLetters(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want int
	}{{"", "", 0}, {"abc", "", 3}, {"", "abc", 3}, {"kitten", "sitting", 3}, {"fall-1", "fall-2", 1}, {"same", "same", 0}} {
		if got := changes(c.a, c.b); got != c.want {
			t.Errorf("%q to %q: %d changes, want %d", c.a, c.b, got, c.want)
		}
	}
}

// whole checks what holds of everything that could be read.
func whole(t *testing.T, f *Foreign) {
	for i := range f.Clips {
		c := &f.Clips[i]
		for _, track := range c.Tracks {
			for k, time := range track.Times {
				if k > 0 && !(time > track.Times[k-1]) || !(time >= 0) || time > knownClips[i].Seconds+afterEnd {
					t.Fatalf("times %v", track.Times)
				}
				if s := track.Scores[k]; !math.IsNaN(s) && !(s >= 0 && s <= 1) {
					t.Fatalf("score %g", s)
				}
			}
		}
		for k, d := range c.Heard {
			if !(d.Start >= 0 && d.Confirmed >= d.Start && d.Score > 0 && d.Score <= 1) || k > 0 && d.Confirmed < c.Heard[k-1].Confirmed {
				t.Fatalf("heard %v", c.Heard)
			}
		}
	}
	examples := []data.Example{tenSeconds("a", "fall-1", true), tenSeconds("b", "twin", false)}
	for _, unknown := range []bool{false, true} {
		judged := f.Judge(examples, nil, unknown)
		for i := range judged {
			judged[i].Threshold = 0.5
			if err := judged[i].check(); err != nil {
				t.Fatal(err)
			}
		}
		Measuring{Alarm: quick, Resamples: 2}.Measure(judged)
	}
}

func fuzzForeign(f *testing.F, seeds ...string) {
	for _, s := range seeds {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		read, err := ReadForeign(context.Background(), strings.NewReader(string(text)), "f.csv", knownClips)
		if err == nil {
			whole(t, read)
			return
		}
		if lines := strings.Split(err.Error(), "\n"); len(lines) > mostShown+1 || !strings.HasPrefix(lines[0], "f.csv:") {
			t.Fatalf("%d lines: %v", len(lines), err)
		}
	})
}

func FuzzForeignScores(f *testing.F) {
	fuzzForeign(f, "clip,time_s,score\nfall-1,0,0.5\nfall-1,1,\n", "\ufeffclip,track,time_s,score\r\na/twin,3,1e0,1\r\n", "clip,time_s,score\n\"fall-1\",0,0x1p-2\n")
}

func FuzzForeignEvents(f *testing.F) {
	fuzzForeign(f, "clip,track,event,start_s,confirmed_s,score\nfall-1,1,suspected,0,1,0.5\nfall-1,1,confirmed,0,2,\n", "clip,event,start_s,confirmed_s\nb/twin,confirmed,1,1\n")
}

func FuzzForeignAlarms(f *testing.F) {
	fuzzForeign(f, "clip,time_s\nfall-1,4.5\n", "time_s,clip,track\n1,a/twin,0\n1,a/twin,0\n")
}

func BenchmarkReadForeign(b *testing.B) {
	var text strings.Builder
	text.WriteString("clip,time_s,score\n")
	const rows = 100_000
	for i := range rows {
		fmt.Fprintf(&text, "fall-1,%.5f,0.%03d\n", float64(i)/rows*10, i%1000)
	}
	b.SetBytes(int64(text.Len()))
	for b.Loop() {
		if _, err := readText(text.String()); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(rows*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
}
