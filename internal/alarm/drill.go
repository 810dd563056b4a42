package alarm

import (
	"fmt"
	"slices"
	"time"
)

// Drill begins a whole alarm that is a test: it goes on as a fall would until somebody
// acknowledges it, or until all have been called twice.
func (d *Desk) Drill(at time.Time, camera, who string) []Report {
	d.pass(at)
	_, contacts := d.mode(at, camera)
	i := d.open(at, OfFall, camera, at)
	i.State, i.Drill, i.Contacts = Suspected, true, slices.Clone(contacts)
	told := []Report{i.report(at, Drilled, "begun by "+who, nil), i.report(at, Suspected, "", nil)}
	i.State = Confirmed
	return append(told, d.alert(at, i, "a drill"))
}

// weekly is how often a drill that is due is asked for.
const weekly = 7 * 24 * time.Hour

// remind asks for a drill where there has been none for long.
func (d *Desk) remind(at time.Time) []Report {
	due := time.Duration(d.settings.DrillDays * 24 * float64(time.Hour))
	if due == 0 || d.state.Drilled < due || d.state.Reminded < min(due, weekly) {
		return nil
	}
	d.state.Reminded = 0
	d.state.Serial++
	id := fmt.Sprintf("%s-%d-drill", at.UTC().Format("20060102T150405.000Z"), d.state.Serial)
	_, contacts := d.mode(at, "")
	note := fmt.Sprintf("a drill is due: the last one was %d days ago", int(d.state.Drilled.Hours()/24))
	return []Report{{ID: id + "-1", Incident: id, Kind: Drilled, Start: at, Time: at, Contacts: append([]string(nil), contacts[:min(1, len(contacts))]...), Drill: true, Note: note}}
}
