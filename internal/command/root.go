// Package command is what the command lines of both programs have in common: how they are put
// together, checked, logged and numbered. What a verb does is the programs' own.
package command

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"
)

// Root gives a program's root, without its verbs, from its name, and what it is for in a line and
// in full. It prints no errors itself: those are told once, by whoever runs it. before is called
// before any verb's work.
func Root(name, short, long string, stdin io.Reader, stdout, stderr io.Writer, before func() error) *cobra.Command {
	root := &cobra.Command{
		Use:               name,
		Short:             short,
		Long:              long,
		Version:           Version,
		SilenceUsage:      true,
		SilenceErrors:     true,
		CompletionOptions: cobra.CompletionOptions{DisableDefaultCmd: true},
		DisableAutoGenTag: true,

		SuggestionsMinimumDistance: 2,
		Args:                       KnownVerb,
		PersistentPreRunE:          func(*cobra.Command, []string) error { return before() },
	}
	root.SetIn(stdin)
	root.SetOut(stdout)
	root.SetErr(stderr)
	root.SetVersionTemplate("{{.Name}} {{.Version}}\n")
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return fmt.Errorf("%w: %s", err, SeeHelp(cmd))
	})
	return root
}

// Add gives a root a verb, and calls began when the verb's own work begins: what fails before is a
// matter of usage.
func Add(root, verb *cobra.Command, began func()) {
	markBegin(verb, began)
	root.AddCommand(verb)
}

func markBegin(cmd *cobra.Command, began func()) {
	if work := cmd.RunE; work != nil {
		cmd.RunE = func(cmd *cobra.Command, args []string) error {
			began()
			return work(cmd, args)
		}
	}
	for _, c := range cmd.Commands() {
		markBegin(c, began)
	}
}
