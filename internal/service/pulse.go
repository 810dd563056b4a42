package service

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"
)

// Pulse knows when each loop of the program turned last. A loop that waits for something
// from outside (a camera, a network) must wait no longer than its limit without turning.
type Pulse struct {
	mutex sync.Mutex
	loops map[string]turn
}

type turn struct {
	last  time.Time
	limit time.Duration
}

// Turned notes that a loop turned, and that it must do so again within limit.
func (p *Pulse) Turned(loop string, now time.Time, limit time.Duration) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	if p.loops == nil {
		p.loops = map[string]turn{}
	}
	p.loops[loop] = turn{now, limit}
}

// Ended forgets a loop that ended as it should.
func (p *Pulse) Ended(loop string) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	delete(p.loops, loop)
}

// Late is nil, or names the loops that are overdue at now. Turns after now (a clock that was
// set back) count as turns.
func (p *Pulse) Late(now time.Time) error {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	var late []string
	for _, name := range slices.Sorted(maps.Keys(p.loops)) {
		if t := p.loops[name]; now.Sub(t.last) > t.limit {
			late = append(late, name)
		}
	}
	if late == nil {
		return nil
	}
	return fmt.Errorf("no longer turning: %s", strings.Join(late, ", "))
}
