package pose

import (
	"math"
	"testing"
)

func TestMirrorIsItsOwnInverse(t *testing.T) {
	for j := range Joint(Joints) {
		if j.Mirror().Mirror() != j {
			t.Errorf("%v mirrors to %v and back to %v", j, j.Mirror(), j.Mirror().Mirror())
		}
	}
	if LeftHip.Mirror() != RightHip || Nose.Mirror() != Nose {
		t.Errorf("left hip mirrors to %v, nose to %v", LeftHip.Mirror(), Nose.Mirror())
	}
}

func TestTorsoAngle(t *testing.T) {
	for _, want := range []float64{0, 30, 90, 135, 180} {
		p := standing(100, 100, 40)
		turn(&p, 100, 100, want)
		if got, ok := p.TorsoAngle(0.1); !ok || math.Abs(got-want) > 1e-3 {
			t.Errorf("turned by %g°: angle %g, %v", want, got, ok)
		}
	}
	p := standing(100, 100, 40)
	p.Keypoints[LeftHip].Score, p.Keypoints[RightHip].Score = 0, 0
	if _, ok := p.TorsoAngle(0.1); ok {
		t.Error("a torso without hips has an angle")
	}
}

func turn(p *Pose, cx, cy float32, degrees float64) {
	s, c := math.Sincos(degrees * math.Pi / 180)
	for i := range p.Keypoints {
		k := &p.Keypoints[i]
		x, y := float64(k.X-cx), float64(k.Y-cy)
		k.X, k.Y = cx+float32(c*x-s*y), cy+float32(s*x+c*y)
	}
}

func TestBodySizeHardlyChangesInAFall(t *testing.T) {
	up := standing(100, 100, 40)
	down := standing(100, 100, 40)
	turn(&down, 100, 100, 90)
	a, b := up.BodySize(0.1), down.BodySize(0.1)
	if a < 39 || math.Abs(a-b) > 0.1*a {
		t.Errorf("body size is %g standing and %g lying", a, b)
	}
}

func TestRecordingCheck(t *testing.T) {
	good := func() *Recording {
		return &Recording{Width: 320, Height: 240, FrameTimes: []float64{0, .1, .2}, PoseTimes: []float64{0, .2}, Tracks: []Track{walking(2, 1)}}
	}
	if err := good().Check(); err != nil {
		t.Fatalf("a good recording fails: %v", err)
	}
	for name, spoil := range map[string]func(*Recording){
		"no width":             func(r *Recording) { r.Width = 0 },
		"time stands still":    func(r *Recording) { r.FrameTimes[2] = .1 },
		"time is not a number": func(r *Recording) { r.PoseTimes[1] = math.NaN() },
		"poses without times":  func(r *Recording) { r.Tracks[0].Times = r.Tracks[0].Times[:1] },
		"two of one track":     func(r *Recording) { r.Tracks = append(r.Tracks, r.Tracks[0]) },
	} {
		r := good()
		spoil(r)
		if r.Check() == nil {
			t.Errorf("%s: passes", name)
		}
	}
	if d := good().Duration(); math.Abs(d-0.3) > 1e-9 {
		t.Errorf("three frames at 10 a second last %g s", d)
	}
	if got := good().TimeOf(7); got != .2 {
		t.Errorf("a frame past the end is at %g", got)
	}
}
