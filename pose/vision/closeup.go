package vision

import (
	"errors"
	"fmt"
	"image"
	"slices"
	"time"

	"gocv.io/x/gocv"

	"fallkit/pose"
)

// closeup is a single-pose network: it finds the pose of the person in the middle of a
// crop, whether there is one or not.
type closeup struct {
	side  int // of its input, in pixels
	in    *input
	net   network
	spent *Spent
}

// openCloseup loads the network and tries it once.
func openCloseup(f NetworkFile, onnx []byte, runtime string, side int, spent *Spent) (*closeup, error) {
	net, err := openNetwork(runtime, onnx)
	if err != nil {
		return nil, fmt.Errorf("pose network %s cannot be loaded: %w", f.Path, err)
	}
	in, err := newInput()
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open the pose engine: %w", err), net.close())
	}
	s := &closeup{side: side, in: in, net: net, spent: spent}
	if err := s.try(); err != nil {
		return nil, errors.Join(fmt.Errorf("pose network %s does not work: %w", f.Path, err), s.close())
	}
	return s, nil
}

// try runs the network on a black picture.
func (s *closeup) try() error {
	black := gocv.NewMatWithSize(s.side, s.side, gocv.MatTypeCV8UC3)
	defer black.Close()
	middle := float64(s.side) / 2
	_, err := s.look(&black, crop{x: middle, y: middle, half: middle})
	return err
}

func (s *closeup) close() error {
	s.in.close()
	return s.net.close()
}

// look finds the pose in a crop of a picture (8-bit BGR), in the picture's pixels; its
// box is around the joints and its score is not set.
func (s *closeup) look(picture *gocv.Mat, c crop) (pose.Pose, error) {
	err := s.in.crop(picture, s.side, c)
	if err == nil {
		err = s.net.load(s.in)
	}
	if err != nil {
		return pose.Pose{}, fmt.Errorf("prepare a crop for the pose network: %w", err)
	}
	start := time.Now()
	out, err := s.net.forward()
	if err != nil {
		return pose.Pose{}, fmt.Errorf("run the pose network on a crop: %w", err)
	}
	s.spent.Network += time.Since(start)
	s.spent.Crops++
	h, err := s.heads(out)
	if err != nil {
		return pose.Pose{}, err
	}
	p := h.decode()
	c.place(&p, s.side, image.Pt(picture.Cols(), picture.Rows()))
	return p, nil
}

// heads checks the shape of the output, whose memory they alias.
func (s *closeup) heads(out output) (singleHeads, error) {
	n := s.side / cell
	if want := []int{1, singleChannels, n, n}; !slices.Equal(out.shape, want) {
		return singleHeads{}, fmt.Errorf("its output is %v instead of %v: not a single-pose network for %dx%d pictures",
			out.shape, want, s.side, s.side)
	}
	return splitSingle(out.values, n, n), nil
}

// place takes a pose from pixels of the crop to pixels of the picture.
func (c crop) place(p *pose.Pose, side int, picture image.Point) {
	for j := range p.Keypoints {
		if k := &p.Keypoints[j]; k.Score > 0 {
			x, y := c.toPicture(float64(k.X), float64(k.Y), side)
			k.X, k.Y = float32(x), float32(y)
		}
	}
	box, _ := p.Extent(boxScore)
	width, height := float32(picture.X), float32(picture.Y)
	p.Box = pose.Box{X0: within(box.X0, width), Y0: within(box.Y0, height), X1: within(box.X1, width), Y1: within(box.Y1, height)}
}

// boxScore is from where a joint counts for the box of a pose that was found in a crop.
const boxScore = 0.1
