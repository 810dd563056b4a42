package alarm

import (
	"slices"
	"time"
)

// Fault takes that a camera is blind (kind Blind, and why in note) or sees again (Seeing).
func (d *Desk) Fault(at time.Time, camera, kind, note string) []Report {
	d.pass(at)
	n := slices.IndexFunc(d.state.Incidents, func(i *Incident) bool { return i.About == OfCamera && i.Camera == camera })
	switch {
	case kind == Blind && n < 0:
		_, contacts := d.mode(at, camera)
		i := d.open(at, OfCamera, camera, at)
		i.State, i.Note, i.Contacts = Blind, note, slices.Clone(contacts)
		return []Report{i.call(at, Blind, note)}
	case kind == Blind && d.state.Incidents[n].Note != note:
		i := d.state.Incidents[n]
		i.Note = note
		return []Report{i.report(at, Blind, note, nil)}
	case kind == Seeing && n >= 0:
		i := d.state.Incidents[n]
		told := []Report{i.report(at, Seeing, note, i.called())}
		return append(told, d.end(at, i, "", nil)...)
	}
	return nil
}
