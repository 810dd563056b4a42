package progress

import (
	"io"
	"sync"
	"sync/atomic"
	"time"

	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"
)

// bar shows a meter as a bar on the terminal's last line. mpb holds written lines until
// it draws again, and throws away what it holds where it has nothing more to draw. So its
// bar is never full before close, which makes it draw once more, and lines that come
// during close or later go to the terminal directly.
type bar struct {
	w         io.Writer
	now       func() time.Time
	container *mpb.Progress
	bar       *mpb.Bar
	state     atomic.Pointer[state] // drawing happens in mpb's goroutine

	open   sync.RWMutex // written while closing
	closed bool
}

func newBar(w io.Writer, s state, now func() time.Time, options ...mpb.ContainerOption) *bar {
	s.start = now()
	s.last.time = s.start
	b := &bar{w: w, now: now, container: mpb.New(append(options, mpb.WithOutput(w))...)}
	b.state.Store(&s)
	look := []mpb.BarOption{
		mpb.BarWidth(30), mpb.BarFillerTrim(),
		mpb.PrependDecorators(b.text(func(s *state) string { return s.label + " " + s.counts() + " " })),
		mpb.AppendDecorators(b.text(func(s *state) string { return " " + s.timing(b.now()) + "  " + s.note })),
	}
	if s.total == 0 {
		b.bar = b.container.New(0, mpb.NopStyle(), look...)
		return b
	}
	style := mpb.BarStyle().Lbound("[").Filler("=").Tip(">").Padding(" ").Rbound("]")
	b.bar = b.container.New(0, style, look...)
	b.bar.SetTotal(int64(s.total), false)
	return b
}

func (b *bar) text(of func(*state) string) decor.Decorator {
	return decor.Any(func(decor.Statistics) string { return of(b.state.Load()) })
}

func (b *bar) Write(text []byte) (int, error) {
	b.open.RLock()
	defer b.open.RUnlock()
	if b.closed {
		return b.w.Write(text)
	}
	if n, err := b.container.Write(text); err == nil {
		return n, nil
	}
	return b.w.Write(text) // mpb gave up: the terminal has no size
}

func (b *bar) set(s state) {
	b.state.Store(&s)
	b.bar.SetCurrent(int64(s.last.done))
}

func (b *bar) close(s state) {
	b.open.Lock()
	defer b.open.Unlock()
	b.closed = true
	b.state.Store(&s)
	b.bar.Abort(false) // draws, and leaves the bar where it got to
	b.container.Wait()
}
