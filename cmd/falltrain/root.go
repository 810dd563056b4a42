package main

import (
	"errors"

	"github.com/spf13/cobra"

	"fallkit/internal/command"
)

// verb makes one command of the program.
type verb func(*app) *cobra.Command

// verbs is all that falltrain can do, in the order of a user's day. A verb's file adds
// nothing but its function; it is named here.
var verbs = []verb{
	newPullCommand,
	newInitCommand,
	newExtractCommand,
	newPoseCheckCommand,
	newPoseAccuracyCommand,
	newPoseFalseCommand,
	newFitCommand,
	newEvaluateCommand,
	newScoreCommand,
	newTableCommand,
	newThesisCommand,

	newStressCommand,
	newAttackCommand,
	newExportCommand,
	newCardCommand,
	newReportCommand,
	newGateCommand,
	newDetectCommand,
	newSimulateCommand,
	newRealismCommand,
	newFitNoiseCommand,
	newClickCommand,
	newConfigCommand,
	newCompletionCommand,
	newManCommand,
	newVersionCommand,
}

const about = `falltrain makes a detector of people falling out of a folder of videos.

It finds poses in the videos, learns from the labelled clips which of them show a fall,
measures what it learned on clips that it has not seen, and finds falls in new videos.

Exit status: 0 done, 1 failed, 2 wrong arguments or settings, 3 finished but some clips
were skipped, 130 interrupted.`

// newRoot puts the verbs together.
func newRoot(a *app, verbs []verb) *cobra.Command {
	root := command.Root("falltrain", "Train a detector of people falling", about, a.stdin, a.stdout, a.stderr, a.listen)
	root.RunE = noVerb
	root.SetHelpCommand(newHelpCommand())
	a.globalFlags(root)
	for _, v := range verbs {
		command.Add(root, v(a), func() { a.began = true })
	}
	return root
}

func (a *app) globalFlags(root *cobra.Command) {
	flags := root.PersistentFlags()
	flags.StringVar(&a.configFile, "config", defaultConfig, "file of settings; the default is read if it is there")
	flags.BoolVar(&a.quiet, "quiet", false, "no progress, and of the log only warnings and errors")
	flags.StringVar(&a.logFormat, "log-format", "text", "text, or json for one JSON object a line and no progress")
	must(root.MarkPersistentFlagFilename("config", "yaml", "yml"))
	must(root.RegisterFlagCompletionFunc("log-format", cobra.FixedCompletions([]string{"text", "json"}, cobra.ShellCompDirectiveNoFileComp)))
}

// must is for faults of this program that its first start shows.
func must(err error) {
	if err != nil {
		panic(err)
	}
}

// noVerb is no success: a script whose verb is an empty variable must notice.
func noVerb(cmd *cobra.Command, _ []string) error {
	cmd.SetOut(cmd.ErrOrStderr())
	if err := cmd.Help(); err != nil {
		return err
	}
	return errors.New("a verb is missing")
}

func newHelpCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "help [VERB]",
		Short: "Show what a verb does",
		RunE: func(cmd *cobra.Command, args []string) error {
			about, rest, err := cmd.Root().Find(args)
			if err != nil || len(rest) > 0 {
				return command.KnownVerb(cmd.Root(), args)
			}
			about.InitDefaultHelpFlag()
			return about.Help()
		},
	}
}
