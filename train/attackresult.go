package train

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"sort"

	"fallkit/data"
	"fallkit/internal/alarm"
)

// AttackFormat is the version of the attack's JSON. docs/attack.md lists its keys; within a
// version keys are added and never changed.
const AttackFormat = 1

// AttackResult is what an attack found.
type AttackResult struct {
	Format   int            `json:"format"`
	Detector string         `json:"detector"` // what was attacked, in words
	Train    string         `json:"train"`    // what it had learned from
	Test     string         `json:"test"`     // whose clips were moved
	Alarm    alarm.Settings `json:"alarm"`
	Attack   AttackSettings `json:"attack"`
	Hide     *AttackSide    `json:"hide"` // nil where it was not asked for
	Fake     *AttackSide    `json:"fake"`
	Clips    []AttackedClip `json:"clips"` // every target
}

// AttackSide is one direction. What holds is a fall that is still found, or an everyday clip
// that is still quiet.
type AttackSide struct {
	Of       int            `json:"of"`       // falls whose time is known; everyday clips
	Attacked int            `json:"attacked"` // those that hold without an attack: the targets
	Hours    float64        `json:"hours"`    // of footage in the clips
	Methods  []AttackMethod `json:"methods"`
	Interval Interval       `json:"interval"`
}

// AttackMethod is what one way of moving poses did.
type AttackMethod struct {
	Method         string        `json:"method"`              // AttackRandom …
	Reached        int           `json:"reached"`             // targets for which some budget was enough
	SmallestPx     Quartiles     `json:"smallest_px"`         // smallest displacement that was enough, in pixels of x and of y
	SmallestBodies Quartiles     `json:"smallest_body_sizes"` // the same, as a share of the person's body size
	Budgets        []AttackPoint `json:"budgets"`             // ascending, from 0
}

// Quartiles are over all targets. One that lies beyond the greatest budget is undefined, and
// its note says so.
type Quartiles struct {
	Q1     Metric `json:"q1"`
	Median Metric `json:"median"`
	Q3     Metric `json:"q3"`
}

// AttackPoint is what holds when joints are moved by up to so many pixels.
type AttackPoint struct {
	Px    float64 `json:"px"`
	Held  Metric  `json:"held"`  // share: the robust event recall, or the share of quiet clips
	Count int     `json:"count"` // how many

	// Of everyday clips: as many as the attack was seen to raise, which stops at the first of a clip.
	FalseAlarmsPerHour *Metric `json:"false_alarms_per_hour,omitempty"`
}

// AttackedClip is one target and what was enough for it, by method; nil where nothing was.
type AttackedClip struct {
	Clip       string              `json:"clip"`
	Group      string              `json:"group"`
	Direction  string              `json:"direction"`
	BodyPx     float64             `json:"body_px"`
	SmallestPx map[string]*float64 `json:"smallest_px"`
}

// foundIn tells whether the clip's suspected events find one of its falls.
func foundIn(j *Judged, fall data.Span, a alarm.Settings) bool {
	one := *j
	one.Falls = []data.Span{fall}
	suspected, _ := eventTallies(&one, a)
	return suspected.found > 0
}

func (a Attack) result(clips []Judged, outcomes []attacked, methods []string) AttackResult {
	out := AttackResult{Format: AttackFormat, Alarm: a.Alarm, Attack: a.Settings, Clips: []AttackedClip{}}
	for _, o := range outcomes {
		j := &clips[o.clip]
		c := AttackedClip{Clip: j.Clip, Group: j.Group, Direction: AttackFake, BodyPx: o.size, SmallestPx: map[string]*float64{}}
		if o.hide {
			c.Direction = AttackHide
		}
		for m, px := range o.smallest {
			c.SmallestPx[m] = orNull(px)
		}
		out.Clips = append(out.Clips, c)
	}
	if a.Hide {
		out.Hide = a.side(clips, outcomes, methods, true)
	}
	if a.Fake {
		out.Fake = a.side(clips, outcomes, methods, false)
	}
	return out
}

// side measures one direction over its kind of clips.
func (a Attack) side(clips []Judged, outcomes []attacked, methods []string, hide bool) *AttackSide {
	m := attackMeasuring{attack: a, hide: hide}
	place := map[int]int{}
	for i := range clips {
		if clips[i].Fall == hide && clips[i].timed() {
			place[i] = len(m.clips)
			m.add(&clips[i])
		}
	}
	for _, o := range outcomes {
		if o.hide == hide {
			o.clip = place[o.clip]
			m.outcomes = append(m.outcomes, o)
		}
	}
	m.bootstrap = newBootstrap(m.clips, a.Resamples, a.Settings.Seed)
	out := &AttackSide{Of: int(sum(m.of)), Attacked: len(m.outcomes), Hours: sum(m.hours), Interval: m.bootstrap.made}
	for _, method := range methods {
		out.Methods = append(out.Methods, m.method(method))
	}
	return out
}

// attackMeasuring holds one entry per clip of one direction.
type attackMeasuring struct {
	attack                  Attack
	hide                    bool
	clips                   []Judged
	of, held, alarms, hours []float64 // without an attack
	outcomes                []attacked
	bootstrap               *bootstrap
}

