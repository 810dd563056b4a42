package data

import (
	"fmt"
	"math"
	"math/rand/v2"

	"fallkit/pose"
)

// Augment says how much a window's poses are changed at random before the model learns
// from them, so that it does not learn the room, the camera or the pose network's habits.
type Augment struct {
	Mirror      bool    `json:"mirror" mapstructure:"mirror" yaml:"mirror"`                   // left and right exchanged in half of the windows
	TurnDegrees float64 `json:"turn_degrees" mapstructure:"turn_degrees" yaml:"turn_degrees"` // camera roll, standard deviation
	Stretch     float64 `json:"stretch" mapstructure:"stretch" yaml:"stretch"`                // width against height, standard deviation of the logarithm
	Tempo       float64 `json:"tempo" mapstructure:"tempo" yaml:"tempo"`                      // speed of time, standard deviation of the logarithm
	Jitter      float64 `json:"jitter" mapstructure:"jitter" yaml:"jitter"`                   // of each joint in each pose, in body sizes
	DropJoint   float64 `json:"drop_joint" mapstructure:"drop_joint" yaml:"drop_joint"`       // chance that a joint is missing throughout
	DropPose    float64 `json:"drop_pose" mapstructure:"drop_pose" yaml:"drop_pose"`          // chance that a pose is missing
	LateStart   float64 `json:"late_start" mapstructure:"late_start" yaml:"late_start"`       // chance that the person is seen from some moment of the window's first half on only

	TiltDegrees float64 `json:"tilt_degrees" mapstructure:"tilt_degrees" yaml:"tilt_degrees"` // camera that looks down more or less steeply, standard deviation
	Occlude     float64 `json:"occlude" mapstructure:"occlude" yaml:"occlude"`                // chance that something hides the legs, or one side, for a part of the window
	SlowPoses   float64 `json:"slow_poses" mapstructure:"slow_poses" yaml:"slow_poses"`       // chance that there are only 5 to 10 poses a second
}

// DefaultAugment holds what the networks' own errors on lying people look like
// (jitter, missing joints) and what cameras differ by (roll, aspect, frame rate).
var DefaultAugment = Augment{Mirror: true, TurnDegrees: 6, Stretch: 0.08, Tempo: 0.12, Jitter: 0.03, DropJoint: 0.06, DropPose: 0.08, LateStart: 0.3}

// Faults lists every setting that cannot be, each as one clear sentence.
func (a Augment) Faults() []error {
	var faults []error
	for _, f := range []struct {
		name        string
		value, most float64
	}{
		{"turn_degrees", a.TurnDegrees, 45},
		{"stretch", a.Stretch, 0.5},
		{"tempo", a.Tempo, 0.5},
		{"jitter", a.Jitter, 0.5},
		{"drop_joint", a.DropJoint, 0.9},
		{"drop_pose", a.DropPose, 0.9},
		{"late_start", a.LateStart, 1},
		{"tilt_degrees", a.TiltDegrees, 45},
		{"occlude", a.Occlude, 1},
		{"slow_poses", a.SlowPoses, 1},
	} {
		if !(f.value >= 0 && f.value <= f.most) {
			faults = append(faults, fmt.Errorf("augment.%s is %g, and must be from 0 (off) to %g", f.name, f.value, f.most))
		}
	}
	return faults
}

// Apply gives a changed copy of the track's last part, such that the window that ended
// at end now ends at the time returned. reach is how many seconds before end are kept.
func (a Augment) Apply(rng *rand.Rand, t *pose.Track, end, reach float64) (pose.Track, float64) {
	tempo := math.Exp(a.Tempo * clipped(rng))
	if rng.Float64() < a.LateStart {
		reach *= 1 - rng.Float64()/2
	}
	part := t.Between(end-reach*tempo, end)
	out := pose.Track{ID: t.ID}
	out.Times = make([]float64, 0, len(part.Times))
	out.Poses = make([]pose.Pose, 0, len(part.Poses))
	change := a.draw(rng, &part)
	hidden, slow := a.drawOccluder(rng, reach), a.drawSlow(rng)
	for i := range part.Poses {
		drop := rng.Float64() < a.DropPose
		p := change.apply(rng, &part.Poses[i])
		time := (part.Times[i] - end) / tempo
		if drop || slow.skips(time) {
			continue
		}
		hidden.hide(&p, time)
		out.Times = append(out.Times, time)
		out.Poses = append(out.Poses, p)
	}
	return out, 0
}

// clipped is a standard normal number that is never far out.
func clipped(rng *rand.Rand) float64 { return max(-2.5, min(2.5, rng.NormFloat64())) }

// change is one draw of everything that stays the same throughout a window.
type change struct {
	mirror         bool
	xx, xy, yx, yy float64 // turn and stretch
	jitter         float64 // pixels
	missing        [pose.Joints]bool
	tilt           *tilt // nil = none
}

func (a Augment) draw(rng *rand.Rand, t *pose.Track) change {
	c := change{mirror: a.Mirror && rng.IntN(2) == 1}
	sin, cos := math.Sincos(a.TurnDegrees * clipped(rng) * math.Pi / 180)
	wide := math.Exp(a.Stretch * clipped(rng) / 2)
	c.xx, c.xy, c.yx, c.yy = cos*wide, -sin*wide, sin/wide, cos/wide
	for j := range c.missing {
		c.missing[j] = rng.Float64() < a.DropJoint
	}
	for i := range t.Poses {
		c.jitter = max(c.jitter, a.Jitter*t.Poses[i].BodySize(0))
	}
	c.tilt = a.drawTilt(rng, t)
	return c
}

func (c *change) apply(rng *rand.Rand, p *pose.Pose) pose.Pose {
	out := *p
	for j := range pose.Joint(pose.Joints) {
		from := j
		if c.mirror {
			from = j.Mirror()
		}
		k := p.Keypoints[from]
		x, y := c.tilt.at(float64(k.X), float64(k.Y))
		if c.mirror {
			x = -x
		}
		k.X = float32(c.xx*x + c.xy*y + c.jitter*clipped(rng))
		k.Y = float32(c.yx*x + c.yy*y + c.jitter*clipped(rng))
		if c.missing[j] {
			k = pose.Keypoint{}
		}
		out.Keypoints[j] = k
	}
	out.Box, _ = out.Extent(0)
	return out
}
