package vision

import (
	"image"
	"slices"
	"testing"
)

// An empty room costs one look of MultiPose for each picture, as without turned looks;
// after somebody was there, one more at once and then one a second for three seconds.
func TestEmptyRoomsCostNothing(t *testing.T) {
	somebody, empty := scenery(t, image.Pt(300, 200)), scenery(t)
	for _, name := range []string{"accurate", "label"} {
		e := standinProfileEngine(t, name, OpenCV)
		f := newFinder(e)
		for i := range 25 {
			look(t, f, float64(i)*.08, empty)
		}
		if got := e.Spent().Forwards; got != 25 {
			t.Errorf("%s: an empty room takes %d looks in 25 pictures", name, got)
		}
		f = newFinder(e)
		look(t, f, 0, somebody)
		before := e.Spent().Forwards
		for i := 1; i <= 100; i++ {
			if people := look(t, f, float64(i)*.08, empty); len(people) != 0 {
				t.Errorf("%s: somebody at %.2f s", name, float64(i)*.08)
			}
		}
		if more := e.Spent().Forwards - before - 100; more < 2 || more > 4 {
			t.Errorf("%s: %d more looks for who has gone", name, more)
		}
	}
}

// Who is seen badly is worth one more look in each turn, and then one a second; who is
// seen well none.
func TestDoubtIsBounded(t *testing.T) {
	picture := scenery(t, image.Pt(300, 200))
	for vague, want := range map[float32]int{.2: 0, .9: 3 + 2} {
		path, s := standinFiles(t, standinProfile(t, "accurate"), OpenCV)
		s.Profile.Weak, s.Profile.Vague = 0, vague // the stand-in's joints score .27
		e := profileEngine(t, path, s)
		f := newFinder(e)
		for i := range 26 { // until 2 s
			if people := look(t, f, float64(i)*.08, picture); len(people) != 1 {
				t.Fatalf("look %d: %d people", i, len(people))
			}
		}
		if more := e.Spent().Forwards - 26; more > want || want > 0 && more < want-1 {
			t.Errorf("vague below %g: %d more looks, want %d", vague, more, want)
		}
	}
}

// The turn that helped is tried first; each is tried.
func TestTheTurnThatHelped(t *testing.T) {
	f := newFinder(standinProfileEngine(t, "accurate", OpenCV))
	p := body(100, 100, 180, .4)
	for whole := range 4 {
		turns := f.turns(&p, sight{whole: whole})
		if sorted := slices.Sorted(slices.Values(turns)); !slices.Equal(sorted, []int{1, 2, 3}) || whole != 0 && turns[0] != whole {
			t.Errorf("helped %d: turns %v", whole, turns)
		}
	}
	f.follows = []follow{{pose: p, sight: sight{whole: 3, futile: 1}}}
	bad := scored(p, .1)
	for _, c := range []struct {
		from, turn int
		want       sight
	}{{0, 0, sight{3, 1}}, {0, 1, sight{3, 2}}, {1, 1, sight{1, 0}}} {
		if got := f.sight(&bad, c.from, c.turn); got != c.want {
			t.Errorf("found in turn %d after a look in %d: %+v, want %+v", c.from, c.turn, got, c.want)
		}
	}
	if got := f.sight(&p, 0, 1); got != (sight{}) {
		t.Errorf("seen well: %+v", got)
	}
}

// sideways is a network that finds nobody in a picture that is not turned: the first of
// each look.
type sideways struct {
	network
	upright bool
}

func (s *sideways) forward() (output, error) {
	out, err := s.network.forward()
	if s.upright {
		nobody := make([]float32, len(out.values))
		for i := range nobody {
			nobody[i] = -20
		}
		out.values = nobody
	}
	s.upright = false
	return out, err
}

// Who is found only in a turned picture is followed on, at two looks for each picture, by
// the turn that helped.
func TestWhoLiesIsFollowed(t *testing.T) {
	picture := scenery(t, image.Pt(300, 200))
	e := standinProfileEngine(t, "accurate", OpenCV)
	f := newFinder(e)
	first := look(t, f, 0, picture)
	net := &sideways{network: e.net}
	e.net = net
	before, turn := e.Spent().Forwards, 0
	for i := 1; i <= 20; i++ {
		net.upright = true
		people := look(t, f, float64(i)*.08, picture)
		if len(people) != 1 || people[0].Track != first[0].Track {
			t.Fatalf("look %d: %+v, want track %d", i, people, first[0].Track)
		}
		if now := f.follows[0].sight.whole; now == 0 || turn != 0 && now != turn {
			t.Errorf("look %d: turn %d, before %d", i, now, turn)
		} else {
			turn = now
		}
	}
	if got := e.Spent().Forwards - before; got != 2*20 {
		t.Errorf("%d looks in 20 pictures", got)
	}
}

// A still picture of somebody who lies is looked at again until the person is found.
func TestStillPicturesAreTurned(t *testing.T) {
	e := standinProfileEngine(t, "accurate", OpenCV)
	e.net = &sideways{network: e.net, upright: true}
	people, err := e.poses(scenery(t, image.Pt(300, 200)))
	if err != nil || len(people) != 1 || e.Spent().Forwards < 2 || e.Spent().Forwards > 4 {
		t.Errorf("%d people, %v, spent %+v", len(people), err, e.Spent())
	}
}
