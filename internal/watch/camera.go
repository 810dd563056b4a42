package watch

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math"
	"runtime/debug"
	"slices"
	"time"

	"fallkit/internal/alarm"
	"fallkit/pose"
)

// Camera is one camera of a house. The fields are set before it runs.
type Camera struct {
	Name   string
	Eyes   Eyes
	Scorer func() Scorer // a new one for each person
	Alarm  alarm.Settings
	Rate   float64 // poses a second where nothing hinders; 0 = the pipeline leaves the rate alone
	Lowest float64 // that it is lowered to at most
	Blind  BlindSettings
	Engine string // ID of what finds the poses, for whoever learns from what is kept

	house  *House
	people map[int]*person // by the tracker's numbers
	base   int             // added to the tracker's numbers, since they begin anew with each watch
	owed   []owed          // evidence that is to be completed
	topic  topic
	meter  meter
	load   governor
	sight  sight

	began time.Time // of the watching, for who waits for the first picture; the house's
	told  string    // why it is blind, as the desk has heard; the house's
}

// owed is evidence whose end has not happened yet.
type owed struct {
	incident string
	number   int
	start    time.Time
	after    time.Duration // of it that is kept
	due      float64
}

const (
	evidenceBefore = 10 * time.Second // of an incident's start
	evidenceAfter  = 5 * time.Second
)

// instantly is a time too short to matter: sums of time steps are not exact.
const instantly = 1e-9

const (
	firstRest   = time.Second
	longestRest = 30 * time.Second
)

// run watches until ctx ends, whatever happens.
func (c *Camera) run(ctx context.Context) error {
	defer c.meter.end()
	rest := firstRest
	for ctx.Err() == nil {
		began := c.house.now()
		err := c.guarded(ctx)
		if ctx.Err() != nil {
			break
		}
		if c.house.now().Sub(began) > time.Minute {
			rest = firstRest
		}
		c.meter.restarted()
		c.house.log.Error("camera stopped, and is begun anew", "camera", c.Name, "error", err, "after", rest)
		select {
		case <-ctx.Done():
		case <-time.After(rest):
		}
		rest = min(2*rest, longestRest)
	}
	return nil
}

// guarded watches once; a panic of this camera's is an error of this camera's.
func (c *Camera) guarded(ctx context.Context) (err error) {
	defer func() {
		if p := recover(); p != nil {
			c.house.log.Error("fault of the program", "camera", c.Name, "panic", fmt.Sprint(p), "stack", string(debug.Stack()))
			err = fmt.Errorf("fault of the program: %v", p)
		}
	}()
	return c.watch(ctx)
}

// watch sees once, until the eyes end.
func (c *Camera) watch(ctx context.Context) error {
	c.leave(c.house.now())
	err := c.Eyes.Watch(ctx, func(v View) { c.see(v) })
	if err == nil {
		err = errors.New("there are no more pictures")
	}
	return err
}

// leave forgets everybody: the eyes count people from 1 again.
func (c *Camera) leave(at time.Time) {
	for _, p := range c.people {
		c.base = max(c.base, p.number)
		c.house.submit(func(d *alarm.Desk) []alarm.Report { return d.Gone(at, c.Name, p.number) })
	}
	c.base = max(c.base, c.house.lastTrack(c.Name))
	c.people = map[int]*person{}
}

// see takes what the eyes saw.
func (c *Camera) see(v View) {
	start := time.Now()
	c.house.advance(v.At)
	shown := Live{Camera: c.Name, Time: v.At, Width: v.Width, Height: v.Height}
	score, state := math.NaN(), ""
	for i := range v.Frame.People {
		q := &v.Frame.People[i]
		p := c.person(q.Track, v.Frame.Time)
		c.raise(v, p, p.see(v.Frame.Time, q.Pose))
		if p.score > score || math.IsNaN(score) {
			score = p.score
		}
		state = worse(state, p.state())
		shown.People = append(shown.People, livePerson(p, &q.Pose))
	}
	c.miss(v)
	c.complete(v, false)
	c.topic.publish(shown)
	if v.Picture != nil {
		c.meter.saw(c.sight.see(v.At, v.Picture))
	}
	took := time.Since(start)
	c.meter.looked(v, took, len(v.Frame.People), score, state)
	c.keepUp(v.At, v.Took+took)
}

