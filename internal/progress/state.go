package progress

import (
	"fmt"
	"time"
)

// state is how far the work has come.
type state struct {
	label string
	total int // 0 where it is not known
	start time.Time
	first mark // from where speed is measured; no time before the first piece
	last  mark
	note  string
	over  bool
}

// mark is how much was done at a time.
type mark struct {
	time time.Time
	done int
}

func (s state) after(m mark, note string) state {
	s.last, s.note = m, note
	switch {
	case !s.first.time.IsZero():
	case m.done <= 1: // the first piece took the time since the start
		s.first = mark{s.start, 0}
	default:
		s.first = m
	}
	return s
}

// counts is done of total, such as "12/70 (17 %)".
func (s state) counts() string {
	if s.total == 0 {
		return fmt.Sprint(s.last.done)
	}
	return fmt.Sprintf("%d/%d (%d %%)", s.last.done, s.total, 100*s.last.done/s.total)
}

// left is the time that the rest takes at the speed so far; false where nobody can know.
func (s state) left(now time.Time) (time.Duration, bool) {
	done := s.last.done - s.first.done
	if s.over || s.total == 0 || done <= 0 || s.last.done >= s.total {
		return 0, false
	}
	each := float64(s.last.time.Sub(s.first.time)) / float64(done)
	rest := time.Duration(each*float64(s.total-s.last.done)) - now.Sub(s.last.time)
	return max(rest, 0).Round(time.Second), true
}

// timing is the time left while that is known, else the time spent.
func (s state) timing(now time.Time) string {
	if left, ok := s.left(now); ok {
		return fmt.Sprintf("%v left", left)
	}
	if s.over {
		now = s.last.time
	}
	return fmt.Sprintf("%v", now.Sub(s.start).Round(time.Second))
}
