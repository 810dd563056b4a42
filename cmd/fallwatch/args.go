package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"
)

// wants checks the arguments of a verb against their names as help shows them: "DATA" is
// one, "[DIR]" may be left out, "VIDEO..." is one or more, "[VIDEO...]" any number.
func wants(names ...string) cobra.PositionalArgs {
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
			return fmt.Errorf("%s needs %s: %s", cmd.Name(), names[len(args)], seeHelp(cmd))
		case len(args) > most:
			return fmt.Errorf("%s has an argument too many, %q: %s", cmd.Name(), args[most], seeHelp(cmd))
		}
		return nil
	}
}
