package watch

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"image/png"
	"io"
	"math"
	"testing"

	"fallkit/internal/alarm"
)

func TestWhatIsToldOfAPerson(t *testing.T) {
	bed := func(s *alarm.DeskSettings) {
		s.Zones = map[string][]alarm.Zone{"hall": {{Name: "bed", Kind: alarm.LyingAllowed, Points: [][2]float64{{0, 0.3}, {0.3, 0.3}, {0.3, 0.7}, {0, 0.7}}}}}
	}
	for _, c := range []struct {
		name   string
		change func(*alarm.DeskSettings)
		people []drawing
		want   string
	}{
		{"walks", nil, []drawing{{1, times("u", 50)}}, ""},
		{"bends", nil, []drawing{{1, times("u", 10) + "SSS" + times("u", 40)}}, "suspected@1.2 cleared@1.3"},
		{"falls and lies still, which is no recovery", nil, []drawing{{1, times("u", 10) + times("F", 10) + times("l", 100)}}, "suspected@1.2 confirmed@1.7"},
		{"falls and gets up", nil, []drawing{{1, times("u", 10) + times("F", 10) + times("l", 30) + times("u", 40)}}, "suspected@1.2 confirmed@1.7 recovered@8.0"},
		{"gets up for a moment only", nil, []drawing{{1, times("u", 10) + times("F", 10) + times("u", 29) + times("l", 30)}}, "suspected@1.2 confirmed@1.7"},
		{"falls and is lost", nil, []drawing{{1, times("u", 10) + times("F", 10) + times(".", 200)}}, "suspected@1.2 confirmed@1.7"},
		{"is lost when suspected", nil, []drawing{{1, times("u", 10) + "FFF" + times(".", 50)}}, "suspected@1.2 cleared@1.6"},
		{
			"is lost and found in another track",
			nil,
			[]drawing{{1, times("u", 10) + times("F", 10) + times(".", 200)}, {2, times(".", 80) + times("F", 20) + times("l", 10) + times("u", 40)}},
			"suspected@1.2 confirmed@1.7 recovered@14.0",
		},
		{
			"a carer is not the one who fell",
			nil,
			[]drawing{{1, times("u", 10) + times("F", 10) + times(".", 200)}, {2, times(".", 80) + times("u", 100)}},
			"suspected@1.2 confirmed@1.7",
		},
		{"lies down in bed", bed, []drawing{{1, times("u", 10) + times("m", 100)}}, ""},
		{"falls out of bed", bed, []drawing{{1, times("m", 10) + times("F", 20)}}, "suspected@1.0 confirmed@1.0"},
		{"two fall", nil, []drawing{{1, times("u", 10) + times("F", 20)}, {2, times("u", 20) + times("m", 20)}}, "suspected@1.2 confirmed@1.7 suspected@2.2 confirmed@2.7"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if _, b := play(t, deskFor(c.change), c.people...); b.told() != c.want {
				t.Errorf("told %q, want %q", b.told(), c.want)
			}
		})
	}
}

// A scorer may say that whoever is lost has fallen: that is suspected while nobody is in
// sight, and no more than that.
func TestWhoVanishesFallingIsSuspected(t *testing.T) {
	for _, c := range []struct {
		name   string
		people []drawing
		want   string
	}{
		{"vanishes lying", []drawing{{1, times("u", 10) + "l" + times(".", 60)}}, "suspected@1.5 cleared@2.3"},
		{"walks away", []drawing{{1, times("u", 10) + times(".", 60)}}, ""},
		{"is back at once", []drawing{{1, times("u", 10) + "l" + "..." + times("u", 40)}}, ""},
		{"is back, up", []drawing{{1, times("u", 10) + "l" + "......" + times("u", 40)}}, "suspected@1.5 cleared@1.7"},
		{"while another walks about", []drawing{{1, times("u", 10) + "l" + times(".", 60)}, {2, times("u", 70)}}, "suspected@1.5 cleared@2.3"},
	} {
		t.Run(c.name, func(t *testing.T) {
			h, b := simulated(drawn(c.people), deskFor(nil))
			h.Cameras[0].Scorer = func() Scorer { return &missed{} }
			if err := h.Watch(t.Context(), h.Cameras[0]); err != nil {
				t.Fatal(err)
			}
			if b.told() != c.want {
				t.Errorf("told %q, want %q", b.told(), c.want)
			}
		})
	}
}

