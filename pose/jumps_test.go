package pose

import (
	"math"
	"math/rand/v2"
	"testing"
)

// figure stands at x, y (the hips' middle) with a torso of 40 pixels, turned by so many
// radians about its feet, as who topples is.
func toppled(x, y, angle float64) Pose {
	at := [Joints][2]float64{{0, -55}, {2, -57}, {-2, -57}, {4, -56}, {-4, -56}, {9, -40}, {-9, -40}, {12, -20}, {-12, -20}, {12, 0}, {-12, 0}, {6, 0}, {-6, 0}, {6, 30}, {-6, 30}, {6, 60}, {-6, 60}}
	var p Pose
	sin, cos := math.Sincos(angle)
	for j, d := range at {
		dx, dy := d[0], d[1]-60
		p.Keypoints[j] = Keypoint{X: float32(x + cos*dx - sin*dy), Y: float32(y + 60 + sin*dx + cos*dy), Score: 0.6}
	}
	return p
}

func one(p Pose) []Tracked { return []Tracked{{Track: 1, Pose: p}} }

func TestAJumpOfOneFrameIsMarkedMissing(t *testing.T) {
	var f Jumps
	for i := range 10 {
		p := toppled(100+float64(i), 100, 0)
		if i == 5 {
			p.Keypoints[LeftAnkle].X += 80 // two torsos
		}
		people := one(p)
		f.Update(0.08*float64(i), people)
		for j, k := range people[0].Pose.Keypoints {
			if missing := k.Score == 0; missing != (i == 5 && Joint(j) == LeftAnkle) {
				t.Errorf("frame %d: %v has a score of %g", i, Joint(j), k.Score)
			}
			if k.X != p.Keypoints[j].X || k.Y != p.Keypoints[j].Y {
				t.Errorf("frame %d: %v was moved", i, Joint(j))
			}
		}
	}
}

// A step is believed one frame late, whatever the time between frames.
func TestAStepIsBelievedInTheSecondFrame(t *testing.T) {
	for _, dt := range []float64{0.02, 0.04, 0.08, 0.1} {
		var f Jumps
		for i := range 6 {
			p := toppled(100, 100, 0)
			if i >= 3 {
				p.Keypoints[RightWrist].Y -= 90
			}
			people := one(p)
			f.Update(dt*float64(i), people)
			if missing := people[0].Pose.Keypoints[RightWrist].Score == 0; missing != (i == 3) {
				t.Errorf("%g s between frames, frame %d: missing is %v", dt, i, missing)
			}
		}
	}
}

// A body that topples like a free pole (from 0.15 rad, in a second), jumps as a whole, or is
// another one after a gap keeps all its joints.
func TestNothingOfAFallIsTakenAway(t *testing.T) {
	var f Jumps
	time, angle, speed := 0.0, 0.15, 0.3
	rng := rand.New(rand.NewPCG(1, 2))
	for angle < math.Pi/2 {
		people := one(toppled(100, 100, angle))
		f.Update(time, people)
		whole(t, people, time)
		dt := 0.04 + 0.08*rng.Float64() // uneven steps
		speed += 1.5 * 9.81 / 1.7 * math.Sin(angle) * dt
		angle, time = angle+speed*dt, time+dt
	}
	people := one(toppled(400, 300, math.Pi/2)) // all of it
	f.Update(time, people)
	whole(t, people, time)
	people = one(toppled(50, 50, 0)) // long after
	f.Update(time+0.6, people)
	whole(t, people, time+0.6)
	if len(f.tracks) != 1 {
		t.Errorf("%d tracks are remembered", len(f.tracks))
	}
	f.Update(time+2, nil)
	if len(f.tracks) != 0 {
		t.Errorf("%d tracks are remembered after all have gone", len(f.tracks))
	}
}

func whole(t *testing.T, people []Tracked, time float64) {
	t.Helper()
	for j, k := range people[0].Pose.Keypoints {
		if k.Score == 0 {
			t.Errorf("%.2f s: %v is missing", time, Joint(j))
		}
	}
}
