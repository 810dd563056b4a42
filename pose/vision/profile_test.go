package vision

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"gocv.io/x/gocv"

	"fallkit/pose"
)

// Plain poses have the ID that poses had before there were profiles, but for the tracker.
func TestPlainKeepsItsID(t *testing.T) {
	const sum = "bb775c620badb73360b97301a23a892aef63749e69f0f2f1f9c0714076c3ffa4"
	want := fmt.Sprintf("movenet-multipose-256x256 sha256:bb775c620badb733 person>=0.15/0.07 people<=6 same>=0.6 decode1 tracker%d", pose.TrackerVersion)
	s := DefaultEngine
	if got := EngineID(sum, s); got != want {
		t.Errorf("the ID is %q, want %q", got, want)
	}
	for _, s.Profile = range []Profile{{}, Plain} {
		s.Runtime, s.Single.SHA256 = ONNXRuntime, "1234"
		if got := EngineID(sum, s); got != want {
			t.Errorf("%+v: the ID is %q, want %q", s.Profile, got, want)
		}
	}
}

// Every parameter of a profile is part of the ID, and so is its network.
func TestProfilesAreInTheID(t *testing.T) {
	s := DefaultEngine
	s.Single.SHA256 = strings.Repeat("a", 64)
	seen := map[string]string{}
	note := func(name string, s EngineSettings) {
		id := EngineID("", s)
		if other, double := seen[id]; double {
			t.Errorf("%s and %s have one ID: %s", name, other, id)
		}
		seen[id] = name
	}
	for _, s.Profile = range Profiles {
		note(s.Profile.Name, s)
	}
	s.Profile = everyParameter(t)
	note("every parameter", s)
	var parameters map[string]any
	if err := json.Unmarshal([]byte(s.Profile.text()), &parameters); err != nil {
		t.Fatal(err)
	}
	for _, leaf := range leaves(parameters, nil) {
		var changed map[string]any
		if err := json.Unmarshal([]byte(s.Profile.text()), &changed); err != nil {
			t.Fatal(err)
		}
		name := leaf[len(leaf)-1]
		inner := changed
		for _, step := range leaf[:len(leaf)-1] {
			inner = inner[step].(map[string]any)
		}
		if number, ok := inner[name].(float64); ok {
			inner[name] = number + 1
		} else {
			inner[name] = "another"
		}
		text, err := json.Marshal(changed)
		if err != nil {
			t.Fatal(err)
		}
		other := s
		if err := json.Unmarshal(text, &other.Profile); err != nil {
			t.Fatal(err)
		}
		note("another "+strings.Join(leaf, "."), other)
	}
	s.Single.SHA256 = strings.Repeat("b", 64)
	note("another network", s)
}

// everyParameter has none at 0, so that none is left out of the ID.
func everyParameter(t *testing.T) Profile {
	p := standinProfile(t, "balanced")
	a := standinProfile(t, "accurate")
	p.Period, p.Idle, p.Lost = 1, 1, 1
	p.Confidence = steep
	p.Around, p.Weak, p.Vague, p.AroundNew, p.AroundSure, p.AroundWins, p.Missed, p.Seek = a.Around, a.Weak, a.Vague, a.AroundNew, a.AroundSure, a.AroundWins, a.Missed, a.Seek
	for v := range reflect.ValueOf(p).NumField() {
		if reflect.ValueOf(p).Field(v).IsZero() {
			t.Fatalf("%s is 0", reflect.TypeFor[Profile]().Field(v).Name)
		}
	}
	return p
}

// leaves are the ways to all values that are no objects.
func leaves(object map[string]any, way []string) (ways [][]string) {
	for name, value := range object {
		to := append(slices.Clone(way), name)
		if inner, ok := value.(map[string]any); ok {
			ways = append(ways, leaves(inner, to)...)
		} else {
			ways = append(ways, to)
		}
	}
	return ways
}

func TestProfilesByName(t *testing.T) {
	for _, name := range ProfileNames() {
		p, err := ProfileNamed(name)
		if err != nil || p.Name != name || p.check() != nil {
			t.Errorf("%s: %+v, %v, %v", name, p, err, p.check())
		}
	}
	if p, err := ProfileNamed(""); err != nil || p != Plain {
		t.Errorf("no name: %+v, %v", p, err)
	}
	if _, err := ProfileNamed("best"); err == nil || err.Error() != `profile is "best", and must be one of plain, fast, balanced, accurate, label` {
		t.Errorf("an unknown name: %v", err)
	}
}

