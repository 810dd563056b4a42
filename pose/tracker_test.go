package pose

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// stick is a standing person with its hips at x, y, turned by degrees about its feet, as a
// falling one is; a torso is 40 pixels long.
func stick(x, y float32, degrees float64) Pose {
	var p Pose
	for j, at := range [Joints][2]float32{
		{0, -60},
		{3, -63},
		{-3, -63},
		{8, -62},
		{-8, -62},
		{15, -40},
		{-15, -40},
		{22, -18},
		{-22, -18},
		{24, 2},
		{-24, 2},
		{9, 0},
		{-9, 0},
		{10, 36},
		{-10, 36},
		{11, 72},
		{-11, 72},
	} {
		p.Keypoints[j] = Keypoint{X: x + at[0], Y: y + at[1], Score: .7}
	}
	turn(&p, x, y+72, degrees)
	p.Box, _ = p.Extent(0)
	p.Score = .6
	return p
}

// numbers runs a tracker over frames 0.08 s apart and gives the track numbers of each.
func numbers(frames ...[]Pose) [][]int { return numbersAt(.08, frames...) }

func numbersAt(interval float64, frames ...[]Pose) (got [][]int) {
	var t Tracker
	for i, poses := range frames {
		ids := []int{}
		for _, p := range t.Update(float64(i)*interval, poses) {
			ids = append(ids, p.Track)
		}
		got = append(got, ids)
	}
	return got
}

func only(t *testing.T, got [][]int, want ...int) {
	t.Helper()
	for i, ids := range got {
		if !slices.Equal(ids, want) {
			t.Fatalf("frame %d: tracks %v, want %v; all: %v", i, ids, want, got)
		}
	}
}

func TestTrackerWalking(t *testing.T) {
	var frames [][]Pose
	for i := range 60 {
		frames = append(frames, []Pose{stick(50+float32(i)*9, 200, 0)})
	}
	only(t, numbers(frames...), 1)
}

// Falls of 0.3 to 1 second, on the spot and with a step, also where poses are few.
func TestTrackerFall(t *testing.T) {
	for _, c := range []struct {
		name     string
		frames   int // between standing and lying
		interval float64
		step     float32
	}{{"slow", 12, .08, 0}, {"fast", 6, .08, 5}, {"very fast", 4, .08, 12}, {"five poses a second", 3, .2, 0}, {"three poses a second", 2, .33, 0}} {
		var frames [][]Pose
		for range 5 {
			frames = append(frames, []Pose{stick(200, 200, 0)})
		}
		for i := range c.frames {
			part := float64(i+1) / float64(c.frames)
			frames = append(frames, []Pose{stick(200+float32(i)*c.step, 200, 90*part*part)})
		}
		for range 5 {
			frames = append(frames, []Pose{stick(200+float32(c.frames)*c.step, 200, 90)})
		}
		t.Run(c.name, func(t *testing.T) { only(t, numbersAt(c.interval, frames...), 1) })
	}
}

// Poses of a falling person jump: left and right change places, joints go missing.
func TestTrackerFallWithBadPoses(t *testing.T) {
	var frames [][]Pose
	for i := range 20 {
		p := stick(200, 200, min(90, float64(i)*10))
		if i%3 == 1 {
			for j := Joint(1); j < Joints; j += 2 {
				p.Keypoints[j], p.Keypoints[j.Mirror()] = p.Keypoints[j.Mirror()], p.Keypoints[j]
			}
		}
		if i%4 == 2 {
			for j := LeftHip; j < Joints; j++ {
				p.Keypoints[j].Score = 0
			}
		}
		frames = append(frames, []Pose{p})
	}
	only(t, numbers(frames...), 1)
}

// Two people walk past each other, one behind the other, and whoever is listed first
// changes from frame to frame.
func TestTrackerTwoPeoplePass(t *testing.T) {
	var tracker Tracker
	for i := range 50 {
		a := stick(60+float32(i)*8, 180, 0)
		b := stick(460-float32(i)*8, 260, 0)
		poses, want := []Pose{a, b}, []int{1, 2}
		if i > 0 && i%2 == 1 {
			poses, want = []Pose{b, a}, []int{2, 1}
		}
		tracked := tracker.Update(float64(i)*.08, poses)
		if got := []int{tracked[0].Track, tracked[1].Track}; !slices.Equal(got, want) {
			t.Fatalf("frame %d: tracks %v, want %v", i, got, want)
		}
	}
}

// One falls beside another who stands: the standing one's number stays where it is.
func TestTrackerFallBesideAnother(t *testing.T) {
	var frames [][]Pose
	for i := range 20 {
		frames = append(frames, []Pose{stick(150, 200, 0), stick(260, 200, min(90, 12*float64(i)))})
	}
	only(t, numbers(frames...), 1, 2)
}

