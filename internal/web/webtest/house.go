package webtest

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"sync"
	"time"

	"fallkit/internal/alarm"
	"fallkit/internal/web"
	"fallkit/pose"
)

// The cameras of the house. One sees nothing.
const (
	Living = "Living room"
	Hall   = "Kitchen & hall"
	Blind  = "Bedroom"
)

// The size of their pictures, in pixels.
const (
	Width  = 640
	Height = 480
)

// House is a house that is made up. It is safe for concurrent use. Use New.
type House struct {
	Now     func() time.Time
	Broken  error // what its changes fail with, nil = they do not
	Blinded error // what Ready says

	mutex     sync.Mutex
	start     time.Time
	mode      string
	frames    int
	listeners map[*listener]bool
	late      int // what a listener did not take at once
	incidents []web.Incident
	zones     map[string][]web.Zone
	audits    []web.AuditEntry
	changes   []string
}

type listener struct {
	camera string
	seen   chan web.Live
}

// New is a house in which somebody has just fallen.
func New(now func() time.Time) *House {
	h := &House{Now: now, start: now(), mode: "auto", Blinded: errors.New("camera " + Blind + ": the picture is black"), listeners: map[*listener]bool{}, zones: map[string][]web.Zone{
		Living: {{Name: "Sofa", Kind: web.LyingAllowed, Points: [][2]float64{{0.62, 0.55}, {0.95, 0.55}, {0.97, 0.9}, {0.6, 0.9}}}},
	}}
	h.past()
	return h
}

// past is what has happened before.
func (h *House) past() {
	now := h.Now().UTC().Truncate(time.Second)
	add := func(id, camera string, ago time.Duration, reports ...alarm.Report) {
		for i := range reports {
			r := &reports[i]
			r.ID, r.Incident, r.Camera, r.Start = fmt.Sprintf("%s-%d", id, i+1), id, cmp.Or(r.Camera, camera), now.Add(-ago)
			r.Time = r.Start.Add(time.Duration(i+1) * time.Second)
		}
		h.incidents = append(h.incidents, web.Incident{ID: id, Reports: reports})
	}
	add("i-0005", Living, 95*time.Second, alarm.Report{Kind: alarm.Suspected, Track: 1, Score: 0.81}, alarm.Report{Kind: alarm.AlsoSeen, Camera: Hall, Track: 3, Score: 0.81}, alarm.Report{Kind: alarm.Confirmed, Track: 1, Score: 0.97, Level: 1, Contacts: []string{"Anna"}})
	add("i-0004", Blind, 20*time.Minute, alarm.Report{Kind: alarm.Blind, Note: "the picture is black"})
	add("i-0003", Hall, 26*time.Hour, alarm.Report{Kind: alarm.Suspected, Track: 2, Score: 0.58}, alarm.Report{Kind: alarm.Cleared, Track: 2, Score: 0.58})
	add("i-0002", Living, 3*24*time.Hour, alarm.Report{Kind: alarm.Drilled, Drill: true, Note: "begun by Anna"}, alarm.Report{Kind: alarm.Suspected, Drill: true},
		alarm.Report{Kind: alarm.Confirmed, Drill: true, Level: 1, Contacts: []string{"Anna"}}, alarm.Report{Kind: alarm.Acknowledged, Note: "Anna", Drill: true}, alarm.Report{Kind: alarm.Cleared, Drill: true})
	add("i-0001", Living, 9*24*time.Hour, alarm.Report{Kind: alarm.Suspected, Track: 4, Score: 0.9}, alarm.Report{Kind: alarm.Confirmed, Track: 4, Score: 0.99, Level: 1},
		alarm.Report{Kind: alarm.Escalated, Track: 4, Score: 0.99, Level: 2}, alarm.Report{Kind: alarm.Acknowledged, Track: 4, Note: "Ben"}, alarm.Report{Kind: alarm.Recovered, Track: 4}, alarm.Report{Kind: alarm.Cleared, Track: 4})
	h.incidents[4].Verdict, h.incidents[4].VerdictBy = web.VerdictTrue, "Ben"
}

// Run moves the people, ten times a second, until ctx ends.
func (h *House) Run(ctx context.Context) {
	clock := time.NewTicker(100 * time.Millisecond)
	defer clock.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-clock.C:
			h.Step()
		}
	}
}

// Step has every camera that sees see something. It waits for nobody: see Late.
func (h *House) Step() {
	h.mutex.Lock()
	defer h.mutex.Unlock()
	h.frames++
	seconds := h.Now().Sub(h.start).Seconds()
	for l := range h.listeners {
		if l.camera == Blind {
			continue
		}
		select {
		case l.seen <- web.Live{Camera: l.camera, Time: h.Now().UTC(), Width: Width, Height: Height, People: people(l.camera, seconds)}:
		default:
			h.late++
		}
	}
}

// Late counts what a listener was not ready to take.
func (h *House) Late() int {
	h.mutex.Lock()
	defer h.mutex.Unlock()
	return h.late
}

