package train

import (
	"fmt"
	"io"
	"math"
	"text/tabwriter"
)

// attackTitles are the methods' names for people.
var attackTitles = map[string]string{
	AttackRandom: "random noise", AttackFGSM: "FGSM", AttackPGD: "PGD", AttackPGDBones: "PGD, bones kept",
}

func (m AttackMethod) title() string {
	if t, known := attackTitles[m.Method]; known {
		return t
	}
	return m.Method
}

// attackSides are the directions as the table tells them.
func (r *AttackResult) attackSides() []attackTold {
	return []attackTold{
		{r.Hide, "Hiding falls", "falls", "found", "falls found"},
		{r.Fake, "Faking falls", "everyday clips", "quiet", "clips quiet"},
	}
}

type attackTold struct {
	side                       *AttackSide
	heading, things, how, held string
}

// WriteTable writes the result for people at a terminal.
func (r *AttackResult) WriteTable(w io.Writer) error {
	fmt.Fprintf(w, "%s, learned from %s → %s, threshold %.3f\n", r.Detector, r.Train, r.Test, r.Alarm.Threshold)
	for _, told := range r.attackSides() {
		if told.side == nil {
			continue
		}
		s := told.side
		fmt.Fprintf(w, "\n%s: %d of %d %s are %s without an attack, in %.2f h\n\n", told.heading, s.Attacked, s.Of, told.things, told.how, s.Hours)
		if err := s.table(w, told.held); err != nil {
			return err
		}
	}
	return nil
}

func (s *AttackSide) table(w io.Writer, held string) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	cells := func(name string, cell func(m *AttackMethod) string) {
		fmt.Fprint(t, name)
		for i := range s.Methods {
			fmt.Fprintf(t, "\t%s", cell(&s.Methods[i]))
		}
		fmt.Fprintln(t)
	}
	cells("joints moved by up to", func(m *AttackMethod) string { return m.title() })
	for k, p := range s.Methods[0].Budgets {
		cells(fmt.Sprintf("%g px: %s", p.Px, held), func(m *AttackMethod) string {
			return fmt.Sprintf("%s (%d)", m.Budgets[k].Held.Text(2), m.Budgets[k].Count)
		})
		if p.FalseAlarmsPerHour != nil {
			cells("  false alarms an hour", func(m *AttackMethod) string { return m.Budgets[k].alarms() })
		}
	}
	cells("came through", func(m *AttackMethod) string { return fmt.Sprintf("%d of %d", m.Reached, s.Attacked) })
	cells("smallest that did, px: median", func(m *AttackMethod) string { return m.SmallestPx.Median.Text(2) })
	cells("  quartiles", func(m *AttackMethod) string { return m.SmallestPx.text(2) })
	cells("  in body sizes: median", func(m *AttackMethod) string { return m.SmallestBodies.Median.Text(3) })
	cells("  quartiles", func(m *AttackMethod) string { return m.SmallestBodies.text(3) })
	return t.Flush()
}

// alarms is the rate of false alarms, where there is one.
func (p AttackPoint) alarms() string {
	if p.FalseAlarmsPerHour == nil {
		return "–"
	}
	return p.FalseAlarmsPerHour.Text(0)
}

// text is the outer quartiles.
func (q Quartiles) text(places int) string {
	if !q.Q1.Defined() {
		return q.Q1.short(places)
	}
	return q.Q1.short(places) + " to " + q.Q3.short(places)
}

// short is the value alone, or why there is none.
func (m Metric) short(places int) string {
	if !m.Defined() {
		return m.Note
	}
	return rounded(m.Value, places)
}

// Sentences tell the result in plain words: what the strongest method does with the greatest
// budget, how random noise of the same size compares, and how little was enough.
func (r *AttackResult) Sentences() []string {
	var all []string
	for _, told := range r.attackSides() {
		if s := told.side; s != nil && s.Attacked > 0 {
			all = append(all, told.sentence())
		}
	}
	return all
}

func (told attackTold) sentence() string {
	s, noise, worst := told.side, told.side.Methods[0], told.side.strongest()
	last := len(noise.Budgets) - 1
	text := fmt.Sprintf("%s: of %d %s, %d are %s as they are; with joints moved by up to %g px, %d under random noise",
		told.heading, s.Of, told.things, noise.Budgets[0].Count, told.how, noise.Budgets[last].Px, noise.Budgets[last].Count)
	if worst.Method != noise.Method {
		text += fmt.Sprintf(" and %d under %s", worst.Budgets[last].Count, worst.title())
	}
	if m := worst.SmallestPx.Median; m.Defined() {
		text += fmt.Sprintf("; for half of those attacked %s px (%s of the body's size) were enough", rounded(m.Value, 2), percent(worst.SmallestBodies.Median.Value))
	}
	return text + "."
}

// strongest is the method, random noise aside where there is another, that came through most
// often, and of several the one with the least median.
func (s *AttackSide) strongest() AttackMethod {
	best := s.Methods[len(s.Methods)-1]
	for _, m := range s.Methods {
		if m.Method == AttackRandom {
			continue
		}
		if m.Reached > best.Reached || m.Reached == best.Reached && below(m.SmallestPx.Median, best.SmallestPx.Median) {
			best = m
		}
	}
	return best
}

// below tells whether a is less than b, where undefined is beyond everything.
func below(a, b Metric) bool {
	value := func(m Metric) float64 {
		if m.Defined() {
			return m.Value
		}
		return math.Inf(1)
	}
	return value(a) < value(b)
}
