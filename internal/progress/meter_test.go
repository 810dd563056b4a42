package progress

import (
	"bytes"
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/vbauerster/mpb/v8"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// clock is a time that tests move.
type clock struct{ time time.Time }

func (c *clock) now() time.Time { return c.time }

// at moves the clock to that many seconds after the start and sets the meter.
func (c *clock) at(m *Meter, seconds, done int, note string) {
	c.time = time.Unix(int64(seconds), 0)
	m.Set(done, note)
}

func plain(total int) (*Meter, *clock, *bytes.Buffer) {
	c := &clock{time.Unix(0, 0)}
	var out bytes.Buffer
	return start(&lines{w: &out}, state{label: "extract", total: total}, c.now), c, &out
}

func TestPlainLines(t *testing.T) {
	for _, c := range []struct {
		name  string
		total int
		work  func(*clock, *Meter)
		want  string
	}{
		{"nothing done", 3, func(*clock, *Meter) {}, "extract: 0/3 (0 %), 0s\n"},
		{"quick work tells its end", 3, func(c *clock, m *Meter) { c.at(m, 1, 1, "a"); c.at(m, 2, 3, "b") }, "extract: 3/3 (100 %), 2s\n"},
		{"a line every five seconds", 100, func(c *clock, m *Meter) {
			for i := range 13 {
				c.at(m, i, i, fmt.Sprintf("clip %d", i))
			}
		}, "extract: 5/100 (5 %), 1m35s left, clip 5\nextract: 10/100 (10 %), 1m30s left, clip 10\nextract: 12/100 (12 %), 12s\n"},
		{"the end is told once", 2, func(c *clock, m *Meter) { c.at(m, 4, 1, ""); c.at(m, 8, 2, "") }, "extract: 2/2 (100 %), 8s\n"},
		{
			"a resumed run does not count what was there", 100, func(c *clock, m *Meter) { c.at(m, 0, 50, ""); c.at(m, 10, 60, "") },
			"extract: 60/100 (60 %), 40s left\n",
		},
		{"the total is not known", 0, func(c *clock, m *Meter) { c.at(m, 6, 40, "frame"); c.at(m, 7, 41, "frame") }, "extract: 40, 6s, frame\nextract: 41, 7s\n"},
		{"a name that moves the cursor", 9, func(c *clock, m *Meter) { c.at(m, 6, 1, "a\r\n\x1b[2Jb\u009b") }, "extract: 1/9 (11 %), 48s left, a   [2Jb \n"},
		{"lines of others come at once", 9, func(_ *clock, m *Meter) { m.Logf("skipped %s\n", "x.mp4"); fmt.Fprintln(m, "second") }, "skipped x.mp4\nsecond\nextract: 0/9 (0 %), 0s\n"},
		{"more than all", 2, func(c *clock, m *Meter) { c.at(m, 6, 3, "") }, "extract: 3/2 (150 %), 6s\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			m, time, out := plain(c.total)
			c.work(time, m)
			m.Close()
			m.Close()
			if diff := cmp.Diff(c.want, out.String()); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestABufferAndAPipeAreNotInteractive(t *testing.T) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	defer w.Close()
	if Interactive(&bytes.Buffer{}) || Interactive(w) {
		t.Error("a bar would be drawn into a log")
	}
}

// terminal is a writer that mpb takes for a terminal.
func terminal(total int) (*Meter, *clock, *buffer) {
	c := &clock{time.Unix(0, 0)}
	out := &buffer{}
	s := state{label: "fit", total: total}
	return start(newBar(out, s, c.now, mpb.WithAutoRefresh(), mpb.WithWidth(80)), s, c.now), c, out
}

type buffer struct {
	mutex sync.Mutex
	bytes.Buffer
}

func (b *buffer) Write(p []byte) (int, error) {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	return b.Buffer.Write(p)
}

func TestNoLineIsLostAboveABar(t *testing.T) {
	const each, writers = 300, 4
	m, _, out := terminal(each * writers)
	var group sync.WaitGroup
	for w := range writers {
		group.Go(func() {
			for i := range each {
				m.Logf("line %d of %d.", i, w)
				m.Set(w*each+i+1, "working")
			}
		})
	}
	group.Wait()
	m.Close()
	m.Logf("after the end")
	for w := range writers {
		for i := range each {
			if n := strings.Count(out.String(), fmt.Sprintf("line %d of %d.\n", i, w)); n != 1 {
				t.Fatalf("line %d of writer %d is there %d times", i, w, n)
			}
		}
	}
	if !strings.HasSuffix(out.String(), "after the end\n") {
		t.Error("a line after the end is lost")
	}
}

// The end of the work and its last line come together: that line must be shown too.
func TestTheLastLineIsShown(t *testing.T) {
	for done := range 4 {
		for range 50 {
			m, _, out := terminal(3)
			m.Set(done, "")
			m.Logf("last line")
			m.Close()
			if strings.Count(out.String(), "last line\n") != 1 {
				t.Fatalf("%d of 3 done: %q", done, out.String())
			}
		}
	}
}

func TestLinesDuringCloseAreShown(t *testing.T) {
	const count = 2000
	m, _, out := terminal(3)
	var group sync.WaitGroup
	halfway := make(chan struct{})
	group.Go(func() {
		for i := range count {
			m.Logf("line %d.", i)
			if i == count/2 {
				close(halfway)
			}
		}
	})
	<-halfway
	m.Close()
	group.Wait()
	if n := strings.Count(out.String(), "line "); n != count {
		t.Errorf("%d of %d lines", n, count)
	}
}

func TestABarShowsWhereTheWorkStopped(t *testing.T) {
	for _, c := range []struct {
		total, done int
		want        string
	}{
		{10, 4, "fit 4/10 (40 %) ["},
		{10, 10, "fit 10/10 (100 %) ["},
		{0, 7, "fit 7 "},
	} {
		m, time, out := terminal(c.total)
		time.at(m, 20, c.done, "clip")
		m.Close()
		last := out.String()[strings.LastIndex(out.String(), "fit "):]
		if !strings.HasPrefix(last, c.want) || !strings.Contains(last, " 20s") {
			t.Errorf("%d of %d: %q, want %q… and 20s", c.done, c.total, last, c.want)
		}
	}
}

func TestSetAndDrawingDoNotWaitForEachOther(t *testing.T) {
	m, _, _ := terminal(1 << 20)
	for i := range 1 << 14 {
		m.Set(i, "note")
	}
	m.Close()
}

func TestSilentPassesLinesOnly(t *testing.T) {
	var out bytes.Buffer
	m := Silent(&out)
	m.Set(3, "clip")
	m.Logf("a line")
	m.Close()
	if out.String() != "a line\n" {
		t.Errorf("%q", out.String())
	}
}
