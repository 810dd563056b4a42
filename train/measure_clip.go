package train

// clipColumns judge clips as wholes. Unknown ones are in no column but unknown.
type clipColumns struct {
	falls, adls   []float64 // 1 where the clip is one and the detector had an answer
	caught, quiet []float64 // 1 where it is one and was judged so
	all, answered []float64 // 1; 1 where the detector had an answer
	both, twice   []float64 // caught + missed + caught + wrong, and 2 × caught: F1 is twice ÷ both
	things        []scored
	clips         ranking
}

func (c *clipColumns) add(i int, j *Judged, minEvidence float64) {
	score, scored := j.Highest()
	c.judge(j, j.verdictOn(score, scored, j.Threshold, minEvidence))
	if scored && j.Evidence >= minEvidence { // whatever the threshold
		c.rank(i, score, j.Fall)
	}
}

func (c *clipColumns) rank(i int, score float64, fall bool) {
	c.things = append(c.things, scored{i, score, fall})
}

func (c *clipColumns) judge(j *Judged, says Verdict) {
	known := says != SaysUnknown
	fall, other := known && j.Fall, known && !j.Fall
	caught, wrong := fall && says == SaysFall, other && says == SaysFall
	c.falls, c.adls = append(c.falls, count(fall)), append(c.adls, count(other))
	c.caught, c.quiet = append(c.caught, count(caught)), append(c.quiet, count(other && !wrong))
	c.all, c.answered = append(c.all, 1), append(c.answered, count(known))
	c.twice, c.both = append(c.twice, 2*count(caught)), append(c.both, count(fall)+count(caught)+count(wrong))
}

func (c *clipColumns) close() { c.clips = rank(c.things) }

func (c *clipColumns) balancedAccuracy() statistic {
	return mean(ratio(c.caught, c.falls), ratio(c.quiet, c.adls))
}

func (c *clipColumns) ask(q *questions, m *ClipMeasures) {
	q.ask(&m.BalancedAccuracy, c.balancedAccuracy())
	q.ask(&m.Recall, ratio(c.caught, c.falls))
	q.ask(&m.Specificity, ratio(c.quiet, c.adls))
	q.ask(&m.F1, ratio(c.twice, c.both))
	q.ask(&m.AUC, c.clips.auc)
	q.ask(&m.Coverage, ratio(c.answered, c.all))
}

// bound makes intervals where drawing clips shows too little; alone is what each clip weighs.
func (c *clipColumns) bound(m *ClipMeasures, alone []float64) {
	nFalls, nOther := weighed(c.falls, alone), weighed(c.adls, alone)
	const noFall, noOther, oneKind = "no clip shows a fall", "every clip shows a fall", "all clips are of one kind"
	m.BalancedAccuracy = m.BalancedAccuracy.or(oneKind)
	m.Recall = boundShare(m.Recall, nFalls).or(noFall)
	m.Specificity = boundShare(m.Specificity, nOther).or(noOther)
	if m.Recall.bounded() || m.Specificity.bounded() {
		m.BalancedAccuracy = halfway(m.BalancedAccuracy, m.Recall, m.Specificity)
	}
	m.F1 = withoutInterval(m.F1, m.F1.Value == 1 || m.F1.Value == 0, "see recall and specificity").or("no fall, and nothing was taken for one")
	m.AUC = boundOrder(m.AUC.or(oneKind), min(nFalls, nOther))
	m.Coverage = boundShare(m.Coverage, weighed(c.all, alone)).or("no clip")
}
