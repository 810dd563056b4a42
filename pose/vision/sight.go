package vision

/*
#include "sight.h"
*/
import "C"

import (
	"unsafe"

	"gocv.io/x/gocv"
)

// Sight is what a picture looked like: enough to tell that a camera is dark, covered, stuck or
// turned away, and too little to tell who is in it.
type Sight struct {
	Time          float64                           // seconds, as in pose.Frame
	Width, Height int                               // of the picture, in pixels
	Mean, Spread  float64                           // of its grey levels, 0 to 255: mean and standard deviation
	Change        float64                           // mean difference from the picture measured before, grey levels; below 0 where there was none
	Edges         [SightColumns * SightRows]float32 // how steep the grey levels are in each cell, on average, row by row
}

// The grid of Sight.Edges.
const (
	SightColumns = 16
	SightRows    = 12
)

const (
	sightSide   = 160 // cells that the longer side is shrunk to first
	sightPeriod = 1.0 // seconds between two measurements
)

// observer measures pictures now and then. A nil one never does.
type observer struct {
	p    *C.sight
	each func(Sight)
	next float64
}

// observe gives one that tells each what it measures; nil where nobody listens.
func observe(each func(Sight)) (*observer, error) {
	if each == nil {
		return nil, nil
	}
	o := &observer{each: each}
	return o, cvError(C.sight_open(sightSide, &o.p))
}

// see takes the picture (8-bit BGR) of a time in seconds.
func (o *observer) see(t float64, picture *gocv.Mat) error {
	if o == nil || t+slack < o.next {
		return nil
	}
	o.next = t + sightPeriod
	s := Sight{Time: t, Width: picture.Cols(), Height: picture.Rows()}
	var mean, spread, change C.double
	err := cvError(C.sight_see(o.p, unsafe.Pointer(picture.Ptr()), SightColumns, SightRows, &mean, &spread, &change, (*C.float)(unsafe.Pointer(&s.Edges[0]))))
	if err != nil {
		return err
	}
	s.Mean, s.Spread, s.Change = float64(mean), float64(spread), float64(change)
	o.each(s)
	return nil
}

func (o *observer) close() {
	if o != nil {
		C.sight_close(o.p)
		o.p = nil
	}
}
