package main

import (
	"math"
	"slices"
	"testing"

	"fallkit/data/simulate"
	"fallkit/internal/alarm"
)

// soakTally is how what was told compares with what was done.
type soakTally struct {
	seconds float64
	falls   int
	kinds   [2]kindTally       // suspected, confirmed
	spent   map[string]float64 // seconds by activity
}

// kindTally is that of reports of one kind.
type kindTally struct {
	found      int
	falseBy    map[string]int // by what was done when the score rose
	falseCount int
	again      int       // reports, away from falls, of an incident that was told of before
	delays     []float64 // from the fall's end, seconds
}

var tallied = [2]string{alarm.Suspected, alarm.Confirmed}

// heard notes a report.
func (r *soakRoom) heard(report alarm.Report) {
	if slices.Contains(tallied[:], report.Kind) {
		r.told = append(r.told, report)
	}
}

// raised is a report in the time of its clip, seconds.
type raised struct {
	start, time float64
	again       bool // of an incident that was told of before
}

// The rules by which events are counted: docs/metrics.md.
const (
	findSlack   = 1.0
	aftermath   = 3.0
	oneNuisance = 5.0
)

// judge compares what was told of a clip with the truth, and forgets both.
func (r *soakRoom) judge(f *simulate.Outline) {
	t := &r.tally
	if t.spent == nil {
		t.spent = map[string]float64{}
	}
	t.seconds += float64(f.Frames) / r.days.FPS
	for _, s := range f.Segments {
		t.spent[s.State] += float64(s.End-s.Start+1) / r.days.FPS
	}
	start, end := math.Inf(1), math.Inf(1)
	if f.FallStart >= 0 {
		t.falls++
		start, end = float64(f.FallStart)/r.days.FPS, float64(f.FallEnd)/r.days.FPS
	}
	for k, kind := range tallied {
		var events []raised
		incidents := map[string]bool{}
		for _, report := range r.told {
			if report.Kind == kind {
				events = append(events, raised{report.Start.Sub(r.begin).Seconds(), report.Time.Sub(r.begin).Seconds(), incidents[report.Incident]})
				incidents[report.Incident] = true
			}
		}
		t.kinds[k].judge(events, start, end, func(at float64) string { return activityAt(f, at, r.days.FPS) })
	}
	r.told = r.told[:0]
}

func (k *kindTally) judge(events []raised, start, end float64, activity func(at float64) string) {
	if k.falseBy == nil {
		k.falseBy = map[string]int{}
	}
	found, counted := false, math.Inf(-1)
	for _, e := range events {
		switch {
		case e.start <= end+findSlack && e.time >= start-findSlack:
			if !found {
				k.delays = append(k.delays, e.time-end)
			}
			found = true
		case e.start >= start-findSlack && e.time <= end+aftermath:
		case e.again:
			k.again++
		case e.time-counted > oneNuisance:
			counted = e.time
			k.falseCount++
			k.falseBy[activity(e.start)]++
		}
	}
	if found {
		k.found++
	}
}

// activityAt is what the person whom the clip is about does at a time.
func activityAt(f *simulate.Outline, at, fps float64) string {
	frame := int(at * fps)
	for _, s := range f.Segments {
		if frame <= s.End {
			return s.State
		}
	}
	return "nothing"
}

// add adds another camera's.
func (t *soakTally) add(o *soakTally) {
	t.seconds += o.seconds
	t.falls += o.falls
	if t.spent == nil {
		t.spent = map[string]float64{}
	}
	for state, s := range o.spent {
		t.spent[state] += s
	}
	for k := range t.kinds {
		t.kinds[k].add(&o.kinds[k])
	}
}

func (k *kindTally) add(o *kindTally) {
	if k.falseBy == nil {
		k.falseBy = map[string]int{}
	}
	k.found += o.found
	k.falseCount += o.falseCount
	k.again += o.again
	k.delays = append(k.delays, o.delays...)
	for state, n := range o.falseBy {
		k.falseBy[state] += n
	}
}

// poisson is the exact 95 % interval of a Poisson count (Garwood 1936): the means at which so
// many, or so few, come about in one of forty cases.
func poisson(count int) (low, high float64) {
	if count > 0 {
		low = root(0, float64(count), func(mean float64) bool { return 1-upTo(count-1, mean) < 0.025 })
	}
	return low, root(float64(count), 2*float64(count)+20, func(mean float64) bool { return upTo(count, mean) > 0.025 })
}

// upTo is the chance of at most so many where there are mean on average.
func upTo(count int, mean float64) float64 {
	sum := 0.0
	for k := range count + 1 {
		log, _ := math.Lgamma(float64(k + 1))
		sum += math.Exp(float64(k)*math.Log(mean) - mean - log)
	}
	return sum
}

// root is where something ceases to be so, between low, where it is, and high.
func root(low, high float64, is func(float64) bool) float64 {
	for range 60 {
		if middle := (low + high) / 2; is(middle) {
			low = middle
		} else {
			high = middle
		}
	}
	return low
}

// wilson is the 95 % interval of a share (Wilson 1927).
func wilson(found, of int) (low, high float64) {
	const z = 1.959964
	n, p := float64(of), float64(found)/float64(of)
	middle, half := p+z*z/(2*n), z*math.Sqrt(p*(1-p)/n+z*z/(4*n*n))
	return max(0, (middle-half)/(1+z*z/n)), min(1, (middle+half)/(1+z*z/n))
}

// Published: Garwood's table, and Newcombe 1998, table I (81 of 263: 0.2553 to 0.3662).
func TestIntervals(t *testing.T) {
	for _, c := range []struct {
		count     int
		low, high float64
	}{{0, 0, 3.689}, {1, 0.0253, 5.572}, {5, 1.623, 11.668}, {10, 4.795, 18.390}, {50, 37.11, 65.92}} {
		low, high := poisson(c.count)
		if math.Abs(low-c.low) > 0.005 || math.Abs(high-c.high) > 0.006 {
			t.Errorf("%d: %.4f to %.4f, want %.4f to %.4f", c.count, low, high, c.low, c.high)
		}
	}
	if low, high := wilson(81, 263); math.Abs(low-0.2553) > 1e-4 || math.Abs(high-0.3662) > 1e-4 {
		t.Errorf("%.4f to %.4f", low, high)
	}
}

func TestKindTally(t *testing.T) {
	var k kindTally
	events := []raised{{2, 2.2, false}, {4, 4.5, false}, {9.5, 10.5, false}, {11, 11.5, true}, {13, 14, false}, {20, 21, false}, {30, 31, true}}
	k.judge(events, 10, 12, func(at float64) string {
		if at < 5 {
			return "sitting"
		}
		return "walking"
	})
	// 4 s belongs to the one at 2 s; that at 13 s begins within a second of the fall's end.
	if k.found != 1 || k.falseCount != 2 || k.falseBy["sitting"] != 1 || k.falseBy["walking"] != 1 || k.delays[0] != -1.5 || k.again != 1 {
		t.Errorf("%+v", k)
	}
}
