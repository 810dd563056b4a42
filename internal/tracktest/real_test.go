package tracktest

import (
	"errors"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"fallkit/data"
	"fallkit/pose"
	"fallkit/pose/vision"
	"fallkit/pose/weights"
)

var retracked = flag.String("retracked", "", "folder for the recordings of TestTrackingOfFalls, as each tracker follows people in them")

// realExamples are the clips in FALLKIT_DATA whose poses are there.
func realExamples(t *testing.T) (examples []data.Example, engine string) {
	t.Helper()
	dir := os.Getenv("FALLKIT_DATA")
	if dir == "" {
		t.Skip("no real clips: set FALLKIT_DATA to a data folder")
	}
	m, err := data.Open(dir)
	if err != nil {
		t.Skipf("no real clips: %v", err)
	}
	home, err := weights.Home()
	if err != nil {
		t.Fatal(err)
	}
	set := vision.DefaultEngine
	for _, n := range weights.Networks {
		if n.Name == "multipose256" {
			set.SHA256 = n.SHA256
		}
	}
	engine = vision.EngineID(set.SHA256, set)
	examples, _, err = data.LoadExamples(m, data.Store{Dir: filepath.Join(home, "poses")}, engine, 12.5)
	if missing := (*data.MissingError)(nil); err != nil && !errors.As(err, &missing) {
		t.Fatal(err)
	}
	if len(examples) == 0 {
		t.Skip("no poses of the real clips: run falltrain extract")
	}
	return examples, engine
}

// retrack follows the people of a recording anew. Weak poses that went on with no track
// when the recording was made are not in it.
func retrack(r *pose.Recording, by follower) *pose.Recording {
	poses := map[float64][]pose.Pose{}
	for i := range r.Tracks {
		for k, t := range r.Tracks[i].Times {
			poses[t] = append(poses[t], r.Tracks[i].Poses[k])
		}
	}
	again := *r
	again.Tracks = nil
	for _, t := range r.PoseTimes {
		found := poses[t]
		slices.SortStableFunc(found, func(a, b pose.Pose) int { return -compare(a.Score, b.Score) })
		for _, p := range by.Update(t, found) {
			for len(again.Tracks) < p.Track {
				again.Tracks = append(again.Tracks, pose.Track{ID: len(again.Tracks) + 1})
			}
			track := &again.Tracks[p.Track-1]
			track.Times, track.Poses = append(track.Times, t), append(track.Poses, p.Pose)
		}
	}
	return &again
}

func compare(a, b float32) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

func keep(t *testing.T, name string, o data.Origin, r *pose.Recording) {
	if *retracked == "" {
		return
	}
	if err := (data.Store{Dir: filepath.Join(*retracked, name)}).Put(o, r); err != nil {
		t.Fatal(err)
	}
}
