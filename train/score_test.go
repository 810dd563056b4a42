package train

import (
	"context"
	"flag"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"testing"

	"fallkit/data"
	"fallkit/internal/alarm"
	"fallkit/pose"
)

var update = flag.Bool("update", false, "write the golden files anew")

// golden compares with a file under testdata.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != string(want) {
		t.Errorf("%s differs (write it anew with -update, and look at it):\n%s", path, got)
	}
}

// figure is a person whose body is turned about the feet: 0 upright, 90 lying.
func figure(x, floor, torso float32, degrees float64) pose.Pose {
	shape := [pose.Joints][2]float64{
		{0, 3.2},
		{.05, 3.25},
		{-.05, 3.25},
		{.12, 3.2},
		{-.12, 3.2},
		{.35, 2.7},
		{-.35, 2.7},
		{.45, 2.2},
		{-.45, 2.2},
		{.45, 1.7},
		{-.45, 1.7},
		{.2, 1.7},
		{-.2, 1.7},
		{.2, .8},
		{-.2, .8},
		{.2, 0},
		{-.2, 0},
	}
	sin, cos := math.Sincos(degrees * math.Pi / 180)
	p := pose.Pose{Score: 0.8}
	for j, at := range shape {
		p.Keypoints[j] = pose.Keypoint{X: x + torso*float32(cos*at[0]+sin*at[1]), Y: floor - torso*float32(cos*at[1]-sin*at[0]), Score: 0.9}
	}
	p.Box, _ = p.Extent(0)
	return p
}

// filmed is a recording of one person at so many poses a second.
func filmed(rate, seconds float64, torso float32, degrees func(time float64) float64) *pose.Recording {
	r := &pose.Recording{Width: 320, Height: 240}
	t := pose.Track{ID: 4}
	for i := range int(rate * seconds) {
		time := float64(i) / rate
		r.FrameTimes = append(r.FrameTimes, time)
		t.Times = append(t.Times, time)
		t.Poses = append(t.Poses, figure(150, 200, torso, degrees(time)))
	}
	r.PoseTimes, r.Tracks = r.FrameTimes, []pose.Track{t}
	return r
}

// topples falls within some seconds from a moment on.
func topples(start, took float64) func(float64) float64 {
	return func(time float64) float64 { return 90 * math.Max(0, math.Min(1, (time-start)/took)) }
}

// lastSeen scores a window by its last step's first joint: 1 where it is shown.
type lastSeen struct{ calls int }

func (l *lastSeen) Score(window []float32) float64 {
	l.calls++
	return float64(window[len(window)-pose.Channels+2])
}

func TestScoreRecordingSaysWhereTooLittleWasSeen(t *testing.T) {
	in := pose.Input{RateHz: 10, Seconds: 2, MinScore: 0.15, MaxGap: 0.3, MinSeen: 0.5}
	r := filmed(10, 5, 30, func(float64) float64 { return 0 })
	scorer := &lastSeen{}
	got := ScoreRecording(r, in, scorer)
	if len(got) != 1 || got[0].Track != 4 || !reflect.DeepEqual(got[0].Times, r.Tracks[0].Times) {
		t.Fatalf("%d tracks, want one with the track's times", len(got))
	}
	for i, s := range got[0].Scores {
		if want := i >= 9; math.IsNaN(s) == want || (want && s != 1) {
			t.Errorf("pose %d of a track that begins: score %g", i, s)
		}
	}
	if scorer.calls != 41 {
		t.Errorf("scored %d windows, want 41", scorer.calls)
	}
}

func TestDetectTellsWhatAWatcherHears(t *testing.T) {
	a := drawnClip("a", "....########....").Scores[0]
	b := drawnClip("b", "...####.........").Scores[0]
	b.Track = 2
	got := Detect("clip", []TrackScores{a, b}, quick)
	want := []Detection{
		{"clip", 2, alarm.Suspected, 0.75, 1, 0.9},
		{"clip", 1, alarm.Suspected, 1, 1.25, 0.9},
		{"clip", 1, alarm.Confirmed, 1, 2.25, 0.9},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v\nwant %+v", got, want)
	}
}

func TestEventsAndScoresAsFiles(t *testing.T) {
	clip := drawnClip("a, \"quoted\"", "..??########")
	events, scores := filepath.Join(t.TempDir(), "events.csv"), filepath.Join(t.TempDir(), "scores.csv")
	if err := WriteEvents(events, Detect(clip.Clip, clip.Scores, quick)); err != nil {
		t.Fatal(err)
	}
	if err := WriteScores(scores, []ClipScores{{clip.Clip, clip.Scores}}); err != nil {
		t.Fatal(err)
	}
	for path, name := range map[string]string{events: "events.csv", scores: "scores.csv"} {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		golden(t, name, text)
	}
}