func TestTrackerGaps(t *testing.T) {
	for _, c := range []struct {
		name string
		gap  float64 // seconds between the two sightings
		x    float32 // where the person is then
		want int
	}{
		{"none", .08, 200, 1},
		{"half a second", .5, 200, 1},
		{"half a second, gone on", .5, 240, 1},
		{"a second, gone on", 1, 300, 1},
		{"three seconds", 3, 200, 1},
		{"longer than may be", 3.1, 200, 2},
		{"three seconds, elsewhere", 3, 400, 2},
		{"elsewhere", .16, 500, 2},
	} {
		var tracker Tracker
		tracker.Update(10, []Pose{stick(200, 200, 0)})
		for now := 10.08; now < 10+c.gap-1e-9; now += .08 {
			if got := tracker.Update(now, nil); len(got) != 0 {
				t.Fatalf("%s: %d people in an empty frame", c.name, len(got))
			}
		}
		if got := tracker.Update(10+c.gap, []Pose{stick(c.x, 200, 0)}); got[0].Track != c.want {
			t.Errorf("%s: track %d, want %d", c.name, got[0].Track, c.want)
		}
	}
}

func TestTrackerComingAndGoing(t *testing.T) {
	a, b, c := stick(100, 200, 0), stick(300, 200, 0), stick(500, 200, 0)
	got := numbers([]Pose{a}, []Pose{a, b}, []Pose{b}, []Pose{b, c}, []Pose{c, b, a})
	want := [][]int{{1}, {1, 2}, {2}, {2, 3}, {3, 2, 1}}
	for i := range want {
		if !slices.Equal(got[i], want[i]) {
			t.Errorf("frame %d: tracks %v, want %v", i, got[i], want[i])
		}
	}
}

// Equal distances: the older track and the earlier pose, each time.
func TestTrackerTies(t *testing.T) {
	middle := stick(200, 200, 0)
	for range 20 {
		got := numbers([]Pose{stick(190, 200, 0), stick(210, 200, 0)}, []Pose{middle, middle})
		if !slices.Equal(got[1], []int{1, 2}) {
			t.Fatalf("tracks %v, want [1 2]", got[1])
		}
	}
}

// Settings change what is joined; those left at 0 altogether are the default.
func TestTrackerSettings(t *testing.T) {
	strict := Tracker{Settings: TrackerSettings{MaxGap: 1, Reach: .1, MinScore: .1}}
	strict.Update(0, []Pose{stick(200, 200, 0)})
	if got := strict.Update(.08, []Pose{stick(210, 200, 0)}); got[0].Track != 2 {
		t.Errorf("a quarter of a body away: track %d, want 2", got[0].Track)
	}
}

// A weak pose goes on with a track and begins none; a sure one goes before it.
func TestTrackerWeakPoses(t *testing.T) {
	weak := func(x float32) Pose { p := stick(x, 200, 0); p.Score = .1; return p }
	s := DefaultTracker
	s.MinNew = .15
	tracker := Tracker{Settings: s}
	for i, c := range []struct {
		name  string
		poses []Pose
		want  []int
	}{
		{"weak alone", []Pose{weak(200)}, nil},
		{"sure", []Pose{stick(200, 200, 0)}, []int{1}},
		{"goes on weak", []Pose{weak(204)}, []int{1}},
		{"weak ones near and far", []Pose{weak(500), weak(206)}, []int{1}},
		{"sure, and a nearer weak one", []Pose{weak(206), stick(220, 200, 0)}, []int{1}},
		{"two people", []Pose{stick(400, 200, 0), weak(220)}, []int{2, 1}},
	} {
		var got []int
		for _, p := range tracker.Update(float64(i)*.08, c.poses) {
			got = append(got, p.Track)
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: tracks %v, want %v", c.name, got, c.want)
		}
	}
	if x := tracker.active[0].pose.Keypoints[LeftHip].X; x != 220+9 {
		t.Errorf("track 1 is at %g", x)
	}
}

// Two people walk towards and past each other; the one behind is hidden for most of a
// second while they cross.
func TestTrackerHiddenWhileCrossing(t *testing.T) {
	for _, rate := range []float64{3, 12.5, 30} {
		var tracker Tracker
		for i := range int(6 * rate) {
			now := float64(i) / rate
			a, b := 100+float32(now)*60, 460-float32(now)*60
			poses, want := []Pose{stick(a, 220, 0), stick(b, 200, 0)}, []int{1, 2}
			if max(a-b, b-a) < 25 {
				poses, want = poses[:1], want[:1]
			}
			var got []int
			for _, p := range tracker.Update(now, poses) {
				got = append(got, p.Track)
			}
			if !slices.Equal(got, want) {
				t.Fatalf("%g poses a second, %.2f s: tracks %v, want %v", rate, now, got, want)
			}
		}
	}
}

// One is missed for a frame: the pose beside goes on with its own track, though it could
// go on with the other.
func TestTrackerMissedBesideAnother(t *testing.T) {
	a, b := stick(200, 200, 0), stick(230, 200, 0)
	got := numbers([]Pose{a, b}, []Pose{a, b}, []Pose{b}, []Pose{a}, []Pose{a, b})
	want := [][]int{{1, 2}, {1, 2}, {2}, {1}, {1, 2}}
	for i := range want {
		if !slices.Equal(got[i], want[i]) {
			t.Errorf("frame %d: tracks %v, want %v", i, got[i], want[i])
		}
	}
}

