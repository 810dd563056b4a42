// Package service speaks with the service manager (systemd) that started the program: it is
// ready, it reads its settings again, it stops, and it is alive. The last is told only
// while every loop of the program turns, so that a daemon that hangs is started anew. A
// camera that is away is no reason for that: another start would not bring it back.
//
// Without a service manager everything here does nothing.
package service

import (
	"errors"
	"fmt"
	"net"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// Manager is who started the program. Its zero value is nobody.
type Manager struct {
	socket   string        // the path of a datagram socket, or @ and an abstract name; "" = nobody listens
	watchdog time.Duration // within which it must hear that the program is alive; 0 = it does not ask
}

// FromEnviron finds the manager in variables as os.Environ gives them (sd_notify(3),
// sd_watchdog_enabled(3)), for the process pid. A variable that makes no sense is an error.
func FromEnviron(environ []string, pid int) (*Manager, error) {
	m := &Manager{socket: variable(environ, "NOTIFY_SOCKET")}
	if m.socket != "" && !strings.HasPrefix(m.socket, "/") && !strings.HasPrefix(m.socket, "@") {
		return nil, fmt.Errorf("NOTIFY_SOCKET is %q, and must begin with / or @", m.socket)
	}
	of := variable(environ, "WATCHDOG_PID")
	if of != "" && of != strconv.Itoa(pid) {
		return m, nil // it is meant for the process that started this one
	}
	text := variable(environ, "WATCHDOG_USEC")
	if text == "" {
		return m, nil
	}
	us, err := strconv.ParseInt(text, 10, 64)
	if err != nil || us <= 0 || us > int64(24*time.Hour/time.Microsecond) {
		return nil, fmt.Errorf("WATCHDOG_USEC is %q, and must be from 1 µs to a day", text)
	}
	m.watchdog = time.Duration(us) * time.Microsecond
	return m, nil
}

// variable gives the last value of a name: that is the one which a shell would keep.
func variable(environ []string, name string) (value string) {
	for _, v := range environ {
		if text, ok := strings.CutPrefix(v, name+"="); ok {
			value = text
		}
	}
	return value
}

// Watched tells whether the manager asks for signs of life.
func (m *Manager) Watched() bool { return m.socket != "" && m.watchdog > 0 }

// Ready says that the program does its work, and in a line how.
func (m *Manager) Ready(status string) error { return m.tell("READY=1", "STATUS="+line(status)) }

// Status says in a line how the program fares.
func (m *Manager) Status(status string) error { return m.tell("STATUS=" + line(status)) }

// Reloading says that settings are being read again; Ready ends it.
func (m *Manager) Reloading() error {
	us, err := monotonic()
	if err != nil {
		return err
	}
	return m.tell("RELOADING=1", "MONOTONIC_USEC="+strconv.FormatInt(us, 10))
}

// Stopping says that the program is about to end.
func (m *Manager) Stopping(status string) error { return m.tell("STOPPING=1", "STATUS="+line(status)) }

// alive is a sign of life.
func (m *Manager) alive() error { return m.tell("WATCHDOG=1") }

// tell sends one datagram.
func (m *Manager) tell(states ...string) error {
	if m == nil || m.socket == "" {
		return nil
	}
	c, err := net.DialUnix("unixgram", nil, &net.UnixAddr{Name: m.socket, Net: "unixgram"})
	if err != nil {
		return fmt.Errorf("tell the service manager: %w", err)
	}
	_, err = c.Write([]byte(strings.Join(states, "\n")))
	if err = errors.Join(err, c.Close()); err != nil {
		return fmt.Errorf("tell the service manager: %w", err)
	}
	return nil
}

// line is text without what would begin another state.
func line(text string) string { return strings.Join(strings.Fields(text), " ") }

// monotonic is CLOCK_MONOTONIC in µs, which the manager compares with its own.
func monotonic() (int64, error) {
	var t unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_MONOTONIC, &t); err != nil {
		return 0, fmt.Errorf("read the monotonic clock: %w", err)
	}
	return t.Nano() / int64(time.Microsecond), nil
}
