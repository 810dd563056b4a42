package alarm

import (
	"fmt"
	"maps"
	"slices"
	"strings"
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

// Mode is the one that was set: Auto where it is left to the schedules.
func (d *Desk) Mode() string { return d.state.Mode }

// ModeAt is the one in force for a camera.
func (d *Desk) ModeAt(at time.Time, camera string) string {
	mode, _ := d.mode(at, camera)
	return mode
}

// SetMode sets one of Modes.
func (d *Desk) SetMode(mode string) error {
	if !slices.Contains(Modes, mode) {
		return fmt.Errorf("mode is %q, and must be one of %s", mode, strings.Join(Modes, ", "))
	}
	d.state.Mode = mode
	return nil
}

// mode gives that in force for a camera, and who is called.
func (d *Desk) mode(at time.Time, camera string) (string, []string) {
	mode, contacts := during(d.settings.Schedules, at, camera, d.settings.Contacts)
	if d.state.Mode != Auto {
		mode = d.state.Mode
	}
	return mode, contacts
}

// Zones are those of a camera.
func (d *Desk) Zones(camera string) []Zone {
	if z, drawn := d.state.Zones[camera]; drawn {
		return z
	}
	return d.settings.Zones[camera]
}

// SetZones draws a camera's zones anew, from now on.
func (d *Desk) SetZones(camera string, zones []Zone) error {
	for _, z := range zones {
		if err := z.Check(); err != nil {
			return err
		}
	}
	drawn := maps.Clone(d.state.Zones)
	if drawn == nil {
		drawn = map[string][]Zone{}
	}
	drawn[camera] = append([]Zone{}, zones...)
	d.state.Zones = drawn
	return nil
}
