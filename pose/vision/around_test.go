package vision

import (
	"image"
	"math"
	"testing"

	"gocv.io/x/gocv"
	"pgregory.net/rapid"

	"fallkit/pose"
)

// A picture that is turned as it is filled in is what turning it first gives.
func TestInputsAreTurned(t *testing.T) {
	in, err := newInput()
	if err != nil {
		t.Fatal(err)
	}
	defer in.close()
	picture := scenery(t, image.Pt(200, 100), image.Pt(420, 300))
	for quarters := range 4 {
		got, err := in.fill(picture, quarters, 256, 256)
		if err != nil {
			t.Fatal(err)
		}
		values := append([]float32(nil), in.values()...)
		turned := gocv.NewMat()
		defer turned.Close()
		if err := turn(picture, &turned, 90*quarters, 0); err != nil {
			t.Fatal(err)
		}
		want, err := in.fill(&turned, 0, 256, 256)
		if err != nil || got != want {
			t.Errorf("%d quarters: placement %+v, want %+v, %v", quarters, got, want, err)
		}
		for i, v := range in.values() {
			if math.Abs(float64(v-values[i])) > 1.01/127.5 {
				t.Fatalf("%d quarters: value %d is %g, want %g", quarters, i, values[i], v)
			}
		}
	}
	for _, quarters := range []int{-1, 4} {
		if _, err := in.fill(picture, quarters, 256, 256); err == nil {
			t.Errorf("%d quarters are taken", quarters)
		}
	}
}

// Who is found in a turned picture lies where the disc lies in the picture as it is.
func TestTurnedPeopleLieInThePicture(t *testing.T) {
	both(t, func(t *testing.T, runtime string) {
		e := standinProfileEngine(t, "accurate", runtime)
		for quarters := range 4 {
			people, err := e.detectTurned(scenery(t, image.Pt(200, 140)), quarters)
			if err != nil || len(people) != 1 {
				t.Fatalf("%d quarters: %d people, %v", quarters, len(people), err)
			}
			b := people[0].Box
			if !near(float64(b.X0+b.X1)/2, 200, 11) || !near(float64(b.Y0+b.Y1)/2, 140, 11) {
				t.Errorf("%d quarters: box %v, the disc at 200, 140", quarters, b) // within a cell
			}
			if lies := b.Width() > b.Height(); lies != (quarters%2 == 1) {
				t.Errorf("%d quarters: box %v, the disc at 200, 140", quarters, b) // within a cell
			}
		}
	})
}

func scored(p pose.Pose, score float32) pose.Pose {
	p.Score = score
	return p
}

func TestUnitedPeople(t *testing.T) {
	e := &Engine{settings: DefaultEngine}
	e.settings.Profile = standinProfile(t, "accurate")
	here, there := body(100, 100, 180, .4), body(400, 100, 180, .4)
	for name, c := range map[string]struct {
		found, turned []pose.Pose
		want          []pose.Pose
		origins       []origin
	}{
		"nobody":               {nil, nil, nil, nil},
		"somebody else":        {[]pose.Pose{scored(here, .5)}, []pose.Pose{scored(there, .6)}, []pose.Pose{scored(there, .6), scored(here, .5)}, []origin{{turn: 1}, {}}},
		"on trial":             {nil, []pose.Pose{scored(there, .2)}, []pose.Pose{scored(there, .2)}, []origin{{turn: 1, trial: true}}},
		"too weak":             {nil, []pose.Pose{scored(there, .1)}, nil, nil},
		"the same, better":     {[]pose.Pose{scored(here, .2)}, []pose.Pose{scored(here, .4)}, []pose.Pose{scored(here, .4)}, []origin{{turn: 1}}},
		"the same, no clearly": {[]pose.Pose{scored(here, .2)}, []pose.Pose{scored(here, .24)}, []pose.Pose{scored(here, .2)}, []origin{{}}},
		"the same, vaguer":     {[]pose.Pose{scored(here, .2)}, []pose.Pose{scored(body(100, 100, 180, .3), .4)}, []pose.Pose{scored(here, .2)}, []origin{{}}},
	} {
		got, origins := e.unite(c.found, make([]origin, len(c.found)), c.turned, 1, func(p *pose.Pose) bool { return p.Score >= e.settings.Profile.AroundNew })
		if len(got) != len(c.want) {
			t.Errorf("%s: %d people, want %d", name, len(got), len(c.want))
			continue
		}
		for i := range got {
			if got[i] != c.want[i] || origins[i] != c.origins[i] {
				t.Errorf("%s, person %d: score %g from %+v, want %g from %+v", name, i, got[i].Score, origins[i], c.want[i].Score, c.origins[i])
			}
		}
	}
}

// Uniting loses nobody, keeps the best first and is no more people than are allowed.
func TestUnitedPeopleAreAllThere(t *testing.T) {
	e := &Engine{settings: DefaultEngine}
	e.settings.Profile = standinProfile(t, "accurate")
	rapid.Check(t, func(r *rapid.T) {
		draw := func(name string) (people []pose.Pose) {
			for range rapid.IntRange(0, 3).Draw(r, name) {
				x := float32(rapid.IntRange(0, 6).Draw(r, "x")) * 90
				people = append(people, scored(body(x, 100, 180, .4), rapid.Float32Range(.15, 1).Draw(r, "score")))
			}
			return people
		}
		found, turned := draw("found"), draw("turned")
		all, origins := e.unite(found, make([]origin, len(found)), turned, 3, func(*pose.Pose) bool { return true })
		if len(all) != len(origins) || len(all) < len(found) || len(all) > e.settings.MaxPeople {
			r.Fatalf("%d people with %d origins of %d and %d", len(all), len(origins), len(found), len(turned))
		}
		for i := 1; i < len(all); i++ {
			if all[i].Score > all[i-1].Score {
				r.Fatalf("person %d is better than the one before", i)
			}
		}
	})
}

func TestOnTrial(t *testing.T) {
	e := &Engine{settings: DefaultEngine}
	e.settings.Profile = standinProfile(t, "accurate")
	sure, unsure := body(0, 0, 90, .5), body(0, 0, 90, .2)
	for _, c := range []struct {
		p    pose.Pose
		o    origin
		want bool
	}{{sure, origin{1, true}, false}, {unsure, origin{1, true}, true}, {unsure, origin{1, false}, false}} {
		if got := e.convicted(&c.p, c.o); got != c.want {
			t.Errorf("%+v, joints of %g: convicted is %v", c.o, meanScore(&c.p), got)
		}
	}
}
