package vision

import (
	"context"
	"image"
	"math"
	"os"
	"path/filepath"
	"testing"

	"gocv.io/x/gocv"

	"fallkit/pose"
)

// realPictures goes through drawn people, standing, leaning and lying, and through frames
// of real videos where there are any.
func realPictures(t *testing.T, each func(name string, picture *gocv.Mat)) {
	t.Helper()
	for _, degrees := range []float64{0, 30, 80, 100, 180, 260} {
		for _, size := range []float64{70, 150} {
			picture, _ := figure(640, 480, image.Pt(330-int(size/3), 260), size, degrees)
			m, err := fromImage(picture)
			if err != nil {
				t.Fatal(err)
			}
			each("figure", &m)
			m.Close()
		}
	}
	dir := os.Getenv("FALLKIT_DATA")
	if dir == "" {
		dir = filepath.Join("..", "..", "..", "shared", "data")
	}
	clips, _ := filepath.Glob(filepath.Join(dir, "product_tests", "*.mp4"))
	for _, clip := range clips {
		f, err := openFile(clip)
		if err != nil {
			t.Fatal(err)
		}
		m := gocv.NewMat()
		for i := 0; ; i++ {
			if _, err := f.next(context.Background()); err != nil {
				break
			}
			if i%97 == 0 {
				if ok, err := f.picture(&m); !ok || err != nil {
					t.Fatal(ok, err)
				}
				each(filepath.Base(clip), &m)
			}
		}
		m.Close()
		f.close()
	}
}

// Lightning and Thunder give the same poses in OpenCV and in ONNX Runtime, and decode as
// the formulae say.
func TestSingleNetworksInBothRuntimes(t *testing.T) {
	for _, name := range []string{"accurate", "label"} {
		t.Run(name, func(t *testing.T) {
			p := standinProfile(t, name)
			a, b := realProfileEngine(t, p, OpenCV), realProfileEngine(t, p, ONNXRuntime)
			if a.ID() != b.ID() {
				t.Errorf("the IDs are %q and %q", a.ID(), b.ID())
			}
			pixels, score, n := 0.0, 0.0, 0
			realPictures(t, func(where string, picture *gocv.Mat) {
				c := crop{x: float64(picture.Cols()) / 2, y: float64(picture.Rows()) / 2, half: float64(picture.Rows()) / 2}.quarter(n % 4)
				n++
				first, err := a.closeup.look(picture, c)
				if err != nil {
					t.Fatal(err)
				}
				second, err := b.closeup.look(picture, c)
				if err != nil {
					t.Fatal(err)
				}
				out, err := b.closeup.net.forward()
				if err != nil {
					t.Fatal(err)
				}
				want := literalSingle(out.values, p.Side/cell, p.Side/cell)
				c.place(&want, p.Side, image.Pt(picture.Cols(), picture.Rows()))
				samePose(t, &second, &want)
				d := difference{}
				d.of(&first, &second)
				pixels, score = max(pixels, d.pixels), max(score, d.score)
			})
			t.Logf("%d crops: at most %.2g pixels and %.2g in a score apart", n, pixels, score)
			if n < 12 || pixels > 0.05 || score > 0.001 {
				t.Errorf("%d crops are up to %.3g pixels and %.3g in a score apart", n, pixels, score)
			}
		})
	}
}

// What a profile decides by a threshold, the runtimes may decide differently on the
// knife's edge, where the scores lie within their difference of 0.001 from it: then the
// poses are two of those that were to choose from, and never anything else. Elsewhere
// they are the same.
func TestProfilesOnTheKnifesEdge(t *testing.T) {
	p := standinProfile(t, "accurate")
	a, b := realProfileEngine(t, p, OpenCV), realProfileEngine(t, p, ONNXRuntime)
	var d difference
	edges := 0
	realPictures(t, func(where string, picture *gocv.Mat) {
		first, second := posesOf(t, a, picture), posesOf(t, b, picture)
		if len(first) != len(second) {
			t.Errorf("%s: %d people and %d", where, len(first), len(second))
			return
		}
		for i := range first {
			var apart difference
			apart.of(&first[i], &second[i])
			if apart.pixels <= 0.05 && apart.score <= 0.001 {
				d.people++
				continue
			}
			edges++
			if !decidedSo(t, a, picture, &second[i]) {
				t.Errorf("%s: poses are %.2g pixels apart and on no edge", where, apart.pixels)
			}
		}
	})
	t.Logf("%d people are the same, %d on an edge", d.people, edges)
	if d.people < 8 || edges > d.people/10 {
		t.Errorf("%d people are the same, %d on an edge", d.people, edges)
	}
}

// decidedSo tells whether an engine gives a pose where its thresholds are a little less
// or more.
func decidedSo(t *testing.T, e *Engine, picture *gocv.Mat, want *pose.Pose) bool {
	before := e.settings.Profile
	defer func() { e.settings.Profile = before }()
	for _, by := range []float32{-.002, .002} {
		for _, change := range []func(p *Profile){
			func(p *Profile) { p.TurnBelow += by }, func(p *Profile) { p.TurnWins += by },
			func(p *Profile) { p.Agree += float64(by) },
		} {
			e.settings.Profile = before
			change(&e.settings.Profile)
			for _, p := range posesOf(t, e, picture) {
				var d difference
				if d.of(&p, want); d.pixels <= 0.05 && d.score <= 0.001 {
					return true
				}
			}
		}
	}
	return false
}

