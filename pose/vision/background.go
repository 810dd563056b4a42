package vision

/*
#include "background.h"
*/
import "C"

import (
	"math"
	"unsafe"

	"gocv.io/x/gocv"
)

const (
	// motionSide is how many cells a picture's longer side has: 4 pixels each of 640.
	motionSide = 160
	// motionBlocks of 2x2 cells that are unlike the background are motion: 3x3 cells have so
	// many, 12x12 pixels of 640x480. A sensor's noise changes single cells.
	motionBlocks = 4
	// lightJump from one picture to the next, in grey levels of the whole picture's mean, is
	// a light that was switched: the background knows its room in both lights soon.
	lightJump = 4.0
	// adaptTime is the background's memory, seconds: what stays the same counts as
	// background after about a tenth of it.
	adaptTime = 30.0
)

// background knows what a camera's picture looks like while nothing moves, as a mixture of
// Gaussians for each cell (Zivkovic 2004, "Improved adaptive Gaussian mixture model for
// background subtraction", in OpenCV): noise widens them, and a curtain that swings gets
// more than one. It is not safe for concurrent use.
type background struct {
	p     *C.background_model
	seen  int     // pictures since the start
	last  float64 // time of the last one
	light float64 // its mean
}

func openBackground() (*background, error) {
	b := new(background)
	return b, cvError(C.background_open(motionSide, &b.p))
}

// sees takes the picture (8-bit BGR) at time t, seconds, into the background and tells
// whether something in it was unlike the background before. Fresh forgets what was; the
// first picture is always unlike.
func (b *background) sees(t float64, picture *gocv.Mat, fresh bool) (bool, error) {
	if fresh {
		b.seen = 0
	}
	rate := 1.0
	if b.seen > 0 { // at first fast, so that it settles within seconds
		rate = min(max(1-math.Exp(-(t-b.last)/adaptTime), 1/float64(2*b.seen)), 0.5)
	}
	b.seen++
	b.last = t
	var blocks C.int
	var light C.double
	err := cvError(C.background_see(b.p, unsafe.Pointer(picture.Ptr()), C.double(rate), &blocks, &light))
	jump := math.Abs(float64(light) - b.light)
	b.light = float64(light)
	return int(blocks) >= motionBlocks || jump >= lightJump, err
}

func (b *background) close() {
	C.background_close(b.p)
	b.p = nil
}
