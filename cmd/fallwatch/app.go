package main

import (
	"errors"
	"io"
	"log/slog"
	"time"

	"github.com/spf13/cobra"

	"fallkit/internal/command"
	"fallkit/internal/config"
)

// app is the outside world as the verbs see it.
type app struct {
	stdin   io.Reader
	stdout  io.Writer
	stderr  io.Writer
	environ []string
	log     *slog.Logger // to standard error
	now     func() time.Time

	configFile string
	quiet      bool
	logFormat  string
	began      bool // a verb's own work began
}

func newApp(environ []string, stdin io.Reader, stdout, stderr io.Writer) *app {
	return &app{stdin: stdin, stdout: stdout, stderr: stderr, environ: environ, log: slog.New(slog.NewTextHandler(stderr, nil)), now: time.Now}
}

// environment is what variables of ours look like.
const environment = "FALLWATCH_"

// settings gives what is in force for a verb: defaults, file, environment, flags.
func (a *app) settings(cmd *cobra.Command) (Settings, config.Origins, error) {
	named := cmd.Flags().Changed("config")
	if named && a.configFile == "" {
		return Settings{}, nil, usageError{errors.New("--config is empty: name a file of settings, or leave the flag out")}
	}
	s, origins, err := config.Load(config.Loader{
		File: a.configFile, Optional: !named, Prefix: environment, Environ: a.environ, Flags: cmd.Flags(),
	}, DefaultSettings())
	if err != nil {
		return Settings{}, nil, usageError{err}
	}
	return s, origins, nil
}

// setting gives a verb a flag for a setting: setting(cmd, "engine", "pose.engine", "…").
func setting(cmd *cobra.Command, flag, key, usage string) {
	config.AddFlag(cmd.Flags(), DefaultSettings(), flag, key, usage)
}

// listen sets up logging as the global flags say.
func (a *app) listen() (err error) {
	log, err := command.Log(a.stderr, a.quiet, a.logFormat)
	if err == nil {
		a.log = log
	}
	return err
}
