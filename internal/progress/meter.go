// Package progress shows how far long work has come: a bar with the time left on a
// terminal, a plain line every few seconds anywhere else. Log lines written through a
// meter stand above its bar and are not lost. It never decides what is worth logging and
// never ends the work: a terminal that cannot be written to only stops the showing.
package progress

import (
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/mattn/go-isatty"
)

// Meter shows one piece of work. It may be used from several goroutines. Use New.
type Meter struct {
	show display
	now  func() time.Time

	mutex sync.Mutex
	state state
}

// display is how a meter is seen. Its methods may be called from several goroutines.
type display interface {
	io.Writer // lines of others
	set(s state)
	close(s state)
}

// New starts a meter of total pieces on w; a total of 0 or less is not known. Close it.
func New(w io.Writer, label string, total int) *Meter {
	s := state{label: oneLine(label), total: max(total, 0)}
	if Interactive(w) {
		return start(newBar(w, s, time.Now), s, time.Now)
	}
	return start(&lines{w: w}, s, time.Now)
}

// Silent gives a meter that shows nothing, and passes what is written through it to w.
func Silent(w io.Writer) *Meter { return start(silent{w}, state{}, time.Now) }

type silent struct{ io.Writer }

func (silent) set(state)   {}
func (silent) close(state) {}

func start(show display, s state, now func() time.Time) *Meter {
	s.start = now()
	s.last = mark{time: s.start}
	return &Meter{show: show, now: now, state: s}
}

// Interactive tells whether w is a terminal that can move its cursor, with a person
// before it.
func Interactive(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && isatty.IsTerminal(f.Fd()) && os.Getenv("TERM") != "dumb" && os.Getenv("CI") == ""
}

// Set says how many pieces are done, and in a word what is being done. What the first
// call finds done says nothing about speed: a run that was resumed tells the right time
// left.
func (m *Meter) Set(done int, note string) {
	m.mutex.Lock()
	m.state = m.state.after(mark{m.now(), done}, oneLine(note))
	s := m.state
	m.mutex.Unlock()
	m.show.set(s) // unlocked: a bar may be drawing, and drawing waits for nobody
}

// Logf writes a line above the bar.
func (m *Meter) Logf(format string, args ...any) {
	fmt.Fprintln(m, strings.TrimRight(fmt.Sprintf(format, args...), "\n"))
}

// Write writes whole lines above the bar: a logger's output goes here while a meter is
// open. It works after Close too.
func (m *Meter) Write(text []byte) (int, error) { return m.show.Write(text) }

// Close shows the final state and lets go of the terminal. All that was written has been
// shown when it returns. A second call does nothing.
func (m *Meter) Close() {
	m.mutex.Lock()
	over := m.state.over
	m.state.over, m.state.note = true, ""
	s := m.state
	m.mutex.Unlock()
	if !over {
		m.show.close(s)
	}
}

// oneLine keeps outside text (a file's name, say) from moving the cursor.
func oneLine(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r >= 0x7f && r < 0xa0 {
			return ' '
		}
		return r
	}, s)
}
