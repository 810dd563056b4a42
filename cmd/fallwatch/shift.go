package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"fallkit/internal/alarm"
	"fallkit/internal/config"
	"fallkit/internal/metric"
	"fallkit/internal/notify"
	"fallkit/internal/retention"
	"fallkit/internal/verdict"
	"fallkit/internal/watch"
	"fallkit/internal/web"
	"fallkit/pose/vision"
)

// shift is everything that one set of settings asks for, made ready and not yet running.
type shift struct {
	*daemon
	settings Settings
	origins  config.Origins
	detector *detector
	house    *watch.House
	notifier *notify.Notifier
	page     *web.Server
	beat     *notify.Heartbeat
	keeper   *retention.Keeper
	clips    *verdict.Folder // the poses of incidents on which somebody has given a verdict
}

// prepare makes a shift; whatever can be wrong with the settings is found here.
func (d *daemon) prepare(s Settings, origins config.Origins) (*shift, error) {
	if len(s.Cameras) == 0 {
		return nil, usage("there is no camera: name one in the list cameras of %s", d.configFile)
	}
	sh := &shift{daemon: d, settings: s, origins: origins}
	var err error
	if sh.detector, err = detectorOf(d.use.Model.Checkpoint, d.use.Name, s, origins); err != nil {
		return nil, err
	}
	if err := d.ready(&sh.detector.front, s.Pose.Engine); err != nil {
		return nil, err
	}
	if err := sh.openHouse(); err != nil {
		return nil, err
	}
	if err := sh.openChannels(); err != nil {
		return nil, err
	}
	return sh, sh.openPage()
}

func (s *shift) openHouse() error {
	s.house = &watch.House{Desk: alarm.NewDesk(s.settings.desk()), Log: s.log, Now: s.now, Told: s.figures.told}
	for _, c := range s.settings.Cameras {
		address, err := c.address()
		if err != nil {
			return err
		}
		eyes := liveEyes(s.now, address, c.camera(), s.detector.front, s.changed(c.Name))
		s.house.Cameras = append(s.house.Cameras, &watch.Camera{
			Name: c.Name, Eyes: eyes, Scorer: s.detector.scorer, Alarm: s.detector.alarm,
			Rate: s.detector.front.fps, Lowest: s.settings.Pose.LowestRate, Blind: s.settings.Blind,
			Engine: s.detector.front.engineID(),
		})
	}
	return nil
}

// changed logs that a camera came or went.
func (a *app) changed(camera string) func(vision.CameraChange) {
	return func(c vision.CameraChange) {
		if c.Up {
			a.log.Info("camera gives pictures", "camera", camera, "away", c.Away)
			return
		}
		a.log.Warn("camera went away, and is opened again", "camera", camera, "error", fmt.Sprint(c.Err))
	}
}

func (s *shift) openChannels() error {
	channels, err := notify.Open(s.settings.Notify, s.known(), s.log)
	if err != nil {
		return err
	}
	s.notifier = &notify.Notifier{Outbox: s.journal, Channels: channels, Settings: s.settings.Notify, Log: s.log, Now: s.now, Told: s.figures.tried}
	s.house.Outbox = outbox{s.journal, s.settings.Notify, s.notifier}
	s.beat, err = notify.NewHeartbeat(s.settings.Notify.Heartbeat, s.house.Ready, s.log)
	return err
}

// known is what channels know of the house.
func (s *shift) known() notify.House {
	return notify.House{
		Version: version,
		Now:     s.now,
		Cameras: func() (names []string) {
			for _, c := range s.settings.Cameras {
				names = append(names, c.Name)
			}
			return names
		},
		Open: func() []alarm.Report {
			records, err := s.journal.Incidents(mostOpen, "")
			if err != nil {
				s.log.Warn("some of what is open cannot be read", "error", err)
			}
			return notify.Recall(records)
		},
		Healthy:     func() bool { return s.house.Turning() == nil },
		Acknowledge: s.acknowledge,
	}
}

// mostOpen is how many incidents are looked through for those that are open.
const mostOpen = 200

// acknowledge takes over one incident, or all of a camera.
func (s *shift) acknowledge(camera, incident, who string) error {
	if incident != "" {
		return s.house.Acknowledge(incident, who)
	}
	var faults []error
	for _, i := range s.house.Open() {
		if i.Camera == camera {
			faults = append(faults, s.house.Acknowledge(i.ID, who))
		}
	}
	return errors.Join(faults...)
}

func (s *shift) openPage() (err error) {
	machine := metric.ThisMachine(s.state)
	s.clips = &verdict.Folder{Dir: filepath.Join(s.state, "clips")}
	s.keeper = &retention.Keeper{
		Settings: s.settings.Retention, Places: []retention.Place{s.journal, s.clips},
		Free: func() (uint64, error) { free, _, err := machine.Disk(); return free, err },
		Told: s.figures.pruned(s.log),
	}
	s.page, err = web.New(s.settings.Web, web.Parts{
		House: page{s}, Audit: audit{s.journal}, Log: s.log, Now: s.now, Folder: s.state,
		Metrics: metric.Source{Snapshot: s.snapshot, Machine: machine, Now: s.now}.Handler(),
	})
	if err != nil {
		return err
	}
	if password := s.page.Password(); password != "" {
		fmt.Fprintf(s.stderr, "fallwatch: the page's first user is admin with the password %s: it is shown this once; change it there\n", password)
	}
	return nil
}

// status is a line for the service manager.
func (s *shift) status() string { return fmt.Sprintf("watching %d cameras", len(s.house.Cameras)) }

// takeOver goes on with what is open. It is called when the shift before has ended.
func (s *shift) takeOver() {
	text, err := s.desk()
	if err == nil && text != nil {
		err = json.Unmarshal(text, s.house.Desk)
	}
	if err != nil {
		s.log.Error("the alarm desk begins anew", "error", err)
	}
}

// run does all of it until ctx ends. Deliveries go on until the house has handed over its last
// report.
func (s *shift) run(ctx context.Context) error {
	telling, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	told := make(chan error, 1)
	go func() { told <- s.notifier.Run(telling) }()
	err := all(
		ctx, s.house.Run, s.serve, s.alive, s.prune,
		func(ctx context.Context) error { return s.probation(ctx, s.house.Ready) },
		func(ctx context.Context) error {
			if s.beat == nil {
				return nil
			}
			return s.beat.Run(ctx)
		},
	)
	stop()
	return errors.Join(err, <-told)
}

// serve keeps the page up. Falls are watched for without it, too: where it cannot listen, it
// tries again.
func (s *shift) serve(ctx context.Context) error {
	for ctx.Err() == nil {
		err := s.page.Run(ctx)
		switch {
		case err == nil:
			return nil
		case ctx.Err() == nil:
			s.log.Error("the page is down, and is tried again", "error", err, "after", pageRest)
		}
		select {
		case <-ctx.Done():
		case <-time.After(pageRest):
		}
	}
	return nil
}

const pageRest = 10 * time.Second

// alive tells the service manager that the pipeline turns.
func (s *shift) alive(ctx context.Context) error {
	return s.manager.Watch(ctx, nil, func(time.Time) error { return s.house.Turning() }, func(err error) {
		if err != nil {
			s.log.Error("the service manager gets no sign of life", "error", err)
		}
	})
}

func (s *shift) prune(ctx context.Context) error {
	t := time.NewTicker(retention.Every)
	defer t.Stop()
	return s.keeper.Run(ctx, t.C, s.now())
}
