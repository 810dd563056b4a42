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
}

// DefaultInput is 2.4 s at 12.5 steps a second: longer than the fall and its impact
// (about 1 s), short enough that the answer is not late.
var DefaultInput = Input{RateHz: 12.5, Seconds: 2.4, MinScore: 0.15, MaxGap: 0.35, MinSeen: 0.25}

// Channels is how many features a time step has: x, y and seen of each joint, then
// x and y of each bone.
const Channels = 3*Joints + 2*len(Bones)

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
	return nil
}

// Window writes the window of the track that ends at time end into dst,
// [Steps, Channels] row by row, oldest first, and returns the share of its steps that
// show the person. It looks at no pose after end.
//
// Positions are relative to the window's median body centre and divided by its body
// size (80th percentile), so that neither place nor distance matters; motion within the
// window stays. A missing joint is 0, 0 with seen = 0; a bone with a missing end is 0, 0.
func (in Input) Window(t *Track, end float64, dst []float32) (seen float64) {
	steps := in.Steps()
	dst = dst[:steps*Channels]
	clear(dst)
	first := end - float64(steps-1)/in.RateHz
	part := t.Between(first-in.MaxGap, end)
	if len(part.Poses) == 0 {
		return 0
	}
	cx, cy, size := in.frameOf(&part)
	shown := 0
	at := 0
	for s := range steps {
		time := first + float64(s)/in.RateHz
		for at < len(part.Times) && part.Times[at] <= time+1e-9 {
			at++
		}
		p, ok := in.poseAt(&part, at, time)
		if !ok {
			continue
		}
		shown++
		in.write(&p, cx, cy, size, dst[s*Channels:(s+1)*Channels])
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

// frameOf is the window's own frame of reference: its median body centre and body size.
func (in Input) frameOf(t *Track) (cx, cy, size float64) {
	var xs, ys, sizes []float64
	for i := range t.Poses {
		p := &t.Poses[i]
		x, y, ok := p.Midpoint(in.MinScore, LeftHip, RightHip)
		if !ok {
			b, any := p.Extent(in.MinScore)
			if !any {
				continue
			}
			x, y = float64(b.X0+b.X1)/2, float64(b.Y0+b.Y1)/2
		}
		xs, ys = append(xs, x), append(ys, y)
		sizes = append(sizes, p.BodySize(in.MinScore))
	}
	const smallest = 3 // pixels: below it a skeleton is noise
	return quantile(xs, 0.5), quantile(ys, 0.5), math.Max(quantile(sizes, 0.8), smallest)
}

func (in Input) write(p *Pose, cx, cy, size float64, dst []float32) {
	for j := range Joint(Joints) {
		if !p.Seen(j, in.MinScore) {
			continue
		}
		k := p.Keypoints[j]
		dst[3*j] = float32((float64(k.X) - cx) / size)
		dst[3*j+1] = float32((float64(k.Y) - cy) / size)
		dst[3*j+2] = 1
	}
	writeBones(dst)
}

// writeBones fills in a step's bones from its joints.
func writeBones(dst []float32) {
	bones := dst[3*Joints:]
	for i, b := range Bones {
		if dst[3*b.From+2] == 1 && dst[3*b.To+2] == 1 {
			bones[2*i] = dst[3*b.To] - dst[3*b.From]
			bones[2*i+1] = dst[3*b.To+1] - dst[3*b.From+1]
		}
	}
}

// quantile sorts v and gives its q-quantile (nearest rank), 0 where v is empty.
func quantile(v []float64, q float64) float64 {
	if len(v) == 0 {
		return 0
	}
	sort.Float64s(v)
	return v[int(q*float64(len(v)-1)+0.5)]
}
