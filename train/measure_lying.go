package train

import "fallkit/internal/alarm"

// lyingColumns judge the fallen state, in seconds, one entry for each clip.
type lyingColumns struct {
	fallen, claimed, right []float64
	both, twice            []float64 // fallen + claimed and 2 × right: F1 is twice ÷ both
	foreign                bool      // another program's events do not say how long somebody lies
}

func (c *lyingColumns) add(j *Judged, a alarm.Settings) {
	t := tallyLying(j, a)
	if j.Foreign {
		t, c.foreign = lyingTally{}, true
	}
	c.fallen, c.claimed, c.right = append(c.fallen, t.fallen), append(c.claimed, t.claimed), append(c.right, t.right)
	c.both, c.twice = append(c.both, t.fallen+t.claimed), append(c.twice, 2*t.right)
}

func (c *lyingColumns) ask(q *questions, m *FallenMeasures) {
	m.Seconds = FallenSeconds{Fallen: sum(c.fallen), Claimed: sum(c.claimed), Right: sum(c.right)}
	q.ask(&m.Recall, ratio(c.right, c.fallen))
	q.ask(&m.Precision, ratio(c.right, c.claimed))
	q.ask(&m.F1, ratio(c.twice, c.both))
}

func (c *lyingColumns) bound(m *FallenMeasures) {
	why := [3]string{"nobody is known to lie after a fall", "no alarm held that somebody lies", "neither truth nor alarm"}
	if c.foreign {
		const silent = "events alone do not say how long somebody lies"
		why = [3]string{silent, silent, silent}
	}
	m.Recall = withoutInterval(m.Recall, m.Recall.bounded(), "all or nothing").or(why[0])
	m.Precision = withoutInterval(m.Precision, m.Precision.bounded(), "all or nothing").or(why[1])
	m.F1 = withoutInterval(m.F1, m.F1.bounded(), "all or nothing").or(why[2])
}
