package train

import (
	"slices"
	"sort"
)

// GroupResult is what was found among the clips that have one value in one column.
type GroupResult struct {
	Column string  `json:"column"`
	Value  string  `json:"value"`
	Wrong  int     `json:"wrong"` // clips with a missed fall, a false alarm or a wrong verdict
	Share  float64 `json:"share"` // of them
	Measures
}

// Groups measures the clips by the values of a column, the group with the greatest share of
// wrong clips first, of equal ones the larger. Clips without a value are one group, "".
func (m Measuring) Groups(clips []Judged, column string) []GroupResult {
	var groups []GroupResult
	for _, members := range groupsBy(clips, func(j *Judged) string { return j.Columns[column] }) {
		some := make([]Judged, len(members))
		for n, i := range members {
			some[n] = clips[i]
		}
		g := GroupResult{Column: column, Value: some[0].Columns[column], Measures: m.Measure(some)}
		for i := range some {
			g.Wrong += int(count(m.wrong(&some[i])))
		}
		g.Share = float64(g.Wrong) / float64(len(some))
		groups = append(groups, g)
	}
	sort.SliceStable(groups, func(i, j int) bool {
		a, b := &groups[i], &groups[j]
		return a.Share > b.Share || a.Share == b.Share && a.Counts.Clips > b.Counts.Clips
	})
	return groups
}

// wrong tells whether anything about a clip was judged wrongly; unknown is not wrong.
func (m Measuring) wrong(j *Judged) bool {
	suspected, _ := eventTallies(j, m.alarmOf(j))
	says := j.verdict(m.MinEvidence)
	return suspected.found < suspected.falls || suspected.falseAlarms > 0 ||
		j.Fall && says == SaysNoFall || !j.Fall && says == SaysFall
}

// GroupBy adds the groups of columns to a result. A column that no clip has is left to the
// caller to refuse.
func (m Measuring) GroupBy(r *Result, clips []Judged, columns []string) {
	for i, c := range columns {
		if !slices.Contains(columns[:i], c) {
			r.Groups = append(r.Groups, m.Groups(clips, c)...)
		}
	}
}
