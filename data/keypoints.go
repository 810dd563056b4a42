package data

import (
	"errors"
	"fmt"
	"io"
	"os"

	"fallkit/pose"
)

// Keypoints are joints of people in pictures as somebody placed them by hand: the truth
// that poses are measured against.
type Keypoints struct{ Images []KeypointImage }

// KeypointImage is a picture of which the people are labelled.
type KeypointImage struct {
	Path          string // of the video or the still picture, with slashes, relative to the data folder
	Width, Height int    // pixels

	Dataset, Clip string // of a video, "" of a still picture
	Frame         int    // of a video, counted from 0; -1 = a still picture
	State         string // of the person: StateFalling, StateLying, StateElse, "" = not known

	// Skipped says why the people here are not all the people of the picture, "" where they
	// are: one of the Skipped words. Only "" and SkippedNobody are fit to measure by.
	Skipped string
	People  []TruePerson
}

// The states of a person that falltrain click tells apart.
const (
	StateFalling = "falling" // between a fall's first and last frame
	StateLying   = "lying"   // on the floor after a fall, or lying down on purpose
	StateElse    = "else"
)

// Why a picture has not all its people labelled.
const (
	SkippedNobody     = "nobody"     // is in the picture: there is nothing to label
	SkippedUnclear    = "unclear"    // too dark, or too small, to tell where the joints are
	SkippedUnfinished = "unfinished" // some joints are placed, others not yet
)

// TruePerson is one person in one picture.
type TruePerson struct {
	Joints [pose.Joints]TrueJoint
	Box    pose.Box
	Area   float64 // square pixels of the person, as object keypoint similarity takes it; of the box where the file has none
	Crowd  bool    // not a person but a group whose members are not labelled each
}

// TrueJoint is where a joint is, in pixels from the picture's upper left corner. Where it
// is not labelled, both numbers are 0.
type TrueJoint struct {
	X, Y float32
	Seen Visibility
}

// Visibility tells what is known of a joint, in COCO's numbers.
type Visibility int

// What can be known of a joint.
const (
	NotLabelled Visibility = iota // not in the picture, or nobody could tell where
	Hidden                        // behind something, placed where it must be
	Visible
)

// Labelled is how many joints are placed, hidden ones too.
func (p *TruePerson) Labelled() (n int) {
	for _, j := range p.Joints {
		if j.Seen != NotLabelled {
			n++
		}
	}
	return n
}

// Surround sets box and area to the upright rectangle around the labelled joints.
func (p *TruePerson) Surround() {
	first := true
	p.Box = pose.Box{}
	for _, j := range p.Joints {
		switch b := &p.Box; {
		case j.Seen == NotLabelled:
		case first:
			*b, first = pose.Box{X0: j.X, Y0: j.Y, X1: j.X, Y1: j.Y}, false
		default:
			b.X0, b.Y0, b.X1, b.Y1 = min(b.X0, j.X), min(b.Y0, j.Y), max(b.X1, j.X), max(b.Y1, j.Y)
		}
	}
	p.Area = float64(p.Box.Width()) * float64(p.Box.Height())
}

// mostKeypointBytes is four times COCO's own largest keypoint file.
const mostKeypointBytes = 1 << 30

// ReadKeypoints reads a file in COCO's keypoint format (Lin et al. 2014, "Microsoft COCO";
// cocodataset.org/#format-data): one that falltrain click wrote, or any other. Joints are
// taken by their names in the file, so one with other joints (CrowdPose's 14) gives those
// that COCO has, too, as long as shoulders, elbows, wrists, hips, knees and ankles are
// among them. The error is the first fault of the file.
func ReadKeypoints(path string) (*Keypoints, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("open keypoints: %w", err)
	}
	defer file.Close()
	text, err := io.ReadAll(io.LimitReader(file, mostKeypointBytes+1))
	if err == nil && len(text) > mostKeypointBytes {
		err = errors.New("the file is larger than 1 GB, which no keypoint file is")
	}
	if err != nil {
		return nil, fmt.Errorf("read keypoints %s: %w", path, err)
	}
	k, err := decodeKeypoints(text)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return k, nil
}

// Write replaces a file with the keypoints in COCO's format. What ReadKeypoints would
// refuse is not written.
func (k *Keypoints) Write(path string) error {
	text, err := k.encode()
	if err == nil {
		_, err = decodeKeypoints(text)
	}
	if err == nil {
		err = replaceFile(path, text)
	}
	if err != nil {
		return fmt.Errorf("write keypoints %s: %w", path, err)
	}
	return nil
}
