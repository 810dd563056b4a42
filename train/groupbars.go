package train

import (
	"fmt"
	"html/template"
	"math"
	"slices"
	"sort"
	"strings"
)

// groupTable shows how the groups of one column do, the worst of the first run first.
type groupTable struct {
	Column  string
	Runs    []string
	Colours []string
	Rows    []groupRow
	Left    int // groups that are not shown
}

type groupRow struct {
	Value string
	Text  string // what clips they are
	Cells []groupCell
}

// groupCell is one run's share of wrong clips in a group; Text is "" where the run has no
// such group.
type groupCell struct {
	Text, Small string
	Falls       string // how many of the group's falls were noticed; "" where it has none
	Bar         template.HTML
}

// mostGroups is how many groups of a column are shown.
const mostGroups = 12

func groupTables(runs []*Run) (tables []groupTable) {
	var columns []string
	for _, r := range runs {
		if r.Evaluation == nil {
			continue
		}
		for _, g := range r.Evaluation.Result.Groups {
			if !slices.Contains(columns, g.Column) {
				columns = append(columns, g.Column)
			}
		}
	}
	for _, c := range columns {
		tables = append(tables, groupTableOf(runs, c))
	}
	return tables
}

func groupTableOf(runs []*Run, column string) groupTable {
	t := groupTable{Column: column}
	var order []string // of values
	of := make([]map[string]*GroupResult, 0, len(runs))
	for i, r := range runs {
		groups := groupsOf(r, column)
		if len(groups) == 0 {
			continue
		}
		t.Runs, t.Colours = append(t.Runs, r.Name), append(t.Colours, css(runColour(i)))
		known := map[string]*GroupResult{}
		for _, g := range groups {
			known[g.Value] = g
			if !slices.Contains(order, g.Value) {
				order = append(order, g.Value)
			}
		}
		of = append(of, known)
	}
	t.Left = max(0, len(order)-mostGroups)
	for _, value := range order[:len(order)-t.Left] {
		row := groupRow{Value: named(value)}
		for i := range of {
			row.Cells = append(row.Cells, cellOfGroup(of[i][value]))
			if g := of[i][value]; g != nil && row.Text == "" {
				row.Text = fmt.Sprintf("%s, %d with a fall", plural(g.Counts.Clips, "clip"), g.Counts.FallClips)
			}
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

// groupsOf are a run's groups of a column: what is surely worst first, which is that with
// the highest lower end of its interval.
func groupsOf(r *Run, column string) (groups []*GroupResult) {
	if r.Evaluation == nil {
		return nil
	}
	all := r.Evaluation.Result.Groups
	for i := range all {
		if all[i].Column == column {
			groups = append(groups, &all[i])
		}
	}
	sort.SliceStable(groups, func(i, k int) bool { return wrongShare(groups[i]).Low > wrongShare(groups[k]).Low })
	return groups
}

func cellOfGroup(g *GroupResult) groupCell {
	if g == nil {
		return groupCell{}
	}
	m := wrongShare(g)
	return groupCell{
		Text: fmt.Sprintf("%d of %d", g.Wrong, g.Counts.Clips), Small: fmt.Sprintf("%s to %s", percent(m.Low), percent(m.High)),
		Falls: fallsOfGroup(g), Bar: shareBar(m),
	}
}

// fallsOfGroup tells the recall of both kinds of events, each with its interval.
func fallsOfGroup(g *GroupResult) string {
	text := ""
	for _, e := range []struct {
		kind string
		of   *EventMeasures
	}{{"suspected", &g.Event}, {"confirmed", &g.EventConfirmed}} {
		if r, c := e.of.Recall, e.of.Counts; r.Defined() {
			text += fmt.Sprintf(", %s %d of %d (%s to %s)", e.kind, c.Found, c.Falls, percent(r.Low), percent(r.High))
		}
	}
	if text == "" {
		return ""
	}
	return "falls" + strings.TrimPrefix(text, ",")
}

func wrongShare(g *GroupResult) Metric { return wilson(g.Wrong, g.Counts.Clips) }

// wilson is a share of n independent trials with its 95 % interval (Wilson 1927, "Probable
// inference, the law of succession, and statistical inference"), which holds for few, too.
func wilson(k, n int) Metric {
	if n == 0 {
		return undefined("no clip")
	}
	const z = 1.959964
	share, of := float64(k)/float64(n), float64(n)
	middle := (share + z*z/(2*of)) / (1 + z*z/of)
	half := z / (1 + z*z/of) * math.Sqrt(share*(1-share)/of+z*z/(4*of*of))
	return Metric{Value: share, Low: max(0, middle-half), High: min(1, middle+half)}
}
