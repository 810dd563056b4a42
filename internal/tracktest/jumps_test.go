package tracktest

import (
	"errors"
	"flag"
	"math"
	"slices"
	"testing"

	"fallkit/data"
	"fallkit/pose"
	"fallkit/pose/vision"
	"fallkit/pose/weights"
)

var (
	jumpClips   = flag.String("jump-clips", "", "data folder of TestJumpsInRealFalls, instead of FALLKIT_DATA")
	jumpPoses   = flag.String("jump-poses", "", "and its poses")
	jumpProfile = flag.String("jump-profile", "", "and the profile that they were found by, before joints that jump were marked")
)

// What the filter of jumps takes away from real falls, and what it does to the speeds that
// tell a fall. It prints what it found with -v.
func TestJumpsInRealFalls(t *testing.T) {
	n := jumpShares{}
	for _, e := range jumpExamples(t) {
		if len(e.Falls) > 0 {
			n.count(&e, filtered(e.Recording))
		}
	}
	if n.falls == 0 {
		t.Skip("no real falls with poses")
	}
	for i, name := range []string{"before", "during", "after"} {
		t.Logf("%s falls: %d of %d joints taken away (%.2f %%)", name, n.taken[i], n.joints[i], 100*n.share(i))
	}
	for name, part := range map[string][]jumpPeak{"hips": n.hips, "head": n.head} {
		t.Logf("%s, peak speed in %d falls, in body sizes a second: median %.2f before, %.2f after; %d falls change by more than a tenth, the worst to %.2f of what it was",
			name, len(part), medianPeak(part, func(p jumpPeak) float64 { return p.before }), medianPeak(part, func(p jumpPeak) float64 { return p.after }), changed(part), worst(part))
	}
	if n.share(1) > 0.03 {
		t.Errorf("%.1f %% of the joints in falls are taken away", 100*n.share(1))
	}
	if before, after := medianPeak(n.hips, func(p jumpPeak) float64 { return p.before }), medianPeak(n.hips, func(p jumpPeak) float64 { return p.after }); after < 0.95*before {
		t.Errorf("falls have lost speed: %.2f body sizes a second, and %.2f without the filter", after, before)
	}
}

func jumpExamples(t *testing.T) []data.Example {
	t.Helper()
	if *jumpClips == "" {
		examples, _ := realExamples(t)
		return examples
	}
	p, err := vision.ProfileNamed(*jumpProfile)
	if err != nil {
		t.Fatal(err)
	}
	p.Jumps, p.Confidence = pose.JumpSettings{}, vision.Confidence{}
	set := vision.DefaultEngine
	set.Profile = p
	for _, n := range weights.Networks {
		switch n.Name {
		case "multipose256":
			set.SHA256 = n.SHA256
		case p.Network:
			set.Single.SHA256 = n.SHA256
		}
	}
	m, err := data.Open(*jumpClips)
	if err != nil {
		t.Fatal(err)
	}
	examples, _, err := data.LoadExamples(m, data.Store{Dir: *jumpPoses}, vision.EngineID(set.SHA256, set), 12.5)
	if missing := (*data.MissingError)(nil); err != nil && !errors.As(err, &missing) {
		t.Fatal(err)
	}
	return examples
}

// filtered is a recording after the filter.
func filtered(r *pose.Recording) *pose.Recording {
	var f pose.Jumps
	f.Settings = pose.DefaultJumps
	again := *r
	again.Tracks = slices.Clone(r.Tracks)
	for i := range again.Tracks {
		again.Tracks[i].Poses = slices.Clone(r.Tracks[i].Poses)
	}
	at := make([]int, len(again.Tracks))
	for _, time := range r.PoseTimes {
		var people []pose.Tracked
		var of []*pose.Pose
		for i := range again.Tracks {
			if t := &again.Tracks[i]; at[i] < len(t.Times) && t.Times[at[i]] == time {
				people, of = append(people, pose.Tracked{Track: t.ID, Pose: t.Poses[at[i]]}), append(of, &t.Poses[at[i]])
				at[i]++
			}
		}
		f.Update(time, people)
		for i := range people {
			*of[i] = people[i].Pose
		}
	}
	return &again
}

// jumpShares are counts before, during and after falls, and what becomes of speeds in them.
type jumpShares struct {
	falls         int
	joints, taken [3]int
	hips, head    []jumpPeak
}

type jumpPeak struct{ before, after float64 }

const jumpLeast = 0.15 // joints below this are missing, as input.min_score has it

func (n *jumpShares) share(i int) float64 {
	return float64(n.taken[i]) / float64(max(n.joints[i], 1))
}

func (n *jumpShares) count(e *data.Example, after *pose.Recording) {
	fall := e.Falls[0]
	n.falls++
	for i := range e.Recording.Tracks {
		t, f := &e.Recording.Tracks[i], &after.Tracks[i]
		for k, time := range t.Times {
			part := 1
			if time < fall.Start {
				part = 0
			} else if time > fall.End {
				part = 2
			}
			for j := range pose.Joint(pose.Joints) {
				if t.Poses[k].Seen(j, jumpLeast) {
					n.joints[part]++
					if !f.Poses[k].Seen(j, jumpLeast) {
						n.taken[part]++
					}
				}
			}
		}
	}
	for _, part := range []struct {
		of  []pose.Joint
		all *[]jumpPeak
	}{{[]pose.Joint{pose.LeftHip, pose.RightHip}, &n.hips}, {[]pose.Joint{pose.Nose, pose.LeftEye, pose.RightEye, pose.LeftEar, pose.RightEar}, &n.head}} {
		p := jumpPeak{peak(e.Recording, fall, part.of), peak(after, fall, part.of)}
		if p.before > 0 {
			*part.all = append(*part.all, p)
		}
	}
}

// peak is how fast the middle of joints goes down at most in a fall, over a fifth of a
// second, in body sizes a second.
func peak(r *pose.Recording, fall data.Span, joints []pose.Joint) (most float64) {
	for i := range r.Tracks {
		t := r.Tracks[i].Between(fall.Start-0.1, fall.End+0.1)
		for k := range t.Times {
			size := t.Poses[k].BodySize(jumpLeast)
			_, y, ok := t.Poses[k].Midpoint(jumpLeast, joints...)
			for next := k + 1; ok && size > 0 && next < len(t.Times); next++ {
				dt := t.Times[next] - t.Times[k]
				if dt < 0.15 {
					continue
				}
				if _, low, ok := t.Poses[next].Midpoint(jumpLeast, joints...); ok && dt < 0.4 {
					most = math.Max(most, (low-y)/size/dt)
				}
				break
			}
		}
	}
	return most
}

func medianPeak(peaks []jumpPeak, of func(jumpPeak) float64) float64 {
	var all []float64
	for _, p := range peaks {
		all = append(all, of(p))
	}
	slices.Sort(all)
	if len(all) == 0 {
		return math.NaN()
	}
	return all[len(all)/2]
}

func changed(peaks []jumpPeak) (n int) {
	for _, p := range peaks {
		if math.Abs(p.after-p.before) > 0.1*p.before {
			n++
		}
	}
	return n
}

func worst(peaks []jumpPeak) float64 {
	least := 1.0
	for _, p := range peaks {
		least = min(least, p.after/p.before)
	}
	return least
}