// Listeners counts who listens.
func (h *House) Listeners() int {
	h.mutex.Lock()
	defer h.mutex.Unlock()
	return len(h.listeners)
}

// people is who is seen after so many seconds.
func people(camera string, seconds float64) []web.Person {
	if camera == Hall {
		return []web.Person{
			person(3, Figure{X: 190, Ground: 440, Height: 300, Arms: 3 * seconds}, 0.02, ""),
			person(4, Figure{X: 470 + 90*math.Sin(seconds/3), Ground: 410, Height: 240, Stride: 5 * seconds}, 0.04, ""),
		}
	}
	lying := Figure{X: 330, Ground: 420, Height: 240, Lean: 1.5, Arms: 0.8 * seconds}
	return []web.Person{person(1, lying, 0.96, "confirmed")}
}

func person(track int, f Figure, score float64, state string) web.Person {
	p := web.Person{Track: track, Score: score, State: state}
	for _, k := range f.Pose().Keypoints {
		p.Keypoints = append(p.Keypoints, [3]float32{k.X, k.Y, k.Score})
	}
	return p
}

// Cameras gives three, of which the last is blind.
func (h *House) Cameras() []web.CameraState {
	h.mutex.Lock()
	defer h.mutex.Unlock()
	now := h.Now().UTC()
	state := web.CameraState{Up: true, Since: h.start.UTC(), Last: now, Frames: h.frames, PoseMillis: 31.5, ScoreMillis: 2.1, Rate: 10, Mode: h.inForce()}
	living, hall, blind := state, state, state
	living.Name, living.People, living.Score, living.Alarm = Living, 1, 0.96, "confirmed"
	hall.Name, hall.People, hall.Score, hall.Drops = Hall, 2, 0.04, 3
	blind.Name, blind.Rate, blind.Blind, blind.Last, blind.Reconnects = Blind, 0, "the picture is black", h.start.Add(-20*time.Minute).UTC(), 1
	return []web.CameraState{living, hall, blind}
}

// Subscribe gives a channel that nothing waits for.
func (h *House) Subscribe(camera string) (<-chan web.Live, func()) {
	l := &listener{camera, make(chan web.Live)}
	h.mutex.Lock()
	defer h.mutex.Unlock()
	h.listeners[l] = true
	return l.seen, func() {
		h.mutex.Lock()
		defer h.mutex.Unlock()
		delete(h.listeners, l)
	}
}

// Incidents gives the newest first.
func (h *House) Incidents(limit int, before string) ([]web.Incident, error) {
	h.mutex.Lock()
	defer h.mutex.Unlock()
	from := 0
	if before != "" {
		from = h.find(before) + 1
		if from == 0 {
			return nil, fmt.Errorf("incident %s: %w", before, web.ErrUnknown)
		}
	}
	all := h.incidents[from:]
	return slices.Clone(all[:min(limit, len(all))]), nil
}

// Incident is one by its name.
func (h *House) Incident(id string) (web.Incident, error) {
	h.mutex.Lock()
	defer h.mutex.Unlock()
	if n := h.find(id); n >= 0 {
		return h.incidents[n], nil
	}
	return web.Incident{}, fmt.Errorf("incident %s: %w", id, web.ErrUnknown)
}

func (h *House) find(id string) int {
	return slices.IndexFunc(h.incidents, func(i web.Incident) bool { return i.ID == id })
}

// Evidence is somebody's fall, ten poses a second from 10 s before to 5 s after.
func (h *House) Evidence(id string) (json.RawMessage, []byte, error) {
	h.mutex.Lock()
	defer h.mutex.Unlock()
	n := h.find(id)
	if n < 0 {
		return nil, nil, fmt.Errorf("incident %s: %w", id, web.ErrUnknown)
	}
	raw, png := fall()
	if kind := h.incidents[n].Reports[0].Kind; kind == alarm.Blind || kind == alarm.Drilled {
		return nil, nil, nil
	}
	return raw, png, nil
}

// fall is drawn once.
var fall = sync.OnceValues(func() (json.RawMessage, []byte) {
	kept := view{Camera: Living, Width: Width, Height: Height, Track: 1}
	var some []pose.Pose
	for i := range 151 {
		t := float64(i)/10 - 10
		kept.Times = append(kept.Times, t)
		kept.Poses = append(kept.Poses, falling(t).Pose())
		kept.Scores = append(kept.Scores, math.Round(97/(1+math.Exp(-6*(t-0.5))))/100)
		if t >= -0.61 && i%3 == 0 && len(some) < 6 {
			some = append(some, kept.Poses[i])
		}
	}
	kept.Also = []view{kept.mirrored()}
	raw, err := json.Marshal(kept)
	if err != nil {
		panic(err) // plain numbers
	}
	return raw, strip(some, Width, Height)
})

// view is what one camera has seen of an incident.
type view struct {
	Camera               string
	Width, Height, Track int
	Times                []float64
	Poses                []pose.Pose
	Scores               []float64
	Also                 []view `json:",omitempty"`
}

