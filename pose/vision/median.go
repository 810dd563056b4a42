package vision

import (
	"context"
	"errors"
	"fmt"
	"image"
	"io"
	"slices"

	"gocv.io/x/gocv"

	"fallkit/pose"
)

// medianOf is how many frames a median picture is made of at most.
const medianOf = 51

// medianFrame gives the median of a video's frames, pixel by pixel and colour by colour: what
// moves is not in it, and nobody who moves. The caller closes it.
func medianFrame(ctx context.Context, path string) (gocv.Mat, error) {
	times, err := frameTimes(ctx, path)
	if err != nil {
		return gocv.Mat{}, err
	}
	f, err := openFile(path)
	if err != nil {
		return gocv.Mat{}, err
	}
	defer f.close()
	var frames []gocv.Mat
	defer func() {
		for i := range frames {
			frames[i].Close()
		}
	}()
	every := max(1, len(times)/medianOf)
	for i := range times {
		if _, err := f.next(ctx); err != nil && !errors.Is(err, io.EOF) {
			return gocv.Mat{}, err
		}
		if i%every != 0 || len(frames) == medianOf {
			continue
		}
		m := gocv.NewMat()
		frames = append(frames, m)
		ok, err := f.picture(&m)
		if err != nil {
			return gocv.Mat{}, err
		}
		if !ok || m.Cols() != frames[0].Cols() || m.Rows() != frames[0].Rows() {
			return gocv.Mat{}, fmt.Errorf("read video %s: %w: frame %d is missing or of another size", path, ErrCorrupt, i)
		}
	}
	return medianPicture(frames)
}

func medianPicture(frames []gocv.Mat) (gocv.Mat, error) {
	out := frames[0].Clone()
	to, err := out.DataPtrUint8()
	from := make([][]uint8, len(frames))
	for i := range frames {
		var one error
		from[i], one = frames[i].DataPtrUint8()
		err = errors.Join(err, one)
	}
	if err != nil {
		out.Close()
		return gocv.Mat{}, err
	}
	values := make([]uint8, len(frames))
	for at := range to {
		for i := range from {
			values[i] = from[i][at]
		}
		slices.Sort(values)
		to[at] = values[len(values)/2]
	}
	return out, nil
}

// Noise of a cheap camera by day: white is so many photons.
const stillPhotons, stillRead = 1500, 4

// WriteStill writes a video of what stands still in another one: so many frames of its
// median picture, each with a sensor's noise of its own, which the seed decides. Who moves in
// the first is not in the second.
func WriteStill(ctx context.Context, video string, frames int, seed uint64, out string) error {
	still, err := medianFrame(ctx, video)
	if err != nil {
		return err
	}
	defer still.Close()
	fps, _, err := Probe(video)
	if err != nil {
		return err
	}
	v, err := createVideo(out, fps, image.Pt(still.Cols(), still.Rows()))
	if err != nil {
		return err
	}
	defer v.abort()
	noisy := gocv.NewMat()
	defer noisy.Close()
	for i := range frames {
		if err := ctx.Err(); err != nil {
			return err
		}
		still.CopyTo(&noisy)
		if err := addNoise(&noisy, seed+uint64(i)*0x9e3779b97f4a7c15, stillPhotons, stillRead); err != nil {
			return err
		}
		if err := v.add(&noisy); err != nil {
			return err
		}
	}
	return v.commit()
}

// movedBy is how many grey levels of 255 a pixel differs from the median picture from where
// on something moved there.
const movedBy = 20

// RunMoved is Run for a video in which people move: each hears, for every frame looked at, also
// which part of each person's box (of the same order) differs from the video's median
// picture, 0 to 1. A pose with next to nothing of that lies on nobody who moves.
func RunMoved(ctx context.Context, path string, e *Engine, o Options, each func(f pose.Frame, moved []float64)) error {
	still, err := medianFrame(ctx, path)
	if err != nil {
		return err
	}
	defer still.Close()
	w := &witness{last: gocv.NewMat()}
	defer func() { w.last.Close() }()
	_, err = Run(ctx, Source{Path: path, wrap: w.wrap}, e, o, func(f pose.Frame) Caption {
		moved := make([]float64, len(f.People))
		for i := range f.People {
			moved[i] = movedIn(&still, &w.last, f.People[i].Pose.Box)
		}
		each(f, moved)
		return Caption{}
	})
	return err
}

// witness is a reader that keeps the last picture.
type witness struct {
	reader
	last gocv.Mat
}

func (w *witness) wrap(r reader) reader {
	w.reader = r
	return w
}

func (w *witness) picture(into *gocv.Mat) (bool, error) {
	ok, err := w.reader.picture(into)
	if ok && err == nil {
		into.CopyTo(&w.last)
	}
	return ok, err
}

// movedIn is the share of a box's pixels that differ between two pictures of one size.
func movedIn(still, now *gocv.Mat, b pose.Box) float64 {
	a, errA := still.DataPtrUint8()
	c, errC := now.DataPtrUint8()
	if errA != nil || errC != nil || len(a) != len(c) {
		return 1 // nothing can be said: it may be somebody
	}
	wide := still.Cols()
	differ, all := 0, 0
	for y := max(0, int(b.Y0)); y < min(still.Rows(), int(b.Y1+1)); y++ {
		for x := max(0, int(b.X0)); x < min(wide, int(b.X1+1)); x++ {
			all++
			for k := range 3 {
				at := 3*(y*wide+x) + k
				if d := int(a[at]) - int(c[at]); d > movedBy || d < -movedBy {
					differ++
					break
				}
			}
		}
	}
	if all == 0 {
		return 1
	}
	return float64(differ) / float64(all)
}
