package main

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/spf13/cobra"
)

// shells write the completion script of each shell.
var shells = map[string]func(root *cobra.Command, w io.Writer) error{
	"bash":       func(root *cobra.Command, w io.Writer) error { return root.GenBashCompletionV2(w, true) },
	"zsh":        func(root *cobra.Command, w io.Writer) error { return root.GenZshCompletion(w) },
	"fish":       func(root *cobra.Command, w io.Writer) error { return root.GenFishCompletion(w, true) },
	"powershell": func(root *cobra.Command, w io.Writer) error { return root.GenPowerShellCompletionWithDesc(w) },
}

func newCompletionCommand(a *app) *cobra.Command {
	names := slices.Sorted(maps.Keys(shells))
	return &cobra.Command{
		Use:   "completion " + strings.Join(names, "|"),
		Short: "Print a shell's completion script",
		Long:  "completion prints a script that makes the shell complete falltrain's verbs, flags and files.",
		Example: `  source <(falltrain completion bash)
  falltrain completion zsh > "${fpath[1]}/_falltrain"
  falltrain completion fish > ~/.config/fish/completions/falltrain.fish`,
		Args:      wants(strings.Join(names, "|")),
		ValidArgs: names,
		RunE: func(cmd *cobra.Command, args []string) error {
			write := shells[args[0]]
			if write == nil {
				return usageError{fmt.Errorf("unknown shell %q: it is one of %s", args[0], strings.Join(names, ", "))}
			}
			return write(cmd.Root(), a.stdout)
		},
	}
}
