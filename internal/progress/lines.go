package progress

import (
	"fmt"
	"io"
	"sync"
	"time"
)

// every is the least time between two lines of a meter.
const every = 5 * time.Second

// lines shows a meter as plain lines: logs and pipes hold no cursor movements.
type lines struct {
	mutex sync.Mutex
	w     io.Writer
	last  time.Time // of the meter's last line
	told  string    // what that line said was done
}

func (l *lines) Write(text []byte) (int, error) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	return l.w.Write(text)
}

func (l *lines) set(s state) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	if l.last.IsZero() {
		l.last = s.start
	}
	if s.last.time.Sub(l.last) >= every {
		l.last = s.last.time
		l.tell(s)
	}
}

// close tells the end, unless that has been told.
func (l *lines) close(s state) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	if l.told != s.counts() {
		l.tell(s)
	}
}

func (l *lines) tell(s state) {
	l.told = s.counts()
	line := s.label + ": " + l.told + ", " + s.timing(s.last.time)
	if s.note != "" {
		line += ", " + s.note
	}
	fmt.Fprintln(l.w, line)
}
