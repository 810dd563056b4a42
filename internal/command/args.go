package command

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"
)

// Wants checks the arguments of a verb against their names as help shows them: "DATA" is
// one, "[DIR]" may be left out, "VIDEO..." is one or more, "[VIDEO...]" any number.
func Wants(names ...string) cobra.PositionalArgs {
	least, most := 0, len(names)
	for _, name := range names {
		if !strings.HasPrefix(name, "[") {
			least++
		}
		if strings.Contains(name, "...") {
			most = 1 << 30
		}
	}
	return func(cmd *cobra.Command, args []string) error {
		switch {
		case len(args) < least:
			return fmt.Errorf("%s needs %s: %s", cmd.Name(), names[len(args)], SeeHelp(cmd))
		case len(args) > most:
			return fmt.Errorf("%s has an argument too many, %q: %s", cmd.Name(), args[most], SeeHelp(cmd))
		}
		return nil
	}
}

// SeeHelp says where more is to be read about a verb.
func SeeHelp(cmd *cobra.Command) string { return fmt.Sprintf("run %q", cmd.CommandPath()+" --help") }

// KnownVerb refuses a verb that there is not, and names one that is near.
func KnownVerb(root *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	hint := SeeHelp(root)
	if near := root.SuggestionsFor(args[0]); len(near) > 0 {
		hint = "did you mean " + strings.Join(near, " or ") + "?"
	}
	return fmt.Errorf("unknown verb %q: %s", args[0], hint)
}

// Parse checks a command line as far as that goes without running it: verb, flags, and number of
// arguments.
func Parse(root *cobra.Command, args []string) error {
	c, rest, err := root.Find(args)
	if err != nil {
		return err
	}
	if err := c.ParseFlags(rest); err != nil {
		return err
	}
	if c.Args == nil {
		return nil
	}
	return c.Args(c, c.Flags().Args())
}