// keepUp settles the rate of poses.
func (c *Camera) keepUp(at time.Time, took time.Duration) {
	if c.Rate == 0 {
		return
	}
	before := c.load.rate
	rate := c.load.looked(at, took)
	if before != 0 && rate != before {
		c.Eyes.SetRate(rate)
		c.house.log.Info("rate of poses", "camera", c.Name, "per_second", rate, "before", before)
	}
}

func worse(a, b string) string {
	if a == alarm.Confirmed || b == "" {
		return a
	}
	return b
}

func (c *Camera) person(track int, now float64) *person {
	p := c.people[track]
	if p == nil {
		p = newPerson(c.base+track, c.Scorer(), c.Alarm, now)
		c.people[track] = p
	}
	return p
}

// raise tells the desk what has changed about somebody who is seen.
func (c *Camera) raise(v View, p *person, events []alarm.Event) {
	lies := p.lies(v.Width, v.Height)
	if len(events) == 0 && !p.open() && !p.down && v.Frame.Time-p.begun > linking {
		return
	}
	q, _ := p.past.At(v.Frame.Time)
	c.house.submit(func(d *alarm.Desk) []alarm.Report {
		if !p.down && v.Frame.Time-p.begun <= linking && q.Lies(seenScore) {
			p.down = d.Resume(v.At, c.Name, p.number, lies)
		}
		told := d.Seen(v.At, c.Name, p.number, lies)
		for _, e := range events {
			told = append(told, d.Raise(v.At, c.Name, p.number, e, p.places(e, v.Width, v.Height))...)
		}
		c.show(v, p, told, d.Shares(c.Name))
		return told
	})
}

// show keeps the evidence of what is told, before it is told, and again when it is whole. Of a room
// with several cameras each has its own, whichever of them confirms.
func (c *Camera) show(v View, p *person, told []alarm.Report, shared bool) {
	for _, r := range told {
		if r.Kind != alarm.Confirmed && r.Kind != alarm.Suspected && r.Kind != alarm.AlsoSeen {
			continue
		}
		after, late := evidenceAfter, v.At.Sub(r.Start)
		if r.Kind == alarm.AlsoSeen {
			after += late
		}
		c.house.evidence(r.Incident, c.evidenceOf(v, p.number, r.Start, after))
		if r.Kind != alarm.Suspected || shared {
			due := v.Frame.Time + (after - late).Seconds()
			c.owed = append(c.owed, owed{r.Incident, p.number, r.Start, after, max(due, v.Frame.Time+1)})
		}
	}
}

// complete keeps evidence again whose end has come, or all of it.
func (c *Camera) complete(v View, all bool) {
	c.owed = slices.DeleteFunc(c.owed, func(o owed) bool {
		if !all && v.Frame.Time < o.due {
			return false
		}
		c.house.completed(o.incident, c.evidenceOf(v, o.number, o.start, o.after))
		return true
	})
}

// miss notes who is not seen any more.
func (c *Camera) miss(v View) {
	for _, track := range slices.Sorted(maps.Keys(c.people)) {
		p := c.people[track]
		c.vanish(v, p)
		away := v.Frame.Time - p.past.Last()
		if !p.gone && v.Frame.Time-p.told > c.Alarm.HoldSeconds+instantly {
			p.gone = true
			c.house.submit(func(d *alarm.Desk) []alarm.Report { return d.Gone(v.At, c.Name, p.number) })
		}
		if away > forgotten {
			delete(c.people, track)
		}
	}
}

// vanish tells the desk what it means that somebody is not seen, where it means something.
func (c *Camera) vanish(v View, p *person) {
	events := p.lost(v.Frame.Time, v.Width, v.Height)
	if len(events) == 0 {
		return
	}
	c.house.submit(func(d *alarm.Desk) (told []alarm.Report) {
		for _, e := range events {
			told = append(told, d.Raise(v.At, c.Name, p.number, e, p.places(e, v.Width, v.Height))...)
		}
		c.show(v, p, told, d.Shares(c.Name))
		return told
	})
}

func livePerson(p *person, q *pose.Pose) LivePerson {
	l := LivePerson{Track: p.number, State: p.state(), Keypoints: make([][3]float32, len(q.Keypoints))}
	for j, k := range q.Keypoints {
		l.Keypoints[j] = [3]float32{k.X, k.Y, k.Score}
	}
	if !math.IsNaN(p.score) {
		l.Score = p.score
	}
	return l
}
