package notify

import (
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"sync/atomic"
	"testing"
	"time"

	"fallkit/internal/alarm"
	"fallkit/internal/journal"
)

// TestNoNamesForAnHour: the house's router finds no names for an hour, with a report every five minutes.
func TestNoNamesForAnHour(t *testing.T) {
	bubble(t, func(t *testing.T, j *journal.Journal, start func(Settings, ...Channel) *Notifier) {
		var works atomic.Bool
		var attempts atomic.Int64
		var got []string
		c := hook(t, ChannelSettings{URL: "https://example.org/hook"}).(*webhook)
		c.client.Transport = roundTrip(func(r *http.Request) (*http.Response, error) {
			attempts.Add(1)
			if !works.Load() {
				return nil, &net.OpError{Op: "dial", Net: "tcp", Err: &net.DNSError{Err: "server misbehaving", Name: r.URL.Hostname(), IsTemporary: true}}
			}
			got = append(got, r.Header.Get(IdempotencyHeader))
			return &http.Response{StatusCode: http.StatusOK, Status: "200 OK", Body: http.NoBody, Request: r}, nil
		})
		start(DefaultSettings, c)
		for n := range 12 {
			accept(t, j, to("hook"), now("i1", alarm.Escalated, n))
			pass(5 * time.Minute)
		}
		works.Store(true)
		back := time.Now()
		for j.Depth()["hook"] > 0 {
			pass(time.Second)
		}
		took := time.Since(back)
		seen := map[string]bool{}
		for _, id := range got {
			seen[id] = true
		}
		t.Logf("an hour without names: %d attempts failed, all of %d reports delivered once, %.0f s after names were back", attempts.Load()-int64(len(got)), len(seen), took.Seconds())
		if len(got) != 12 || len(seen) != 12 || took > 75*time.Second {
			t.Errorf("delivered %v after %v", got, took)
		}
	})
}

// TestTheBrokerIsAwayForAnHour goes a thousand times faster than life: a minute is 60 ms, for the
// back-off too. It is long, so `make faults` runs it.
func TestTheBrokerIsAwayForAnHour(t *testing.T) {
	if os.Getenv(everywhere) == "" {
		t.Skip("only with " + everywhere)
	}
	const minute = 60 * time.Millisecond
	s := serve(t, "", "")
	address := s.address
	j := opened(t)
	c := home(t, ChannelSettings{URL: Secret("mqtt://" + address)}, House{})
	c.(*broker).config.ReconnectBackoff = func(n int) time.Duration { return reconnect(n) / 1000 }
	var attempts atomic.Int64
	told := make(chan Outcome, 1000)
	settings := DefaultSettings
	settings.TimeoutSeconds, settings.RetrySeconds, settings.RetryMinutes = 0.015, 0.001, 0.001
	running(t, &Notifier{Outbox: j, Channels: []Channel{c}, Settings: settings, Told: func(o Outcome) {
		attempts.Add(1)
		select {
		case told <- o:
		default:
		}
	}})
	must(t, j.Accept([]alarm.Report{report("i1", alarm.Confirmed, 0)}, nil, to("home")))
	drained(t, j, told)
	s.down()
	every := time.NewTicker(minute)
	defer every.Stop()
	for n := 1; n <= 60; n++ {
		must(t, j.Accept([]alarm.Report{report("i1", alarm.Escalated, n)}, nil, to("home")))
		<-every.C
	}
	s = serve(t, address, "")
	back := time.Now()
	drained(t, j, told)
	seen := map[string]int{}
	for _, text := range s.all("fallwatch/report") {
		var body HookBody
		must(t, json.Unmarshal([]byte(text), &body))
		seen[body.Report.ID]++
	}
	lost, twice := 0, 0
	for n := 1; n <= 60; n++ {
		switch seen[fmt.Sprintf("i1-%d", n)] {
		case 0:
			lost++
		case 1:
		default:
			twice++
		}
	}
	t.Logf("the broker was away for an hour in which 60 reports were made: %d attempts, %d lost, %d delivered more than once; all were there %.2f s of real time after it was back",
		attempts.Load(), lost, twice, time.Since(back).Seconds())
	if lost > 0 {
		t.Errorf("%d lost", lost)
	}
}

// TestTheNetworkHangs: connections are taken and nothing ever comes back.
func TestTheNetworkHangs(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	defer listener.Close()
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go io.Copy(io.Discard, conn)
		}
	}()
	j := opened(t)
	s := quick()
	s.TimeoutSeconds = 0.02
	told := make(chan Outcome, 1000)
	good := &fake{name: "phone"}
	running(t, &Notifier{
		Outbox: j, Settings: s, Told: func(o Outcome) { told <- o },
		Channels: []Channel{good, hook(t, ChannelSettings{URL: Secret("http://" + listener.Addr().String())})},
	})
	must(t, j.Accept([]alarm.Report{report("i1", alarm.Confirmed, 1)}, nil, to("hook", "phone")))
	failures := 0
	for failures < 3 {
		if o := <-told; o.Err != nil {
			failures++
		}
	}
	same(t, "the other channel", good.called(), []string{"i1-1"})
	same(t, "it is still to be delivered", j.Depth()["hook"], 1)
}
