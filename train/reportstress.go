package train

import (
	"fmt"
	"strings"
)

// stressPart shows what stress --out left.
var stressPart = section{
	id: "stress", heading: "Harm to pictures and poses", file: "stress.json",
	about: "How the F1 of suspected events falls with each kind of harm, at severities from 1 to 5. Dashed: without harm. Shaded: the 95 % interval.",
	read:  stressSection,
}

func stressSection(path string) (*sectionPart, error) {
	r, err := ReadStress(path)
	if err != nil {
		return nil, err
	}
	part := &sectionPart{Small: true}
	if r.Score.Defined() {
		part.Text = fmt.Sprintf("Under harm it keeps %s of its performance (interval %s to %s): the mean over all kinds and severities, relative to the same clips without harm.",
			percent(r.Score.Value), percent(r.Score.Low), percent(r.Score.High))
	}
	for i := range r.Levels {
		l := &r.Levels[i]
		plots, err := StressPlots(*l)
		if err != nil {
			return nil, err
		}
		t := &table{Caption: "Harm to " + l.Level, Corner: "kind", Columns: []string{"what happens", "performance kept"}}
		var body tableBody
		for k := range l.Kinds {
			kind := &l.Kinds[k]
			name := strings.ReplaceAll(kind.Kind, "_", " ")
			c, err := chartOf(name, fmt.Sprintf("Event F1 over the severity of %s, in %s", name, l.Level), stressWidth, stressHeight, plots[k])
			if err != nil {
				return nil, err
			}
			part.Charts = append(part.Charts, c)
			body.Rows = append(body.Rows, pageRow{Name: name, Cells: []pageCell{{Main: kind.About}, cellOf(kind.Score.Text(2))}})
		}
		t.Bodies = []tableBody{body}
		part.Tables = append(part.Tables, t)
	}
	return part, nil
}
