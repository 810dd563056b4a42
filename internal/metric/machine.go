package metric

import (
	"fmt"
	"io/fs"
	"os"
	"path"
	"strconv"
	"strings"
	"syscall"
)

// Machine is the box that the daemon runs on.
type Machine struct {
	State   string // a folder on the disk that matters
	Thermal fs.FS  // /sys/class/thermal; nil = no sensors
}

// ThisMachine is the real one.
func ThisMachine(state string) Machine { return Machine{state, os.DirFS("/sys/class/thermal")} }

// Disk gives the bytes that a user who is not root may still write to the disk of the
// state, and its size.
func (m Machine) Disk() (free, size uint64, err error) {
	var s syscall.Statfs_t
	if err := syscall.Statfs(m.State, &s); err != nil {
		return 0, 0, fmt.Errorf("how full is the disk of %s: %w", m.State, err)
	}
	return s.Bavail * uint64(s.Bsize), s.Blocks * uint64(s.Bsize), nil
}

// Temperature is what one sensor says.
type Temperature struct {
	Zone, Type string // thermal_zone0, x86_pkg_temp
	Celsius    float64
}

// Temperatures of all sensors that answer.
func (m Machine) Temperatures() (all []Temperature) {
	if m.Thermal == nil {
		return nil
	}
	zones, err := fs.Glob(m.Thermal, "thermal_zone*")
	if err != nil {
		return nil
	}
	for _, zone := range zones {
		milli, err := strconv.Atoi(m.text(zone, "temp"))
		if err != nil {
			continue // a sensor that is switched off gives an error or nothing
		}
		all = append(all, Temperature{zone, m.text(zone, "type"), float64(milli) / 1000})
	}
	return all
}

func (m Machine) text(zone, name string) string {
	b, err := fs.ReadFile(m.Thermal, path.Join(zone, name))
	if err != nil {
		return ""
	}
	return strings.ToValidUTF8(strings.TrimSpace(string(b)), "?")
}
