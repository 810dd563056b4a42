package train

import (
	"context"
	"math"
	"sort"

	"golang.org/x/sync/errgroup"

	"fallkit/data"
	"fallkit/pose"
)

// Judged is one clip: what is true of it and what a detector said.
type Judged struct {
	Clip      string
	Group     string  // clips of one group (subject, else camera) are not independent of each other
	Activity  string  // as the manifest tells it, for the reader
	Seconds   float64 // of footage
	Fall      bool    // the clip's label
	Falls     []data.Span
	Scores    []TrackScores
	Windows   []JudgedWindow
	Threshold float64 // the one that this clip is judged with: its fold's
	Recording *pose.Recording
}

// JudgedWindow is a labelled window's score; what is unknown counts as 0.
type JudgedWindow struct {
	Score float64
	Fall  bool
}

// Highest is the clip's score, the highest of all its tracks and moments. known is false
// where nothing could be scored; the score is 0 then.
func (j *Judged) Highest() (score float64, known bool) {
	for _, t := range j.Scores {
		for _, s := range t.Scores {
			if !math.IsNaN(s) {
				score, known = max(score, s), true
			}
		}
	}
	return score, known
}

// timed tells whether the clip can be used for events: a fall clip whose fall has no times cannot.
func (j *Judged) timed() bool { return !j.Fall || len(j.Falls) > 0 }

// Judging runs a detector over clips.
type Judging struct {
	Input   pose.Input                 // of the labelled windows
	Stride  float64                    // seconds between two labelled windows of a track
	Open    func() TrackScorer         // a scorer of its own for each worker
	Workers int                        // at least 1
	Group   func(*data.Example) string // what makes clips depend on each other; nil: each stands alone
	Report  func(done, total int)      // may be nil; called by several workers
}

// Run scores every clip. The result is in the order of the examples, whatever the number of
// workers.
func (j Judging) Run(ctx context.Context, examples []data.Example) ([]Judged, error) {
	judged := make([]Judged, len(examples))
	workers, ctx := errgroup.WithContext(ctx)
	for w := range max(j.Workers, 1) {
		workers.Go(func() error {
			scorer := j.Open()
			for i := w; i < len(examples); i += max(j.Workers, 1) {
				if err := ctx.Err(); err != nil {
					return err
				}
				judged[i] = j.judge(&examples[i], scorer)
				if j.Report != nil {
					j.Report(i+1, len(examples))
				}
			}
			return nil
		})
	}
	return judged, workers.Wait()
}

func (j Judging) judge(e *data.Example, s TrackScorer) Judged {
	out := Judged{
		Clip: e.Clip.Name(), Group: e.Clip.Name(), Activity: e.Clip.Activity, Seconds: e.Recording.Duration(),
		Fall: e.Clip.Label == "fall", Falls: e.Falls, Recording: e.Recording, Threshold: math.NaN(),
	}
	if j.Group != nil {
		out.Group = j.Group(e)
	}
	if e.Untimed {
		out.Falls = nil
	}
	out.Scores = ScoreTracks(e.Recording, s)
	if out.timed() {
		out.Windows = j.windows(e, out.Scores)
	}
	return out
}

func (j Judging) windows(e *data.Example, scores []TrackScores) []JudgedWindow {
	cut := data.CutWindows([]data.Example{*e}, j.Input, j.Stride)
	windows := make([]JudgedWindow, 0, len(cut))
	for _, w := range cut {
		windows = append(windows, JudgedWindow{Score: scores[w.Track].at(w.End), Fall: w.Target == 1})
	}
	return windows
}

// at is the score at one of the track's times, 0 where it is unknown.
func (t TrackScores) at(time float64) float64 {
	i := indexOf(t.Times, time)
	if i < 0 || math.IsNaN(t.Scores[i]) {
		return 0
	}
	return t.Scores[i]
}

// indexOf is the index of a time in a sorted list, -1 where it is not there.
func indexOf(times []float64, time float64) int {
	i := sort.SearchFloat64s(times, time)
	if i == len(times) || times[i] != time {
		return -1
	}
	return i
}
