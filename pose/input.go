package pose

import (
	"fmt"
	"math"
	"sort"
)

// Input says how poses become what a model sees. Training and watching share it: it
// travels in the checkpoint, so no program has a setting of its own to get wrong.
type Input struct {
	RateHz   float64 `json:"rate_hz" mapstructure:"rate_hz" yaml:"rate_hz"`       // time steps a second
	Seconds  float64 `json:"seconds" mapstructure:"seconds" yaml:"seconds"`       // length of a window
	MinScore float32 `json:"min_score" mapstructure:"min_score" yaml:"min_score"` // joints below this are missing
	MaxGap   float64 `json:"max_gap" mapstructure:"max_gap" yaml:"max_gap"`       // seconds that may be bridged by interpolation
	MinSeen  float64 `json:"min_seen" mapstructure:"min_seen" yaml:"min_seen"`    // share of the steps that must show the person

	// Features are what a step becomes. No setting of its own: it follows from the network.
	Features Features `json:"features,omitempty" mapstructure:"-" yaml:"-"`

	// Priors are those that Fall features and the network that sees them are made with. They
	// follow from the network's settings.
	Priors Priors `json:"priors,omitempty" mapstructure:"-" yaml:"-"`
}

// DefaultInput is 2.4 s at 12.5 steps a second: longer than the fall and its impact
// (about 1 s), short enough that the answer is not late.
var DefaultInput = Input{RateHz: 12.5, Seconds: 2.4, MinScore: 0.15, MaxGap: 0.35, MinSeen: 0.25}

// Steps is how many time steps a window has.
func (in Input) Steps() int { return int(math.Round(in.RateHz * in.Seconds)) }

// Check reports the first setting that cannot be.
func (in Input) Check() error {
	switch {
	case !(in.RateHz > 0 && in.RateHz <= 120):
		return fmt.Errorf("input.rate_hz is %g, and must be above 0 and at most 120", in.RateHz)
	case !(in.Seconds > 0 && in.Seconds <= 60):
		return fmt.Errorf("input.seconds is %g, and must be above 0 and at most 60", in.Seconds)
	case in.Steps() < 2:
		return fmt.Errorf("input.rate_hz × input.seconds is %g, and must be at least 2 steps", in.RateHz*in.Seconds)
	case !(in.MinScore >= 0 && in.MinScore <= 1):
		return fmt.Errorf("input.min_score is %g, and must lie between 0 and 1", in.MinScore)
	case !(in.MaxGap >= 0 && in.MaxGap <= in.Seconds):
		return fmt.Errorf("input.max_gap is %g, and must lie between 0 and input.seconds", in.MaxGap)
	case !(in.MinSeen >= 0 && in.MinSeen <= 1):
		return fmt.Errorf("input.min_seen is %g, and must lie between 0 and 1", in.MinSeen)
	}
	return in.Features.check()
}

// Window writes the window of the track that ends at time end into dst,
// [Steps, Channels()] row by row, oldest first, and returns the share of its steps that
// show the person. It looks at no pose after end. What the numbers of a step are is said
// at the constants of Features.
func (in Input) Window(t *Track, end float64, dst []float32) (seen float64) {
	steps, channels := in.Steps(), in.Channels()
	dst = dst[:steps*channels]
	clear(dst)
	first := end - float64(steps-1)/in.RateHz
	part := t.Between(first-in.MaxGap, end)
	if len(part.Poses) == 0 {
		return 0
	}
	w := in.Features.set().begin(in, &part)
	shown := 0
	at := 0
	for s := range steps {
		time := first + float64(s)/in.RateHz
		for at < len(part.Times) && part.Times[at] <= time+1e-9 {
			at++
		}
		p, ok := in.poseAt(&part, at, time)
		if w.write(&p, ok, time, dst[s*channels:(s+1)*channels]) {
			shown++
		}
	}
	return float64(shown) / float64(steps)
}

// Seen is the share of the steps of the window that ends at a time that show the person: what
// Window returns, without the features where these cost much.
func (in Input) Seen(t *Track, end float64, scratch []float32) float64 {
	if in.Features != Fall {
		return in.Window(t, end, scratch)
	}
	steps := in.Steps()
	first := end - float64(steps-1)/in.RateHz
	part := t.Between(first-in.MaxGap, end)
	shown, at := 0, 0
	for s := range steps {
		time := first + float64(s)/in.RateHz
		for at < len(part.Times) && part.Times[at] <= time+1e-9 {
			at++
		}
		if a, _, _, ok := in.between(&part, at, time); ok {
			if _, any := part.Poses[a].Extent(in.MinScore); any {
				shown++
			}
		}
	}
	return float64(shown) / float64(steps)
}

// poseAt gives the pose at a time, where next is the first entry after it.
func (in Input) poseAt(t *Track, next int, time float64) (Pose, bool) {
	a, b, part, ok := in.between(t, next, time)
	switch {
	case !ok:
		return Pose{}, false
	case a == b:
		return t.Poses[a], true
	}
	return in.blend(&t.Poses[a], &t.Poses[b], part), true
}

// between says which poses make up the one at a time, where next is the first entry after
// it: between two no further apart than MaxGap both, part of the way from a to b; else the
// last one alone (a = b) if it is no older than half a step.
func (in Input) between(t *Track, next int, time float64) (a, b int, part float32, ok bool) {
	if next > 0 && time-t.Times[next-1] <= 0.5/in.RateHz {
		if next == len(t.Times) || t.Times[next]-t.Times[next-1] > in.MaxGap {
			return next - 1, next - 1, 0, true
		}
	}
	if next == 0 || next == len(t.Times) {
		return 0, 0, 0, false
	}
	before, after := t.Times[next-1], t.Times[next]
	if after-before > in.MaxGap {
		return 0, 0, 0, false
	}
	return next - 1, next, float32((time - before) / (after - before)), true
}

// blend mixes two poses; a joint that only one of them shows is taken from the nearer.
func (in Input) blend(a, b *Pose, part float32) Pose {
	near := a
	if part > 0.5 {
		near = b
	}
	mixed := *near
	for j := range Joint(Joints) {
		if a.Seen(j, in.MinScore) && b.Seen(j, in.MinScore) {
			ka, kb := a.Keypoints[j], b.Keypoints[j]
			mixed.Keypoints[j] = Keypoint{ka.X + part*(kb.X-ka.X), ka.Y + part*(kb.Y-ka.Y), ka.Score + part*(kb.Score-ka.Score)}
		}
	}
	return mixed
}

// quantile sorts v and gives its q-quantile (nearest rank), 0 where v is empty.
func quantile(v []float64, q float64) float64 {
	if len(v) == 0 {
		return 0
	}
	sort.Float64s(v)
	return v[int(q*float64(len(v)-1)+0.5)]
}
