package alarm

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

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
