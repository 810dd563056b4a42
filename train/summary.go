package train

import (
	"fmt"
	"math"
)

// Sentences tell the result in plain words, the most important first.
func (r *Result) Sentences() []string {
	return []string{r.eventSentence(), r.falseSentence(), r.clipSentence(), r.Counts.Text() + "."}
}

func (r *Result) eventSentence() string {
	e := &r.Event
	if !e.Recall.Defined() {
		if r.Counts.Untimed > 0 {
			return "No fall could be looked for, since no clip says when it happens: fill in fall_start_frame and fall_end_frame in labels.csv."
		}
		return "No labelled fall could be looked for: " + e.Recall.Note + "."
	}
	text := fmt.Sprintf("It noticed %d of %d falls (%s, 95 %% interval %s to %s)",
		e.Counts.Found, e.Counts.Falls, percent(e.Recall.Value), percent(e.Recall.Low), percent(e.Recall.High))
	if m := e.TimeToAlarm.Median; m.Defined() {
		text += ", half of them " + when(m.Value)
	}
	return text + "."
}

// when says how an alarm lies to the body at rest.
func when(seconds float64) string {
	switch {
	case seconds < -0.05:
		return fmt.Sprintf("%.1f s or more before the body was at rest", -seconds)
	case seconds > 0.05:
		return fmt.Sprintf("within %.1f s of the body being at rest", seconds)
	}
	return "by the moment the body was at rest"
}

func (r *Result) falseSentence() string {
	c, rate := r.Event.Counts, r.Event.FalseAlarmsPerHour
	if !rate.Defined() {
		return "There was no footage away from falls, so nothing can be said about false alarms."
	}
	text := fmt.Sprintf("It raised %s in %.2f hours without a fall: %.1f an hour, interval %.1f to %.1f", plural(c.FalseAlarms, "false alarm"), c.Hours, rate.Value, rate.Low, rate.High)
	if c.Hours < 1 {
		text += fmt.Sprintf("; with so little footage one alarm more or less is %.0f an hour", 1/c.Hours)
	}
	return text + "."
}

func (r *Result) clipSentence() string {
	b := r.Clip.BalancedAccuracy
	if !b.Defined() {
		return "Clips as a whole cannot be judged: " + b.Note + "."
	}
	return fmt.Sprintf("Whole clips were told apart with a balanced accuracy of %s (interval %s to %s); a coin gets 50 %%.", percent(b.Value), percent(b.Low), percent(b.High))
}

func percent(share float64) string {
	if math.IsNaN(share) {
		return "?"
	}
	return fmt.Sprintf("%.0f %%", 100*share)
}

func plural(n int, word string) string {
	if n == 1 {
		return "1 " + word
	}
	return fmt.Sprintf("%d %ss", n, word)
}
