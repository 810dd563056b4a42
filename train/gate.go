package train

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/google/renameio/v2"
)

// GateFormat is the version of the gate's JSON.
const GateFormat = 1

// GateBounds are what a new model must reach on every set, whatever the old one did. NaN is
// no bound.
type GateBounds struct {
	MinEventRecall        float64 // of suspected events, 0 to 1
	MinBalancedAccuracy   float64 // of clips, 0 to 1
	MaxFalseAlarmsPerHour float64 // of suspected events
}

// NoBounds asks for nothing.
func NoBounds() GateBounds { return GateBounds{math.NaN(), math.NaN(), math.NaN()} }

// Gate is what was asked of a new model and whether it holds.
type Gate struct {
	Format     int         `json:"format"`
	New        string      `json:"new"`
	Old        string      `json:"old"`
	Passed     bool        `json:"passed"`
	Sets       []GateSet   `json:"sets"`
	Conditions []Condition `json:"conditions"`
}

// GateSet is a set of clips that both were measured on.
type GateSet struct {
	Name     string   `json:"name"`
	Clips    int      `json:"clips"`
	Interval Interval `json:"interval"`
}

// Condition is one thing that is asked on one set.
type Condition struct {
	Set        string   `json:"set"`
	Metric     string   `json:"metric"`               // as "event.recall"
	Kind       string   `json:"kind"`                 // NotWorse, AtLeast or AtMost
	New        *float64 `json:"new"`                  // null = it cannot be told
	Old        *float64 `json:"old"`                  // likewise
	Bound      *float64 `json:"bound,omitempty"`      // of AtLeast and AtMost
	Difference *Metric  `json:"difference,omitempty"` // of NotWorse: new − old
	Verdict    string   `json:"verdict"`              // Pass, Fail or Untold
	Text       string   `json:"text"`                 // one sentence

	name string
	unit unit
}

// Kinds of conditions.
const (
	NotWorse = "not_worse" // the interval of new − old does not lie wholly on the bad side
	AtLeast  = "at_least"
	AtMost   = "at_most"
)

// Verdicts.
const (
	Pass   = "pass"
	Fail   = "fail"
	Untold = "untold" // the set cannot tell, such as recall without falls
)

// gated are the numbers that must not get worse.
var gated = []string{"event.recall", "event.false_alarms_per_hour", "clip.balanced_accuracy"}

// Add judges the new model against the old one on one set. It is an error where the set
// can tell nothing.
func (g *Gate) Add(set string, old, new *Evaluation, bounds GateBounds) error {
	c, err := Compare(old, new)
	if err != nil {
		return fmt.Errorf("%s: %w", set, err)
	}
	g.Format = GateFormat
	g.Sets = append(g.Sets, GateSet{set, c.Clips, c.Interval})
	var told bool
	for _, metric := range gated {
		one := notWorse(set, c.Of(metric))
		told = told || one.Verdict != Untold
		g.Conditions = append(g.Conditions, one)
	}
	if !told {
		return fmt.Errorf("%s shows neither falls with times nor footage without one: nothing can be compared on it", set)
	}
	for _, b := range []struct {
		metric, kind string
		bound        float64
	}{
		{"event.recall", AtLeast, bounds.MinEventRecall},
		{"clip.balanced_accuracy", AtLeast, bounds.MinBalancedAccuracy},
		{"event.false_alarms_per_hour", AtMost, bounds.MaxFalseAlarmsPerHour},
	} {
		if !math.IsNaN(b.bound) {
			g.Conditions = append(g.Conditions, bounded(set, c.Of(b.metric), b.kind, b.bound))
		}
	}
	return nil
}

// Close decides. It is an error where no set can tell whether a bound holds.
func (g *Gate) Close() error {
	g.Passed = true
	told := map[string]bool{}
	for _, c := range g.Conditions {
		g.Passed = g.Passed && c.Verdict != Fail
		if c.Kind != NotWorse {
			told[c.Metric] = told[c.Metric] || c.Verdict != Untold
		}
	}
	for metric, ok := range told {
		if !ok {
			return fmt.Errorf("no set can tell %s: leave out its bound, or name a set with labelled falls and with footage without one", metric)
		}
	}
	if len(g.Conditions) == 0 {
		return errors.New("nothing was measured")
	}
	return nil
}

