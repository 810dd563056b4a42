package train

import (
	"fmt"
	"io"
	"sort"
	"text/tabwriter"
)

// FalsePeopleFormat is the version of the JSON of a FalsePeople.
const FalsePeopleFormat = 1

// FalsePeople is how often people were found where there are none.
type FalsePeople struct {
	Format int         `json:"format"`
	Engine string      `json:"engine"`
	Kinds  []FalseKind `json:"kinds"`
	All    FalseKind   `json:"all"`
	Worst  []FalseSeen `json:"worst"` // those who were found, the surest first
}

// FalseKind is what was found in frames of one kind.
type FalseKind struct {
	Name    string      `json:"name"`
	Sources int         `json:"sources"` // files, or rooms
	Frames  int         `json:"frames"`
	Found   int         `json:"found"`        // of them, with anybody
	Poses   int         `json:"poses"`        // people found, summed over the frames
	Share   Metric      `json:"per_thousand"` // frames with anybody of a thousand, Wilson's interval
	Twice   int         `json:"twice"`        // frames with anybody who was there within the last second, too
	From    []FalseFrom `json:"from"`         // how it would be with higher scores asked for
	clips   map[string]bool
}

// FalseFrom is what is left where people are believed from a score on.
type FalseFrom struct {
	Score float64 `json:"score"`
	Found int     `json:"found"`
	Twice int     `json:"twice"`
}

// falseScores are the scores that are told.
var falseScores = []float64{0.15, 0.175, 0.2, 0.25, 0.3}

// FalseSeen is somebody who was found where nobody is: a track, or a pose in a picture.
type FalseSeen struct {
	Source string  `json:"source"`
	Time   float64 `json:"time_s"`         // when first seen
	View   string  `json:"view,omitempty"` // of a still picture, how it was turned
	Frames int     `json:"frames"`         // how often
	Score  float64 `json:"score"`          // at best
}

// FalseLook is a frame with nobody in it.
type FalseLook struct {
	Kind, Source string
	Time         float64
	View         string    // of a still picture, how it was turned
	Scores       []float64 // of the people found
	Tracks       []int     // their track numbers, of the same order
}

// CountFalse counts who was found in frames that show nobody; looks of a source are in
// time's order. Still pictures are sources with one look for each turn.
func CountFalse(looks []FalseLook) FalsePeople {
	f := FalsePeople{Format: FalsePeopleFormat, All: FalseKind{Name: "all"}}
	at := map[string]int{}
	for i := range looks {
		kind := looks[i].Kind
		if _, known := at[kind]; !known {
			at[kind] = len(f.Kinds)
			f.Kinds = append(f.Kinds, FalseKind{Name: kind})
		}
	}
	seen := map[string]*FalseSeen{}
	var order []string
	history := map[string]map[float64]float64{} // by track: score by time
	for i := range looks {
		l := &looks[i]
		k := &f.Kinds[at[l.Kind]]
		for n, score := range l.Scores {
			name := fmt.Sprintf("%s %d", l.Source, l.Tracks[n])
			if seen[name] == nil {
				seen[name], history[name] = &FalseSeen{Source: l.Source, Time: l.Time, View: l.View}, map[float64]float64{}
				order = append(order, name)
			}
			s := seen[name]
			s.Frames++
			s.Score = max(s.Score, score)
			history[name][l.Time] = score
		}
		k.add(l, history)
		f.All.add(l, history)
	}
	for i := range f.Kinds {
		f.Kinds[i].settle()
	}
	f.All.settle()
	for _, name := range order {
		f.Worst = append(f.Worst, *seen[name])
	}
	sort.SliceStable(f.Worst, func(i, k int) bool { return f.Worst[i].Score > f.Worst[k].Score })
	return f
}

func (k *FalseKind) add(l *FalseLook, history map[string]map[float64]float64) {
	if k.clips == nil {
		k.clips = map[string]bool{}
		for _, s := range falseScores {
			k.From = append(k.From, FalseFrom{Score: s})
		}
	}
	k.clips[l.Source] = true
	k.Frames++
	k.Poses += len(l.Scores)
	if len(l.Scores) > 0 {
		k.Found++
		if l.twice(0, history) {
			k.Twice++
		}
	}
	for i := range k.From {
		from := &k.From[i]
		if anyFrom(l.Scores, from.Score) {
			from.Found++
			if l.twice(from.Score, history) {
				from.Twice++
			}
		}
	}
}

func anyFrom(scores []float64, least float64) bool {
	for _, s := range scores {
		if s >= least {
			return true
		}
	}
	return false
}

// twice tells whether anybody with such a score had it within the second before, too. In a
// still picture nobody can.
func (l *FalseLook) twice(least float64, history map[string]map[float64]float64) bool {
	for n, score := range l.Scores {
		if score < least {
			continue
		}
		for time, before := range history[fmt.Sprintf("%s %d", l.Source, l.Tracks[n])] {
			if time < l.Time && l.Time-time <= 1 && before >= least {
				return true
			}
		}
	}
	return false
}

func (k *FalseKind) settle() {
	k.Sources = len(k.clips)
	k.Share = perThousand(k.Found, k.Frames)
}

// perThousand is a share of a thousand with Wilson's 95 % interval (Wilson 1927, "Probable
// inference"), or the rule of three where there was none. It takes the frames as independent,
// which those of one video are not.
func perThousand(part, whole int) Metric {
	if whole == 0 {
		return undefined("no frames")
	}
	m := wilson(part, whole)
	m.Value, m.Low, m.High = 1000*m.Value, 1000*m.Low, 1000*m.High
	if part == 0 {
		m.Low, m.High, m.Note = 0, min(1000, 1000*three/float64(whole)), fmt.Sprintf("rule of three, n = %d", whole)
	}
	return m
}

// worstFalse is how many of those found the table shows.
const worstFalse = 10

// WriteTable writes the result for people.
func (f *FalsePeople) WriteTable(w io.Writer) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintf(t, "frames that show nobody\tsources\tframes\twith somebody\tof a thousand\tseen twice in a second\n")
	for _, k := range append(f.Kinds, f.All) {
		fmt.Fprintf(t, "%s\t%d\t%d\t%d\t%s\t%d\n", k.Name, k.Sources, k.Frames, k.Found, k.Share.Text(2), k.Twice)
	}
	fmt.Fprintf(t, "\nbelieved from a score of\tframes with somebody\tof a thousand\tseen twice in a second\tof a thousand\n")
	for _, s := range f.All.From {
		fmt.Fprintf(t, "%g\t%d\t%s\t%d\t%s\n", s.Score, s.Found, perThousand(s.Found, f.All.Frames).Text(2), s.Twice, perThousand(s.Twice, f.All.Frames).Text(2))
	}
	if len(f.Worst) > 0 {
		fmt.Fprintf(t, "\nwho was found\tsince\tframes\tbest score\n")
		for _, s := range f.Worst[:min(worstFalse, len(f.Worst))] {
			fmt.Fprintf(t, "%s\t%s\t%d\t%.3f\n", s.Source, s.since(), s.Frames, s.Score)
		}
	}
	if err := t.Flush(); err != nil {
		return fmt.Errorf("writing the table: %w", err)
	}
	return nil
}

// since tells when somebody was first seen.
func (s *FalseSeen) since() string {
	if s.View != "" {
		return s.View
	}
	return fmt.Sprintf("%.2f s", s.Time)
}

// Write replaces a file with the result as JSON.
func (f *FalsePeople) Write(path string) error { return writeJSON(path, f) }
