package main

import (
	"github.com/spf13/cobra"

	"fallkit/internal/command"
)

// verb makes one command of the program.
type verb func(*app) *cobra.Command

// verbs is all that fallwatch can do. A verb's file adds nothing but its function; it is
// named here.
var verbs = []verb{
	newRunCommand,
	newReplayCommand,
	newDoctorCommand,
	newPullCommand,
	newModelCommand,
	newPasswordCommand,
	newConfigCommand,
	newVersionCommand,
}

const about = `fallwatch watches cameras, finds people who fall, and tells until somebody answers.

Without a verb it does what run does.

Exit status: 0 done, 1 failed, 2 wrong arguments or settings, 130 interrupted.`

// newRoot puts the verbs together.
func newRoot(a *app, verbs []verb) *cobra.Command {
	root := command.Root("fallwatch", "Watch cameras for people who fall", about, a.stdin, a.stdout, a.stderr, a.listen)
	flags := root.PersistentFlags()
	flags.StringVar(&a.configFile, "config", standardConfig(), "file of settings; the default is read if it is there")
	flags.BoolVar(&a.quiet, "quiet", false, "of the log only warnings and errors")
	flags.StringVar(&a.logFormat, "log-format", "text", "text, or json for one JSON object a line")
	root.RunE = func(cmd *cobra.Command, _ []string) error {
		a.began = true
		return a.watch(cmd)
	}
	for _, v := range verbs {
		command.Add(root, v(a), func() { a.began = true })
	}
	return root
}
