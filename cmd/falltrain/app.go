package main

import (
	"fmt"
	"io"
	"log/slog"
	"sync"

	"github.com/spf13/cobra"

	"fallkit/internal/command"
	"fallkit/internal/config"
	"fallkit/internal/progress"
)

// app is the outside world as the verbs see it.
type app struct {
	stdin   io.Reader
	stdout  io.Writer
	stderr  io.Writer
	environ []string

	log  *slog.Logger // to standard error, above the bar while a meter is open
	sink *sink

	configFile string
	quiet      bool
	logFormat  string
	began      bool // a verb's own work began
}

func newApp(environ []string, stdin io.Reader, stdout, stderr io.Writer) *app {
	s := &sink{w: stderr}
	return &app{
		stdin: stdin, stdout: stdout, stderr: stderr, environ: environ, sink: s,
		log: slog.New(slog.NewTextHandler(s, nil)),
	}
}

// defaultConfig is read where it is there and no other file is named.
const defaultConfig = "fallkit.yaml"

// environment is what variables of ours look like; the others are no settings.
const environment = "FALLKIT_"

var otherVariables = []string{"FALLKIT_HOME", "FALLKIT_DATA", "FALLKIT_WEIGHTS_TARBALL"}

// settings gives what is in force for a verb: defaults, file, environment, flags.
func (a *app) settings(cmd *cobra.Command) (Settings, config.Origins, error) {
	named := cmd.Flags().Changed("config")
	if named && a.configFile == "" {
		return Settings{}, nil, usageError{fmt.Errorf("--config is empty: name a file of settings, or leave the flag out")}
	}
	s, origins, err := config.Load(config.Loader{
		File:     a.configFile,
		Optional: !named,
		Prefix:   environment,
		Environ:  a.environ,
		Others:   otherVariables,
		Flags:    cmd.Flags(),
	}, DefaultSettings())
	if err != nil {
		return Settings{}, nil, usageError{err}
	}
	return s, origins, nil
}

// setting gives a verb a flag for a setting: setting(cmd, "epochs", "fit.epochs", "…").
// Kind and default are the setting's own.
func setting(cmd *cobra.Command, flag, key, usage string) {
	config.AddFlag(cmd.Flags(), DefaultSettings(), flag, key, usage)
}

// listen sets up logging as the global flags say.
func (a *app) listen() (err error) {
	log, err := command.Log(a.sink, a.quiet, a.logFormat)
	if err == nil {
		a.log = log
	}
	return err
}

// meter shows how far a verb has come; done closes it. Meanwhile log lines stand above
// it. It shows nothing where --quiet is given, or where standard error is to hold JSON.
func (a *app) meter(label string, total int) (m *progress.Meter, done func()) {
	if a.quiet || a.logFormat == "json" {
		m = progress.Silent(a.stderr)
	} else {
		m = progress.New(a.stderr, label, total)
	}
	before := a.sink.to(m)
	return m, func() {
		m.Close()
		a.sink.to(before)
	}
}

// sink is where log lines go.
type sink struct {
	mutex sync.Mutex
	w     io.Writer
}

func (s *sink) Write(line []byte) (int, error) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return s.w.Write(line)
}

// to turns the lines to w and gives where they went before.
func (s *sink) to(w io.Writer) io.Writer {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	before := s.w
	s.w = w
	return before
}