// Failed are the sentences of the conditions that do not hold.
func (g *Gate) Failed() (sentences []string) {
	for _, c := range g.Conditions {
		if c.Verdict == Fail {
			sentences = append(sentences, c.Text)
		}
	}
	return sentences
}

func condition(set string, d *Difference, kind string) Condition {
	return Condition{Set: set, Metric: d.Metric, Kind: kind, New: orNull(d.B), Old: orNull(d.A), name: d.kind.name, unit: d.kind.unit}
}

func notWorse(set string, d *Difference) Condition {
	c := condition(set, d, NotWorse)
	c.Difference = &d.Difference
	switch {
	case !d.Difference.Defined():
		c.Verdict, c.Text = Untold, fmt.Sprintf("%s: %s cannot be told.", set, c.name)
		return c
	case d.Beyond() < 0:
		c.Verdict = Fail
		c.Text = fmt.Sprintf("%s: %s got worse beyond chance: %s, and was %s (difference %s, 95 %% interval %s to %s; it must reach 0)",
			set, c.name, c.unit.level(d.B), c.unit.level(d.A), d.signed(d.Difference.Value), d.signed(d.Difference.Low), d.signed(d.Difference.High))
		return c
	}
	c.Verdict, c.Text = Pass, fmt.Sprintf("%s: %s did not get worse beyond chance", set, c.name)
	return c
}

func bounded(set string, d *Difference, kind string, bound float64) Condition {
	c := condition(set, d, kind)
	c.Bound = &bound
	words := map[string]string{AtLeast: "at least", AtMost: "at most"}[kind]
	switch v := d.B; {
	case math.IsNaN(v):
		c.Verdict, c.Text = Untold, fmt.Sprintf("%s: %s cannot be told.", set, c.name)
	case kind == AtLeast && v < bound, kind == AtMost && v > bound:
		c.Verdict, c.Text = Fail, fmt.Sprintf("%s: %s: %s, and must be %s %s", set, c.name, c.unit.level(v), words, c.unit.level(bound))
	default:
		c.Verdict, c.Text = Pass, fmt.Sprintf("%s: %s: %s, which is %s %s", set, c.name, c.unit.level(v), words, c.unit.level(bound))
	}
	return c
}

// WriteTable writes every condition for people at a terminal.
func (g *Gate) WriteTable(w io.Writer) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "set\tnumber\tnew\told\twanted\tverdict")
	for _, c := range g.Conditions {
		verdict := map[string]string{Pass: "PASS", Fail: "FAIL", Untold: "–"}[c.Verdict]
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%s\n", c.Set, c.name, c.unit.level(orNaN(c.New)), c.unit.level(orNaN(c.Old)), c.wanted(), verdict)
	}
	if err := t.Flush(); err != nil {
		return fmt.Errorf("writing the table: %w", err)
	}
	return nil
}

// wanted says what the condition asks, and what was found.
func (c *Condition) wanted() string {
	switch c.Kind {
	case AtLeast:
		return "at least " + c.unit.level(*c.Bound)
	case AtMost:
		return "at most " + c.unit.level(*c.Bound)
	}
	text := "not worse"
	if c.Verdict == Untold {
		return text
	}
	d := Difference{Difference: *c.Difference, kind: kindOf(c.Metric)}
	text += ": " + d.signed(d.Difference.Value)
	if !math.IsNaN(d.Difference.Low) {
		text += fmt.Sprintf(" [%s, %s]", d.signed(d.Difference.Low), d.signed(d.Difference.High))
	}
	return text
}

func kindOf(metric string) *comparedKind {
	i := slices.IndexFunc(comparedKinds, func(k comparedKind) bool { return k.key == metric })
	return &comparedKinds[i]
}

// Write replaces a file with the gate as JSON.
func (g *Gate) Write(path string) error {
	text, err := json.MarshalIndent(g, "", "  ")
	if err != nil {
		return fmt.Errorf("writing %s: %w", path, err)
	}
	if err := renameio.WriteFile(path, append(text, '\n'), 0o644); err != nil {
		return fmt.Errorf("writing %s: %w", path, err)
	}
	return nil
}

// GateError says that conditions do not hold: one sentence for each, on a line of its own that
// names the program as its first one is named by whoever prints it.
type GateError struct{ Sentences []string }

func (e GateError) Error() string { return strings.Join(e.Sentences, "\nfalltrain: ") }
