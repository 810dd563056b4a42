package service

import (
	"context"
	"errors"
	"net"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// listener is a service manager of the tests.
func listener(t *testing.T, address string) *net.UnixConn {
	t.Helper()
	c, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: address, Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

func heard(t *testing.T, c *net.UnixConn) string {
	t.Helper()
	if err := c.SetReadDeadline(time.Now().Add(10 * time.Second)); err != nil {
		t.Fatal(err)
	}
	b := make([]byte, 4096)
	n, err := c.Read(b)
	if err != nil {
		t.Fatal(err)
	}
	return string(b[:n])
}

func TestWhatTheManagerHears(t *testing.T) {
	abstract := "@fallwatch-test-" + strings.ReplaceAll(t.TempDir(), "/", "-")
	for _, address := range []string{filepath.Join(t.TempDir(), "notify"), abstract} {
		socket := listener(t, address)
		m, err := FromEnviron([]string{"NOTIFY_SOCKET=" + address}, 1)
		if err != nil {
			t.Fatal(err)
		}
		for _, say := range []struct {
			what func() error
			want string
		}{
			{func() error { return m.Ready("2 cameras") }, `^READY=1\nSTATUS=2 cameras$`},
			{func() error { return m.Status("one is away\nREADY=1") }, `^STATUS=one is away READY=1$`},
			{m.Reloading, `^RELOADING=1\nMONOTONIC_USEC=[1-9]\d*$`},
			{func() error { return m.Stopping("bye") }, `^STOPPING=1\nSTATUS=bye$`},
			{m.alive, `^WATCHDOG=1$`},
		} {
			if err := say.what(); err != nil {
				t.Fatal(err)
			}
			if got := heard(t, socket); !regexp.MustCompile(say.want).MatchString(got) {
				t.Errorf("heard %q, want %s", got, say.want)
			}
		}
	}
}

func TestNobodyListens(t *testing.T) {
	m, err := FromEnviron(nil, 1)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(m.Ready(""), m.Reloading(), m.Stopping(""), (*Manager)(nil).Status("")); err != nil {
		t.Error(err)
	}
	m, err = FromEnviron([]string{"NOTIFY_SOCKET=" + filepath.Join(t.TempDir(), "gone")}, 1)
	if err != nil {
		t.Fatal(err)
	}
	if err := m.Ready(""); err == nil || !strings.Contains(err.Error(), "service manager") {
		t.Errorf("a manager that is gone: %v", err)
	}
}

func TestFromEnviron(t *testing.T) {
	for _, test := range []struct {
		environ string
		want    time.Duration
		err     string
	}{
		{"NOTIFY_SOCKET=/n WATCHDOG_USEC=30000000 WATCHDOG_PID=7", 30 * time.Second, ""},
		{"NOTIFY_SOCKET=/n WATCHDOG_USEC=30000000", 30 * time.Second, ""},
		{"NOTIFY_SOCKET=/n WATCHDOG_USEC=30000000 WATCHDOG_PID=8", 0, ""},
		{"NOTIFY_SOCKET=/n", 0, ""},
		{"WATCHDOG_USEC=soon", 0, `WATCHDOG_USEC is "soon"`},
		{"WATCHDOG_USEC=0", 0, `WATCHDOG_USEC is "0"`},
		{"WATCHDOG_USEC=99999999999999999", 0, "to a day"},
		{"NOTIFY_SOCKET=run/notify", 0, `must begin with / or @`},
	} {
		m, err := FromEnviron(strings.Fields(test.environ), 7)
		switch {
		case test.err != "":
			if err == nil || !strings.Contains(err.Error(), test.err) {
				t.Errorf("%s: error %v, want %q", test.environ, err, test.err)
			}
		case err != nil:
			t.Errorf("%s: %v", test.environ, err)
		case m.watchdog != test.want || m.Watched() != (test.want > 0):
			t.Errorf("%s: watchdog %v, want %v", test.environ, m.watchdog, test.want)
		}
	}
}

// TestASilentLoopSilencesTheWatchdog is what a restart by the manager hangs on.
func TestASilentLoopSilencesTheWatchdog(t *testing.T) {
	address := filepath.Join(t.TempDir(), "notify")
	socket := listener(t, address)
	m, err := FromEnviron([]string{"NOTIFY_SOCKET=" + address, "WATCHDOG_USEC=30000000"}, 1)
	if err != nil {
		t.Fatal(err)
	}
	var pulse Pulse
	start := time.Unix(1000, 0)
	pulse.Turned("camera hall", start, 10*time.Second)
	pulse.Turned("notify", start, time.Hour)

	ctx, cancel := context.WithCancel(t.Context())
	ticks, told, done := make(chan time.Time), make(chan error, 10), make(chan error)
	go func() { done <- m.Watch(ctx, ticks, pulse.Late, func(err error) { told <- err }) }()
	at := func(seconds int) time.Time { return start.Add(time.Duration(seconds) * time.Second) }

	ticks <- at(10)
	if got := heard(t, socket); got != "WATCHDOG=1" {
		t.Fatalf("heard %q", got)
	}
	ticks <- at(11) // too late for the camera
	ticks <- at(21) // the same fault is told once
	if err := <-told; err == nil || err.Error() != "no longer turning: camera hall" {
		t.Errorf("told %v", err)
	}
	pulse.Turned("camera hall", at(21), 10*time.Second)
	ticks <- at(31)
	if got := heard(t, socket); got != "WATCHDOG=1" {
		t.Errorf("heard %q: nothing was to come while the loop stood still", got)
	}
	if err := <-told; err != nil {
		t.Errorf("told %v, want that all is well", err)
	}
	cancel()
	if err := <-done; !errors.Is(err, context.Canceled) || len(told) > 0 {
		t.Errorf("ended with %v, %d untold", err, len(told))
	}
}

func TestPulse(t *testing.T) {
	var p Pulse
	now := time.Unix(1000, 0)
	late := func(after time.Duration) string { return textOf(p.Late(now.Add(after))) }
	p.Turned("b", now, time.Second)
	p.Turned("a", now, time.Second)
	p.Turned("c", now, time.Minute)
	got := []string{late(-time.Hour), late(time.Second), late(2 * time.Second)}
	p.Ended("a")
	got = append(got, late(2*time.Second))
	want := []string{"", "", "no longer turning: a, b", "no longer turning: b"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestWatchWithoutAManager(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	err := new(Manager).Watch(ctx, nil, func(time.Time) error { t.Error("asked"); return nil }, nil)
	if !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}