func TestProfilesThatCannotBe(t *testing.T) {
	for name, spoil := range map[string]func(*Profile){
		"side":          func(p *Profile) { p.Side = 100 },
		"turns":         func(p *Profile) { p.Turns = 4 },
		"turn_below":    func(p *Profile) { p.TurnBelow = float32(math.NaN()) },
		"around":        func(p *Profile) { p.Around = 4 },
		"seek":          func(p *Profile) { p.Seek = -1 },
		"agree":         func(p *Profile) { p.Agree = -1 },
		"every so many": func(p *Profile) { p.Every = 0 },
		"no network":    func(p *Profile) { p.Network = "" },
		"jumps.reach":   func(p *Profile) { p.Jumps.Reach = -1 },
		"crop.top":      func(p *Profile) { p.Confidence = steep; p.Confidence.Crop.Top = 2 },
		"must rise":     func(p *Profile) { p.Confidence = steep; p.Confidence.Whole.Slope = 0 },
	} {
		path, s := standinFiles(t, standinProfile(t, "accurate"), OpenCV)
		spoil(&s.Profile)
		if _, err := OpenEngine(path, s); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// The second network is guarded as the first is.
func TestProfilesRefuseBadNetworks(t *testing.T) {
	both(t, func(t *testing.T, runtime string) {
		path, good := standinFiles(t, standinProfile(t, "accurate"), runtime)
		for name, c := range map[string]struct {
			file []byte
			want string
		}{
			"no network":        {[]byte("this is none"), "cannot be loaded"},
			"empty":             {nil, "is empty"},
			"MultiPose":         {standin(192), "not a single-pose network for 192x192"},
			"cut off":           {standinClose(192)[:5000], ""},
			"five colours only": {onnx(192, 5, make([]float32, singleChannels), make([]float32, singleChannels)), ""},
		} {
			s := good
			s.Single.Path = filepath.Join(t.TempDir(), "single.onnx")
			os.WriteFile(s.Single.Path, c.file, 0o644)
			e, err := OpenEngine(path, s)
			if err == nil {
				e.Close()
				t.Errorf("%s: opens", name)
			} else if m := err.Error(); !strings.Contains(m, c.want) || !strings.Contains(m, s.Single.Path) || strings.Contains(m, "\n") {
				t.Errorf("%s: %q", name, m)
			}
		}
		s := good
		s.Single.SHA256 = strings.Repeat("0", 64)
		if _, err := OpenEngine(path, s); err == nil || !strings.Contains(err.Error(), "damaged or another one") {
			t.Errorf("wrong sha256: %v", err)
		}
		s = good
		s.Single.Path += ".none"
		if _, err := OpenEngine(path, s); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("missing file: %v", err)
		}
		s.Single.Path = ""
		if _, err := OpenEngine(path, s); err == nil || !strings.Contains(err.Error(), "profile accurate needs the file of lightning192") {
			t.Errorf("no file: %v", err)
		}
	})
}

func TestClosedProfileEngine(t *testing.T) {
	path, s := standinFiles(t, standinProfile(t, "accurate"), OpenCV)
	e, err := OpenEngine(path, s)
	if err != nil {
		t.Fatal(err)
	}
	f := newFinder(e)
	if err := errors.Join(e.Close(), e.Close()); err != nil {
		t.Error(err)
	}
	m := gocv.NewMatWithSize(100, 100, gocv.MatTypeCV8UC3)
	defer m.Close()
	if _, err := f.look(0, &m); err == nil {
		t.Error("a closed engine finds poses")
	}
}

// A crop's keypoints take the place of MultiPose's; box and score stay.
func TestRefinedPoses(t *testing.T) {
	both(t, func(t *testing.T, runtime string) {
		e := standinProfileEngine(t, "accurate", runtime)
		m, err := fromImage(disc(640, 480, image.Pt(200, 240), image.Pt(450, 240)))
		if err != nil {
			t.Fatal(err)
		}
		defer m.Close()
		before, err := e.detect(&m)
		if err != nil {
			t.Fatal(err)
		}
		after, err := e.poses(&m)
		if err != nil || len(before) != 2 || len(after) != 2 {
			t.Fatalf("%d people, refined %d, %v", len(before), len(after), err)
		}
		for i := range after {
			a, b := &before[i], &after[i]
			if a.Box != b.Box || a.Score != b.Score {
				t.Errorf("person %d: box %v, score %g become %v, %g", i, a.Box, a.Score, b.Box, b.Score)
			}
			if meanScore(b) < meanScore(a)+.1 {
				t.Errorf("person %d: the mean joint score is %.2f and was %.2f", i, meanScore(b), meanScore(a))
			}
			if same := overlap(a, b); same < .3 {
				t.Errorf("person %d: the poses overlap by %.2f", i, same)
			}
		}
		if s := e.Spent(); s.Forwards != 2+3 || s.Crops < 2 {
			t.Errorf("spent %+v", s)
		}
	})
}

// body is a person of joints in a row, size pixels high.
func body(x, y, size, score float32) pose.Pose {
	p := pose.Pose{Score: .5, Box: pose.Box{X0: x, Y0: y, X1: x + size/3, Y1: y + size}}
	for j := range p.Keypoints {
		p.Keypoints[j] = pose.Keypoint{X: x + size/9*float32(j%3), Y: y + size*float32(j)/16, Score: score}
	}
	return p
}

func TestContradictions(t *testing.T) {
	e := &Engine{settings: DefaultEngine}
	e.settings.Profile = standinProfile(t, "accurate")
	for _, c := range []struct {
		name  string
		seen  pose.Pose
		other bool // somebody else at 160, 100
		want  bool
	}{
		{"the same pose, surer", body(100, 100, 180, .6), false, false},
		{"the same pose, less sure", body(100, 100, 180, .3), false, true},
		{"a little moved", body(106, 95, 180, .6), false, false},
		{"somewhere else", body(300, 100, 180, .9), false, true},
		{"jumped onto somebody else", body(150, 100, 180, .9), true, true},
		{"beside somebody else", body(106, 100, 180, .9), true, false},
	} {
		people := []pose.Pose{body(100, 100, 180, .4)}
		if c.other {
			people = append(people, body(160, 100, 180, .4))
		}
		v := view{pose: c.seen, mean: meanScore(&c.seen)}
		if got := e.contradicts(&v, people, 0); got != c.want {
			t.Errorf("%s: contradicts is %v", c.name, got)
		}
	}
}

// On the edge the first view stays, and upright is the first.
func TestBetterViews(t *testing.T) {
	p := standinProfile(t, "accurate")
	for _, c := range []struct {
		first, second float32
		wins          bool
	}{{.3, .3, false}, {.3, .329, false}, {.3, .331, true}, {.44, .2, false}} {
		got := p.better(view{mean: c.first}, view{mean: c.second, turn: 1})
		if (got.turn == 1) != c.wins {
			t.Errorf("%g against %g: turn %d", c.first, c.second, got.turn)
		}
	}
}

func TestSuggestedTurns(t *testing.T) {
	lying := func(head float32) pose.Pose { // 1: head to the right
		p := pose.Pose{Box: pose.Box{X1: 200, Y1: 80}}
		for _, j := range []pose.Joint{pose.LeftShoulder, pose.RightShoulder} {
			p.Keypoints[j] = pose.Keypoint{X: 100 + 40*head, Y: 40, Score: .5}
		}
		for _, j := range []pose.Joint{pose.LeftHip, pose.RightHip} {
			p.Keypoints[j] = pose.Keypoint{X: 100, Y: 45, Score: .5}
		}
		return p
	}
	headFirst, right, left := body(0, 0, 90, .5), lying(1), lying(-1)
	for j := range headFirst.Keypoints {
		headFirst.Keypoints[j].Y = 90 - headFirst.Keypoints[j].Y
	}
	upright, wide := body(0, 0, 90, .5), pose.Pose{Box: pose.Box{X1: 200, Y1: 80}}
	for name, c := range map[string]struct {
		person pose.Pose
		first  int
	}{"head to the right": {right, 1}, "head to the left": {left, 3}, "head down": {headFirst, 2}, "nothing seen of a wide one": {wide, 1}, "upright": {upright, 2}} {
		turns := suggested(&c.person, .2)
		if len(turns) != 3 || turns[0] != c.first || turns[0]+turns[1]+turns[2] != 6 {
			t.Errorf("%s: turns %v, want %d first and each of 1, 2, 3", name, turns, c.first)
		}
	}
}

// A run that is broken off keeps what was seen, with any profile.
func TestRunStopsWithProfiles(t *testing.T) {
	path := film(t, 25, walk(256, 192, 50))
	for _, p := range Profiles {
		e := standinProfileEngine(t, p.Name, OpenCV)
		ctx, cancel := context.WithCancel(context.Background())
		calls := 0
		r, err := Run(ctx, Source{Path: path}, e, Options{}, func(pose.Frame) Caption {
			if calls++; calls == 10 {
				cancel()
			}
			return Caption{}
		})
		cancel()
		if !errors.Is(err, context.Canceled) || r == nil || len(r.PoseTimes) != 10 || len(r.Tracks) != 1 {
			t.Errorf("%s: %d calls, %v", p.Name, calls, err)
		}
	}
}
