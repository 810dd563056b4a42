package main

import (
	"encoding/json"
	"errors"
	"fmt"

	"fallkit/internal/alarm"
	"fallkit/internal/journal"
	"fallkit/internal/verdict"
	"fallkit/internal/watch"
	"fallkit/internal/web"
)

// page is the house as the web page sees it.
type page struct{ *shift }

var _ web.House = page{}

// Cameras is how all cameras are.
func (p page) Cameras() []web.CameraState {
	var all []web.CameraState
	for _, s := range p.house.State() {
		all = append(all, web.CameraState{
			Name: s.Name, Up: s.Up, Since: s.Since, Last: s.Last, Frames: s.Frames, Drops: s.Drops, Stalls: s.Stalls,
			Reconnects: s.Reconnects, PoseMillis: s.PoseMillis, ScoreMillis: s.ScoreMillis, Rate: s.Rate, People: s.People,
			Score: s.Score, Alarm: s.Alarm, Blind: s.Blind, Mode: s.Mode,
		})
	}
	return all
}

// Subscribe gives what a camera sees from now on.
func (p page) Subscribe(camera string) (<-chan web.Live, func()) {
	out := make(chan web.Live)
	in, end, err := p.house.Subscribe(camera)
	if err != nil {
		close(out)
		return out, func() {}
	}
	done := make(chan struct{})
	go func() {
		defer close(out)
		for l := range in {
			select {
			case out <- liveOf(l):
			case <-done:
			}
		}
	}()
	var once bool
	return out, func() {
		if !once {
			once = true
			close(done)
			end()
		}
	}
}

func liveOf(l watch.Live) web.Live {
	live := web.Live{Camera: l.Camera, Time: l.Time, Width: l.Width, Height: l.Height}
	for _, p := range l.People {
		live.People = append(live.People, web.Person(p))
	}
	return live
}

// Incidents are the newest first; where some cannot be read, the error says which.
func (p page) Incidents(limit int, before string) ([]web.Incident, error) {
	records, err := p.journal.Incidents(limit, before)
	all := make([]web.Incident, 0, len(records))
	for _, r := range records {
		all = append(all, incidentOf(r))
	}
	return all, unknown(err)
}

// Incident is one of them.
func (p page) Incident(id string) (web.Incident, error) {
	r, err := p.journal.Incident(id)
	return incidentOf(r), unknown(err)
}

func incidentOf(r journal.IncidentRecord) web.Incident {
	return web.Incident{ID: r.ID, Reports: r.Reports, Verdict: r.Verdict, VerdictBy: r.VerdictBy}
}

// Evidence is what is shown of an incident.
func (p page) Evidence(incident string) (json.RawMessage, []byte, error) {
	raw, png, err := p.journal.Evidence(incident)
	return raw, png, unknown(err)
}

// unknown says in the page's own words that there is no such thing.
func unknown(err error) error {
	if errors.Is(err, journal.ErrUnknown) {
		return fmt.Errorf("%w: %w", web.ErrUnknown, err)
	}
	return err
}

// Acknowledge takes an incident over.
func (p page) Acknowledge(incident, who string) error {
	err := p.house.Acknowledge(incident, who)
	if errors.Is(err, alarm.ErrNotOpen) {
		if _, missing := p.journal.Incident(incident); missing != nil {
			return unknown(missing)
		}
		return fmt.Errorf("%w: the incident is over", web.ErrRefused)
	}
	return err
}

// Verdict notes what an incident was, and keeps its poses as a labelled clip, truth for the next
// training; "" takes both back.
func (p page) Verdict(incident, said, who string) error {
	now := p.now()
	if err := p.journal.SetVerdict(incident, said, who, now); err != nil {
		return unknown(err)
	}
	if said == "" {
		return p.clips.TakeBack(incident)
	}
	raw, _, err := p.journal.Evidence(incident)
	if err != nil {
		return err
	}
	return p.clips.Keep(verdict.Verdict{Incident: incident, Fall: said == web.VerdictTrue, By: who, At: now}, raw)
}

// Drill begins one.
func (p page) Drill(camera, who string) error { return noCamera(p.house.Drill(camera, who)) }

// Zones are those of a camera.
func (p page) Zones(camera string) ([]web.Zone, error) {
	zones, err := p.house.Zones(camera)
	all := make([]web.Zone, 0, len(zones))
	for _, z := range zones {
		all = append(all, web.Zone(z))
	}
	return all, noCamera(err)
}

// SetZones draws them anew.
func (p page) SetZones(camera string, zones []web.Zone, _ string) error {
	all := make([]alarm.Zone, 0, len(zones))
	for _, z := range zones {
		all = append(all, alarm.Zone(z))
	}
	return noCamera(p.house.SetZones(camera, all))
}

func noCamera(err error) error {
	if errors.Is(err, watch.ErrNoCamera) {
		return fmt.Errorf("%w: %w", web.ErrUnknown, err)
	}
	return err
}

// Mode is the one that was set.
func (p page) Mode() string { return p.house.Mode() }

// SetMode sets one of alarm.Modes.
func (p page) SetMode(mode, _ string) error { return p.house.SetMode(mode) }

// Ready tells why the house does not watch.
func (p page) Ready() error { return p.house.Ready() }

// Health is facts for people.
func (p page) Health() map[string]any {
	return map[string]any{
		"version": version, "model": p.use.Name, "pose network": p.detector.front.set.Runtime, "profile": p.detector.front.set.Profile.Name,
		"poses a second": p.detector.front.fps, "running since": p.figures.started, "waiting to be delivered": p.journal.Depth(),
		"journal bytes": p.journal.Bytes(), "mode": p.house.Mode(),
	}
}

// audit is the journal's list of what people did.
type audit struct{ *journal.Journal }

var _ web.Audit = audit{}

// Audit notes an entry.
func (a audit) Audit(e web.AuditEntry) error {
	detail := e.On
	if e.Note != "" {
		detail += ": " + e.Note
	}
	return a.Journal.Audit(journal.Entry{Time: e.Time, Who: e.Who, From: e.From, Action: e.What, Detail: detail})
}

// Audits are the newest first.
func (a audit) Audits(limit int) ([]web.AuditEntry, error) {
	entries, err := a.Journal.Audits(limit)
	all := make([]web.AuditEntry, 0, len(entries))
	for _, e := range entries {
		all = append(all, web.AuditEntry{Time: e.Time, Who: e.Who, From: e.From, What: e.Action, On: e.Detail})
	}
	return all, err
}
