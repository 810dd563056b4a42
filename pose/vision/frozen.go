package vision

import (
	"bytes"
	"image"
	"time"

	"gocv.io/x/gocv"
)

// frozenTime is how long a picture may stay the same to the byte: a sensor's noise
// changes it many times a second.
const frozenTime = 5 * time.Second

// lowestRows are compared: where a stream goes on in another size, OpenCV 4.6 hands out
// the old picture for ever (the new one is higher) or an old lower part (it is less high).
const lowestRows = 8

// freeze finds pictures that come and show nothing new. Some encoders repeat a still
// scene exactly, so each time that opening the camera anew was no cure it waits twice as long.
type freeze struct {
	patience time.Duration // at first
	now      time.Duration // after what was learned
	size     image.Point
	rows     []byte
	since    time.Time // when the rows last changed
}

// reopened starts the time again.
func (f *freeze) reopened() { f.rows = f.rows[:0] }

// frozen looks at a picture that came at a moment.
func (f *freeze) frozen(picture *gocv.Mat, at time.Time) bool {
	pixels, err := picture.DataPtrUint8()
	if err != nil || picture.Empty() {
		return false
	}
	if size := image.Pt(picture.Cols(), picture.Rows()); size != f.size {
		f.size, f.now, f.rows = size, f.patience, f.rows[:0]
	}
	rows := pixels[max(0, len(pixels)-lowestRows*len(pixels)/f.size.Y):]
	if !bytes.Equal(rows, f.rows) {
		f.rows, f.since = append(f.rows[:0], rows...), at
		return false
	}
	if at.Sub(f.since) < f.now {
		return false
	}
	f.now *= 2
	return true
}
