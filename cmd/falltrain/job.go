package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"fallkit/internal/config"
)

// job is a verb at work: the outside world and the settings in force.
type job struct {
	*app
	settings Settings
	origins  config.Origins

	otherProfile bool // a detector may see poses of another profile than it learned from
}

func (a *app) job(cmd *cobra.Command) (*job, error) {
	s, origins, err := a.settings(cmd)
	j := &job{app: a, settings: s, origins: origins}
	if f := cmd.Flags().Lookup(otherProfileFlag); f != nil {
		j.otherProfile = f.Changed && f.Value.String() == "true"
	}
	return j, err
}

// isSet tells whether the user has set a setting: in a file, the environment or by a flag.
func (j *job) isSet(key string) bool {
	for _, o := range j.origins {
		if o.Key == key {
			return o.Place != (config.Place{})
		}
	}
	return false
}

// warn says something that the user should know, in a sentence.
func (a *app) warn(format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	if a.logFormat == "json" {
		a.log.Warn(text)
		return
	}
	fmt.Fprintf(a.sink, "note: %s\n", text)
}

// tell says something that is good to know; --quiet leaves it out.
func (a *app) tell(format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	switch {
	case a.logFormat == "json":
		a.log.Info(text)
	case !a.quiet:
		fmt.Fprintln(a.sink, text)
	}
}

// skipped tells of a clip that was passed over.
func (a *app) skipped(err error) {
	if a.logFormat == "json" {
		a.log.Error("skipped", "error", err)
		return
	}
	fmt.Fprintf(a.stderr, "skipped %v\n", err)
}

// plural counts things: "1 event", "2 events".
func plural(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}
