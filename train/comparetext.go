package train

import (
	"fmt"
	"math"
	"strings"
)

// headlines is how many of the comparison's numbers are told in words whatever they say; the
// others are where they are beyond chance.
const headlines = 4

// Sentences tell in plain words what sets b apart from a, by the names they are shown with.
func (c *Comparison) Sentences(a, b string) []string {
	if c.Same {
		return []string{fmt.Sprintf("%s says the same as %s of every clip.", b, a), c.clipsSentence(a, b)}
	}
	var beyond, within []string
	for i := range c.Differences {
		d := &c.Differences[i]
		switch text := d.Sentence(a, b); {
		case d.Beyond() != 0:
			beyond = append(beyond, text)
		case d.Difference.Defined() && i < headlines:
			within = append(within, text)
		}
	}
	if len(beyond) == 0 {
		beyond = []string{fmt.Sprintf("On these clips nothing sets %s apart from %s beyond chance.", b, a)}
	}
	return append(append(beyond, within...), c.clipsSentence(a, b))
}

// Sentence tells one difference: how much, how surely, and whether chance may have made it.
func (d *Difference) Sentence(a, b string) string {
	m := d.Difference
	if !m.Defined() {
		return fmt.Sprintf("%s: %s.", d.kind.name, m.Note)
	}
	if m.Value == 0 {
		return fmt.Sprintf("%s and %s are even in %s%s.", b, a, d.kind.name, d.interval())
	}
	verb := d.kind.more
	if m.Value < 0 {
		verb = d.kind.fewer
	}
	verdict := "chance may have made this difference"
	if d.Beyond() != 0 {
		verdict = "beyond chance"
	} else if strings.Contains(m.Note, "too few to tell") {
		verdict = m.Note
	}
	if verb == "" {
		return fmt.Sprintf("%s: %s of %s against %s of %s%s: %s.", d.kind.name, d.kind.unit.level(d.B), b, d.kind.unit.level(d.A), a, d.interval(), verdict)
	}
	return fmt.Sprintf("%s "+verb+" %s%s: %s.", b, d.kind.unit.much(math.Abs(m.Value)), a, d.interval(), verdict)
}

func (d *Difference) interval() string {
	m := d.Difference
	if math.IsNaN(m.Low) || math.IsNaN(m.High) {
		return ""
	}
	return fmt.Sprintf(" (95 %% interval %s to %s)", d.signed(m.Low), d.signed(m.High))
}

// signed is a difference with its sign, for people.
func (d *Difference) signed(v float64) string {
	text := d.kind.unit.text(math.Abs(v))
	switch {
	case strings.Trim(text, "0.") == "":
		return text
	case v < 0:
		return "−" + text
	}
	return "+" + text
}

// text writes an amount without its unit.
func (u unit) text(v float64) string {
	switch u {
	case points:
		return rounded(100*v, 1)
	case anHour:
		return rounded(v, 1)
	case seconds:
		return rounded(v, 2)
	}
	return rounded(v, 3)
}

// much writes an amount with its unit, where the sentence around it does not say it.
func (u unit) much(v float64) string {
	switch u {
	case points:
		return u.text(v) + " points"
	case seconds:
		return u.text(v) + " s"
	}
	return u.text(v)
}

// level writes a value, not a difference.
func (u unit) level(v float64) string {
	if math.IsNaN(v) {
		return "–"
	}
	text := u.text(math.Abs(v))
	if v < 0 && strings.Trim(text, "0.") != "" {
		text = "−" + text
	}
	switch u {
	case points:
		return text + " %"
	case seconds:
		return text + " s"
	}
	return text
}

// clipsSentence says what was compared, and what was left out.
func (c *Comparison) clipsSentence(a, b string) string {
	text := fmt.Sprintf("Compared on the %s that both have", plural(c.Clips, "clip"))
	var out []string
	if c.OnlyA > 0 {
		out = append(out, fmt.Sprintf("%d that only %s has", c.OnlyA, a))
	}
	if c.OnlyB > 0 {
		out = append(out, fmt.Sprintf("%d that only %s has", c.OnlyB, b))
	}
	if c.Changed > 0 {
		out = append(out, fmt.Sprintf("%d whose labels or length changed in between", c.Changed))
	}
	if len(out) > 0 {
		text += "; left out: " + strings.Join(out, ", ")
	}
	return text + "."
}
