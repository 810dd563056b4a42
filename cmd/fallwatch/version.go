package main

import (
	"github.com/spf13/cobra"

	"fallkit/internal/command"
)

const version = command.Version

var released = command.Released

func newVersionCommand(a *app) *cobra.Command { return command.NewVersion("fallwatch", a.stdout) }

func revision() string { return command.Revision() }

// What the verbs of both programs are made with.
var (
	wants   = command.Wants
	seeHelp = command.SeeHelp
)
