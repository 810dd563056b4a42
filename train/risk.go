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
// that are unknown come last; answering them would mean to say "no fall". A trial of several
// cameras is shared out among its clips.
func (m Measuring) Risk(clips []Judged) RiskCurve {
	type answer struct {
		sure, weight, wrong float64
	}
	answers := make([]answer, len(clips))
	weights := trialWeights(clips)
	for i := range clips {
		j := &clips[i]
		score, _ := j.Highest()
		says := j.verdict(m.MinEvidence)
		a := answer{sure: sureness(score, j.Threshold), weight: weights[i]}
		a.wrong = a.weight * count(j.Fall != (says == SaysFall))
		if says == SaysUnknown || math.IsNaN(a.sure) {
			a.sure = -1
		}
		answers[i] = a
	}
	sort.SliceStable(answers, func(i, k int) bool { return answers[i].sure > answers[k].sure })
	c := RiskCurve{Points: make([]RiskPoint, 0, len(answers))}
	taken, wrong, all := 0.0, 0.0, float64(trials(clips))
	for i := 0; i < len(answers); {
		from, before := i, taken
		for ; i < len(answers) && answers[i].sure == answers[from].sure; i++ {
			taken += answers[i].weight
			wrong += answers[i].wrong
		}
		risk := min(wrong/taken, 1) // thirds do not add up to one exactly
		c.Area += risk * (taken - before) / all
		c.Points = append(c.Points, RiskPoint{min(taken/all, 1), risk})
	}
	return c
}

// sureness is how far a score is from its threshold in log-odds, in steps that are larger
// than what rounding does: 0.1 and 0.9 are as far from 0.5.
func sureness(score, threshold float64) float64 {
	const step = 1e-6
	return math.Round(math.Abs(logOdds(score)-logOdds(threshold))/step) * step
}

// logOdds stays finite at 0 and 1.
func logOdds(p float64) float64 {
	const least = 1e-9
	return logit(min(max(p, least), 1-least))
}
