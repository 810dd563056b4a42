package vision

import (
	"image"
	"math"

	"gocv.io/x/gocv"

	"fallkit/pose"
)

// Caption is what is painted on a frame besides the skeletons.
type Caption struct {
	Score     float64 // length of the score bar, 0 to 1; NaN = nothing known
	Threshold float64 // a tick on the bar, 0 to 1; 0 = none
	Banner    string  // in ASCII, "" = none
}

// overlay is the video that shows what was seen.
type overlay struct {
	video  *video
	zoom   int  // small pictures are enlarged, or one could not read a thing
	paced  bool // a camera: frames are repeated or left out to keep its time
	fps    float64
	canvas gocv.Mat
}

// readable is the least height in pixels of an overlay.
const readable = 400

func createOverlay(path string, fps float64, size image.Point, paced bool) (*overlay, error) {
	zoom := 1
	if size.Y < readable && size.X < 2*readable {
		zoom = int(math.Ceil(readable / float64(size.Y)))
		zoom = min(zoom, 4)
	}
	v, err := createVideo(path, fps, size.Mul(zoom))
	if err != nil {
		return nil, err
	}
	return &overlay{video: v, zoom: zoom, paced: paced, fps: fps, canvas: gocv.NewMat()}, nil
}

// add paints and writes one frame. frame.People may be of an earlier frame than picture.
func (o *overlay) add(picture *gocv.Mat, frame pose.Frame, c *Caption) error {
	copies := 1
	if o.paced {
		copies = int(math.Floor(frame.Time*o.fps+1e-6)) + 1 - o.video.frames
	}
	if copies <= 0 {
		return nil
	}
	if err := resize(picture, &o.canvas, picture.Cols()*o.zoom, picture.Rows()*o.zoom); err != nil {
		return err
	}
	paint(&o.canvas, float64(o.zoom), frame, c)
	for range copies {
		if err := o.video.add(&o.canvas); err != nil {
			return err
		}
	}
	return nil
}

func (o *overlay) commit() error { return o.video.commit() }

// close frees everything; a video that was not committed is removed.
func (o *overlay) close() {
	o.video.abort()
	o.canvas.Close()
}
