package train

import "sort"

// eventColumns judge events of one kind, one entry for each clip.
type eventColumns struct {
	falls, found, falseAlarms, hours, days, raised []float64
	// both is falls + found falls + false alarms and twice is 2 × found, so that F1 is twice ÷ both
	both, twice []float64
	delays      []delay
	counts      EventCounts
}

func (e *eventColumns) add(clip int, t eventTally) {
	e.falls = append(e.falls, float64(t.falls))
	e.found = append(e.found, float64(t.found))
	e.falseAlarms = append(e.falseAlarms, float64(t.falseAlarms))
	e.hours = append(e.hours, t.seconds/3600)
	e.days = append(e.days, t.seconds/86400)
	e.raised = append(e.raised, float64(t.found+t.falseAlarms))
	e.both = append(e.both, float64(t.falls+t.found+t.falseAlarms))
	e.twice = append(e.twice, float64(2*t.found))
	for _, s := range t.delays {
		e.delays = append(e.delays, delay{clip, s})
	}
	e.counts.Falls += t.falls
	e.counts.Found += t.found
	e.counts.LeftOut += t.leftOut
	e.counts.FalseAlarms += t.falseAlarms
	e.counts.Hours += t.seconds / 3600
}

func (e *eventColumns) close() {
	sort.SliceStable(e.delays, func(i, j int) bool { return e.delays[i].seconds < e.delays[j].seconds })
}

func (e *eventColumns) f1() statistic { return ratio(e.twice, e.both) }

func (e *eventColumns) ask(q *questions, m *EventMeasures) {
	m.Counts = e.counts
	q.ask(&m.Recall, ratio(e.found, e.falls))
	q.ask(&m.Precision, ratio(e.found, e.raised))
	q.ask(&m.F1, e.f1())
	q.ask(&m.FalseAlarmsPerHour, ratio(e.falseAlarms, e.hours))
	q.ask(&m.FalseAlarmsPerDay, ratio(e.falseAlarms, e.days))
	q.ask(&m.TimeToAlarm.Median, quantileAt(e.delays, 0.5))
	q.ask(&m.TimeToAlarm.P90, quantileAt(e.delays, 0.9))
}

// fewestDelays is how many alarms it takes to say how much their times differ.
const fewestDelays = 5

// bound makes intervals where drawing clips shows too little; alone is what each clip weighs.
func (e *eventColumns) bound(m *EventMeasures, alone []float64) {
	const noFootage = "no footage away from falls"
	hours, few := sumOf(e.hours, alone), weighed(e.found, alone) < fewestDelays
	m.Recall = boundShare(m.Recall, weighed(e.falls, alone)).or("no fall that could be found")
	m.Precision = boundShare(m.Precision, weighed(e.raised, alone)).or("no alarm was raised")
	m.F1 = m.F1.or("no fall and no alarm")
	m.FalseAlarmsPerHour = boundRate(m.FalseAlarmsPerHour, hours, "h").or(noFootage)
	m.FalseAlarmsPerDay = boundRate(m.FalseAlarmsPerDay, hours/24, "days").or(noFootage)
	m.TimeToAlarm.Median = withoutInterval(m.TimeToAlarm.Median, few, "too few alarms").or("no fall was found")
	m.TimeToAlarm.P90 = withoutInterval(m.TimeToAlarm.P90, few, "too few alarms").or("no fall was found")
	if m.F1.Value == 1 {
		m.F1.Low = 2 * m.Recall.Low * m.Precision.Low / (m.Recall.Low + m.Precision.Low)
		m.F1.Note = "of the lower ends of recall and precision"
	}
}
