package main

import (
	"errors"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"

	"fallkit/internal/config"
)

func newRunCommand(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "run",
		Short: "Watch the cameras of the settings until it is stopped",
		Long: `run watches all cameras until it is stopped by a signal. SIGHUP has it read the settings again:
where something is wrong with them, the old ones stay in force.`,
		Args: wants(),
		RunE: func(cmd *cobra.Command, _ []string) error { return a.watch(cmd) },
	}
}

// watch is the daemon.
func (a *app) watch(cmd *cobra.Command) (err error) {
	load := func() (Settings, config.Origins, error) { return a.settings(cmd) }
	s, origins, err := load()
	if err != nil {
		return err
	}
	if len(s.Cameras) == 0 {
		return usage("there is no camera: name one in the list cameras of %s", a.configFile)
	}
	hangup := make(chan os.Signal, 1)
	signal.Notify(hangup, syscall.SIGHUP)
	defer signal.Stop(hangup)
	d, err := a.openDaemon(load, s)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, d.journal.Close()) }()
	first, err := d.prepare(s, origins)
	if err != nil {
		return err
	}
	a.log.Info("watching", "cameras", len(s.Cameras), "version", version, "state", d.state)
	return d.run(cmd.Context(), first, hangup)
}
