package main

import (
	"fmt"
	"path/filepath"

	"github.com/spf13/cobra"

	"fallkit/data"
	"fallkit/pose/vision"
)

func newInitCommand(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "init DIR",
		Short: "Write labels.csv for a folder with fall/ and adl/ videos",
		Long: `Write DIR/labels.csv for the videos in DIR/fall and DIR/adl, to be filled in: who is seen, by
which camera, and in which frames a fall begins and ends.`,
		Args: wants("DIR"),
		RunE: func(_ *cobra.Command, args []string) error {
			m, failures, err := data.Starter{Dir: args[0], Probe: vision.Probe}.Write()
			if err != nil {
				return err
			}
			for _, f := range failures {
				fmt.Fprintf(a.stderr, "%v\n", f)
			}
			falls, adl := m.Count()
			fmt.Fprintf(a.stdout, "%s: %d fall clips, %d others; fill in fall_start_frame and fall_end_frame, subject and camera\n",
				filepath.Join(args[0], "labels.csv"), falls, adl)
			if len(failures) > 0 {
				return skippedError{len(failures), len(m.Clips), "clips"}
			}
			return nil
		},
	}
}
