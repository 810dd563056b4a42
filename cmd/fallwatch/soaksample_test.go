package main

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"runtime/metrics"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// sample is how a program fares at a moment.
type sample struct {
	at         time.Time
	rss        float64 // bytes that the process holds, and of these
	own        float64 // those that are in no file
	heap       float64 // bytes that were live at the last collection
	goroutines float64
	files      float64 // open
}

func sampleNow(t *testing.T, at time.Time) sample {
	t.Helper()
	live := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	metrics.Read(live)
	pid := os.Getpid()
	return sample{at, statusOf(t, pid, "VmRSS"), statusOf(t, pid, "RssAnon"), float64(live[0].Value.Uint64()), float64(runtime.NumGoroutine()), openFiles(t)}
}

// statusOf is an entry of proc(5) status that is given in kB, in bytes.
func statusOf(t testing.TB, pid int, name string) float64 {
	t.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		if value, ok := strings.CutPrefix(line, name+":"); ok {
			kB, err := strconv.ParseFloat(strings.TrimSuffix(strings.TrimSpace(value), " kB"), 64)
			if err != nil {
				t.Fatal(err)
			}
			return kB * 1024
		}
	}
	t.Fatalf("process %d has no %s", pid, name)
	return 0
}

func openFiles(t *testing.T) float64 {
	t.Helper()
	entries, err := filepath.Glob("/proc/self/fd/*")
	if err != nil {
		t.Fatal(err)
	}
	return float64(len(entries))
}

// processorTime is what a process has had of all processors, proc(5) stat, in its own code and in
// the system's.
func processorTime(t testing.TB, pid int) time.Duration {
	t.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		t.Fatal(err)
	}
	const perSecond = 100 // clock ticks: USER_HZ
	fields := strings.Fields(string(text[strings.LastIndexByte(string(text), ')')+1:]))
	ticks := 0
	for _, f := range fields[11:13] { // utime and stime
		n, err := strconv.Atoi(f)
		if err != nil {
			t.Fatal(err)
		}
		ticks += n
	}
	return time.Duration(ticks) * time.Second / perSecond
}

// series is one number of all samples.
func series(samples []sample, of func(sample) float64) (all []float64) {
	for _, s := range samples {
		all = append(all, of(s))
	}
	return all
}

// course is a number at the start of a run, once it has warmed up (the median of a tenth of it), at
// its end (of the last tenth), and at most.
type course struct{ start, end, most float64 }

// warm is how long a home is lived in until its journal has grown to what retention allows.
const warm = 30 * time.Hour

func courseOf(samples []sample, of func(sample) float64) course {
	values := series(samples, of)
	n := len(values)
	first := slices.IndexFunc(samples, func(s sample) bool { return s.at.Sub(soakBegin) >= warm })
	if first < 0 {
		first = n / 5
	}
	tenth := max((n-first)/10, 1)
	return course{median(values[first : first+tenth]), median(values[n-tenth:]), slices.Max(values)}
}

func (c course) growth() float64 { return c.end/c.start - 1 }

func median(values []float64) float64 {
	if len(values) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(values))
	return sorted[len(sorted)/2]
}

// drawn is a series as a line of blocks, between nothing and its highest value.
func drawnLine(values []float64, columns int) string {
	const blocks = "▁▂▃▄▅▆▇█"
	top := slices.Max(values)
	var b strings.Builder
	for i := range columns {
		part := values[i*len(values)/columns : max((i+1)*len(values)/columns, i*len(values)/columns+1)]
		b.WriteRune([]rune(blocks)[min(int(8*median(part)/top), 7)])
	}
	return b.String()
}
