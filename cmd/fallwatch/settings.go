package main

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"

	"fallkit/internal/alarm"
	"fallkit/internal/modelstore"
	"fallkit/internal/notify"
	"fallkit/internal/retention"
	"fallkit/internal/watch"
	"fallkit/internal/web"
	"fallkit/pose/vision"
)

// Settings is all that can be set: each section stands beside the code that it sets.
type Settings struct {
	Model     modelstore.Settings `json:"model" yaml:"model"`
	State     StateSettings       `json:"state" yaml:"state"`
	Pose      PoseSettings        `json:"pose" yaml:"pose"`
	Alarm     alarm.Settings      `json:"alarm" yaml:"alarm"`
	Desk      alarm.DeskSettings  `json:"desk" yaml:"desk"`
	Cameras   []CameraSettings    `json:"cameras" yaml:"cameras"`
	Zones     []ZoneSettings      `json:"zones" yaml:"zones"`
	Schedules []alarm.Schedule    `json:"schedules" yaml:"schedules"`
	Blind     watch.BlindSettings `json:"blind" yaml:"blind"`
	Notify    notify.Settings     `json:"notify" yaml:"notify"`
	Web       web.Settings        `json:"web" yaml:"web"`
	Retention retention.Settings  `json:"retention" yaml:"retention"`
}

// StateSettings say where the program keeps what must outlive it.
type StateSettings struct {
	Dir string `json:"dir" yaml:"dir"` // "" = as systemd says, else in the user's home
}

// PoseSettings say how poses are found.
type PoseSettings struct {
	Engine     string  `json:"engine" yaml:"engine"`           // what the pose network runs in: auto, opencv or onnxruntime
	LowestRate float64 `json:"lowest_rate" yaml:"lowest_rate"` // poses a second of each camera that are kept up however little time there is
}

// CameraSettings are an entry of the list of cameras.
type CameraSettings struct {
	Name    string `json:"name" yaml:"name"`
	URL     string `json:"url" yaml:"url"`           // rtsp://, http:// or /dev/videoN
	URLFile string `json:"url_file" yaml:"url_file"` // a file that holds it instead, since there is a password in it
	Room    string `json:"room" yaml:"room"`         // cameras of one room see the same falls; "" = it stands alone

	Transport string  `json:"transport" yaml:"transport"`
	Rotate    int     `json:"rotate" yaml:"rotate"`
	Roll      float64 `json:"roll" yaml:"roll"`
	Gate      bool    `json:"gate" yaml:"gate"`
	GateLying float64 `json:"gate_lying" yaml:"gate_lying"`
}

// Preset is what holds where an entry says nothing.
func (c *CameraSettings) Preset() {
	d := vision.DefaultCamera
	c.Transport, c.Gate, c.GateLying = d.Transport, d.Gate, d.GateLying
}

// camera is how it stands and is read: without end, however long it is silent.
func (c CameraSettings) camera() vision.CameraSettings {
	return vision.CameraSettings{Transport: c.Transport, Rotate: c.Rotate, Roll: c.Roll, Gate: c.Gate, GateLying: c.GateLying}
}

// address is the camera's URL.
func (c CameraSettings) address() (string, error) {
	if c.URLFile == "" {
		return c.URL, nil
	}
	text, err := os.ReadFile(c.URLFile)
	if err != nil {
		return "", fmt.Errorf("camera %s: %w", c.Name, err)
	}
	return strings.TrimSpace(string(text)), nil
}

// ZoneSettings are an entry of the list of zones.
type ZoneSettings struct {
	Camera string    `json:"camera" yaml:"camera"`
	Name   string    `json:"name" yaml:"name"`
	Kind   string    `json:"kind" yaml:"kind"`
	Points []float64 `json:"points" yaml:"points"` // x, y, x, y, … of the corners, in shares of the picture
}

func (z ZoneSettings) zone() alarm.Zone {
	zone := alarm.Zone{Name: z.Name, Kind: z.Kind}
	for i := 0; i+1 < len(z.Points); i += 2 {
		zone.Points = append(zone.Points, [2]float64{z.Points[i], z.Points[i+1]})
	}
	return zone
}

// DefaultSettings is what is in force where nothing is set.
func DefaultSettings() Settings {
	return Settings{
		Model: modelstore.DefaultSettings,
		Pose:  PoseSettings{Engine: autoEngine, LowestRate: 4},
		Alarm: alarm.Default,
		Desk:  alarm.DefaultDesk,
		Blind: watch.DefaultBlind, Notify: notify.DefaultSettings, Web: web.Default, Retention: retention.Default,
	}
}

