package web_test

import (
	"bufio"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"fallkit/internal/web"
)

// listening is a site at an address of this machine.
func listening(t *testing.T, change ...func(*web.Settings)) (s *site, address string) {
	t.Helper()
	s = newSite(t, change...)
	s.clock.at = time.Now() // certificates are looked at by the machine's own clock
	s.parts.Folder = t.TempDir()
	s.open(change...)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error)
	go func() { done <- s.server.Serve(ctx, l) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	return s, l.Addr().String()
}

// client trusts the made certificate alone.
func client(t *testing.T, s *site, change ...func(*tls.Config)) *http.Client {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(s.parts.Folder, "tls.crt"))
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(text)
	config := &tls.Config{RootCAs: pool}
	for _, c := range change {
		c(config)
	}
	transport := &http.Transport{TLSClientConfig: config, ForceAttemptHTTP2: true}
	t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

// fetched is an answer that was read to its end.
type fetched struct {
	status, version int
	body            string
}

func fetch(t *testing.T, c *http.Client, url string) fetched {
	t.Helper()
	answer, err := c.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return fetched{answer.StatusCode, answer.ProtoMajor, string(body)}
}

// answers tells whether a client gets any answer.
func answers(c *http.Client, address string) bool {
	answer, err := c.Get("https://" + address + "/livez")
	if err != nil {
		return false
	}
	answer.Body.Close()
	return true
}

func TestTLSIsOn(t *testing.T) {
	s, address := listening(t)
	if a := fetch(t, client(t, s), "https://"+address+"/livez"); a.status != http.StatusOK || a.version != 2 || !strings.Contains(a.body, "alive") {
		t.Errorf("%+v", a)
	}
	if _, port, _ := net.SplitHostPort(address); port != "" { // by name, too
		fetch(t, client(t, s), "https://localhost:"+port+"/livez")
	}
	if a := fetch(t, http.DefaultClient, "http://"+address+"/livez"); a.status != http.StatusBadRequest || strings.Contains(a.body, "alive") {
		t.Errorf("without TLS: %+v", a)
	}
	http.DefaultClient.CloseIdleConnections()
	if answers(client(t, s, func(c *tls.Config) { c.RootCAs = nil }), address) {
		t.Error("a certificate that nobody vouches for is trusted: this test tests nothing")
	}
	for _, version := range []uint16{tls.VersionTLS10, tls.VersionTLS11} {
		c, err := tls.Dial("tcp", address, &tls.Config{InsecureSkipVerify: true, MinVersion: version, MaxVersion: version}) //nolint:gosec // the version is what is asked about
		if err == nil {
			t.Errorf("TLS %x is spoken", version)
			c.Close()
		}
	}
	if s.server.Fingerprint() == "" {
		t.Error("no fingerprint")
	}
}

func TestPlainHTTPOnlyWhereItIsSaid(t *testing.T) {
	s, address := listening(t, func(s *web.Settings) { s.TLS.Off = true })
	if a := fetch(t, http.DefaultClient, "http://"+address+"/livez"); a.status != http.StatusOK {
		t.Errorf("%+v", a)
	}
	http.DefaultClient.CloseIdleConnections()
	if _, err := os.Stat(filepath.Join(s.parts.Folder, "tls.key")); !errors.Is(err, os.ErrNotExist) || s.server.Fingerprint() != "" {
		t.Errorf("a certificate was made: %v", err)
	}
}

// One machine that opens connections without end does not shut out the others, nor itself.
func TestMostConnectionsOfOneAddress(t *testing.T) {
	_, address := listening(t, func(s *web.Settings) { s.TLS.Off = true })
	var open []net.Conn
	closed := func(c net.Conn) bool {
		fmt.Fprint(c, "GET /livez HTTP/1.1\r\nHost: a\r\n\r\n")
		_, err := bufio.NewReader(c).ReadByte()
		return err != nil
	}
	for i := range 70 {
		c, err := net.Dial("tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		open = append(open, c)
		if got := closed(c); got != (i >= 64) {
			t.Errorf("connection %d is closed: %v", i+1, got)
		}
	}
	for _, c := range open {
		c.Close()
	}
}

func TestRun(t *testing.T) {
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	taken := free.Addr().String()
	defer free.Close()
	for name, change := range map[string]func(*web.Settings){
		"web.listen": func(s *web.Settings) { s.Listen = taken },
		"web.debug":  func(s *web.Settings) { s.Listen, s.Debug = "127.0.0.1:0", taken },
	} {
		s := newSite(t, change)
		if err := s.server.Run(t.Context()); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v", name, err)
		}
	}
	none := newSite(t, func(s *web.Settings) { s.Listen = "" })
	if err := none.server.Run(t.Context()); err != nil {
		t.Error(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	whole := newSite(t, func(s *web.Settings) { s.Listen, s.Debug = "127.0.0.1:0", "127.0.0.1:0" })
	if err := whole.server.Run(ctx); err != nil && !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

func TestProfilesAreForThisMachine(t *testing.T) {
	for host, want := range map[string]int{"127.0.0.1:6060": 200, "localhost:6060": 200, "evil.example:6060": 403} {
		r, w := newRequest(t, "GET", "/debug/pprof/cmdline")
		r.Host = host
		web.Profiles().ServeHTTP(w, r)
		if w.Code != want {
			t.Errorf("%s: %d", host, w.Code)
		}
	}
}
