package vision

import (
	"context"
	"image"
	"reflect"
	"testing"

	"gocv.io/x/gocv"

	"fallkit/pose"
)

// scenery shows discs at places.
func scenery(t testing.TB, discs ...image.Point) *gocv.Mat {
	t.Helper()
	m, err := fromImage(disc(640, 480, discs...))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { m.Close() })
	return &m
}

func look(t *testing.T, f *finder, time float64, picture *gocv.Mat) []pose.Tracked {
	t.Helper()
	people, err := f.look(time, picture)
	if err != nil {
		t.Fatal(err)
	}
	return people
}

// What each profile spends on somebody who walks for two seconds, 12.5 looks each.
func TestWhenMultiPoseLooks(t *testing.T) {
	path := film(t, 25, walk(256, 192, 50))
	for name, want := range map[string]Spent{
		"plain": {Forwards: 25}, "accurate": {Forwards: 25, Crops: 25}, "balanced": {Forwards: 9, Crops: 25},
		"fast": {Forwards: 2, Crops: 25}, "label": {Forwards: 25, Crops: 4 * 25},
	} {
		e := standinProfileEngine(t, name, OpenCV)
		r, err := Run(context.Background(), Source{Path: path}, e, Options{}, nil)
		if err != nil {
			t.Fatal(err)
		}
		got := e.Spent()
		if got.Network = 0; got != want {
			t.Errorf("%s: spent %+v, want %+v", name, got, want)
		}
		if len(r.Tracks) != 1 || len(r.Tracks[0].Poses) != 25 {
			t.Errorf("%s: %d tracks, the first with %d poses", name, len(r.Tracks), len(r.Tracks[0].Poses))
		}
		for i, p := range r.Tracks[0].Poses { // the crop keeps up
			at := walkAt(256, 192, 2*i)
			if b, _ := p.Extent(0); !near(float64(b.X0+b.X1)/2, float64(at.X), 10) || !near(float64(b.Y0+b.Y1)/2, float64(at.Y), 10) {
				t.Errorf("%s, pose %d: joints in %v, the disc at %v", name, i, b, at)
			}
		}
	}
}

// Nobody is looked for at a lower rate, and somebody who comes in is found by then.
func TestNobodyIsFollowed(t *testing.T) {
	empty, somebody := scenery(t), scenery(t, image.Pt(300, 200))
	for name, want := range map[string]Spent{"fast": {Forwards: 4}, "balanced": {Forwards: 9}} {
		e := standinProfileEngine(t, name, OpenCV)
		f := newFinder(e)
		for i := range 25 {
			if people := look(t, f, float64(i)*.08, empty); len(people) != 0 {
				t.Errorf("%s: %d people in an empty room", name, len(people))
			}
		}
		got := e.Spent()
		if got.Network = 0; got != want {
			t.Errorf("%s: spent %+v, want %+v", name, got, want)
		}
		found := -1
		for i := 25; i < 50 && found < 0; i++ {
			if len(look(t, f, float64(i)*.08, somebody)) == 1 {
				found = i - 25
			}
		}
		if found < 0 || float64(found)*.08 > .5 {
			t.Errorf("%s: found after %d looks", name, found)
		}
	}
}

// What a crop goes on seeing when its person has left is gone when MultiPose looks again:
// the stand-in sees joints in the dark, as Lightning sees them in a chair.
func TestGhostsEnd(t *testing.T) {
	somebody, empty := scenery(t, image.Pt(300, 200)), scenery(t)
	for _, p := range Profiles {
		e := standinProfileEngine(t, p.Name, OpenCV)
		f := newFinder(e)
		if people := look(t, f, 0, somebody); len(people) != 1 {
			t.Fatalf("%s: %d people", p.Name, len(people))
		}
		last := 0.0
		for i := 1; i < 40; i++ {
			if now := float64(i) * .08; len(look(t, f, now, empty)) > 0 {
				last = now
			}
		}
		most := map[string]float64{"fast": 1, "balanced": .17}[p.Name]
		if last > most {
			t.Errorf("%s: a ghost until %.2f s, want at most %.2f s", p.Name, last, most)
		}
	}
}

