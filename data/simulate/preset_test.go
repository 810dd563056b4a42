package simulate

import (
	"context"
	"math"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"fallkit/data"
	"fallkit/data/simulate/motion"
	"fallkit/pose"
)

func preset(name string, clips int) Settings {
	s := poseSettings(clips)
	s.Preset = name
	if name == LongDay {
		s.Clips, s.Hours = 0, float64(clips)*hoursOfClip
	}
	return s
}

func TestTrainHasEveryActivity(t *testing.T) {
	const clips = 1000
	n := map[string]int{}
	for _, c := range Plan(preset(Train, clips)) {
		n[c.Activity]++
	}
	for _, f := range motion.Falls {
		if want := f.Share / 1.01 * clips / 2; math.Abs(float64(n[f.Name])-want) > 6 {
			t.Errorf("%d falls are %s, and about %.0f should be", n[f.Name], f.Name, want)
		}
	}
	even := clips / 2 / len(motion.Everyday)
	for _, a := range motion.Everyday {
		if n[a.Name] < even-3 || n[a.Name] > even+3 {
			t.Errorf("%d clips are %s, and about %d should be", n[a.Name], a.Name, even)
		}
	}
}

// What the camera sees must not tell falls from everyday life.
func TestHardHasTheSameViewsWithEitherLabel(t *testing.T) {
	views := map[string]map[View]int{data.LabelFall: {}, data.LabelADL: {}}
	for _, c := range Plan(preset(Hard, 160)) {
		act, ok := motion.ByName(c.Activity)
		if !ok || act.Fall != (c.Label == data.LabelFall) || !act.Suits(c.body().Person) {
			t.Errorf("%s by %s is labelled %s", c.Activity, c.Subject, c.Label)
		}
		views[c.Label][c.View]++
	}
	want := map[View]int{Plain: 20, Far: 20, Edge: 20, Behind: 20}
	for label, have := range views {
		if diff := cmp.Diff(want, have); diff != "" {
			t.Errorf("%s: %s", label, diff)
		}
	}
}

// Views are what they say: how much is in the picture, hidden, and how large.
func TestViewsShowWhatTheySay(t *testing.T) {
	type look struct{ in, hidden, high, n float64 }
	looks := map[View]*look{}
	for _, v := range Views {
		looks[v] = &look{}
	}
	for _, c := range Plan(preset(Hard, 48)) {
		take, err := c.perform()
		if err != nil {
			t.Fatal(err)
		}
		s := seenFrom(c.View, c.settings.chance("poses/shot/"+c.Name), take, newLens(c.settings.chance("poses/camera/"+c.Camera)), 320, 240)
		l := looks[c.View]
		for at := 0.0; at < min(take.Seconds(), 20); at += 0.5 {
			state := take.At(at)
			low, high := math.Inf(1), math.Inf(-1)
			for _, k := range s.seen([]motion.State{state}, at)[0].Keypoints {
				l.n++
				l.in += float64(min(k.Visibility, 1))
				l.hidden += float64(k.Visibility % 2)
				low, high = min(low, k.Y), max(high, k.Y)
			}
			l.high += (high - low) * pose.Joints
		}
	}
	for _, l := range looks {
		l.in, l.hidden, l.high = l.in/l.n, l.hidden/l.n, l.high/l.n
	}
	plain, far, edge, behind := looks[Plain], looks[Far], looks[Edge], looks[Behind]
	if plain.in < 0.93 || far.in < 0.93 || far.high > 0.7*plain.high || edge.in > 0.8 || behind.hidden < plain.hidden+0.08 {
		t.Errorf("plain %+v, far %+v, edge %+v, behind %+v", plain, far, edge, behind)
	}
}

func TestALongDayIsCutIntoClips(t *testing.T) {
	s := preset(LongDay, 48)
	falls := 0
	for _, c := range Plan(s) {
		if c.Activity != motion.EverydayLife {
			t.Fatalf("a clip of %s", c.Activity)
		}
		if c.Label == data.LabelFall {
			falls++
		}
	}
	if falls != 48/clipsOfFall || s.secondsOfClip() != 1800 {
		t.Errorf("%d falls in clips of %.0f s", falls, s.secondsOfClip())
	}
	s.Hours = 1.2
	if n, long := s.Count(), s.secondsOfClip(); n != 3 || long != 1440 {
		t.Errorf("1.2 hours are %d clips of %.0f s", n, long)
	}
}

