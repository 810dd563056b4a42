package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"

	"fallkit/internal/alarm"
	"fallkit/internal/watch"
	"fallkit/pose/vision"
)

func newRunCommand(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "run",
		Short: "Watch the cameras of the settings until it is stopped",
		Long: `run watches all cameras until it is stopped by a signal. SIGHUP loads the settings again: where
something is wrong with them, the old ones stay in force.`,
		Args: wants(),
		RunE: func(cmd *cobra.Command, _ []string) error { return a.watch(cmd) },
	}
}

// watch is the daemon.
func (a *app) watch(cmd *cobra.Command) error {
	house, err := a.open(cmd)
	if err != nil {
		return err
	}
	hangup := make(chan os.Signal, 1)
	signal.Notify(hangup, syscall.SIGHUP)
	defer signal.Stop(hangup)
	ctx, cancel := context.WithCancel(cmd.Context())
	defer cancel()
	a.log.Info("watching", "cameras", len(house.Cameras), "version", version)
	return house.Run(ctx)
}

// open makes a house of the settings in force.
func (a *app) open(cmd *cobra.Command) (*watch.House, error) {
	s, origins, err := a.settings(cmd)
	if err != nil {
		return nil, err
	}
	if len(s.Cameras) == 0 {
		return nil, usage("there is no camera: name one in the list cameras of %s", a.configFile)
	}
	d, err := openDetector(s, origins)
	if err != nil {
		return nil, err
	}
	if err := a.ready(&d.front, s.Pose.Engine); err != nil {
		return nil, err
	}
	house := &watch.House{Desk: alarm.NewDesk(s.desk()), Outbox: nowhere{}, Log: a.log}
	for _, c := range s.Cameras {
		address, err := c.address()
		if err != nil {
			return nil, err
		}
		house.Cameras = append(house.Cameras, &watch.Camera{
			Name: c.Name, Eyes: liveEyes(address, c.camera(), d.front, a.changed(c.Name)), Scorer: d.scorer, Alarm: d.alarm, Rate: d.front.fps,
		})
	}
	return house, nil
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
