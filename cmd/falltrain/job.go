package main

import (
	"github.com/spf13/cobra"

	"fallkit/internal/config"
)

// job is a verb at work: the outside world and the settings in force.
type job struct {
	*app
	settings Settings
	origins  config.Origins
}

func (a *app) job(cmd *cobra.Command) (*job, error) {
	s, origins, err := a.settings(cmd)
	return &job{a, s, origins}, err
}
