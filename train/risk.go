package train

import (
	"math"
	"sort"
)

// RiskCurve says what a detector gains by leaving open what it is least sure of (El-Yaniv &
// Wiener 2010, "On the foundations of noise-free selective classification"; Geifman &
// El-Yaniv 2017): the clips are taken from the surest on, and Risk is the share of wrong
// verdicts among those taken.
type RiskCurve struct {
	Area   float64     `json:"area"` // under the curve: the mean risk over all shares of clips
	Points []RiskPoint `json:"points"`
}

// RiskPoint is what is wrong among the surest clips.
type RiskPoint struct {
	Coverage float64 `json:"coverage"` // share of clips taken, 0 to 1
	Risk     float64 `json:"risk"`     // share of wrong verdicts among them
}

// Risk takes the clips by how far their score is from their threshold, in log-odds. Those
// that are unknown come last; answering them would mean to say "no fall".
func (m Measuring) Risk(clips []Judged) RiskCurve {
	type answer struct {
		sure  float64
		wrong bool
	}
	answers := make([]answer, len(clips))
	for i := range clips {
		j := &clips[i]
		score, _ := j.Highest()
		says := j.verdict(m.MinEvidence)
		a := answer{sure: math.Abs(logOdds(score) - logOdds(j.Threshold)), wrong: j.Fall != (says == SaysFall)}
		if says == SaysUnknown {
			a.sure = -1
		}
		answers[i] = a
	}
	sort.SliceStable(answers, func(i, k int) bool { return answers[i].sure > answers[k].sure })
	c := RiskCurve{Points: make([]RiskPoint, 0, len(answers))}
	wrong := 0.0
	for i := 0; i < len(answers); {
		from := i
		for ; i < len(answers) && answers[i].sure == answers[from].sure; i++ {
			wrong += count(answers[i].wrong)
		}
		risk := wrong / float64(i)
		c.Area += risk * float64(i-from) / float64(len(answers))
		c.Points = append(c.Points, RiskPoint{float64(i) / float64(len(answers)), risk})
	}
	return c
}

// logOdds stays finite at 0 and 1.
func logOdds(p float64) float64 {
	const least = 1e-9
	return logit(min(max(p, least), 1-least))
}
