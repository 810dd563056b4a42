package vision

/*
#include "harm.h"
*/
import "C"

import (
	"unsafe"

	"gocv.io/x/gocv"

	"fallkit/pose"
)

// lookUp puts table[v] in the place of every value v.
func lookUp(picture *gocv.Mat, table *[256]byte) error {
	return cvError(C.harm_lut(unsafe.Pointer(picture.Ptr()), (*C.uchar)(&table[0])))
}

// addNoise adds the shot noise of a sensor whose white is so many photons, and read noise
// in photons (Foi et al. 2008, "Practical Poissonian-Gaussian noise modeling").
func addNoise(picture *gocv.Mat, seed uint64, photons, read float64) error {
	return cvError(C.harm_noise(unsafe.Pointer(picture.Ptr()), C.uint64_t(seed), C.double(photons), C.double(read)))
}

// filter spreads each pixel by a kernel.
func filter(picture *gocv.Mat, k kernel) error {
	return cvError(C.harm_filter(unsafe.Pointer(picture.Ptr()), (*C.float)(&k.weights[0]), C.int(k.width), C.int(k.height())))
}

func compressJPEG(picture *gocv.Mat, quality int) error {
	return cvError(C.harm_jpeg(unsafe.Pointer(picture.Ptr()), C.int(quality)))
}

// coarsen leaves a picture's size and only width × height pixels of its content.
func coarsen(picture *gocv.Mat, width, height int) error {
	return cvError(C.harm_coarsen(unsafe.Pointer(picture.Ptr()), C.int(width), C.int(height)))
}

// warp moves every point as h says. What comes from outside continues the picture's edge.
func warp(picture *gocv.Mat, h pose.Homography) error {
	return cvError(C.harm_warp(unsafe.Pointer(picture.Ptr()), (*C.double)(&h[0])))
}

// hide draws boxes over the picture, the later over the earlier.
func hide(picture *gocv.Mat, boxes []piece) error {
	if len(boxes) == 0 {
		return nil
	}
	width, height := float64(picture.Cols()), float64(picture.Rows())
	c := make([]C.harm_box, len(boxes))
	for i, b := range boxes {
		c[i] = C.harm_box{
			left: C.int(b.left * width), right: C.int(b.right * width),
			top: C.int(b.top * height), bottom: C.int(b.bottom * height), depth: C.int(b.depth * height),
			red: C.int(b.colour.R), green: C.int(b.colour.G), blue: C.int(b.colour.B),
		}
	}
	return cvError(C.harm_boxes(unsafe.Pointer(picture.Ptr()), &c[0], C.int(len(c))))
}

// codec sends pictures through a lossy line and shows what arrives. It follows H.264 in
// what makes low bit rates ugly: each picture is coded as its difference from the last one
// received, by a transform of 8×8 blocks in a half-size colour space, with H.264's steps
// of quantising (2^((QP-4)/6)), and blocks without a level left stay as they were. It has
// no motion search, no rate control and no smoothing of the blocks' edges.
type codec struct{ p *C.harm_codec }

func openCodec(qp int) (*codec, error) {
	c := new(codec)
	return c, cvError(C.harm_codec_open(C.int(qp), &c.p))
}

func (c *codec) send(picture *gocv.Mat) error {
	return cvError(C.harm_codec_next(c.p, unsafe.Pointer(picture.Ptr())))
}

func (c *codec) close() {
	C.harm_codec_close(c.p)
	c.p = nil
}