// Validate lists every setting that cannot be, each fault starting with its key.
func (s *Settings) Validate() error {
	var faults []error
	if err := engineFault(s.Pose.Engine); err != nil {
		faults = append(faults, err)
	}
	if v := s.Pose.LowestRate; !(v >= 1 && v <= 120) {
		faults = append(faults, fmt.Errorf("pose.lowest_rate is %g, and must be from 1 to 120", v))
	}
	faults = append(faults, s.Model.Faults()...)
	faults = append(faults, s.Alarm.Check())
	faults = append(faults, s.Desk.Faults()...)
	faults = append(faults, s.cameraFaults()...)
	faults = append(faults, s.zoneFaults()...)
	faults = append(faults, s.scheduleFaults()...)
	faults = append(faults, s.Blind.Faults()...)
	faults = append(faults, s.Notify.Faults()...)
	faults = append(faults, s.Web.Faults()...)
	faults = append(faults, s.Retention.Faults()...)
	return errors.Join(faults...)
}

// names are those that can stand in topics, files and addresses.
var names = regexp.MustCompile(`^[a-z0-9][a-z0-9_-]{0,39}$`)

func nameFault(key, name string) error {
	if names.MatchString(name) {
		return nil
	}
	return fmt.Errorf("%s.name is %q, and must be 1 to 40 of a-z, 0-9, - and _, such as living-room", key, name)
}

func (s *Settings) cameraFaults() []error {
	var faults []error
	seen := map[string]bool{}
	for i, c := range s.Cameras {
		key := fmt.Sprintf("cameras[%d]", i)
		faults = append(faults, nameFault(key, c.Name))
		if seen[c.Name] {
			faults = append(faults, fmt.Errorf("%s.name is %q, and another camera has that name", key, c.Name))
		}
		seen[c.Name] = true
		if c.Room != "" && !names.MatchString(c.Room) {
			faults = append(faults, fmt.Errorf("%s.room is %q, and must be 1 to 40 of a-z, 0-9, - and _, such as downstairs", key, c.Room))
		}
		if (c.URL == "") == (c.URLFile == "") {
			faults = append(faults, fmt.Errorf("%s needs either url or url_file", key))
		}
		for _, err := range c.camera().Faults() {
			faults = append(faults, errors.New(key+strings.TrimPrefix(err.Error(), "camera")))
		}
	}
	return faults
}

func (s *Settings) zoneFaults() []error {
	var faults []error
	for i, z := range s.Zones {
		key := fmt.Sprintf("zones[%d]", i)
		switch {
		case !s.hasCamera(z.Camera):
			faults = append(faults, fmt.Errorf("%s.camera is %q, and there is no such camera", key, z.Camera))
		case len(z.Points)%2 != 0:
			faults = append(faults, fmt.Errorf("%s.points has %d numbers, and must have an x and a y for each corner", key, len(z.Points)))
		default:
			if err := z.zone().Check(); err != nil {
				faults = append(faults, fmt.Errorf("%s cannot be: %w", key, err))
			}
		}
	}
	return faults
}

func (s *Settings) scheduleFaults() []error {
	var faults []error
	for i, p := range s.Schedules {
		key := fmt.Sprintf("schedules[%d]", i)
		for _, err := range p.Faults() {
			faults = append(faults, fmt.Errorf("%s.%w", key, err))
		}
		for _, name := range p.Cameras {
			if !s.hasCamera(name) {
				faults = append(faults, fmt.Errorf("%s.cameras has %q, and there is no such camera", key, name))
			}
		}
		for _, name := range p.Contacts {
			if !slices.Contains(s.contactNames(), name) {
				faults = append(faults, fmt.Errorf("%s.contacts has %q, and there is no such contact", key, name))
			}
		}
	}
	return faults
}

func (s *Settings) hasCamera(name string) bool {
	return slices.ContainsFunc(s.Cameras, func(c CameraSettings) bool { return c.Name == name })
}

func (s *Settings) contactNames() (all []string) {
	for _, c := range s.Notify.Contacts {
		all = append(all, c.Name)
	}
	return all
}

// desk is the alarm desk's part, filled in.
func (s *Settings) desk() alarm.DeskSettings {
	d := s.Desk
	d.Contacts, d.Schedules, d.Zones = s.contactNames(), s.Schedules, map[string][]alarm.Zone{}
	d.Rooms = map[string]string{}
	for _, c := range s.Cameras {
		if c.Room != "" {
			d.Rooms[c.Name] = c.Room
		}
	}
	for _, z := range s.Zones {
		d.Zones[z.Camera] = append(d.Zones[z.Camera], z.zone())
	}
	return d
}

// stateDir is where the state lies: as set, as systemd says, where the package keeps it, or where
// a user's programs keep theirs.
func (s *Settings) stateDir() (string, error) {
	if dir := cmp.Or(s.State.Dir, os.Getenv("STATE_DIRECTORY")); dir != "" {
		return dir, nil
	}
	if dir := os.Getenv("XDG_STATE_HOME"); dir != "" {
		return dir + "/fallwatch", nil
	}
	if isThere(packagedConfig) && isThere(packagedState) {
		return packagedState, nil
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return "", fmt.Errorf("state.dir is not set, and there is no home: %w", err)
	}
	return home + "/.local/state/fallwatch", nil
}
