package notify

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// beating runs a heartbeat in a time of its own, against a server that answers as status says, for
// so long, and gives the times of the beats in seconds.
func beating(t *testing.T, long time.Duration, healthy func() error, status func() int) (beats []int, log string) {
	synctest.Test(t, func(t *testing.T) {
		begin := time.Now()
		var l logs
		h, err := NewHeartbeat(Pulse{URL: "http://example.org/secret-check", Minutes: 1}, healthy, l.logger())
		must(t, err)
		h.client.Transport = roundTrip(func(r *http.Request) (*http.Response, error) {
			beats = append(beats, int(time.Since(begin).Seconds()))
			if s := status(); s != 0 {
				return &http.Response{StatusCode: s, Status: http.StatusText(s), Body: http.NoBody, Request: r}, nil
			}
			return nil, &net.OpError{Op: "dial", Err: errors.New("network is unreachable")}
		})
		ctx, cancel := context.WithTimeout(t.Context(), long)
		defer cancel()
		if err := h.Run(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("it ends with %v", err)
		}
		log = l.String()
	})
	return beats, log
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func well() error { return nil }

func TestHeartbeat(t *testing.T) {
	ok := func() int { return 200 }
	beats, log := beating(t, 150*time.Second, well, ok)
	same(t, "beats", beats, []int{0, 60, 120})
	same(t, "log", log, "")

	beats, log = beating(t, 150*time.Second, func() error { return errors.New("the hall's camera is silent") }, ok)
	same(t, "beats when not well", beats, []int(nil))
	if !strings.Contains(log, "the hall's camera is silent") {
		t.Errorf("the log is %s", log)
	}

	beats, log = beating(t, 50*time.Second, well, func() int { return 0 })
	same(t, "beats when nobody answers", beats, []int{0, 10, 20})
	if !strings.Contains(log, "unreachable") || strings.Contains(log, "secret-check") {
		t.Errorf("the log is %s", log)
	}

	answers := []int{503, 200, 200}
	beats, log = beating(t, 70*time.Second, well, func() int { a := answers[0]; answers = answers[1:]; return a })
	same(t, "one more when busy", beats, []int{0, 10, 60})
	same(t, "log", log, "")
}

func TestHeartbeatSettings(t *testing.T) {
	h, err := NewHeartbeat(Pulse{Minutes: 1}, well, nil)
	if h != nil || err != nil {
		t.Errorf("without an address: %v, %v", h, err)
	}
	if _, err := NewHeartbeat(Pulse{URLFile: "missing", Minutes: 1}, well, nil); err == nil {
		t.Error("a missing file was taken")
	}
	if _, err := NewHeartbeat(Pulse{URL: "mailto:x", Minutes: 1}, well, nil); err == nil {
		t.Error("an address of another kind was taken")
	}
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	defer server.Close()
	h, err = NewHeartbeat(Pulse{URL: Secret(server.URL), Minutes: 1}, well, nil)
	must(t, err)
	must(t, h.Beat(t.Context()))
}