// drawPose draws poses as a network gives them, and some that none should give.
func drawPose() *rapid.Generator[Pose] {
	number := rapid.OneOf(rapid.Float32Range(-100, 900), rapid.SampledFrom([]float32{0, float32(math.NaN()), float32(math.Inf(1)), 1e30}))
	return rapid.Custom(func(t *rapid.T) Pose {
		p := stick(rapid.Float32Range(0, 600).Draw(t, "x"), rapid.Float32Range(0, 400).Draw(t, "y"), rapid.Float64Range(0, 180).Draw(t, "angle"))
		if rapid.Bool().Draw(t, "spoil") {
			j := rapid.IntRange(0, Joints-1).Draw(t, "joint")
			p.Keypoints[j] = Keypoint{number.Draw(t, "kx"), number.Draw(t, "ky"), rapid.Float32Range(0, 1).Draw(t, "score")}
			p.Box.X1 = number.Draw(t, "box")
		}
		if rapid.IntRange(0, 9).Draw(t, "blank") == 0 {
			p.Keypoints = [Joints]Keypoint{}
		}
		return p
	})
}

// Whatever comes in: one number for each pose, no number twice in a frame, new ones
// following upon the last, the poses unchanged and in their order, and the same again from
// the same input.
func TestTrackerProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var a, b Tracker
		now, newest := 0.0, 0
		for range rapid.IntRange(1, 12).Draw(t, "frames") {
			poses := rapid.SliceOfN(drawPose(), 0, 6).Draw(t, "poses")
			got, again := a.Update(now, poses), b.Update(now, poses)
			if len(got) != len(poses) {
				t.Fatalf("%d poses became %d", len(poses), len(got))
			}
			seen, fresh := map[int]bool{}, newest
			for i, p := range got {
				if p.Track < 1 || seen[p.Track] || p.Track != again[i].Track {
					t.Fatalf("tracks %d and %d, seen %v", p.Track, again[i].Track, seen)
				}
				seen[p.Track] = true
				if p.Track > newest {
					fresh++
				}
				if want := poses[i].Box; p.Pose.Box.Y0 != want.Y0 || p.Pose.Score != poses[i].Score {
					t.Fatal("poses have changed places")
				}
			}
			for id := newest + 1; id <= fresh; id++ {
				if !seen[id] {
					t.Fatalf("%d new tracks, and none is %d", fresh-newest, id)
				}
			}
			newest = fresh
			now += rapid.SampledFrom([]float64{0, .04, .08, .5, 2, 4}).Draw(t, "interval")
		}
	})
}

// The order in which a frame's poses are listed changes nothing.
func TestTrackerTakesPosesInAnyOrder(t *testing.T) {
	by := func(tracked []Tracked) map[string][]int {
		all := map[string][]int{}
		for _, p := range tracked {
			key := fmt.Sprint(p.Pose)
			all[key] = append(all[key], p.Track)
			slices.Sort(all[key]) // of equal poses either may have either
		}
		return all
	}
	s := DefaultTracker
	s.MinNew = .15
	rapid.Check(t, func(t *rapid.T) {
		a, b := Tracker{Settings: s}, Tracker{Settings: s}
		now := 0.0
		for range rapid.IntRange(1, 8).Draw(t, "frames") {
			poses := rapid.SliceOfN(drawPose(), 0, 6).Draw(t, "poses")
			for i := range poses {
				poses[i].Score = rapid.SampledFrom([]float32{.1, .2, .6}).Draw(t, "certainty")
			}
			if got, want := by(b.Update(now, rapid.Permutation(poses).Draw(t, "order"))), by(a.Update(now, poses)); !maps.EqualFunc(got, want, slices.Equal) {
				t.Fatalf("%v, and in another order %v", want, got)
			}
			now += rapid.SampledFrom([]float64{.04, .08, .5, 2}).Draw(t, "interval")
		}
	})
}

// People who are far from each other never take each other's numbers, however they turn,
// and whoever of them is seen.
func TestTrackerFarApartNeverSwap(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var tracker Tracker
		people := rapid.IntRange(1, 5).Draw(t, "people")
		number, now := map[int]int{}, 0.0
		for range rapid.IntRange(1, 30).Draw(t, "frames") {
			var poses []Pose
			var who []int
			for i := range people {
				if rapid.IntRange(0, 3).Draw(t, "seen") > 0 {
					x := float32(i)*500 + rapid.Float32Range(-20, 20).Draw(t, "x")
					poses, who = append(poses, stick(x, 200, rapid.Float64Range(-90, 90).Draw(t, "angle"))), append(who, i)
				}
			}
			for k, p := range tracker.Update(now, poses) {
				for other, n := range number {
					if other != who[k] && n == p.Track {
						t.Fatalf("%d has the number of %d", who[k], other)
					}
				}
				number[who[k]] = p.Track
			}
			now += rapid.Float64Range(.03, .4).Draw(t, "interval")
		}
	})
}
