package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/google/renameio/v2"
	"github.com/spf13/cobra"
	"github.com/spf13/cobra/doc"
)

func newManCommand(_ *app) *cobra.Command {
	return &cobra.Command{
		Use:     "man DIR",
		Short:   "Write the manual pages",
		Long:    "man writes a manual page (section 1) for falltrain and for each verb into DIR, which is made if it is not there. The same version writes the same bytes.",
		Example: "  falltrain man man1 && man ./man1/falltrain.1",
		Args:    wants("DIR"),
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			return nil, cobra.ShellCompDirectiveFilterDirs
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := os.MkdirAll(args[0], 0o755); err != nil {
				return fmt.Errorf("manual pages: %w", err)
			}
			return writeMan(cmd.Root(), args[0])
		},
	}
}

// writeMan writes the page of a command and of all below it. Hidden ones have none.
func writeMan(cmd *cobra.Command, dir string) error {
	for _, c := range cmd.Commands() {
		if !c.IsAvailableCommand() || c.IsAdditionalHelpTopicCommand() {
			continue
		}
		if err := writeMan(c, dir); err != nil {
			return err
		}
	}
	var page bytes.Buffer
	date := released // GenMan rounds what it is given
	header := &doc.GenManHeader{Section: "1", Source: "Fallkit " + version, Manual: "Fallkit", Date: &date}
	if err := doc.GenMan(cmd, header, &page); err != nil {
		return fmt.Errorf("manual page of %s: %w", cmd.CommandPath(), err)
	}
	name := strings.ReplaceAll(cmd.CommandPath(), " ", "-") + ".1"
	if err := renameio.WriteFile(filepath.Join(dir, name), page.Bytes(), 0o644); err != nil {
		return fmt.Errorf("manual page of %s: %w", cmd.CommandPath(), err)
	}
	return nil
}
