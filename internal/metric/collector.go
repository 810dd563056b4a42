package metric

import (
	"maps"
	"net/http"
	"slices"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// Source is where scrapes get their numbers.
type Source struct {
	Snapshot func() Snapshot
	Machine  Machine
	Now      func() time.Time
}

// Handler answers scrapes, with what Go itself tells beside the daemon's own metrics.
func (s Source) Handler() http.Handler {
	r := prometheus.NewRegistry()
	r.MustRegister(collector{s}, collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return promhttp.HandlerFor(r, promhttp.HandlerOpts{MaxRequestsInFlight: 4})
}

// collector is a Source as prometheus wants it.
type collector struct{ Source }

// description is one metric.
type description struct {
	desc *prometheus.Desc
	kind prometheus.ValueType
}

var descriptions []*description

func describe(kind prometheus.ValueType, name, help string, labels ...string) *description {
	d := &description{prometheus.NewDesc("fallwatch_"+name, help, labels, nil), kind}
	descriptions = append(descriptions, d)
	return d
}

const (
	gauge   = prometheus.GaugeValue
	counter = prometheus.CounterValue
)

// All that the daemon tells of itself.
var (
	build    = describe(gauge, "build_info", "Always 1; the labels say what runs.", "version", "revision", "model", "runtime")
	started  = describe(gauge, "start_time_seconds", "When the daemon started, in Unix time.")
	ready    = describe(gauge, "ready", "1 where every camera sees and everything works, as /readyz says.")
	watching = describe(gauge, "watching", "1 where a fall would raise an alarm; 0 in the away mode.")

	up          = describe(gauge, "camera_up", "1 while pictures come.", "camera")
	blind       = describe(gauge, "camera_blind", "1 while the camera sees nothing: silent, black, covered, frozen or moved.", "camera")
	age         = describe(gauge, "camera_age_seconds", "Age of the newest picture; since the start where there has been none.", "camera")
	frames      = describe(counter, "camera_frames_total", "Pictures read.", "camera")
	drops       = describe(counter, "camera_drops_total", "Pictures that were passed over for newer ones.", "camera")
	stalls      = describe(counter, "camera_stalls_total", "Times that the camera gave nothing, or the same picture, for too long.", "camera")
	reconnects  = describe(counter, "camera_reconnects_total", "Times that pictures came again after the camera had been away.", "camera")
	poses       = describe(counter, "camera_poses_total", "Pictures that were searched for people.", "camera")
	rate        = describe(gauge, "camera_poses_per_second", "Pictures searched for people in a second, lately.", "camera")
	poseTime    = describe(gauge, "camera_pose_seconds", "Time to search one picture for people, lately.", "camera")
	scoreTime   = describe(gauge, "camera_score_seconds", "Time for the model to judge one person, lately.", "camera")
	people      = describe(gauge, "camera_people", "People in view.", "camera")
	cameraScore = describe(gauge, "camera_score", "The highest score of the people in view, 0 to 1.", "camera")

	events    = describe(counter, "events_total", "Reports of alarms and cameras, by kind.", "kind")
	open      = describe(gauge, "incidents_open", "Incidents that nobody has acknowledged.")
	queued    = describe(gauge, "queue_depth", "Reports that wait to be delivered.", "channel")
	delivered = describe(counter, "deliveries_total", "Reports that a channel has taken.", "channel")
	failed    = describe(counter, "delivery_failures_total", "Attempts that failed; the report is tried again.", "channel")
	pruned    = describe(counter, "pruned_total", "Old records that were removed to keep within age and size.")

	diskFree    = describe(gauge, "disk_free_bytes", "Room left for the daemon on the disk of its state.")
	diskSize    = describe(gauge, "disk_size_bytes", "Size of that disk.")
	temperature = describe(gauge, "temperature_celsius", "What the machine's sensors say.", "zone", "type")
)

// Describe names every metric.
func (collector) Describe(out chan<- *prometheus.Desc) {
	for _, d := range descriptions {
		out <- d.desc
	}
}

// Collect gives the numbers of this moment.
func (c collector) Collect(out chan<- prometheus.Metric) {
	w := writer(out)
	s, now := c.Snapshot(), c.Now()
	w.add(build, 1, s.Version, s.Revision, s.Model, s.Runtime)
	w.add(started, float64(s.Started.UnixMilli())/1000)
	w.add(ready, one(s.Ready))
	w.add(watching, one(s.Watching))
	for _, camera := range s.Cameras {
		w.camera(camera, s.Started, now)
	}
	for _, kind := range slices.Sorted(maps.Keys(s.Events)) {
		w.add(events, float64(s.Events[kind]), kind)
	}
	w.add(open, float64(s.Open))
	for _, name := range slices.Sorted(maps.Keys(s.Channels)) {
		ch := s.Channels[name]
		w.add(queued, float64(ch.Queued), name)
		w.add(delivered, float64(ch.Delivered), name)
		w.add(failed, float64(ch.Failed), name)
	}
	w.add(pruned, float64(s.Pruned))
	w.machine(c.Machine)
}

type writer chan<- prometheus.Metric

func (w writer) add(d *description, value float64, labels ...string) {
	w <- prometheus.MustNewConstMetric(d.desc, d.kind, value, labels...)
}

func (w writer) camera(c Camera, start, now time.Time) {
	last := c.Last
	if last.IsZero() {
		last = start
	}
	w.add(up, one(c.Up), c.Name)
	w.add(blind, one(c.Blind), c.Name)
	w.add(age, max(now.Sub(last).Seconds(), 0), c.Name)
	w.add(frames, float64(c.Frames), c.Name)
	w.add(drops, float64(c.Drops), c.Name)
	w.add(stalls, float64(c.Stalls), c.Name)
	w.add(reconnects, float64(c.Reconnects), c.Name)
	w.add(poses, float64(c.Poses), c.Name)
	w.add(rate, c.Rate, c.Name)
	w.add(poseTime, c.PoseMillis/1000, c.Name)
	w.add(scoreTime, c.ScoreMillis/1000, c.Name)
	w.add(people, float64(c.People), c.Name)
	w.add(cameraScore, c.Score, c.Name)
}

// machine leaves out what the machine does not tell.
func (w writer) machine(m Machine) {
	if free, size, err := m.Disk(); err == nil {
		w.add(diskFree, float64(free))
		w.add(diskSize, float64(size))
	}
	for _, t := range m.Temperatures() {
		w.add(temperature, t.Celsius, t.Zone, t.Type)
	}
}

func one(is bool) float64 {
	if is {
		return 1
	}
	return 0
}
