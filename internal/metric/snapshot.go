// Package metric shows how the daemon fares to Prometheus. It asks for a snapshot when it is
// scraped and keeps no counters of its own, so that a page, a log line and a scrape
// cannot contradict one another. docs/metrics-prometheus.md names every metric; a test
// holds the two together.
package metric

import "time"

// Snapshot is how the daemon fares at one moment. Counts go up only, from its start.
type Snapshot struct {
	Version, Revision string // of the program
	Model, Runtime    string // the model's sha256; what the pose network runs in
	Started           time.Time
	Ready             bool // as /readyz says
	Watching          bool // false: the house is away or alarms are off

	Cameras  []Camera
	Events   map[string]int // reports since the start, by their kind
	Channels map[string]Channel
	Open     int // incidents that nobody has acknowledged

	Pruned int // records that retention has removed
}

// Camera is one of them.
type Camera struct {
	Name       string
	Up         bool
	Blind      bool // it gives pictures that show nothing, or none
	Last       time.Time
	Frames     int // pictures read
	Drops      int // of these, passed over for newer ones
	Stalls     int
	Reconnects int
	Poses      int     // pictures searched for people
	PoseMillis float64 // lately, for one picture
	Score      float64 // lately, the highest of all people, 0 to 1

	ScoreMillis float64 // lately, for one window
	Rate        float64 // poses a second, lately
	People      int
}

// Channel is a way to tell people.
type Channel struct {
	Queued    int // reports that wait to be delivered
	Delivered int
	Failed    int // attempts
}
