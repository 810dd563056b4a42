package data

import (
	"fmt"
	"math"
	"reflect"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"fallkit/pose"
)

// walkers is a recording of so many people for a time: each joint has a place of its own.
func walkers(people int, seconds float64) *pose.Recording {
	r := &pose.Recording{Width: 640, Height: 480}
	for i := range int(seconds * 12.5) {
		r.FrameTimes = append(r.FrameTimes, float64(i)/12.5)
	}
	r.PoseTimes = r.FrameTimes
	for k := range people {
		t := pose.Track{ID: 2*k + 1, Times: r.PoseTimes}
		for i := range t.Times {
			var p pose.Pose
			for j := range p.Keypoints {
				p.Keypoints[j] = pose.Keypoint{X: float32(100 + 120*k + 10*(j%3) + i), Y: float32(150 + 8*j), Score: 0.9}
			}
			p.Score = float32(k+1) / 10 // tells whose pose it is
			p.Box, _ = p.Extent(0)
			t.Poses = append(t.Poses, p)
		}
		r.Tracks = append(r.Tracks, t)
	}
	return r
}

func drawHarm(t *rapid.T) Harm {
	k := rapid.SampledFrom(harmKinds).Draw(t, "kind")
	return Harm{k.Name, rapid.IntRange(1, Severities).Draw(t, "severity"), rapid.Uint64().Draw(t, "seed")}
}

// Whatever the harm, the recording stays one, the clean one is untouched, and the same
// harm to the same clip does the same.
func TestHarmKeepsPromises(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := walkers(rapid.IntRange(0, 3).Draw(t, "people"), rapid.Float64Range(0, 20).Draw(t, "seconds"))
		before := fmt.Sprint(r)
		h := drawHarm(t)
		a, b := h.Apply(r, "d/c"), h.Apply(r, "d/c")
		if err := a.Check(); err != nil {
			t.Fatalf("%+v: %v", h, err)
		}
		if !reflect.DeepEqual(a, b) {
			t.Fatalf("%+v does not do the same twice", h)
		}
		if fmt.Sprint(r) != before {
			t.Fatalf("%+v changes the clean recording", h)
		}
		if !slices.Equal(a.FrameTimes, r.FrameTimes) || !slices.Equal(a.PoseTimes, r.PoseTimes) || a.Width != r.Width || a.Height != r.Height {
			t.Fatalf("%+v changes the footage", h)
		}
		for i := range a.Tracks {
			for _, p := range a.Tracks[i].Poses {
				for j, k := range p.Keypoints {
					if math.IsNaN(float64(k.X)) || k.Score == 0 && k != (pose.Keypoint{}) {
						t.Fatalf("%+v: joint %d is %+v", h, j, k)
					}
				}
			}
		}
	})
}

// What a harm does not speak of stays.
func TestHarmChangesNothingElse(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := walkers(rapid.IntRange(1, 3).Draw(t, "people"), 12)
		h := drawHarm(t)
		out := h.Apply(r, "d/c")
		moves := h.Kind == "joint_jitter" || h.Kind == "pose_roll" || h.Kind == "pose_tilt" || h.Kind == "pose_scale"
		renumbers := h.Kind == "missed_poses" || h.Kind == "switched_people"
		if !renumbers && len(out.Tracks) != len(r.Tracks) {
			t.Fatalf("%+v: %d tracks of %d", h, len(out.Tracks), len(r.Tracks))
		}
		for _, track := range out.Tracks {
			for i, p := range track.Poses {
				was := poseOf(r, p.Score, track.Times[i])
				if was == nil {
					t.Fatalf("%+v invents a pose", h)
				}
				if !moves && !sameJoints(was, &p) && h.Kind != "missing_joints" && h.Kind != "swapped_sides" {
					t.Fatalf("%+v moves joints", h)
				}
				for j, k := range p.Keypoints {
					if h.Kind == "missing_joints" && k.Score > 0 && k != was.Keypoints[j] {
						t.Fatalf("%+v moves a joint that is seen", h)
					}
					if h.Kind == "swapped_sides" && k != was.Keypoints[j] && k != was.Keypoints[pose.Joint(j).Mirror()] {
						t.Fatalf("%+v moves joint %d elsewhere than to its other side", h, j)
					}
				}
			}
		}
	})
}

