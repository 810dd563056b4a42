package train

import (
	"fmt"
	"strings"
)

// attackPart shows what attack --out left.
var attackPart = section{
	id: "attack", heading: "Attacks", file: AttackName,
	about: "How far an attacker who knows the model has to move the joints, in pixels, to hide a fall or to fake one, beside random noise of the same size.",
	read:  attackSection,
}

func attackSection(path string) (*sectionPart, error) {
	r, err := ReadAttack(path)
	if err != nil {
		return nil, err
	}
	plots, err := AttackPlots(r)
	if err != nil {
		return nil, err
	}
	part := &sectionPart{Text: strings.Join(r.Sentences(), " ")}
	told := r.attackSides()
	for i := range told {
		t := &told[i]
		if t.side == nil || len(t.side.Methods) == 0 || len(plots) == 0 {
			continue
		}
		var keys []key
		for _, m := range t.side.Methods {
			keys = append(keys, lineKey(m.title(), attackColours[m.Method]))
		}
		c, err := newChart(t.heading, t.heading+": share that holds, over the pixels that each joint may be moved", plots[0], keys...)
		if err != nil {
			return nil, err
		}
		plots = plots[1:]
		part.Charts = append(part.Charts, c)
		part.Tables = append(part.Tables, t.page())
	}
	return part, nil
}

// page is one direction's table: what holds at each budget, by method.
func (told *attackTold) page() *table {
	out := &table{
		Caption: fmt.Sprintf("%s: %d of %d %s are %s without an attack", told.heading, told.side.Attacked, told.side.Of, told.things, told.how), Corner: "joints moved by up to",
	}
	for _, m := range told.side.Methods {
		out.Columns = append(out.Columns, m.title())
	}
	var body tableBody
	for i, at := range told.side.Methods[0].Budgets {
		row := pageRow{Name: fmt.Sprintf("%g px", at.Px)}
		for _, m := range told.side.Methods {
			row.Cells = append(row.Cells, cellOf(m.Budgets[i].Held.Text(2)))
		}
		body.Rows = append(body.Rows, row)
	}
	median := pageRow{Name: "smallest that is enough, median"}
	for _, m := range told.side.Methods {
		text := cellOf(m.SmallestPx.Median.Text(2))
		text.Main += " px"
		if !m.SmallestPx.Median.Defined() {
			text = pageCell{Main: "–", Small: m.SmallestPx.Median.Note}
		}
		median.Cells = append(median.Cells, text)
	}
	body.Rows = append(body.Rows, median)
	out.Bodies = []tableBody{body}
	return out
}