func TestAFileThatCannotBeWrittenIsAnErrorAndLeavesNothing(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "absent")
	if err := WriteEvents(filepath.Join(dir, "events.csv"), nil); err == nil {
		t.Error("events written into a folder that is not there")
	}
	if _, err := os.Stat(dir); err == nil {
		t.Error("the folder was made")
	}
}

// examples are two clips: somebody falls, somebody stands.
func examples() []data.Example {
	return []data.Example{
		{Clip: &data.Clip{Dataset: "d", ID: "fall", Label: data.LabelFall}, Recording: filmed(12.5, 6, 30, topples(3, 0.6)), Falls: []data.Span{{Start: 3, End: 3.6}}},
		{Clip: &data.Clip{Dataset: "d", ID: "stand", Label: data.LabelADL}, Recording: filmed(12.5, 6, 30, func(float64) float64 { return 0 })},
		{Clip: &data.Clip{Dataset: "d", ID: "sometime", Label: data.LabelFall}, Recording: filmed(12.5, 6, 30, topples(3, 0.6)), Untimed: true},
	}
}

func TestJudgingGivesTheSameForAnyNumberOfWorkers(t *testing.T) {
	j := Judging{Input: pose.DefaultInput, Stride: 0.16, Open: func() (TrackScorer, error) { return Rule{MinScore: 0.15}, nil }, Group: func(e *data.Example) string { return e.Clip.Dataset }}
	var first []Judged
	for _, workers := range []int{0, 1, 2, 5} {
		j.Workers = workers
		got, err := j.Run(context.Background(), examples())
		if err != nil {
			t.Fatal(err)
		}
		for i := range got {
			got[i].Threshold, got[i].Recording = 0, nil
			for k := range got[i].Scores {
				got[i].Scores[k].Scores = append([]float64{}, got[i].Scores[k].Scores...)
				for n, s := range got[i].Scores[k].Scores {
					if math.IsNaN(s) {
						got[i].Scores[k].Scores[n] = -1 // equal to itself
					}
				}
			}
		}
		if first == nil {
			first = got
		}
		if !reflect.DeepEqual(got, first) {
			t.Errorf("%d workers judge otherwise", workers)
		}
	}
	if len(first[0].Windows) == 0 || len(first[2].Windows) != 0 || first[2].timed() || first[1].Fall || first[0].Group != "d" {
		t.Errorf("judged %+v", first)
	}
}

func TestJudgingStopsWhenAsked(t *testing.T) {
	ctx, stop := context.WithCancel(context.Background())
	stop()
	j := Judging{Input: pose.DefaultInput, Stride: 1, Workers: 2, Open: func() (TrackScorer, error) { return Rule{}, nil }}
	if _, err := j.Run(ctx, examples()); err == nil {
		t.Error("it went on")
	}
}

// countedNetwork answers with the sum of a window and remembers how many it was given.
type countedNetwork struct {
	row    int
	given  []int
	closed bool
}

func (n *countedNetwork) Logits(x []float32) ([]float64, error) {
	n.given = append(n.given, len(x)/n.row)
	logits := make([]float64, len(x)/n.row)
	for i := range logits {
		for _, v := range x[i*n.row : (i+1)*n.row] {
			logits[i] += float64(v)
		}
	}
	return logits, nil
}

func (n *countedNetwork) Close() error { n.closed = true; return nil }

// Score does for one window what Logits does for many.
func (n *countedNetwork) Score(window []float32) float64 {
	logits, _ := n.Logits(window)
	return sigmoid(logits[0] / 100)
}

func TestScoringManyWindowsTogetherGivesWhatOneByOneDoes(t *testing.T) {
	in := pose.DefaultInput
	r := filmed(12.5, 8, 30, topples(3, 0.6))
	row := in.Steps() * in.Channels()
	want := ScoreRecording(r, in, &countedNetwork{row: row})
	for _, batch := range []int{1, 7, 64, 1000} {
		n := &countedNetwork{row: row}
		judging := Judging{Input: in, Stride: 1, Open: func() (TrackScorer, error) {
			return &BatchScorer{Input: in, Network: n, Probability: func(z float64) float64 { return sigmoid(z / 100) }, Batch: batch}, nil
		}}
		clip := data.Clip{ID: "film", Label: data.LabelADL}
		got, err := judging.Run(t.Context(), []data.Example{{Clip: &clip, Recording: r}})
		if err != nil {
			t.Fatal(err)
		}
		if !n.closed {
			t.Errorf("batch %d: the network was not closed", batch)
		}
		for i, s := range want[0].Scores {
			if v := got[0].Scores[0].Scores[i]; v != s && !(math.IsNaN(v) && math.IsNaN(s)) {
				t.Fatalf("batch %d: score %d is %g, want %g", batch, i, v, s)
			}
		}
		for _, given := range n.given {
			if given > batch {
				t.Errorf("batch %d: %d windows were given at once", batch, given)
			}
		}
	}
}