func sameJoints(a, b *pose.Pose) bool { return a.Keypoints == b.Keypoints && a.Box == b.Box }

// poseOf finds a walker's pose by the score that tells whose it is.
func poseOf(r *pose.Recording, score float32, time float64) *pose.Pose {
	who := int(math.Round(float64(score)*10)) - 1
	i, ok := slices.BinarySearch(r.Tracks[who].Times, time)
	if !ok {
		return nil
	}
	return &r.Tracks[who].Poses[i]
}

// amount is how much a harm has changed, in a measure of its own.
func amount(kind string, clean, harmed *pose.Recording) float64 {
	poses, joints, moved, swapped := 0, 0, 0.0, 0
	for _, t := range harmed.Tracks {
		for i, p := range t.Poses {
			poses++
			was := poseOf(clean, p.Score, t.Times[i])
			for j, k := range p.Keypoints {
				if k.Score > 0 {
					joints++
				}
				if k != was.Keypoints[j] {
					swapped++
				}
				moved += math.Hypot(float64(k.X-was.Keypoints[j].X), float64(k.Y-was.Keypoints[j].Y))
			}
		}
	}
	switch kind {
	case "missing_joints":
		return -float64(joints)
	case "missed_poses":
		return -float64(poses)
	case "swapped_sides":
		return float64(swapped)
	case "switched_people":
		return float64(len(harmed.Tracks))
	}
	return moved
}

func TestHarmGrowsWithSeverity(t *testing.T) {
	for _, k := range harmKinds {
		r := walkers(1, 60)
		least := amount(k.Name, r, r)
		for severity := 1; severity <= Severities; severity++ {
			got := amount(k.Name, r, Harm{k.Name, severity, 7}.Apply(r, "d/c"))
			if got <= least {
				t.Errorf("%s: severity %d does %g, and the one before %g", k.Name, severity, got, least)
			}
			least = got
		}
	}
}

// The table's figures are what comes out.
func TestHarmLevels(t *testing.T) {
	r := walkers(1, 1200)
	all := float64(len(r.PoseTimes))
	for severity := 1; severity <= Severities; severity++ {
		level := func(kind string) float64 {
			k, _ := Harm{Kind: kind}.kind()
			return k.Levels[severity-1]
		}
		did := func(kind string) float64 { return amount(kind, r, Harm{kind, severity, 3}.Apply(r, "d/c")) }
		for _, c := range []struct {
			kind      string
			got, want float64
		}{
			{"missing_joints", 100 * (1 + did("missing_joints")/(all*pose.Joints)), level("missing_joints")},
			{"missed_poses", 100 * (1 + did("missed_poses")/all), level("missed_poses")},
			{"swapped_sides", 100 * did("swapped_sides") / (all * 16), level("swapped_sides")},
			{"switched_people", (did("switched_people") - 1) / 20, level("switched_people")},
			{"joint_jitter", 100 * did("joint_jitter") / (all * pose.Joints) / bodySize(r) / math.Sqrt(math.Pi/2), level("joint_jitter")},
		} {
			if math.Abs(c.got-c.want) > 0.12*c.want+1 {
				t.Errorf("%s %d: %.3g, and the table says %g", c.kind, severity, c.got, c.want)
			}
		}
	}
}

func bodySize(r *pose.Recording) float64 { return r.Tracks[0].Poses[0].BodySize(0) }

func TestPoseRollAndScaleKeepShape(t *testing.T) {
	r := walkers(1, 2)
	length := func(r *pose.Recording) float64 {
		a, b := r.Tracks[0].Poses[3].Keypoints[0], r.Tracks[0].Poses[3].Keypoints[16]
		return math.Hypot(float64(a.X-b.X), float64(a.Y-b.Y))
	}
	if got := length(Harm{"pose_roll", 5, 1}.Apply(r, "c")); math.Abs(got-length(r)) > 0.01 {
		t.Errorf("rolled, a person's length is %g, and was %g", got, length(r))
	}
	if got := length(Harm{"pose_scale", 2, 1}.Apply(r, "c")); math.Abs(got-length(r)/2) > 2.5*math.Sqrt2 {
		t.Errorf("half the size, a person's length is %g, and was %g", got, length(r))
	}
}

