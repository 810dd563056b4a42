package watch

import (
	"math"
	"sync"
	"time"
)

// meter is what is known of a pipeline at the moment; any goroutine may read it.
type meter struct {
	mutex    sync.Mutex
	state    CameraState
	previous time.Time // look
}

// smooth is the share of a new value in the running means.
const smooth = 0.1

func (m *meter) looked(v View, scoring time.Duration, people int, score float64, alarm string) {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	s := &m.state
	s.Looks++
	s.Looked, s.People, s.Alarm, s.Score = v.At, people, alarm, 0
	if !math.IsNaN(score) {
		s.Score = score
	}
	if v.Took > 0 {
		blend(&s.PoseMillis, millis(v.Took))
	}
	if people > 0 {
		blend(&s.ScoreMillis, millis(scoring))
	}
	if gap := v.At.Sub(m.previous).Seconds(); gap > 0 && gap < 10 {
		blend(&s.Rate, 1/gap)
	}
	m.previous = v.At
}

func blend(mean *float64, value float64) {
	if *mean == 0 {
		*mean = value
	}
	*mean += smooth * (value - *mean)
}

func millis(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

func (m *meter) restarted() {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	m.state.Restarts++
}

func (m *meter) set(change func(*CameraState)) {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	change(&m.state)
}

func (m *meter) read() CameraState {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	return m.state
}