// mirrored is the same as a second camera sees it, from the other side.
func (v view) mirrored() view {
	v.Camera, v.Track = Hall, 3
	v.Poses = append([]pose.Pose{}, v.Poses...)
	for i := range v.Poses {
		for j := range v.Poses[i].Keypoints {
			k := &v.Poses[i].Keypoints[j]
			k.X = Width - k.X
		}
	}
	return v
}

// change makes a change, unless the house is Broken.
func (h *House) change(name string, what func() error) error {
	h.mutex.Lock()
	defer h.mutex.Unlock()
	if h.Broken != nil {
		return h.Broken
	}
	if err := what(); err != nil {
		return err
	}
	h.changes = append(h.changes, name)
	return nil
}

// Changes are those that were made, each in a few words.
func (h *House) Changes() []string {
	h.mutex.Lock()
	defer h.mutex.Unlock()
	return slices.Clone(h.changes)
}

// Acknowledge takes an incident over.
func (h *House) Acknowledge(id, who string) error {
	return h.change("acknowledge "+id+" "+who, func() error {
		n := h.find(id)
		if n < 0 {
			return fmt.Errorf("incident %s: %w", id, web.ErrUnknown)
		}
		i := &h.incidents[n]
		last := i.Reports[len(i.Reports)-1]
		if last.Kind == alarm.Acknowledged || last.Kind == alarm.Cleared || last.Kind == alarm.Recovered {
			return fmt.Errorf("incident %s is over, or somebody has answered it: %w", id, web.ErrRefused)
		}
		last.ID, last.Kind, last.Time, last.Note = id+"-"+strconv.Itoa(len(i.Reports)+1), alarm.Acknowledged, h.Now().UTC(), who
		i.Reports = append(slices.Clone(i.Reports), last)
		return nil
	})
}

// Verdict keeps what somebody says of an incident.
func (h *House) Verdict(id, verdict, who string) error {
	return h.change("verdict "+id+" "+verdict+" "+who, func() error {
		n := h.find(id)
		if n < 0 {
			return fmt.Errorf("incident %s: %w", id, web.ErrUnknown)
		}
		h.incidents[n].Verdict, h.incidents[n].VerdictBy = verdict, who
		return nil
	})
}

// Drill begins one.
func (h *House) Drill(camera, who string) error {
	return h.change("drill "+camera+" "+who, func() error {
		now := h.Now().UTC()
		id := fmt.Sprintf("i-%04d", len(h.incidents)+1)
		begun := alarm.Report{ID: id + "-1", Incident: id, Kind: alarm.Drilled, Camera: camera, Start: now, Time: now, Drill: true, Note: "begun by " + who}
		raised := begun
		raised.ID, raised.Kind, raised.Note, raised.Level = id+"-2", alarm.Confirmed, "a drill", 1
		h.incidents = slices.Insert(h.incidents, 0, web.Incident{ID: id, Reports: []alarm.Report{begun, raised}})
		return nil
	})
}

// Zones of a camera.
func (h *House) Zones(camera string) ([]web.Zone, error) {
	h.mutex.Lock()
	defer h.mutex.Unlock()
	return h.zones[camera], nil
}

// SetZones keeps them.
func (h *House) SetZones(camera string, z []web.Zone, who string) error {
	return h.change("zones "+camera+" "+who, func() error {
		h.zones[camera] = z
		return nil
	})
}

// Mode is that which was set.
func (h *House) Mode() string {
	h.mutex.Lock()
	defer h.mutex.Unlock()
	return h.mode
}

// inForce is what the mode comes to. The mutex is held.
func (h *House) inForce() string {
	if h.mode == "auto" {
		return "home" // no schedule says anything else
	}
	return h.mode
}

// SetMode keeps it.
func (h *House) SetMode(mode, who string) error {
	return h.change("mode "+mode+" "+who, func() error {
		h.mode = mode
		return nil
	})
}

// Ready fails, at first: a camera is blind.
func (h *House) Ready() error { return h.Blinded }

// Health is some facts.
func (h *House) Health() map[string]any {
	return map[string]any{
		"version": "0.0.0-test", "model": "base", "model_ok": true, "started": h.start.UTC(), "disk_free_bytes": 12_345_678_901.0,
		"temperature_celsius": 54.5, "queues": map[string]any{"mqtt": 0, "webhook": 2},
	}
}

// Audit keeps an entry.
func (h *House) Audit(e web.AuditEntry) error {
	h.mutex.Lock()
	defer h.mutex.Unlock()
	h.audits = append(h.audits, e)
	return h.Broken
}

// Audits gives the newest first.
func (h *House) Audits(limit int) ([]web.AuditEntry, error) {
	h.mutex.Lock()
	defer h.mutex.Unlock()
	all := slices.Clone(h.audits)
	slices.Reverse(all)
	return all[:min(limit, len(all))], nil
}
