package main

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// TestDoctorTriesChannels where it is told to, and otherwise leaves people alone.
func TestDoctorTriesChannels(t *testing.T) {
	asked := 0
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if asked++; r.URL.Path == "/bad" {
			w.WriteHeader(http.StatusForbidden)
		}
	}))
	defer server.Close()
	config := settingsFile(t, "notify:\n  channels:\n    - {name: good, type: webhook, url: \""+server.URL+"/good\", everything: true}\n"+
		"    - {name: bad, type: webhook, url: \""+server.URL+"/bad\", everything: true}\n")
	_, out, _ := said(t, "doctor", "--config", config)
	if asked != 0 || !strings.Contains(out, "skipped  channels: 2 channels were not tried") {
		t.Errorf("asked %d times:\n%s", asked, out)
	}
	code, out, _ := said(t, "doctor", "--send", "--config", config)
	if code != exitFailed || asked != 2 || !strings.Contains(out, "ok       channels: good took a test report") || !strings.Contains(out, "fault    channels: bad: ") {
		t.Errorf("exit %d, asked %d times:\n%s", code, asked, out)
	}
}
