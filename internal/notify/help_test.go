package notify

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"fallkit/internal/alarm"
	"fallkit/internal/journal"
)

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func same(t testing.TB, what string, got, want any) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

// report is the n-th of an incident.
func report(incident, kind string, n int) alarm.Report {
	return alarm.Report{
		ID: fmt.Sprintf("%s-%d", incident, n), Incident: incident, Kind: kind, Camera: "hall", Track: 1,
		Start: noon, Time: noon.Add(time.Duration(n) * time.Second), Score: 0.9,
	}
}

func delivery(r alarm.Report, before ...alarm.Report) journal.Delivery {
	return journal.Delivery{Channel: "test", Report: r, Open: true, Before: before}
}

func opened(t testing.TB) *journal.Journal {
	t.Helper()
	j, err := journal.Open(filepath.Join(t.TempDir(), "journal"))
	must(t, err)
	t.Cleanup(func() { j.Close() })
	return j
}

func to(channels ...string) func(alarm.Report) []string {
	return func(alarm.Report) []string { return channels }
}

// fake is a channel that does as it is told.
type fake struct {
	name string
	do   func(ctx context.Context, d journal.Delivery) error

	mu    sync.Mutex
	calls []string // of reports that were tried
	times []time.Time
}

func (f *fake) Name() string { return f.name }

func (f *fake) Send(ctx context.Context, d journal.Delivery) error {
	f.mu.Lock()
	f.calls = append(f.calls, d.Report.ID)
	f.times = append(f.times, time.Now())
	f.mu.Unlock()
	if f.do == nil {
		return nil
	}
	return f.do(ctx, d)
}

func (f *fake) called() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return append([]string(nil), f.calls...)
}

// gaps are the times between attempts, and the one before the first.
func (f *fake) gaps(begin time.Time) []time.Duration {
	f.mu.Lock()
	defer f.mu.Unlock()
	var gaps []time.Duration
	for _, at := range f.times {
		gaps = append(gaps, at.Sub(begin))
		begin = at
	}
	return gaps
}

// logs keeps what is logged.
type logs struct {
	mu   sync.Mutex
	text strings.Builder
}

func (l *logs) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(b)
}

func (l *logs) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

func (l *logs) logger() *slog.Logger { return slog.New(slog.NewTextHandler(l, nil)) }

var errBusy = errors.New("busy")

// quick are settings under which tests with real connections need not wait.
func quick() Settings {
	s := DefaultSettings
	s.TimeoutSeconds, s.RetrySeconds, s.RetryMinutes = 5, 0.002, 0.0005
	return s
}

// running runs a notifier until the test ends.
func running(t testing.TB, n *Notifier) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- n.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		must(t, <-done)
	})
}

// drained waits until nothing is pending.
func drained(t testing.TB, j *journal.Journal, told <-chan Outcome) {
	t.Helper()
	deadline := time.After(30 * time.Second)
	for {
		left := 0
		for _, n := range j.Depth() {
			left += n
		}
		if left == 0 {
			return
		}
		select {
		case <-told:
		case <-deadline:
			t.Fatalf("still pending: %v", j.Depth())
		}
	}
}
