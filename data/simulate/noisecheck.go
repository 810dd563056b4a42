package simulate

import (
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"github.com/google/renameio/v2"

	"fallkit/pose"
)

// NoiseStatistic is a number about what is found in clips: by the pose front end, and by an
// observer in the same clips.
type NoiseStatistic struct {
	Name     string  `json:"name"`
	Found    float64 `json:"found"`    // by the front end
	Observed float64 `json:"observed"` // by the observer
	N        int     `json:"n"`        // that the first is of
}

// CheckNoise holds what an observer makes of clips against what was found there.
func CheckNoise(clips []NoiseClip, o Observer, seed uint64) (all []NoiseStatistic) {
	const draws = 5 // all together: a clip's luck lasts
	var observed []NoiseClip
	for n := range uint64(draws) {
		observed = append(observed, Observed(clips, o, seed+n)...)
	}
	made := noiseStatistics(observed)
	for i, f := range noiseStatistics(clips) {
		all = append(all, NoiseStatistic{f.name, f.value, made[i].value, f.n})
	}
	return all
}

// WriteNoiseCheck replaces a file with the numbers.
func WriteNoiseCheck(path string, all []NoiseStatistic) error {
	text, err := json.MarshalIndent(all, "", "  ")
	if err == nil {
		err = renameio.WriteFile(path, append(text, '\n'), 0o644)
	}
	if err != nil {
		return fmt.Errorf("write the check of a noise: %w", err)
	}
	return nil
}

// Observed are clips with what an observer finds in them.
func Observed(clips []NoiseClip, o Observer, seed uint64) []NoiseClip {
	out := make([]NoiseClip, len(clips))
	for i := range clips {
		out[i] = clips[i]
		out[i].Moments = slices.Clone(clips[i].Moments)
		w := o.Watch(rand.New(rand.NewPCG(seed, uint64(i))))
		for k := range out[i].Moments {
			m := &out[i].Moments[k]
			m.Found = w.Observe(m.Time, m.People)
		}
	}
	return out
}

type noiseNumber struct {
	name  string
	value float64
	n     int
}

var (
	turnNames   = [turns]string{"upright", "leaning", "lying", "head down"}
	facingNames = [facings]string{"seen from the front", "seen from the side", "seen from behind"}
)

// noiseStatistics are about everything that errs.
func noiseStatistics(clips []NoiseClip) (all []noiseNumber) {
	f := pair(clips)
	all = append(all, f.missedNumbers()...)
	all = append(all, f.swapNumbers()...)
	for k := range kinds {
		all = append(all, f.jointNumbers(k)...)
	}
	var persons []float64
	f.each(func(g *glimpse) { persons = append(persons, float64(g.found.Score)) })
	all = append(all, numbersOf("person: score", persons, 10, 50, 90)...)
	return append(all, noiseNumber{"nobody is there, of 1000 frames", 1000 * float64(len(f.doubles)) / max(float64(f.pictures), 1), f.pictures})
}

func (f *pairs) missedNumbers() (all []noiseNumber) {
	var by [turns]tally
	runs, missed := 0.0, 0.0
	for _, s := range f.sequences {
		for i, g := range s.of {
			by[g.c.turn].add(g.found == nil)
			if g.found == nil {
				missed++
				runs += count(i == 0 || s.of[i-1].found != nil)
			}
		}
	}
	for t, v := range by {
		all = append(all, noiseNumber{turnNames[t] + ": missed, share", v.yes / max(v.of, 1), int(v.of)})
	}
	return append(all, noiseNumber{"missed at a time, seconds", StepSeconds * missed / max(runs, 1), int(runs)})
}

func (f *pairs) swapNumbers() (all []noiseNumber) {
	var by [facings][3]tally
	changes, pairs := 0.0, 0.0
	for _, s := range f.sequences {
		for i, g := range s.of {
			if g.found == nil {
				continue
			}
			for part := range 3 {
				by[g.c.facing][part].add(g.swap&(1<<part) != 0)
			}
			if i > 0 && s.of[i-1].found != nil {
				pairs++
				changes += count(s.of[i-1].swap != g.swap)
			}
		}
	}
	for face := range by {
		for part, name := range []string{"head", "arms", "legs"} {
			v := by[face][part]
			all = append(all, noiseNumber{fmt.Sprintf("%s: %s exchanged, share", facingNames[face], name), v.yes / max(v.of, 1), int(v.of)})
		}
	}
	return append(all, noiseNumber{"sides change, share of steps", changes / max(pairs, 1), int(pairs)})
}

// jointNumbers are about joints of a kind.
func (f *pairs) jointNumbers(kind int) (all []noiseNumber) {
	var score, off, jitter, flutter []float64
	unseen := 0.0
	const least = 0.15 // input.min_score
	for _, s := range f.sequences {
		for i, g := range s.of {
			for j := range pose.Joint(pose.Joints) {
				if kindOf(j) != kind || g.found == nil {
					continue
				}
				v := float64(g.found.Keypoints[j].Score)
				score, unseen = append(score, v), unseen+count(v < least)
				if e, ok := g.off(j); ok && v >= least {
					off = append(off, e)
				}
				if i >= 2 && s.of[i-1].found != nil && s.of[i-2].found != nil {
					if d, ok := shake(s.of[i-2], s.of[i-1], g, j, least); ok {
						jitter = append(jitter, d)
					}
					flutter = append(flutter, math.Abs(v-float64(s.of[i-1].found.Keypoints[j].Score)))
				}
			}
		}
	}
	name := kindNames[kind]
	all = append(all, noiseNumber{name + ": missing, share", unseen / max(float64(len(score)), 1), len(score)})
	all = append(all, numbersOf(name+": score", score, 10, 50, 90)...)
	all = append(all, numbersOf(name+": change of score in a step", flutter, 50)...)
	all = append(all, numbersOf(name+": error, body sizes", off, 50, 90)...)
	return append(all, numbersOf(name+": jitter, body sizes", jitter, 50, 95)...)
}

// shake is how far a joint is from the middle of where it was before and after, less what is
// true of that.
func shake(a, b, c *glimpse, j pose.Joint, least float32) (d float64, ok bool) {
	for _, g := range []*glimpse{a, b, c} {
		if !g.found.Seen(j, least) || g.seen.Keypoints[j].Visibility == Outside {
			return 0, false
		}
	}
	at := func(g *glimpse) (x, y float64) {
		k, t := &g.found.Keypoints[j], &g.seen.Keypoints[j]
		return float64(k.X) - t.X, float64(k.Y) - t.Y
	}
	ax, ay := at(a)
	bx, by := at(b)
	cx, cy := at(c)
	return math.Hypot(bx-(ax+cx)/2, by-(ay+cy)/2) / b.c.scale, true
}

// numbersOf are percentiles of values.
func numbersOf(name string, values []float64, percents ...int) (all []noiseNumber) {
	slices.Sort(values)
	for _, p := range percents {
		v := 0.0
		if n := len(values); n > 0 {
			v = values[p*(n-1)/100]
		}
		all = append(all, noiseNumber{fmt.Sprintf("%s, %dth percentile", name, p), v, len(values)})
	}
	return all
}

// tally counts how often something was so.
type tally struct{ yes, of float64 }

func (t *tally) add(yes bool) { t.yes, t.of = t.yes+count(yes), t.of+1 }