// The same, made on purpose: the threshold lies at the very score of somebody's crop.
func TestTheKnifesEdgeItself(t *testing.T) {
	p := standinProfile(t, "accurate")
	a, b := realProfileEngine(t, p, OpenCV), realProfileEngine(t, p, ONNXRuntime)
	picture, _ := figure(640, 480, image.Pt(320, 260), 150, 100)
	m, err := fromImage(picture)
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	people, err := a.detect(&m)
	if err != nil || len(people) == 0 {
		t.Fatalf("%d people, %v", len(people), err)
	}
	c := around(&people[0], image.Pt(640, 480), p.Seen)
	upright, err := a.view(&m, c, 0)
	if err != nil {
		t.Fatal(err)
	}
	p.TurnBelow, p.Turns, p.TurnWins = upright.mean, 1, 0
	for _, e := range []*Engine{a, b} {
		e.settings.Profile = p
		got, err := e.best(&m, &people[0])
		if err != nil {
			t.Fatal(err)
		}
		var d difference
		turned, err := e.view(&m, c, suggested(&people[0], p.Seen)[0])
		if err != nil {
			t.Fatal(err)
		}
		if got.turn == 0 {
			d.of(&got.pose, &upright.pose)
		} else {
			d.of(&got.pose, &turned.pose)
		}
		if d.pixels > 0.05 || d.score > 0.001 {
			t.Errorf("turn %d: %.2g pixels from what it chose", got.turn, d.pixels)
		}
	}
}

func posesOf(t *testing.T, e *Engine, picture *gocv.Mat) []pose.Pose {
	t.Helper()
	people, err := e.poses(picture)
	if err != nil {
		t.Fatal(err)
	}
	return people
}

// A person who lies is seen better in the turn that shows him upright, by accurate.
func TestAccurateSeesTurnedPeople(t *testing.T) {
	both(t, func(t *testing.T, runtime string) {
		plain := realProfileEngine(t, Plain, runtime)
		accurate := realProfileEngine(t, standinProfile(t, "accurate"), runtime)
		var before, after float64
		for _, degrees := range []float64{0, 80, 100, 260} {
			picture, joints := figure(640, 480, image.Pt(320, 260), 130, degrees)
			m, err := fromImage(picture)
			if err != nil {
				t.Fatal(err)
			}
			off := func(e *Engine) float64 {
				people := posesOf(t, e, &m)
				if len(people) == 0 {
					return 130
				}
				sum := 0.0
				for j, k := range people[0].Keypoints {
					sum += math.Hypot(float64(k.X)-float64(joints[j].X), float64(k.Y)-float64(joints[j].Y)) / pose.Joints
				}
				return sum
			}
			a, b := off(plain), off(accurate)
			m.Close()
			t.Logf("%g degrees: joints %.1f pixels off, plain %.1f", degrees, b, a)
			before, after = before+a, after+b
		}
		if after > before {
			t.Errorf("joints are %.1f pixels off on the average, and plain ones %.1f", after/4, before/4)
		}
	})
}

// Memory is flat over thousands of looks with crops, once it has settled.
func TestMemoryOfProfilesIsFlat(t *testing.T) {
	needsRSS(t)
	looks := 3_000
	if testing.Short() {
		looks = 500
	}
	both(t, func(t *testing.T, runtime string) {
		e := standinProfileEngine(t, "balanced", runtime)
		pictures := []*gocv.Mat{scenery(t, image.Pt(200, 240), image.Pt(420, 240)), scenery(t, image.Pt(206, 240)), scenery(t)}
		play := func(n int) {
			f := newFinder(e)
			for i := range n {
				look(t, f, float64(i)*.08, pictures[i/20%len(pictures)])
			}
		}
		play(looks)
		before := settled(t)
		play(looks)
		grown := settled(t) - before
		t.Logf("%d looks: %d KiB at first, %+d KiB in the end", looks, before, grown)
		if grown > 4*1024 {
			t.Errorf("memory grows by %d KiB over %d looks", grown, looks)
		}
	})
}

// The crops that follow somebody for two seconds lie where the last poses were, and still
// the runtimes stay together: what they differ by does not grow from look to look.
func TestFollowingInBothRuntimes(t *testing.T) {
	for _, name := range []string{"fast", "balanced"} {
		t.Run(name, func(t *testing.T) {
			p := standinProfile(t, name)
			a, b := newFinder(realProfileEngine(t, p, OpenCV)), newFinder(realProfileEngine(t, p, ONNXRuntime))
			var d difference
			for i := range 25 {
				picture, _ := figure(320, 240, image.Pt(120+4*i, 130), 60, 3*float64(i))
				m, err := fromImage(picture)
				if err != nil {
					t.Fatal(err)
				}
				first, second := look(t, a, float64(i)*.08, &m), look(t, b, float64(i)*.08, &m)
				m.Close()
				if len(first) != 1 || len(second) != 1 || first[0].Track != second[0].Track {
					t.Fatalf("look %d: %d people and %d", i, len(first), len(second))
				}
				d.people++
				d.of(&first[0].Pose, &second[0].Pose)
			}
			d.judge(t, 25)
		})
	}
}

// An engine's ID is what is said of it without opening it.
func TestProfileEngineID(t *testing.T) {
	path, s := standinFiles(t, standinProfile(t, "balanced"), OpenCV)
	e := profileEngine(t, path, s)
	_, sum, err := NetworkFile{Path: path}.read()
	if err != nil {
		t.Fatal(err)
	}
	if _, s.Single.SHA256, err = s.Single.read(); err != nil {
		t.Fatal(err)
	}
	if want := EngineID(sum, s); e.ID() != want {
		t.Errorf("the ID is %q, want %q", e.ID(), want)
	}
}
