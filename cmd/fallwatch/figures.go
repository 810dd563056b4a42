package main

import (
	"log/slog"
	"maps"
	"sync"
	"time"

	"fallkit/internal/alarm"
	"fallkit/internal/metric"
	"fallkit/internal/notify"
	"fallkit/internal/retention"
)

// figures count what has happened since the program started.
type figures struct {
	started time.Time
	*counted
}

type counted struct {
	mutex    sync.Mutex
	events   map[string]int
	channels map[string]metric.Channel
	removed  int
}

func newFigures(now time.Time) figures {
	return figures{now, &counted{events: map[string]int{}, channels: map[string]metric.Channel{}}}
}

// told counts a report.
func (f figures) told(r alarm.Report) {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	f.events[r.Kind]++
}

// tried counts an attempt to deliver.
func (f figures) tried(o notify.Outcome) {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	c := f.channels[o.Channel]
	if o.Err == nil {
		c.Delivered++
	} else {
		c.Failed++
	}
	f.channels[o.Channel] = c
}

// pruned counts what retention has removed, and logs what matters of it.
func (f figures) pruned(log *slog.Logger) func(retention.Outcome) {
	return func(o retention.Outcome) {
		f.mutex.Lock()
		f.removed += o.Removed
		f.mutex.Unlock()
		switch {
		case o.Err != nil:
			log.Error("old records cannot be removed", "error", o.Err)
		case o.Full:
			log.Error("the disk is nearly full", "free_bytes", o.Free)
		case o.Removed > 0:
			log.Info("old records are removed", "incidents", o.Removed, "early", o.Early)
		}
	}
}

// snapshot is how the program fares, for metrics.
func (s *shift) snapshot() metric.Snapshot {
	states, away := s.house.State(), 0
	m := metric.Snapshot{
		Version: version, Revision: revision(), Model: s.use.Model.SHA256, Runtime: s.detector.front.set.Runtime,
		Started: s.figures.started, Ready: s.house.Ready() == nil, Channels: map[string]metric.Channel{},
	}
	for _, c := range states {
		if c.Mode == alarm.Away {
			away++
		}
		m.Cameras = append(m.Cameras, metric.Camera{
			Name: c.Name, Up: c.Up, Blind: c.Blind != "", Last: c.Last, Frames: c.Frames, Drops: c.Drops, Stalls: c.Stalls,
			Reconnects: c.Reconnects, Poses: c.Looks, PoseMillis: c.PoseMillis, ScoreMillis: c.ScoreMillis, Score: c.Score, Rate: c.Rate, People: c.People,
		})
	}
	m.Watching = away < len(states)
	for _, i := range s.house.Open() {
		if i.By == "" {
			m.Open++
		}
	}
	s.figures.mutex.Lock()
	defer s.figures.mutex.Unlock()
	m.Events, m.Pruned = maps.Clone(s.figures.events), s.figures.removed
	for name, queued := range s.journal.Depth() {
		c := s.figures.channels[name]
		c.Queued = queued
		m.Channels[name] = c
	}
	return m
}