// Two people who meet exchange their numbers; nobody is lost and nobody is there twice.
func TestSwitchPeopleExchanges(t *testing.T) {
	r := walkers(2, 60)
	out := Harm{"switched_people", 3, 1}.Apply(r, "c")
	if len(out.Tracks) != 2 {
		t.Fatalf("%d tracks", len(out.Tracks))
	}
	changes := 0
	for _, track := range out.Tracks {
		if !slices.Equal(track.Times, r.PoseTimes) {
			t.Fatal("a track has a gap")
		}
		for i := 1; i < len(track.Poses); i++ {
			if track.Poses[i].Score != track.Poses[i-1].Score {
				changes++
			}
		}
	}
	if changes < 8 || changes > 44 || changes%2 != 0 {
		t.Errorf("%d changes of person in a minute of two tracks, expected about 24", changes)
	}
}

func TestNoHarm(t *testing.T) {
	r := walkers(2, 3)
	for _, h := range []Harm{{}, {Kind: "joint_jitter"}, {Kind: "none", Severity: 2}, {Kind: "joint_jitter", Severity: 6}} {
		if h.Apply(r, "c") != r {
			t.Errorf("%+v changes something", h)
		}
	}
	for _, h := range []Harm{{Kind: "none", Severity: 2}, {Kind: "joint_jitter", Severity: 6}, {Kind: "joint_jitter", Severity: -1}} {
		if h.Check() == nil {
			t.Errorf("%+v passes", h)
		}
	}
}

func TestHarmDependsOnClipAndSeed(t *testing.T) {
	r := walkers(1, 5)
	a := Harm{"joint_jitter", 3, 1}.Apply(r, "c")
	if reflect.DeepEqual(a, Harm{"joint_jitter", 3, 2}.Apply(r, "c")) || reflect.DeepEqual(a, Harm{"joint_jitter", 3, 1}.Apply(r, "d")) {
		t.Error("another seed or clip gets the same chance")
	}
}

func BenchmarkHarm(b *testing.B) {
	r := walkers(1, 10)
	for _, k := range harmKinds {
		b.Run(k.Name, func(b *testing.B) {
			for b.Loop() {
				Harm{k.Name, 3, 1}.Apply(r, "c")
			}
			b.ReportMetric(10*float64(b.N)/b.Elapsed().Seconds()/3600, "footage-hours/s")
		})
	}
}

func TestSample(t *testing.T) {
	var all []Example
	for i := range 100 {
		c := &Clip{Dataset: "big", ID: fmt.Sprint(i), Label: LabelADL}
		if i%4 == 0 {
			c.Label = LabelFall
		}
		if i >= 90 {
			c.Dataset = "small"
		}
		all = append(all, Example{Index: i, Clip: c})
	}
	names := func(some []Example) (out []string) {
		for _, e := range some {
			out = append(out, e.Clip.String())
		}
		slices.Sort(out)
		return out
	}
	got := Sample(all, 20, 1)
	count := map[string]int{}
	for _, e := range got {
		count[e.Clip.Dataset+" "+e.Clip.Label]++
	}
	if want := map[string]int{"big adl": 13, "big fall": 4, "small adl": 2, "small fall": 1}; !reflect.DeepEqual(count, want) {
		t.Errorf("%v, want %v", count, want)
	}
	turned := slices.Clone(all)
	slices.Reverse(turned)
	if !slices.Equal(names(got), names(Sample(turned, 20, 1))) {
		t.Error("the order of the clips changes the sample")
	}
	if slices.Equal(names(got), names(Sample(all, 20, 2))) {
		t.Error("the seed changes nothing")
	}
	if len(Sample(all, 0, 1)) != 100 || len(Sample(all, 101, 1)) != 100 || len(Sample(all, 3, 1)) != 3 {
		t.Error("wrong sizes")
	}
}
