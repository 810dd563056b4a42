package train

import (
	"context"
	"io"
	"math"
	"sort"

	"golang.org/x/sync/errgroup"

	"fallkit/data"
	"fallkit/pose"
)

// Judged is one clip: what is true of it and what a detector said.
type Judged struct {
	Clip      string
	Group     string            // clips of one group (subject, else camera) are not independent of each other
	Trial     string            // several cameras' clips of one trial count once, together; "" = the clip stands alone
	Activity  string            // as the manifest tells it, for the reader
	Columns   map[string]string // all that the manifest tells, by column
	Marks     []string          // the groups that somebody has put it in, which may overlap
	Seconds   float64           // of footage
	Fall      bool              // the clip's label
	Falls     []data.Span
	Lying     Lying // after a fall
	Scores    []TrackScores
	Heard     []Detection // by another program's alarm; counts where Foreign is set
	Foreign   bool        // judge Heard instead of what the alarm makes of Scores
	Windows   []JudgedWindow
	Evidence  float64 // share of the footage's poses for which there is a score, 0 to 1
	Fold      string  // that the clip was tested in
	Threshold float64 // the one that this clip is judged with: its fold's
	Recording *pose.Recording
}

// JudgedWindow is a labelled window's score, NaN where it is unknown.
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

// Verdict is what a detector says of a clip as a whole.
type Verdict int

const (
	SaysNoFall Verdict = iota
	SaysFall
	SaysUnknown // too little was seen to say that there was no fall
)

// verdict is a fall where any score reaches the threshold. It is unknown, and never "no
// fall", where none does and less than minEvidence of the footage could be scored.
func (j *Judged) verdict(minEvidence float64) Verdict {
	score, known := j.Highest()
	return j.verdictOn(score, known, j.Threshold, minEvidence)
}

// verdictOn is the verdict where the highest score is known already.
func (j *Judged) verdictOn(highest float64, known bool, threshold, minEvidence float64) Verdict {
	switch {
	case known && highest >= threshold:
		return SaysFall
	case !known || j.Evidence < minEvidence:
		return SaysUnknown
	}
	return SaysNoFall
}

// timed tells whether the clip can be used for events: a fall clip whose fall has no times cannot.
func (j *Judged) timed() bool { return !j.Fall || len(j.Falls) > 0 }

// Judging runs a detector over clips.
type Judging struct {
	Input   pose.Input                  // of the labelled windows
	Stride  float64                     // seconds between two labelled windows of a track
	Open    func() (TrackScorer, error) // a scorer of its own for each worker, closed where it is an io.Closer
	Workers int                         // at least 1
	Group   func(*data.Example) string  // what makes clips depend on each other; nil: each stands alone
	Report  func(done, total int)       // may be nil; called by several workers
}

// Run scores every clip. The result is in the order of the examples, whatever the number of
// workers.
func (j Judging) Run(ctx context.Context, examples []data.Example) ([]Judged, error) {
	judged := make([]Judged, len(examples))
	return judged, j.each(ctx, len(examples), func(i int, scorer TrackScorer) error {
		judged[i] = j.judge(&examples[i], scorer)
		if j.Report != nil {
			j.Report(i+1, len(examples))
		}
		return nil
	})
}

// each does something for each of n clips, with the scorer of the worker that does it.
func (j Judging) each(ctx context.Context, n int, do func(i int, scorer TrackScorer) error) error {
	workers, ctx := errgroup.WithContext(ctx)
	for w := range max(j.Workers, 1) {
		workers.Go(func() error {
			scorer, err := j.Open()
			if err != nil {
				return err
			}
			if c, ok := scorer.(io.Closer); ok {
				defer c.Close()
			}
			for i := w; i < n; i += max(j.Workers, 1) {
				if err := ctx.Err(); err != nil {
					return err
				}
				if err := do(i, scorer); err != nil {
					return err
				}
			}
			return nil
		})
	}
	return workers.Wait()
}

func (j Judging) judge(e *data.Example, s TrackScorer) Judged {
	out := truthOf(e, j.Group)
	out.Recording = e.Recording
	out.Scores = ScoreTracks(e.Recording, s)
	out.Evidence = Evidence(e.Recording.PoseTimes, out.Scores)
	if out.timed() {
		out.Windows = j.windows(e, out.Scores)
	}
	return out
}

// truthOf is what is true of a clip, with nothing said about it yet; group as in Judging.
func truthOf(e *data.Example, group func(*data.Example) string) Judged {
	out := Judged{
		Clip: e.Clip.Name(), Group: e.Clip.Name(), Activity: e.Clip.Activity, Seconds: e.Recording.Duration(),
		Fall: e.Clip.Label == data.LabelFall, Falls: e.Falls, Threshold: math.NaN(),
		Trial: e.Clip.Trial(), Columns: e.Clip.Columns(), Marks: e.Clip.Groups, Lying: lyingOf(e),
	}
	if group != nil {
		out.Group = group(e)
	}
	if e.Untimed {
		out.Falls = nil
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

// Evidence is the share of the moments looked at for which some track has a score.
func Evidence(looked []float64, scores []TrackScores) float64 {
	known := map[float64]bool{}
	for _, t := range scores {
		for i, s := range t.Scores {
			if !math.IsNaN(s) {
				known[t.Times[i]] = true
			}
		}
	}
	if len(looked) == 0 {
		return 0
	}
	return min(1, float64(len(known))/float64(len(looked)))
}

// at is the score at one of the track's times, NaN where it is unknown.
func (t TrackScores) at(time float64) float64 {
	i := indexOf(t.Times, time)
	if i < 0 {
		return math.NaN()
	}
	return t.Scores[i]
}

// scoreOf is the score of the track with an index at a time, NaN where there is none.
func (j *Judged) scoreOf(track int, time float64) float64 {
	if track >= len(j.Scores) {
		return math.NaN()
	}
	return j.Scores[track].at(time)
}

// indexOf is the index of a time in a sorted list, -1 where it is not there.
func indexOf(times []float64, time float64) int {
	i := sort.SearchFloat64s(times, time)
	if i == len(times) || times[i] != time {
		return -1
	}
	return i
}
