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
	ended    bool
	why      string    // by its pictures, the camera is blind
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

// saw notes why the newest picture shows nothing, "" where it shows something.
func (m *meter) saw(why string) {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	m.why = why
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

func (m *meter) end() {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	m.ended = true
}

// reading is all that a meter knows.
type reading struct {
	CameraState
	why   string
	ended bool
}

func (m *meter) read() reading {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	return reading{m.state, m.why, m.ended}
}
