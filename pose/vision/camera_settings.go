package vision

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"time"
)

// CameraSettings say how a camera stands and how it is read. Rotate and Roll apply to
// files too: they are films of some camera.
type CameraSettings struct {
	Transport string  `json:"transport" yaml:"transport"` // of RTSP: "tcp" or "udp"
	Rotate    int     `json:"rotate" yaml:"rotate"`       // degrees that pictures are turned clockwise: 0, 90, 180 or 270
	Roll      float64 `json:"roll" yaml:"roll"`           // degrees that they are turned clockwise beyond that, -45 to 45
	Silence   float64 `json:"silence" yaml:"silence"`     // seconds without a picture until that is an error; 0 = never

	Gate      bool    `json:"gate" yaml:"gate"`             // spare the pose network an empty, still room (see Gate); of live cameras
	GateLying float64 `json:"gate_lying" yaml:"gate_lying"` // GateSettings.LyingSeconds
}

// DefaultCamera is for a camera that stands upright.
var DefaultCamera = CameraSettings{Transport: "tcp", Silence: 30, Gate: true, GateLying: DefaultGate.LyingSeconds}

// Faults lists every setting that cannot be, each fault starting with its name.
func (s CameraSettings) Faults() []error {
	var faults []error
	if _, ok := streamOptions[s.Transport]; !ok {
		faults = append(faults, fmt.Errorf("camera.transport is %q, and must be tcp or udp", s.Transport))
	}
	if !slices.Contains([]int{0, 90, 180, 270}, s.Rotate) {
		faults = append(faults, fmt.Errorf("camera.rotate is %d, and must be 0, 90, 180 or 270", s.Rotate))
	}
	if !(math.Abs(s.Roll) <= 45) {
		faults = append(faults, fmt.Errorf("camera.roll is %g, and must be from -45 to 45: use camera.rotate for more", s.Roll))
	}
	if !(s.Silence >= 0 && s.Silence <= 86400) {
		faults = append(faults, fmt.Errorf("camera.silence is %g, and must be from 0 to 86400 seconds", s.Silence))
	}
	if !(s.GateLying >= 0 && s.GateLying <= mostLying) {
		faults = append(faults, fmt.Errorf("camera.gate_lying is %g, and must be from 0 to %d seconds", s.GateLying, mostLying))
	}
	return faults
}

// NewGate is the gate for a live camera with these settings; nil = none.
func (s CameraSettings) NewGate() *Gate {
	if !s.Gate {
		return nil
	}
	g := DefaultGate
	g.LyingSeconds = s.GateLying
	return &Gate{Settings: g}
}

// check fills in the transport where none is set.
func (s *CameraSettings) check() error {
	if s.Transport == "" {
		s.Transport = DefaultCamera.Transport
	}
	return errors.Join(s.Faults()...)
}

// Watch says what is done about a live source that goes away, and who hears of it.
type Watch struct {
	// Reconnect opens a camera again, as often as it takes. Where CameraSettings.Silence
	// is not 0, a camera that does not answer the very first time is an error all the
	// same: the URL or the password is wrong, and asking again may lock the account.
	Reconnect bool
	// Health is kept up to date, nil allowed.
	Health *Health
	// Changed is called by the goroutine that reads, nil allowed: it must not wait.
	Changed func(CameraChange)
	// Jitter draws from 0 to 1 for the pause before a camera is opened again, so that
	// many cameras do not come back in step. nil = a source of chance of its own.
	Jitter func() float64
}

// CameraChange is a camera that went away or gave its first picture since.
type CameraChange struct {
	Up   bool
	Err  error         // why it went away; without the camera's password
	Away time.Duration // how long it was away; from the start where it is up the first time
}
