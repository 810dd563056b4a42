package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"fallkit/internal/config"
)

// freePort is an address that nobody listens at.
func freePort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// TestThePageMovesWithItsSettings: all of web takes effect at a hangup; an address that somebody
// else has is refused, and the page stays where it is; what needs a restart is named.
func TestThePageMovesWithItsSettings(t *testing.T) {
	needNetworks(t)
	dir := t.TempDir()
	file := filepath.Join(dir, "fallwatch.yaml")
	settings := func(web, more string) {
		write(t, file, fmt.Sprintf("state: {dir: %q}\ncameras: [{name: hall, url: /dev/video99}]\nweb: %s\n%s", filepath.Join(dir, "state"), web, more))
	}
	answers := func(url string) bool {
		_, ok := until(20*time.Second, func() bool {
			answer, err := http.Get(url)
			if err == nil {
				answer.Body.Close()
			}
			return err == nil && answer.StatusCode == http.StatusOK
		})
		return ok
	}
	first, second, debug := freePort(t), freePort(t), freePort(t)
	settings(fmt.Sprintf("{listen: %q, sign_in: false, tls: {off: true}}", first), "")
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	log := lines{grown: make(chan struct{}, 1)}
	ended := make(chan int, 1)
	go func() { ended <- run(ctx, []string{"run", "--config", file}, nil, io.Discard, &log) }()
	if !answers("http://" + first + "/livez") {
		t.Fatalf("the page is not up:\n%s", &log)
	}

	settings(fmt.Sprintf("{listen: %q, sign_in: false, streams: 3, tls: {off: true}, debug: %q}", second, debug), "model: {probation: 7m}\n")
	hangUp(t)
	log.waitFor(t, `msg="settings are read again" changed="web.listen web.streams web.debug"`)
	log.waitFor(t, `need a restart: until then the old ones hold" keys=model.probation`)
	if !answers("http://"+second+"/livez") || !answers("http://"+debug+"/debug/pprof/cmdline") {
		t.Errorf("the page did not move:\n%s", &log)
	}
	if _, err := net.Dial("tcp", first); err == nil {
		t.Errorf("the page still listens at %s", first)
	}

	other, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	settings(fmt.Sprintf("{listen: %q, sign_in: false, tls: {off: true}}", other.Addr()), "")
	hangUp(t)
	log.waitFor(t, "the old ones stay in force")
	if !strings.Contains(log.String(), "web.listen: listen tcp "+other.Addr().String()) || !answers("http://"+second+"/livez") {
		t.Errorf("an address that is taken:\n%s", &log)
	}
	cancel()
	if code := <-ended; code != exitDone {
		t.Errorf("exit code %d", code)
	}
	http.DefaultClient.CloseIdleConnections()
}

func TestChangesAreNamedAndNotShown(t *testing.T) {
	before := config.Origins{{Key: "web.streams", Value: 1}, {Key: "model.path", Value: "a"}, {Key: "notify.channels", Value: []string{"x"}}, {Key: "desk.drill_days", Value: 30.0}}
	after := config.Origins{{Key: "web.streams", Value: 2}, {Key: "model.path", Value: "b"}, {Key: "notify.channels", Value: []string{"y"}}, {Key: "desk.drill_days", Value: 30.0}}
	now, later := changes(before, after)
	if strings.Join(now, " ") != "web.streams notify.channels" || strings.Join(later, " ") != "model.path" {
		t.Errorf("now %q, later %q", now, later)
	}
}
