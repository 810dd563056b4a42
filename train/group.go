package train

import (
	"slices"
	"sort"
)

// GroupResult is what was found among the clips that have one value in one column, or that
// somebody has put into one group (MarkColumn).
type GroupResult struct {
	Column string  `json:"column"`
	Value  string  `json:"value"`
	Wrong  int     `json:"wrong"` // clips with a missed fall, a false alarm or a wrong verdict
	Share  float64 `json:"share"` // of them
	Measures
}

// MarkColumn is the column of groups that are no column of the manifest: those of
// Judged.Marks. A clip may be in several.
const MarkColumn = "groups"

// Groups measures the clips by the values of a column, the group with the greatest share of
// wrong clips first, of equal ones the larger. Clips without a value are one group, "".
func (m Measuring) Groups(clips []Judged, column string) []GroupResult {
	return m.groups(clips, column, func(j *Judged) []string { return []string{j.Columns[column]} })
}

// MarkedGroups measures the clips by the groups that somebody has put them in, in the order
// of Groups. Clips in none are one group, "".
func (m Measuring) MarkedGroups(clips []Judged) []GroupResult {
	return m.groups(clips, MarkColumn, func(j *Judged) []string {
		if len(j.Marks) == 0 {
			return []string{""}
		}
		return j.Marks
	})
}

// groups measures the clips of each value; of says which ones a clip has.
func (m Measuring) groups(clips []Judged, column string, of func(*Judged) []string) []GroupResult {
	var values []string // as they come
	members := map[string][]Judged{}
	for i := range clips {
		for _, v := range of(&clips[i]) {
			if members[v] == nil {
				values = append(values, v)
			}
			members[v] = append(members[v], clips[i])
		}
	}
	var groups []GroupResult
	for _, v := range values {
		groups = append(groups, m.group(column, v, members[v]))
	}
	sort.SliceStable(groups, func(i, j int) bool {
		a, b := &groups[i], &groups[j]
		return a.Share > b.Share || a.Share == b.Share && a.Counts.Clips > b.Counts.Clips
	})
	return groups
}

func (m Measuring) group(column, value string, clips []Judged) GroupResult {
	g := GroupResult{Column: column, Value: value, Measures: m.Measure(clips)}
	for i := range clips {
		g.Wrong += int(count(m.wrong(&clips[i])))
	}
	g.Share = float64(g.Wrong) / float64(len(clips))
	return g
}

// wrong tells whether anything about a clip was judged wrongly; unknown is not wrong.
func (m Measuring) wrong(j *Judged) bool {
	suspected, _ := eventTallies(j, m.alarmOf(j))
	says := j.verdict(m.MinEvidence)
	return suspected.found < suspected.falls || suspected.falseAlarms > 0 ||
		j.Fall && says == SaysNoFall || !j.Fall && says == SaysFall
}

// GroupBy adds the groups of columns to a result, and those that somebody has put clips in
// where there are any. A column that no clip has is left to the caller to refuse.
func (m Measuring) GroupBy(r *Result, clips []Judged, columns []string) {
	for i, c := range columns {
		if !slices.Contains(columns[:i], c) {
			r.Groups = append(r.Groups, m.Groups(clips, c)...)
		}
	}
	if slices.ContainsFunc(clips, func(j Judged) bool { return len(j.Marks) > 0 }) {
		r.Groups = append(r.Groups, m.MarkedGroups(clips)...)
	}
}