// counting is an observer that counts the frames it is asked about.
type counting struct {
	Exact
	frames *int
}

func (c counting) Watch(*rand.Rand) Watcher { return c }

func (c counting) Observe(time float64, people []Seen) []pose.Pose {
	*c.frames++
	return c.Exact.Observe(time, people)
}

func TestEveryPresetIsMadeOnceWhateverTheWorkers(t *testing.T) {
	for _, s := range []Settings{preset(Train, 4), preset(Hard, 4), {Preset: LongDay, Hours: 0.1, Seed: 5, Width: 320, Height: 240, FPS: 5}} {
		t.Run(s.Preset, func(t *testing.T) {
			one, two := filepath.Join(t.TempDir(), "one"), filepath.Join(t.TempDir(), "two")
			frames := 0
			for range 2 { // the second run finds all there
				if err := WritePoseFolder(context.Background(), one, s, counting{frames: &frames}, nil); err != nil {
					t.Fatal(err)
				}
			}
			m, err := data.Open(one)
			if err != nil {
				t.Fatal(err)
			}
			want := 0
			for i := range m.Clips {
				want += m.Clips[i].Frames
			}
			if len(m.Clips) != s.Count() || frames != want || want == 0 {
				t.Errorf("%d of %d clips, of whose %d frames %d were made", len(m.Clips), s.Count(), want, frames)
			}
			s.Workers = 3
			if err := WritePoseFolder(context.Background(), two, s, Exact{}, nil); err != nil {
				t.Fatal(err)
			}
			if !cmp.Equal(readFolder(t, one), readFolder(t, two)) {
				t.Error("three workers make other bytes")
			}
		})
	}
}

func TestOtherSettingsAreNamed(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "made")
	s := preset(Train, 1)
	if err := WritePoseFolder(context.Background(), dir, s, Exact{}, nil); err != nil {
		t.Fatal(err)
	}
	s.Preset, s.Seed = Hard, 6
	err := WritePoseFolder(context.Background(), dir, s, Exact{}, nil)
	if want := `(preset "train", not "hard"; seed 5, not 6; see `; err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("got %v, and it should say %s", err, want)
	}
}

func TestPresetSettingsThatCannotBe(t *testing.T) {
	for says, change := range map[string]func(s *Settings){
		`preset is "soft", and must be one of demo, train, hard, long-day`: func(s *Settings) { s.Preset = "soft" },
		"hours is 0.05, and must be from 0.1":                              func(s *Settings) { s.Preset, s.Hours = LongDay, 0.05 },
		"hours is NaN":                                                     func(s *Settings) { s.Preset, s.Hours = LongDay, math.NaN() },
		"only the preset long-day is as long as one likes":                 func(s *Settings) { s.Preset, s.Hours = Hard, 2 },
		"clips is 0": func(s *Settings) { s.Preset, s.Clips = Hard, 0 },
	} {
		s := poseSettings(4)
		change(&s)
		if err := s.Check(); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("got %v, and it should say %q", err, says)
		}
	}
}

// Whoever deals, everybody gets what suits, and every number comes up about as often.
func TestDealersAreFair(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 20).Draw(t, "numbers")
		d := newDealer(n, rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1)))
		times := make([]int, n)
		const rounds = 10
		for range rounds * n {
			some := rapid.IntRange(0, n-1).Draw(t, "does not suit")
			k := d.deal(func(k int) bool { return n == 1 || k != some })
			if n > 1 && k == some {
				t.Fatal("somebody got what does not suit")
			}
			times[k]++
		}
		for k, m := range times {
			if n > 3 && m > rounds+n {
				t.Fatalf("%d came up %d times in %d rounds", k, m, rounds)
			}
		}
	})
}