// Two crops that come upon one person are one; each of two people is one.
func TestCropsThatConverge(t *testing.T) {
	picture := scenery(t, image.Pt(200, 240), image.Pt(420, 240))
	f := newFinder(standinProfileEngine(t, "balanced", OpenCV))
	if people := look(t, f, 0, picture); len(people) != 2 || len(f.follows) != 2 {
		t.Fatalf("%d people, %d follows", len(people), len(f.follows))
	}
	if people := look(t, f, .08, picture); len(people) != 2 {
		t.Errorf("%d people", len(people))
	}
	f.follows[1].crop = f.follows[0].crop // it has drifted
	if people := look(t, f, .16, picture); len(people) != 1 || len(f.follows) != 1 {
		t.Errorf("%d people, %d follows", len(people), len(f.follows))
	}
	if people := look(t, f, .24, picture); len(people) != 2 || len(f.follows) != 2 {
		t.Errorf("after MultiPose looked: %d people, %d follows", len(people), len(f.follows))
	}
}

// A tracked person's score is MultiPose's last one; the track goes on.
func TestScoresOfFollowedPeople(t *testing.T) {
	picture := scenery(t, image.Pt(200, 240))
	f := newFinder(standinProfileEngine(t, "fast", OpenCV))
	first := look(t, f, 0, picture)
	for i := 1; i < 30; i++ {
		people := look(t, f, float64(i)*.08, picture)
		if len(people) != 1 || people[0].Track != first[0].Track || people[0].Pose.Score != first[0].Pose.Score {
			t.Fatalf("look %d: %+v, want score %g", i, people, first[0].Pose.Score)
		}
	}
}

// The crop stays while no torso is seen, and for so many looks the person.
func TestTheCropIsKept(t *testing.T) {
	p := standinProfile(t, "fast")
	seen := body(100, 100, 180, .6)
	w := follow{pose: seen}
	size := image.Pt(640, 480)
	w.aim(size, p.Seen)
	before := w.crop
	for _, j := range []pose.Joint{pose.LeftHip, pose.RightHip} {
		w.pose.Keypoints[j].Score = .1
	}
	for i := range 3 {
		w.pose.Keypoints[pose.Nose].X += 50
		if w.aim(size, p.Seen); w.crop != before || w.unseen != i+1 {
			t.Errorf("look %d: crop %+v, unseen %d", i, w.crop, w.unseen)
		}
	}
	w.pose = body(150, 100, 180, .6)
	if w.aim(size, p.Seen); w.crop == before || w.unseen != 0 {
		t.Errorf("the torso is seen again: crop %+v, unseen %d", w.crop, w.unseen)
	}
}

// Whose torso is not seen, or whom MultiPose sees better, is soon looked for in the whole
// picture.
func TestLostPeopleAreLookedFor(t *testing.T) {
	for name, wait := range map[string]float64{"fast": .3, "balanced": 0, "accurate": 0} {
		f := newFinder(standinProfileEngine(t, name, OpenCV))
		look(t, f, 0, scenery(t, image.Pt(300, 200)))
		if f.follows[0].unseen = 1; wait == .3 {
			f.follows[0].unseen, f.follows[0].blurred = 0, true
		}
		if early := wait > 0 && f.due(wait-.01); early || !f.due(wait+.001) {
			t.Errorf("%s: due too early or too late", name)
		}
	}
}

// After a gap nothing is known of where people were.
func TestGapsBeginAnew(t *testing.T) {
	somebody, empty := scenery(t, image.Pt(300, 200)), scenery(t)
	for _, name := range []string{"fast", "balanced"} {
		e := standinProfileEngine(t, name, OpenCV)
		f := newFinder(e)
		look(t, f, 0, somebody)
		if people := look(t, f, 1.2, empty); len(people) != 0 || e.Spent().Forwards != 2 {
			t.Errorf("%s: %d people, spent %+v", name, len(people), e.Spent())
		}
	}
}

// Each source begins anew: the same video gives the same poses, whatever came before, and
// whatever runs the networks gives about the same.
func TestEverySourceBeginsAnew(t *testing.T) {
	path, other := film(t, 25, walk(256, 192, 40)), film(t, 25, walk(320, 256, 31))
	for _, p := range Profiles {
		e := standinProfileEngine(t, p.Name, OpenCV)
		run := func(path string) *pose.Recording {
			r, err := Run(context.Background(), Source{Path: path}, e, Options{}, nil)
			if err != nil {
				t.Fatal(err)
			}
			return r
		}
		first := run(path)
		run(other)
		if again := run(path); !reflect.DeepEqual(first, again) {
			t.Errorf("%s: the same video gives other poses", p.Name)
		}
	}
}
