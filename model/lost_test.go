package model

import (
	"math"
	"testing"

	"fallkit/pose"
)

// silent is a specialist whose network never sees a fall: all of its answers are even.
func silent(t interface{ Fatal(...any) }) *Checkpoint {
	c := specialist(t)
	for _, p := range c.Parameters {
		clear(p)
	}
	return c
}

// moved is a pose so many pixels further right and down.
func moved(p *pose.Pose, right, down float64) *pose.Pose {
	q := *p
	for j := range q.Keypoints {
		q.Keypoints[j].X += float32(right)
		q.Keypoints[j].Y += float32(down)
	}
	return &q
}

// lastSeen follows a person until a time and then tells the stream for two seconds that nobody
// is there. It gives the highest score from then on and the seconds for which there was one.
func lastSeen(s *Stream, until float64, at func(time float64) *pose.Pose) (highest, from, to float64) {
	const step = 0.08
	highest, from, to = math.NaN(), math.NaN(), math.NaN()
	for i := range int((until + 2) / step) {
		time := step * float64(i)
		if time <= until {
			s.Score(time, at(time))
			continue
		}
		if score := s.Lost(time, 640, 480); !math.IsNaN(score) {
			if math.IsNaN(from) {
				from, highest = time-until, score
			}
			highest, to = max(highest, score), time-until
		}
	}
	return highest, from, to
}

// personAt comes down from two seconds on, within a second.
func TestWhoIsLostOnTheWayDown(t *testing.T) {
	standing := func(float64) *pose.Pose { return personAt(0) }
	for _, c := range []struct {
		name  string
		until float64
		at    func(float64) *pose.Pose
		falls bool
	}{
		{"in a fall, at 72°", 2.85, personAt, true},
		{"in the midst of a fall, as somebody who squats", 2.56, personAt, false},
		{"as the body comes to rest", 2.96, personAt, true},
		{"before the fall", 1.92, personAt, false},
		{"a second after it", 4, personAt, false},
		{"standing, as through a door", 3, standing, false},
		{"sitting down slowly", 4, func(time float64) *pose.Pose { return moved(personAt(0), 0, 20*max(0, time-2)) }, false},
		{"walking out of the picture", 3.2, func(time float64) *pose.Pose { return moved(personAt(0), 140*time, 0) }, false},
		{"out of the picture's lower edge", 2.4, func(time float64) *pose.Pose { return moved(personAt(0), 0, 700*max(0, time-2)) }, false},
		{"who has just come", 0.08, func(time float64) *pose.Pose { return personAt(2.5 + time) }, false},
	} {
		s := streamOf(t, silent(t))
		highest, from, to := lastSeen(s, c.until, c.at)
		switch {
		case !c.falls && !math.IsNaN(highest):
			t.Errorf("%s: the score is %g from %g to %g s later", c.name, highest, from, to)
		case c.falls && !(highest > 0.8):
			t.Errorf("%s: the score is %g", c.name, highest)
		case c.falls && !(math.Abs(from-s.missing) < 0.15 && math.Abs(to-s.missing-vanishedFor) < 0.15):
			t.Errorf("%s: there are scores from %g to %g s later", c.name, from, to)
		}
	}
}

// Whoever comes back is judged by what is seen then.
func TestWhoStandsAgainHasNotVanished(t *testing.T) {
	s := streamOf(t, silent(t))
	if highest, _, _ := lastSeen(s, 2.85, personAt); !(highest > 0.8) {
		t.Fatalf("the score is %g", highest)
	}
	var last float64
	for i := range 40 {
		last = s.Score(5+0.08*float64(i), personAt(0))
	}
	if !(last < 0.5) {
		t.Errorf("after three seconds of standing the score is %g", last)
	}
	if score := s.Lost(8.7, 640, 480); !math.IsNaN(score) {
		t.Errorf("and it is %g when the person goes away standing", score)
	}
}

func TestOnlyADecoderWithDescentsKnowsOfVanishing(t *testing.T) {
	for _, change := range []func(*Checkpoint){
		func(c *Checkpoint) { c.Decoder = nil },
		func(c *Checkpoint) { c.Decoder = &Decoder{Weight: 0.4} },
	} {
		c := silent(t)
		change(c)
		if highest, _, _ := lastSeen(streamOf(t, c), 2.85, personAt); !math.IsNaN(highest) {
			t.Errorf("decoder %+v: the score is %g", c.Decoder, highest)
		}
	}
}

func TestVanishTakesTheNewestDescentAlone(t *testing.T) {
	d := Decoder{Weight: 0.4, Slope: 4, Least: -0.5, Fade: 0.08}
	even := make([]float32, pose.Answers)
	for _, c := range []struct {
		name     string
		descents []float32
		want     float64 // NaN = says nothing
	}{
		{"rising", []float32{-2, -1, 0.25}, 3},
		{"just risen", []float32{-2, 0.25, 0.25, 0.25, 0.25}, 3},
		{"some time ago", []float32{-2, 0.25, 0.25, 0.25, 0.25, 0.25}, math.NaN()},
		{"too little of a descent", []float32{-2, -1, -0.3}, math.NaN()},
		{"over", []float32{-2, 1, -0.3}, math.NaN()},
		{"never seen", nil, math.NaN()},
	} {
		g := d.NewDecoding()
		for _, x := range c.descents {
			g.Step(even, x)
		}
		before := g.odds
		odds, ok := g.Vanish()
		switch {
		case ok != !math.IsNaN(c.want):
			t.Errorf("%s: ok is %t", c.name, ok)
		case ok && odds != c.want:
			t.Errorf("%s: %g, want %g", c.name, odds, c.want)
		case !ok && g.odds != before:
			t.Errorf("%s: the odds went from %g to %g", c.name, before, g.odds)
		}
	}
}

// A gap of up to a second is bridged: what is known of the person outlasts it.
func TestAStreamInUseBridgesAGap(t *testing.T) {
	c := specialist(t)
	c.Input.Priors &^= pose.LookBackPrior
	for _, gap := range []struct {
		seconds float64
		bridged bool
	}{{c.Input.MaxGap + 0.1, true}, {bridged - 0.05, true}, {bridged + 0.05, false}} {
		s := streamOf(t, c)
		for i := range 26 {
			s.Score(0.08*float64(i), personAt(0))
		}
		if known := !math.IsNaN(s.Score(2+gap.seconds, personAt(2+gap.seconds))); known != gap.bridged {
			t.Errorf("after %g s there is a score: %t", gap.seconds, known)
		}
	}
	if in := c.Input.MaxGap; in >= bridged {
		t.Fatalf("the poses are learned with gaps of %g s", in)
	}
}
