package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"
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

// newRoot puts the verbs together. It prints no errors itself: those are told once, by
// exit.
func newRoot(a *app, verbs []verb) *cobra.Command {
	root := &cobra.Command{
		Use:               "fallwatch",
		Short:             "Watch cameras for people who fall",
		Long:              about,
		Version:           version,
		SilenceUsage:      true,
		SilenceErrors:     true,
		CompletionOptions: cobra.CompletionOptions{DisableDefaultCmd: true},
		DisableAutoGenTag: true,

		SuggestionsMinimumDistance: 2,
		Args:                       knownVerb,
		PersistentPreRunE:          func(*cobra.Command, []string) error { return a.listen() },
	}
	root.SetIn(a.stdin)
	root.SetOut(a.stdout)
	root.SetErr(a.stderr)
	root.SetVersionTemplate("{{.Name}} {{.Version}}\n")
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return fmt.Errorf("%w: %s", err, seeHelp(cmd))
	})
	flags := root.PersistentFlags()
	flags.StringVar(&a.configFile, "config", standardConfig(), "file of settings; the default is read if it is there")
	flags.BoolVar(&a.quiet, "quiet", false, "of the log only warnings and errors")
	flags.StringVar(&a.logFormat, "log-format", "text", "text, or json for one JSON object a line")
	root.RunE = func(cmd *cobra.Command, _ []string) error {
		a.began = true
		return a.watch(cmd)
	}
	for _, v := range verbs {
		cmd := v(a)
		markBegin(a, cmd)
		root.AddCommand(cmd)
	}
	return root
}

// markBegin notes when a verb's own work begins, for exit.
func markBegin(a *app, cmd *cobra.Command) {
	if work := cmd.RunE; work != nil {
		cmd.RunE = func(cmd *cobra.Command, args []string) error {
			a.began = true
			return work(cmd, args)
		}
	}
	for _, c := range cmd.Commands() {
		markBegin(a, c)
	}
}

func knownVerb(root *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	hint := seeHelp(root)
	if near := root.SuggestionsFor(args[0]); len(near) > 0 {
		hint = "did you mean " + strings.Join(near, " or ") + "?"
	}
	return fmt.Errorf("unknown verb %q: %s", args[0], hint)
}

func seeHelp(cmd *cobra.Command) string { return fmt.Sprintf("run %q", cmd.CommandPath()+" --help") }
