package train

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"

	"fallkit/internal/alarm"
)

// afterEnd is how long after a clip's end a time may be: others count frames differently.
const afterEnd = 1.0 // seconds

// ReadForeign reads a CSV file of another program's detector; path is what faults call it.
// Everything wrong with the file is told at once: the first 20 faults, one line each.
func ReadForeign(ctx context.Context, r io.Reader, path string, known []KnownClip) (*Foreign, error) {
	t, err := openForeignTable(r, path)
	if err != nil {
		return nil, err
	}
	f := &Foreign{Kind: t.kind(), Clips: make([]ForeignClip, len(known))}
	if err := t.faults.err(); err != nil {
		return nil, err
	}
	read := foreignReading{foreignTable: t, out: f, names: newClipNames(known), last: map[person]moment{}, tracks: map[person]int{}}
	f.index = read.names.full
	rows, err := read.rows(ctx)
	if faults := (*foreignFaults)(nil); err != nil && !errors.As(err, &faults) {
		return nil, err
	}
	if rows == 0 && f.Kind == ForeignScores && len(t.faults.shown) == 0 {
		t.fault(1, "no score follows the line of column names")
	}
	if err := t.faults.err(); err != nil {
		return nil, err
	}
	f.finish()
	return f, nil
}

// foreignReading puts rows where they belong.
type foreignReading struct {
	*foreignTable
	out    *Foreign
	names  *clipNames
	last   map[person]moment
	tracks map[person]int // index of TrackScores
}

// person is one track of one clip.
type person struct{ clip, track int }

// moment is where a person's rows have come to.
type moment struct {
	time float64
	line int
}

func (r *foreignReading) rows(ctx context.Context) (rows int, err error) {
	for {
		ok, err := r.next(ctx)
		if err != nil || !ok {
			return rows, err
		}
		rows++
		who, ok := r.who()
		switch {
		case r.out.Kind == ForeignScores:
			r.scored(who, ok)
		case r.out.Kind == ForeignEvents:
			r.raised(who, ok)
		default:
			r.alarmed(who, ok)
		}
	}
}

// who finds the person that a row is about.
func (r *foreignReading) who() (person, bool) {
	clip, ok, fault := r.names.find(r.text("clip"))
	if fault != "" {
		r.fault(r.line, "%s", fault)
	}
	track, whole := r.track()
	return person{clip, track}, ok && whole
}

// scored takes a row of scores.
func (r *foreignReading) scored(who person, ok bool) {
	time, timed := r.seconds("time_s")
	score, told := math.NaN(), true
	if r.text("score") != "" {
		score, told = r.score("a number from 0 to 1, or empty where the detector could not tell", func(s float64) bool { return s >= 0 && s <= 1 })
	}
	if !ok || !timed || !r.inTime(who, "time_s", time, true) || !told || !r.measured(who) {
		return
	}
	c := &r.out.Clips[who.clip]
	c.Rows++
	at, ok := r.tracks[who]
	if !ok {
		at = len(c.Tracks)
		r.tracks[who] = at
		c.Tracks = append(c.Tracks, TrackScores{Track: who.track})
	}
	t := &c.Tracks[at]
	t.Times, t.Scores = append(t.Times, time), append(t.Scores, score)
}

// raised takes a row of events.
func (r *foreignReading) raised(who person, ok bool) {
	kind := r.text("event")
	if kind != alarm.Suspected && kind != alarm.Confirmed {
		r.fault(r.line, "event is %q, and must be %s or %s", kind, alarm.Suspected, alarm.Confirmed)
		ok = false
	}
	start, started := r.seconds("start_s")
	confirmed, timed := r.seconds("confirmed_s")
	if started && timed && confirmed < start {
		r.fault(r.line, "confirmed_s %g lies before start_s %g", confirmed, start)
		ok = false
	}
	score, told := r.eventScore()
	if ok && started && timed && told && r.inTime(who, "confirmed_s", confirmed, false) {
		r.hear(who, Detection{Track: who.track, Event: kind, Start: start, Confirmed: confirmed, Score: score})
	}
}

// eventScore is 1 where there is none: an alarm that was raised is an alarm.
func (r *foreignReading) eventScore() (float64, bool) {
	if r.text("score") == "" {
		return 1, true
	}
	return r.score("a number above 0 and at most 1, or empty", func(s float64) bool { return s > 0 && s <= 1 })
}

// alarmed takes a row of alarms.
func (r *foreignReading) alarmed(who person, ok bool) {
	time, timed := r.seconds("time_s")
	if !ok || !timed || !r.inTime(who, "time_s", time, false) {
		return
	}
	suspected := Detection{Track: who.track, Event: alarm.Suspected, Start: time, Confirmed: time, Score: 1}
	confirmed := suspected
	confirmed.Event = alarm.Confirmed
	r.hear(who, suspected, confirmed)
}

// hear notes what a row says was raised.
func (r *foreignReading) hear(who person, raised ...Detection) {
	if !r.measured(who) {
		return
	}
	c := &r.out.Clips[who.clip]
	c.Rows++
	for _, d := range raised {
		d.Clip = r.names.known[who.clip].Clip
		c.Heard = append(c.Heard, d)
	}
}

func (r *foreignReading) measured(who person) bool {
	return !math.IsNaN(r.names.known[who.clip].Seconds)
}

// inTime notes where a time is out of order or past the clip's end. Where strictly is set,
// no two rows of a person may have the same time.
func (r *foreignReading) inTime(who person, column string, time float64, strictly bool) bool {
	before, ok := r.last[who]
	r.last[who] = moment{time, r.line}
	if ok && (time < before.time || strictly && time == before.time) {
		r.fault(r.line, "%s is %s, and line %d has %s for the same clip and track: sort the rows by time%s",
			column, number(time), before.line, number(before.time), onceOnly(strictly))
		return false
	}
	if c := r.names.known[who.clip]; time > c.Seconds+afterEnd {
		r.fault(r.line, "%s is %s, and clip %s ends after %.2f s", column, number(time), c.Clip, c.Seconds)
		return false
	}
	return true
}

func onceOnly(strictly bool) string {
	if strictly {
		return ", one row for each moment"
	}
	return ""
}

// number is as people wrote it.
func number(v float64) string { return fmt.Sprintf("%g", v) }
