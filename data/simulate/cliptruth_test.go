package simulate

import (
	"context"
	"math"
	"path/filepath"
	"slices"
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
	for _, c := range Plan(s) {
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

// compare finds every pose of a frame among its true people, and no more people than poses.
func compare(t *testing.T, r *pose.Recording, frame int, k *data.KeypointImage) {
	t.Helper()
	time, n := r.FrameTimes[frame], 0
	for _, track := range r.Tracks {
		for i, at := range track.Times {
			if at != time {
				continue
			}
			n++
			if !slices.ContainsFunc(k.People, func(q data.TruePerson) bool { return same(&track.Poses[i], &q) }) {
				t.Fatalf("frame %d: nobody in truth is %+v", frame, track.Poses[i])
			}
		}
	}
	if many := slices.DeleteFunc(slices.Clone(k.People), func(q data.TruePerson) bool { return q.Labelled() < leastJoints }); n != len(many) {
		t.Fatalf("frame %d has %d people, and %d poses", frame, len(many), n)
	}
}

func same(p *pose.Pose, q *data.TruePerson) bool {
	for j, k := range p.Keypoints {
		at := q.Joints[j]
		if (k.Score > 0) != (at.Seen != data.NotLabelled) || k.Score > 0 && math.Hypot(float64(k.X-at.X), float64(k.Y-at.Y)) > 0.01 {
			return false
		}
	}
	return true
}