func TestPeopleWhoAreGoneAreForgotten(t *testing.T) {
	var crowd []drawing
	for i := range 200 {
		crowd = append(crowd, drawing{i + 1, times(".", 5*i) + times("u", 10)})
	}
	h, _ := simulated(drawn(crowd), deskFor(nil))
	h.begin()
	c := h.Cameras[0]
	c.leave(noon)
	most := 0
	for i := range 1200 {
		c.see(drawn(crowd).view(i, noon))
		most = max(most, len(c.people))
	}
	if most > 30 || len(c.people) != 0 {
		t.Errorf("%d people were remembered at most, and %d at the end", most, len(c.people))
	}
	one := newPerson(1, byScore{}, quickly, 0)
	for i := range 100_000 {
		one.see(float64(i)/10, figure(50, 50, false, 0.1))
	}
	if n := cap(one.scores) + cap(one.past.Track.Poses); n > 2000 || len(one.scores) != len(one.past.Track.Poses) {
		t.Errorf("one person holds %d poses and scores", n)
	}
}

func TestEvidenceShowsTheFall(t *testing.T) {
	_, b := play(t, deskFor(nil), drawing{1, times("u", 130) + times("F", 20) + times("l", 100)})
	if len(b.evidence) != 1 {
		t.Fatalf("evidence of %d incidents", len(b.evidence))
	}
	for id, e := range b.evidence {
		first, last := e.Times[0], e.Times[len(e.Times)-1]
		if e.Camera != "hall" || e.Track != 1 || math.Abs(first+10) > 0.11 || math.Abs(last-5) > 0.11 || len(e.Poses) != len(e.Times) || len(e.Scores) != len(e.Times) {
			t.Errorf("%s: %s, person %d, from %g to %g, %d poses, %d scores", id, e.Camera, e.Track, first, last, len(e.Poses), len(e.Scores))
		}
		for i, at := range e.Times {
			if lies := e.Poses[i].Lies(seenScore); lies != (at > -0.01) {
				t.Errorf("at %g s the person lies: %v", at, lies)
			}
		}
		picture, err := png.Decode(bytes.NewReader(b.pngs[id]))
		if err != nil || picture.Bounds().Dx() != stripCell*len(e.cells()) || len(e.cells()) < 7 {
			t.Errorf("strip: %v, %d cells", err, len(e.cells()))
		}
		if err := wellFormed(e.SVG()); err != nil {
			t.Errorf("SVG: %v", err)
		}
	}
}

func wellFormed(text []byte) error {
	d := xml.NewDecoder(bytes.NewReader(text))
	for {
		if _, err := d.Token(); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
	}
}

func TestEvidenceOfNobodyDrawsNothing(t *testing.T) {
	if p, err := (Evidence{}).PNG(); p != nil || err != nil {
		t.Errorf("%d bytes, %v", len(p), err)
	}
	unseen := Evidence{Times: []float64{0}, Scores: []float64{unknownScore}}
	unseen.Poses = append(unseen.Poses, figure(0, 0, true, 0))
	for j := range unseen.Poses[0].Keypoints {
		unseen.Poses[0].Keypoints[j].Score = 0
	}
	if p, err := unseen.PNG(); len(p) == 0 || err != nil {
		t.Errorf("%d bytes, %v", len(p), err)
	}
}

// TestTwoLivesOfTheEyesAreTwoPeople: after a restart of the eyes, which count people from 1,
// nobody is taken for somebody of before.
func TestTwoLivesOfTheEyesAreTwoPeople(t *testing.T) {
	h, b := simulated(drawn{{1, times("u", 10) + times("F", 10)}}, deskFor(func(s *alarm.DeskSettings) { s.SameSeconds = 0 }))
	for range 2 {
		if err := h.Watch(t.Context(), h.Cameras[0]); err != nil {
			t.Fatal(err)
		}
	}
	var tracks []int
	for _, r := range b.reports {
		tracks = append(tracks, r.Track)
	}
	if got := fmt.Sprint(tracks); got != "[1 1 2 2]" {
		t.Errorf("people %s in %s", got, b.told())
	}
}
