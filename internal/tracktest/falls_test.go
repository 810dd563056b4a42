package tracktest

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"fallkit/data"
	"fallkit/pose"
)

// fallCover is how falls are covered by tracks, from a second before to a second after.
type fallCover struct {
	clips, tracks    int
	falls, fragments int
	whole            int // one track has nine of ten of the poses of who falls
}

// add counts a clip that was followed as r. The faller's poses are those of the longest
// track in the span, in the clip as it was stored.
func (c *fallCover) add(e *data.Example, r *pose.Recording) {
	c.clips++
	c.tracks += len(r.Tracks)
	faller, ok := fallerOf(e)
	if !ok {
		return
	}
	counts := map[int]int{}
	for i := range r.Tracks {
		for k, t := range r.Tracks[i].Times {
			if at, found := slices.BinarySearch(faller.Times, t); found && faller.Poses[at] == r.Tracks[i].Poses[k] {
				counts[r.Tracks[i].ID]++
			}
		}
	}
	c.falls++
	c.fragments += len(counts)
	for _, n := range counts {
		if 10*n >= 9*len(faller.Times) {
			c.whole++
		}
	}
}

// fallerOf is the longest track around the fall of a clip, and what of it lies there.
func fallerOf(e *data.Example) (longest pose.Track, ok bool) {
	if !e.Clip.Timed() {
		return longest, false
	}
	from, to := e.Recording.TimeOf(e.Clip.FallStart)-1, e.Recording.TimeOf(e.Clip.FallEnd)+1
	for i := range e.Recording.Tracks {
		if part := e.Recording.Tracks[i].Between(from, to); len(part.Times) > len(longest.Times) {
			longest = part
		}
	}
	return longest, len(longest.Times) > 0
}

// TestTrackingOfFalls follows the people of real clips anew, as they are, and with another
// clip's person who walks through whoever falls half a second before they do.
func TestTrackingOfFalls(t *testing.T) {
	examples, engine := realExamples(t)
	alone, beside := map[string][]fallCover{}, map[string][]fallCover{}
	for i := range examples {
		e := &examples[i]
		origin := data.Origin{VideoSHA256: e.Video, Engine: engine, FPS: 12.5}
		mixed, meets := e.Recording, false
		if faller, ok := fallerOf(e); ok {
			if other := passerBy(examples, i); other != nil {
				mixed, meets = meet(e, &faller, other), true
			}
		}
		for k, c := range contenders {
			cover(t, alone, k, e, retrack(e.Recording, c.fresh()), "alone", origin)
			if r := retrack(mixed, c.fresh()); meets {
				cover(t, beside, k, e, r, "beside", origin)
			} else {
				keep(t, "beside-"+c.name, origin, r)
			}
		}
	}
	t.Logf("real clips as they are%s\nand where another walks through whoever falls%s", describe(alone), describe(beside))
	now, before := beside["all"][trackerIs], beside["all"][greedyIs]
	if now.whole < before.whole {
		t.Errorf("%d falls are in one track, and with the greedy tracker %d", now.whole, before.whole)
	}
}

func cover(t *testing.T, covers map[string][]fallCover, contender int, e *data.Example, r *pose.Recording, kind string, o data.Origin) {
	t.Helper()
	if err := r.Check(); err != nil {
		t.Fatalf("%s, %s: %v", e.Clip, contenders[contender].name, err)
	}
	for _, name := range []string{e.Clip.Dataset, "all"} {
		if covers[name] == nil {
			covers[name] = make([]fallCover, len(contenders))
		}
		covers[name][contender].add(e, r)
	}
	keep(t, kind+"-"+contenders[contender].name, o, r)
}

func describe(covers map[string][]fallCover) string {
	var names []string
	for name := range covers {
		names = append(names, name)
	}
	slices.Sort(names)
	var b strings.Builder
	for _, name := range names {
		for k, c := range contenders {
			v := covers[name][k]
			fmt.Fprintf(&b, "\n%-9s %-8s %3d clips, %4d tracks; %3d falls, %3d in one track, %.2f tracks each",
				name, c.name, v.clips, v.tracks, v.falls, v.whole, share(v.fragments, v.falls))
		}
	}
	return b.String()
}

// passerBy is a clip of everyday life of the same data set with pictures of the same size:
// for each clip another one, as far as there are enough.
func passerBy(examples []data.Example, i int) *data.Example {
	e := &examples[i]
	for k := 1; k < len(examples); k++ {
		o := &examples[(i+7*k)%len(examples)]
		if o.Clip.Dataset == e.Clip.Dataset && o.Clip.Label == data.LabelADL && o.Recording.Width == e.Recording.Width && o.Recording.Height == e.Recording.Height {
			return o
		}
	}
	return nil
}

// meet puts the people of other into e's recording, moved sideways so that the first of
// them is where the faller is half a second before the fall.
func meet(e *data.Example, faller *pose.Track, other *data.Example) *pose.Recording {
	var walker *pose.Track
	for i := range other.Recording.Tracks {
		if t := &other.Recording.Tracks[i]; walker == nil || len(t.Times) > len(walker.Times) {
			walker = t
		}
	}
	if walker == nil {
		return e.Recording
	}
	x := func(p *pose.Pose) float32 { return (p.Box.X0 + p.Box.X1) / 2 }
	// the walker's time at which they meet is the middle of their track
	at := nearest(faller.Times, e.Recording.TimeOf(e.Clip.FallStart)-0.5)
	middle := len(walker.Times) / 2
	dx := x(&faller.Poses[at]) - x(&walker.Poses[middle])
	lead := faller.Times[at] - walker.Times[middle]
	mixed := *e.Recording
	mixed.Tracks = slices.Clone(mixed.Tracks)
	guest := pose.Track{ID: mixed.Tracks[len(mixed.Tracks)-1].ID + 1}
	for _, t := range mixed.PoseTimes {
		k := nearest(walker.Times, t-lead)
		if math.Abs(walker.Times[k]-t+lead) < 0.045 && !hides(&mixed, t, moved(walker.Poses[k], dx)) {
			guest.Times, guest.Poses = append(guest.Times, t), append(guest.Poses, moved(walker.Poses[k], dx))
		}
	}
	mixed.Tracks = append(mixed.Tracks, guest)
	return &mixed
}

// hides tells whether a pose lies on another of that time: no network would give both.
func hides(r *pose.Recording, time float64, p pose.Pose) bool {
	for i := range r.Tracks {
		k, found := slices.BinarySearch(r.Tracks[i].Times, time)
		if found && likeness(&r.Tracks[i].Poses[k], &p) > 0.75 {
			return true
		}
	}
	return false
}

func moved(p pose.Pose, dx float32) pose.Pose {
	for j := range p.Keypoints {
		p.Keypoints[j].X += dx
	}
	p.Box.X0 += dx
	p.Box.X1 += dx
	return p
}

func nearest(times []float64, t float64) int {
	best := 0
	for i := range times {
		if math.Abs(times[i]-t) < math.Abs(times[best]-t) {
			best = i
		}
	}
	return best
}
