package pose

import (
	"math"
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"
)

// wander is a person at irregular times, some of whose joints are missing now and then. The
// ears span a box far wider than all else, so that moving other joints a little changes
// neither the window's centre (the hips') nor its size (the box's).
func wander(t *rapid.T) *Track {
	rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
	tr := &Track{ID: 1}
	time := 0.0
	for range rapid.IntRange(1, 40).Draw(t, "poses") {
		time += 0.02 + 0.2*rng.Float64()*rng.Float64()
		if rng.IntN(12) == 0 {
			time += 0.5
		}
		var p Pose
		for j := range p.Keypoints {
			p.Keypoints[j] = Keypoint{X: float32(100 + 20*rng.Float64()), Y: float32(100 + 20*rng.Float64()), Score: 0.9}
			if j > int(RightEar) && rng.IntN(4) == 0 && j != int(LeftHip) && j != int(RightHip) {
				p.Keypoints[j].Score = 0.1
			}
		}
		p.Keypoints[LeftEar] = Keypoint{X: 0, Y: 0, Score: 0.9}
		p.Keypoints[RightEar] = Keypoint{X: 300, Y: 300, Score: 0.9}
		tr.Times, tr.Poses = append(tr.Times, time), append(tr.Poses, p)
	}
	return tr
}

// free are joints of wander that decide nothing about centre and size.
var free = []Joint{Nose, LeftEye, RightEye, LeftElbow, RightElbow, LeftWrist, RightWrist, LeftKnee, RightKnee, LeftAnkle, RightAnkle}

// With centre and size unchanged a window is linear in its joints: what the gradient says
// of a move is then all that the move does.
func TestPullBackIsTheTransposeOfWindow(t *testing.T) {
	in := DefaultInput
	rapid.Check(t, func(t *rapid.T) {
		track := wander(t)
		end := track.Times[len(track.Times)-1] + rapid.Float64Range(-0.3, 0.1).Draw(t, "end")
		rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "move"), 2))
		gradient := make([]float32, in.Steps()*Channels)
		for i := range gradient {
			gradient[i] = float32(rng.NormFloat64())
		}
		moved := Track{ID: 1, Times: track.Times}
		shifts := make([]Shift, len(track.Poses))
		for i := range track.Poses {
			for _, j := range free {
				shifts[i][j] = [2]float64{8 * rng.NormFloat64(), 8 * rng.NormFloat64()}
			}
			moved.Poses = append(moved.Poses, track.Poses[i].Moved(&shifts[i], in.MinScore))
		}
		before, after := make([]float32, len(gradient)), make([]float32, len(gradient))
		in.Window(track, end, before)
		in.Window(&moved, end, after)
		want := 0.0
		for i, g := range gradient {
			want += float64(g) * (float64(after[i]) - float64(before[i]))
		}
		back := make([]Shift, len(track.Poses))
		in.PullBack(track, end, gradient, back)
		got := 0.0
		for i := range back {
			for j := range Joint(Joints) {
				if !track.Poses[i].Seen(j, in.MinScore) && back[i][j] != [2]float64{} {
					t.Fatalf("pose %d: joint %v is not seen and has a gradient", i, j)
				}
				got += back[i][j][0]*shifts[i][j][0] + back[i][j][1]*shifts[i][j][1]
			}
		}
		if math.Abs(got-want) > 1e-3*(1+math.Abs(want)) {
			t.Fatalf("the gradient says %g, the window changed by %g", got, want)
		}
	})
}

func TestMovedKeepsConfidencesAndWhatIsNotSeen(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		track := wander(t)
		var s Shift
		for j := range s {
			s[j] = [2]float64{1, -2}
		}
		p := track.Poses[0]
		got := p.Moved(&s, 0.15)
		for j, k := range p.Keypoints {
			want := k
			if k.Score >= 0.15 {
				want.X, want.Y = k.X+1, k.Y-2
			}
			if got.Keypoints[j] != want {
				t.Fatalf("joint %d: %+v became %+v", j, k, got.Keypoints[j])
			}
		}
	})
}

// A finished window that is moved is the window of the moved poses, and its gradient by
// joints is what the move does.
func TestMoveStepsAndJointGradient(t *testing.T) {
	in := DefaultInput
	rapid.Check(t, func(t *rapid.T) {
		track := wander(t)
		window := make([]float32, in.Steps()*Channels)
		in.Window(track, track.Times[len(track.Times)-1], window)
		rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "move"), 3))
		gradient := make([]float32, len(window))
		shifts := make([]Shift, in.Steps())
		for s := range shifts {
			for j := range Joints {
				shifts[s][j] = [2]float64{rng.NormFloat64(), rng.NormFloat64()}
			}
		}
		for i := range gradient {
			gradient[i] = float32(rng.NormFloat64())
		}
		moved := append([]float32(nil), window...)
		MoveSteps(moved, shifts)
		want := 0.0
		for i, g := range gradient {
			want += float64(g) * float64(moved[i]-window[i])
		}
		by := make([]Shift, in.Steps())
		JointGradient(window, gradient, by)
		got := 0.0
		for s := range by {
			for j := range Joints {
				got += by[s][j][0]*shifts[s][j][0] + by[s][j][1]*shifts[s][j][1]
				if seen := window[s*Channels+3*j+2]; moved[s*Channels+3*j+2] != seen || (seen == 0 && moved[s*Channels+3*j] != 0) {
					t.Fatalf("step %d: joint %d is missing and was moved", s, j)
				}
			}
			for i, b := range Bones {
				row := moved[s*Channels : (s+1)*Channels]
				if bone := row[3*Joints+2*i]; bone != 0 && bone != row[3*b.To]-row[3*b.From] {
					t.Fatalf("step %d: bone %d does not join its joints", s, i)
				}
			}
		}
		if math.Abs(got-want) > 1e-3*(1+math.Abs(want)) {
			t.Fatalf("the gradient says %g, the window changed by %g", got, want)
		}
	})
}
