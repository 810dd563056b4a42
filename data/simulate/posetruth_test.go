package simulate

import (
	"context"
	"math"
	"path/filepath"
	"testing"

	"fallkit/data"
	"fallkit/data/simulate/motion"
	"fallkit/pose"
)

// With an exact observer, the true keypoints are the joints of the poses, to a hundredth of
// a pixel, and the states are those of the take.
func TestTrueKeypointsAreThoseOfThePoses(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "made")
	s := preset(Hard, 6)
	s.KeypointsEvery = 0.8
	if err := WritePoseFolder(context.Background(), dir, s, Exact{}, nil); err != nil {
		t.Fatal(err)
	}
	truth, err := data.ReadKeypoints(filepath.Join(dir, keypointsFile))
	if err != nil {
		t.Fatal(err)
	}
	at, states := 0, map[string]int{}
	for _, c := range PlanPoses(s) {
		f, err := c.Film(Exact{})
		if err != nil {
			t.Fatal(err)
		}
		take, err := c.perform()
		if err != nil {
			t.Fatal(err)
		}
		for want := 0; want < f.Frames; want += 10 { // 0.8 s at 12.5 poses a second
			k := truth.Images[at]
			at++
			states[k.State]++
			if k.Clip != c.Name || k.Frame != want || k.Path != "poses/"+c.Name+".parquet" || k.Width != s.Width {
				t.Fatalf("%+v, and it should be frame %d of %s", k, want, c.Name)
			}
			if falls := f.FallStart <= want && want <= f.FallEnd; falls != (k.State == data.StateFalling) && want != f.FallEnd {
				t.Errorf("%s, frame %d is %s", c.Name, want, k.State)
			}
			if state := take.At(float64(want) / s.FPS); k.State == data.StateElse && state.Phase == motion.Down {
				t.Errorf("%s, frame %d: somebody lies", c.Name, want)
			}
			compare(t, f.Recording, want, &k)
		}
	}
	if at != len(truth.Images) || states[data.StateFalling] == 0 || states[data.StateLying] == 0 || states[data.StateElse] == 0 {
		t.Errorf("%d of %d images, with states %v", at, len(truth.Images), states)
	}
}

func compare(t *testing.T, r *pose.Recording, frame int, k *data.KeypointImage) {
	t.Helper()
	time := r.FrameTimes[frame]
	for _, track := range r.Tracks {
		for i, at := range track.Times {
			if at != time {
				continue
			}
			if len(k.People) != 1 {
				t.Fatalf("frame %d has %d people", frame, len(k.People))
			}
			for j, p := range track.Poses[i].Keypoints {
				q := k.People[0].Joints[j]
				if (p.Score > 0) != (q.Seen != data.NotLabelled) || p.Score > 0 && math.Hypot(float64(p.X-q.X), float64(p.Y-q.Y)) > 0.01 {
					t.Fatalf("frame %d, joint %d: pose %+v, truth %+v", frame, j, p, q)
				}
			}
		}
	}
}