func (m *attackMeasuring) add(j *Judged) {
	m.clips = append(m.clips, *j)
	m.hours = append(m.hours, j.Seconds/3600)
	suspected, _ := eventTallies(j, m.attack.Alarm)
	m.alarms = append(m.alarms, float64(suspected.falseAlarms))
	if m.hide {
		m.of = append(m.of, float64(len(j.Falls)))
		m.held = append(m.held, float64(suspected.found))
		return
	}
	m.of = append(m.of, 1)
	m.held = append(m.held, count(suspected.falseAlarms == 0))
}

func (m *attackMeasuring) method(name string) AttackMethod {
	out := AttackMethod{Method: name}
	var px, bodies []delay
	for _, o := range m.outcomes {
		d := o.smallest[name]
		px, bodies = append(px, delay{o.clip, d}), append(bodies, delay{o.clip, d / o.size})
		out.Reached += int(count(!math.IsInf(d, 1)))
	}
	greatest := m.attack.Settings.Budgets[len(m.attack.Settings.Budgets)-1]
	out.SmallestPx = m.quartiles(px, fmt.Sprintf("more than %g px", greatest))
	out.SmallestBodies = m.quartiles(bodies, fmt.Sprintf("more than %g px", greatest))
	for _, budget := range append([]float64{0}, m.attack.Settings.Budgets...) {
		out.Budgets = append(out.Budgets, m.point(name, budget))
	}
	return out
}

// point is what holds where every target falls that needs no more than the budget: whoever
// may move joints by more may also move them by less.
func (m *attackMeasuring) point(method string, budget float64) AttackPoint {
	held, alarms := append([]float64(nil), m.held...), append([]float64(nil), m.alarms...)
	for _, o := range m.outcomes {
		if o.smallest[method] <= budget {
			held[o.clip]--
			alarms[o.clip]++
		}
	}
	got := m.bootstrap.measure([]statistic{ratio(held, m.of), ratio(alarms, m.hours)})
	out := AttackPoint{Px: budget, Count: int(sum(held)), Held: boundShare(got[0], int(sum(m.of))).or("no such clip")}
	if !m.hide {
		rate := boundRate(got[1], sum(m.hours), "h").or("no such clip")
		out.FalseAlarmsPerHour = &rate
	}
	return out
}

// quartiles of displacements, some of which are +Inf: a quartile is one of them (nearest
// rank), and beyond says what a +Inf means.
func (m *attackMeasuring) quartiles(values []delay, beyond string) Quartiles {
	sort.SliceStable(values, func(i, j int) bool { return values[i].seconds < values[j].seconds })
	var all []statistic
	for _, q := range []float64{0.25, 0.5, 0.75} {
		all = append(all, rankedAt(values, q))
	}
	got := m.bootstrap.measure(all)
	for i := range got {
		switch {
		case len(values) == 0:
			got[i] = undefined("nothing to attack")
		case math.IsInf(got[i].Value, 1):
			got[i] = undefined(beyond)
		case math.IsInf(got[i].High, 1) || math.IsNaN(got[i].High):
			got[i].High, got[i].Note = math.NaN(), "upper end: "+beyond
		}
	}
	return Quartiles{got[0], got[1], got[2]}
}

// rankedAt is the q-quantile of weighted values that are sorted, as one of them.
func rankedAt(sorted []delay, q float64) statistic {
	return func(weight []float64) float64 {
		total := 0.0
		for _, d := range sorted {
			total += weight[d.clip]
		}
		if total == 0 {
			return math.NaN()
		}
		return nth(sorted, weight, math.Floor(q*(total-1)+0.5))
	}
}

// Write replaces a file with the result as JSON.
func (r AttackResult) Write(path string) error {
	return writeJSON(path, r)
}

// ReadAttack reads what Write wrote.
func ReadAttack(path string) (AttackResult, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return AttackResult{}, fmt.Errorf("reading an attack: %w", err)
	}
	var r AttackResult
	if err := json.Unmarshal(text, &r); err != nil {
		return AttackResult{}, fmt.Errorf("reading the attack %s: %w: attack again", path, err)
	}
	if r.Format != AttackFormat {
		return AttackResult{}, fmt.Errorf("%s is an attack of format %d, and this program reads format %d: attack again", path, r.Format, AttackFormat)
	}
	for _, side := range []*AttackSide{r.Hide, r.Fake} {
		if err := side.check(); err != nil {
			return AttackResult{}, fmt.Errorf("reading the attack %s: %w", path, err)
		}
	}
	return r, nil
}

// check tells what no attack leaves behind: methods that were not tried with the same
// budgets, ascending from 0.
func (s *AttackSide) check() error {
	if s == nil {
		return nil
	}
	if len(s.Methods) == 0 {
		return errors.New("a direction has no method")
	}
	for _, m := range s.Methods {
		if len(m.Budgets) < 2 || len(m.Budgets) != len(s.Methods[0].Budgets) || m.Budgets[0].Px != 0 {
			return fmt.Errorf("%s has %d budgets, and must have 0 px and as many above it as the other methods", m.Method, len(m.Budgets))
		}
		for i, p := range m.Budgets[1:] {
			if !(p.Px > m.Budgets[i].Px) || p.Px != s.Methods[0].Budgets[i+1].Px {
				return fmt.Errorf("%s: budget %d is %g px, and must be above the one before it and the same for all methods", m.Method, i+2, p.Px)
			}
		}
	}
	return nil
}
