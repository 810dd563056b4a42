package train

import (
	"fmt"
	"io"
	"text/tabwriter"

	"fallkit/pose"
)

// poseRows are what the table shows of all people.
var poseRows = []struct {
	name string
	cell func(*PoseGroup) Metric
}{
	{"persons found (OKS ≥ 0.5)", func(g *PoseGroup) Metric { return g.Found }},
	{"persons found (boxes overlap ≥ 0.5)", func(g *PoseGroup) Metric { return g.FoundBox }},
	{"OKS, mean of all (missed = 0)", func(g *PoseGroup) Metric { return g.OKS }},
	{"OKS, mean of those found", func(g *PoseGroup) Metric { return g.OKSFound }},
	{"PCK@0.1, joints of all", func(g *PoseGroup) Metric { return g.PCK }},
	{"PCK@0.1, joints of those with a pose", func(g *PoseGroup) Metric { return g.PCKTaken }},
	{"torso right: shoulders and hips", func(g *PoseGroup) Metric { return g.Torso }},
	{"torso right: middle of each", func(g *PoseGroup) Metric { return g.TorsoLine }},
}

// WriteTable writes the result for people, one column for each turn.
func (a *PoseAccuracy) WriteTable(w io.Writer) error {
	fmt.Fprintf(w, "%s; PCK@0.1: within a tenth of the body's length; intervals (95 %%) by drawing %s of %d\n\n", plural(a.Pictures, "picture"), a.Interval.Unit+"s", a.Interval.Units)
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	a.headline(t, "all people")
	a.line(t, "persons with labelled joints", func(p *PoseTurn) string { return fmt.Sprint(p.Groups[0].Persons) })
	for _, r := range poseRows {
		a.line(t, r.name, func(p *PoseTurn) string { return r.cell(&p.Groups[0]).Text(3) })
	}
	a.line(t, "COCO AP", func(p *PoseTurn) string { return p.AP.Text(3) })
	a.line(t, "poses that are nobody's, a picture", func(p *PoseTurn) string { return p.False.Text(3) })
	for i := range a.Losses {
		l := &a.Losses[i]
		fmt.Fprintf(t, "turning by %d° costs\tOKS %s\tPCK %s\n", l.Turn, l.OKS.Text(3), l.PCK.Text(3))
	}
	a.headline(t, "\nPCK@0.1 by joint")
	for j := range pose.Joint(pose.Joints) {
		a.line(t, j.String(), func(p *PoseTurn) string { return p.Groups[0].Joints[j].Text(3) })
	}
	for i := range a.Turns {
		a.Turns[i].groups(t)
	}
	writeJointScores(t, a.Scores)
	if err := t.Flush(); err != nil {
		return fmt.Errorf("writing the table: %w", err)
	}
	return nil
}

func (a *PoseAccuracy) headline(w io.Writer, name string) {
	a.line(w, name, func(p *PoseTurn) string { return fmt.Sprintf("turned %d°", p.Turn) })
}

func (a *PoseAccuracy) line(w io.Writer, name string, cell func(*PoseTurn) string) {
	fmt.Fprint(w, name)
	for i := range a.Turns {
		fmt.Fprintf(w, "\t%s", cell(&a.Turns[i]))
	}
	fmt.Fprintln(w)
}

// groups is a table of who was found, by size and state.
func (p *PoseTurn) groups(w io.Writer) {
	fmt.Fprintf(w, "\nturned %d°\tpersons\tfound\tboxes\tOKS of all\tPCK of all\ttorso\ttorso's middles\n", p.Turn)
	for i := range p.Groups {
		g := &p.Groups[i]
		fmt.Fprintf(w, "%s\t%d\t%s\t%s\t%s\t%s\t%s\t%s\n", g.Name, g.Persons, g.Found.orDash(2), g.FoundBox.orDash(2), g.OKS.orDash(2), g.PCK.orDash(2), g.Torso.orDash(2), g.TorsoLine.orDash(2))
	}
}

func writeJointScores(w io.Writer, r Reliability) {
	fmt.Fprintf(w, "\na joint's score\tjoints\tof them right\n")
	for _, b := range r.Bins {
		fmt.Fprintf(w, "%.3f\t%d\t%.3f\n", b.Score, b.Count, b.Share)
	}
	fmt.Fprintf(w, "expected calibration error\t\t%s\n", rounded(r.ECE, 3))
}

// Write replaces a file with the result as JSON.
func (a *PoseAccuracy) Write(path string) error { return writeJSON(path, a) }
