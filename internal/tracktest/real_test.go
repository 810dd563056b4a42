package tracktest

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
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

// fallCover is how a fall is covered by tracks, from a second before to a second after it.
type fallCover struct {
	clips, tracks, poses    int
	falls, whole, fragments int // whole: one track is there from the first to the last pose
}

func (c *fallCover) add(e *data.Example, r *pose.Recording) {
	c.clips++
	for i := range r.Tracks {
		c.tracks++
		c.poses += len(r.Tracks[i].Times)
	}
	if !e.Clip.Timed() {
		return
	}
	from, to := r.TimeOf(e.Clip.FallStart)-1, r.TimeOf(e.Clip.FallEnd)+1
	var first, last []float64
	for i := range r.Tracks {
		if part := r.Tracks[i].Between(from, to); len(part.Times) > 0 {
			first, last = append(first, part.Times[0]), append(last, part.Times[len(part.Times)-1])
		}
	}
	if len(first) == 0 {
		return
	}
	c.falls++
	c.fragments += len(first)
	begin, end := slices.Min(first), slices.Max(last)
	for i := range first {
		if first[i] < begin+0.25 && last[i] > end-0.25 {
			c.whole++
			break
		}
	}
}

func TestTrackingOfFalls(t *testing.T) {
	examples, engine := realExamples(t)
	covers := map[string][]fallCover{}
	var names []string
	for i := range examples {
		e := &examples[i]
		for k, c := range contenders {
			r := retrack(e.Recording, c.fresh())
			if err := r.Check(); err != nil {
				t.Fatalf("%s, %s: %v", e.Clip, c.name, err)
			}
			for _, name := range []string{e.Clip.Dataset, "all"} {
				if covers[name] == nil {
					names = append(names, name)
					covers[name] = make([]fallCover, len(contenders))
				}
				covers[name][k].add(e, r)
			}
			keep(t, c.name, data.Origin{VideoSHA256: e.Video, Engine: engine, FPS: 12.5}, r)
		}
	}
	slices.Sort(names)
	var b strings.Builder
	for _, name := range slices.Compact(names) {
		for k, c := range contenders {
			v := covers[name][k]
			fmt.Fprintf(&b, "%-10s %-8s %3d clips, %4d tracks, %6d poses; %3d falls, %3d in one track, %.2f tracks each\n", name, c.name,
				v.clips, v.tracks, v.poses, v.falls, v.whole, share(v.fragments, v.falls))
		}
	}
	t.Logf("from 1 s before to 1 s after each fall\n%s", b.String())
}

func keep(t *testing.T, name string, o data.Origin, r *pose.Recording) {
	if *retracked == "" {
		return
	}
	if err := (data.Store{Dir: filepath.Join(*retracked, name)}).Put(o, r); err != nil {
		t.Fatal(err)
	}
}
