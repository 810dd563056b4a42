package watch

import (
	"math"

	"fallkit/internal/alarm"
	"fallkit/pose"
)

const (
	seenScore = 0.1  // the confidence from which a joint says where somebody is
	kept      = 20.0 // seconds of everybody that are kept for evidence
	forgotten = 10.0 // seconds after which somebody who is gone is forgotten
	upright   = 3.0  // seconds that somebody must stand to be up again
	linking   = 1.0  // seconds in which somebody new can turn out to be somebody lost
)

// person is somebody whom a camera follows.
type person struct {
	number int // as the incidents call the track
	scorer Scorer
	alarm  *alarm.Machine
	past   pose.Past
	scores []float64 // as many as past has poses, NaN = unknown

	begun    float64
	score    float64
	told     float64     // when the scorer has last said something of the person, seen or not
	fall     alarm.Event // the last confirmed one
	down     bool        // it was confirmed, and nobody has seen the person up since
	standing float64     // since when the person stands without a break; NaN = does not
	gone     bool        // and the desk knows
}

func newPerson(number int, s Scorer, a alarm.Settings, now float64) *person {
	return &person{number: number, scorer: s, alarm: alarm.New(a), past: pose.Past{Seconds: kept}, begun: now, standing: math.NaN()}
}

// see takes the newest pose and gives what the desk has to hear. A machine that lets go says
// only that this looks like a fall no more: whoever lies still lets go, too. So Recovered is
// raised when the person has been seen to stand.
func (p *person) see(time float64, q pose.Pose) (raised []alarm.Event) {
	p.score = p.scorer.Update(time, q)
	p.past.Add(time, q)
	p.scores = append(p.scores, p.score)
	p.scores = p.scores[len(p.scores)-len(p.past.Track.Times):]
	p.gone, p.told = false, time
	p.stand(time, &q)
	raised = p.hear(time)
	if p.down && p.alarm.State() != alarm.Certain && time-p.standing >= upright {
		p.down = false
		raised = append(raised, alarm.Event{Kind: alarm.Recovered, Start: p.fall.Start, Time: time, Score: p.fall.Score})
	}
	return raised
}

// lost takes that a picture does not show the person, and gives what the desk has to hear.
func (p *person) lost(time float64, width, height int) []alarm.Event {
	s, ok := p.scorer.(Seeker)
	if !ok || time <= p.past.Last() {
		return nil
	}
	score := s.Lost(time, width, height)
	if math.IsNaN(score) {
		return nil
	}
	p.score, p.told = score, time
	return p.hear(time)
}

// hear tells the machine the newest score, and gives what the desk has to hear of it.
func (p *person) hear(time float64) (raised []alarm.Event) {
	for _, e := range p.alarm.Update(time, p.score) {
		if e.Kind == alarm.Recovered {
			continue
		}
		if e.Kind == alarm.Confirmed {
			p.down, p.fall = true, e
		}
		raised = append(raised, e)
	}
	return raised
}

func (p *person) stand(time float64, q *pose.Pose) {
	if !q.Stands(seenScore) {
		p.standing = math.NaN()
	} else if math.IsNaN(p.standing) {
		p.standing = time
	}
}

// open tells whether an event of the machine is open.
func (p *person) open() bool { return p.alarm.State() >= alarm.Suspect }

// state is that of the machine, in the words of reports.
func (p *person) state() string {
	switch {
	case p.down || p.alarm.State() == alarm.Certain:
		return alarm.Confirmed
	case p.alarm.State() == alarm.Suspect:
		return alarm.Suspected
	}
	return ""
}

// places are where the fall of an event began and where the body is now, in shares of the
// picture.
func (p *person) places(e alarm.Event, width, height int) alarm.Places {
	began, _ := p.past.At(e.Start)
	return alarm.Places{Began: placeOf(&began, width, height), Lies: p.lies(width, height)}
}

func (p *person) lies(width, height int) alarm.Point {
	q, _ := p.past.At(p.past.Last())
	return placeOf(&q, width, height)
}

func placeOf(p *pose.Pose, width, height int) alarm.Point {
	x, y := p.Centre(seenScore)
	return alarm.Point{X: share(x, width), Y: share(y, height)}
}

func share(v float64, of int) float64 { return min(1, max(0, v/float64(max(of, 1)))) }
