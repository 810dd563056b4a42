package watch

import "sync"

// topic hands the newest of something to whoever listens; who is slow misses what was before.
type topic struct {
	mutex     sync.Mutex
	listeners map[chan Live]bool
}

// subscribe gives a channel, and what ends it and closes the channel.
func (t *topic) subscribe() (<-chan Live, func()) {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	c := make(chan Live, 1)
	if t.listeners == nil {
		t.listeners = map[chan Live]bool{}
	}
	t.listeners[c] = true
	return c, func() { t.cancel(c) }
}

func (t *topic) cancel(c chan Live) {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	if t.listeners[c] {
		delete(t.listeners, c)
		close(c)
	}
}

// publish replaces what nobody has taken yet.
func (t *topic) publish(l Live) {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	for c := range t.listeners {
		select {
		case <-c:
		default:
		}
		c <- l // there is room: nobody else sends
	}
}
