package vision

/*
#cgo pkg-config: opencv4
#cgo CXXFLAGS: -std=c++11
#include <stdlib.h>
#include "guard.h"
*/
import "C"

import (
	"errors"
	"math"
	"os"
	"strings"
	"sync/atomic"
	"unsafe"

	"gocv.io/x/gocv"
)

// A C++ exception that reaches Go ends the process, and gocv 0.31 catches none. Whatever
// can throw on what comes from outside goes through guard.cpp, which turns exceptions
// into messages.

// heaps of the C library are as many as cores that a small machine has: with its own eight for each
// core, what loading leaves behind stays in the heaps of threads that never need it again.
const heaps = 2

func init() {
	C.guard_heaps(heaps)
	quiet()
	SetThreads(1)
}

// quiet keeps OpenCV's and FFmpeg's own lines off stderr: our error says it in one
// sentence. Who sets OpenCV's variables wants to see them.
func quiet() {
	if os.Getenv("OPENCV_LOG_LEVEL") == "" {
		_ = cvError(C.guard_quiet())
	}
	if os.Getenv("OPENCV_FFMPEG_LOGLEVEL") == "" && os.Getenv("OPENCV_FFMPEG_DEBUG") == "" {
		os.Setenv("OPENCV_FFMPEG_LOGLEVEL", "-8") // AV_LOG_QUIET
	}
}

// SetThreads says how many threads one call into OpenCV may use, in the whole process;
// it is 1 until then: two clips on one thread each are faster than one clip on two.
// Engines in ONNX Runtime go by what it was when they were opened.
func SetThreads(n int) {
	threads.Store(int32(max(n, 1)))
	_ = cvError(C.guard_threads(C.int(max(n, 1))))
}

var threads atomic.Int32

// trim gives the system back the memory that the C library keeps for later.
func trim() { C.guard_trim() }

// cvError takes a message of guard.cpp over.
func cvError(message *C.char) error {
	if message == nil {
		return nil
	}
	defer C.free(unsafe.Pointer(message))
	return errors.New(oneLine(C.GoString(message)))
}

func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }

// input is a picture made ready for a network, by OpenCV whatever runs the network:
// [1, 3, height, width], RGB, x/127.5 - 1. It is not safe for concurrent use.
type input struct{ p *C.guard_input }

// placement is where a picture lies in the network's input:
// input = picture * scale + (left, top), in pixels.
type placement struct {
	scale     float64
	left, top int
}

func newInput() (*input, error) {
	in := new(input)
	return in, cvError(C.guard_input_open(&in.p))
}

// fill takes a picture (8-bit BGR), turned clockwise by quarters (0 to 3) and letterboxed;
// the placement is of the turned picture.
func (in *input) fill(picture *gocv.Mat, quarters, width, height int) (placement, error) {
	var p C.guard_placement
	err := cvError(C.guard_input_fill(in.p, unsafe.Pointer(picture.Ptr()), C.int(quarters), C.int(width), C.int(height), &p))
	return placement{float64(p.scale), int(p.left), int(p.top)}, err
}

// crop takes a square of a picture (8-bit BGR), upright and side pixels wide.
func (in *input) crop(picture *gocv.Mat, side int, c crop) error {
	sine, cosine := math.Sincos(c.turn)
	of := C.guard_square{x: C.double(c.x), y: C.double(c.y), half: C.double(c.half), cosine: C.double(cosine), sine: C.double(sine)}
	return cvError(C.guard_input_crop(in.p, unsafe.Pointer(picture.Ptr()), C.int(side), of))
}

// values are those of the picture last filled in, until the next one is.
func (in *input) values() []float32 {
	var count C.size_t
	first := C.guard_input_values(in.p, &count)
	return unsafe.Slice((*float32)(unsafe.Pointer(first)), int(count))
}

func (in *input) close() {
	C.guard_input_close(in.p)
	in.p = nil
}

// opencv is a pose network in OpenCV DNN.
type opencv struct {
	p   *C.guard_net
	out gocv.Mat
}

func openOpenCV(onnx []byte) (network, error) {
	n := new(opencv)
	if err := cvError(C.guard_net_open(unsafe.Pointer(&onnx[0]), C.size_t(len(onnx)), &n.p)); err != nil {
		return nil, err
	}
	n.out = gocv.NewMat()
	return n, nil
}

func (n *opencv) load(in *input) error { return cvError(C.guard_net_load(n.p, in.p)) }

func (n *opencv) forward() (output, error) {
	if err := cvError(C.guard_net_forward(n.p, unsafe.Pointer(n.out.Ptr()))); err != nil {
		return output{}, err
	}
	values, err := n.out.DataPtrFloat32()
	return output{values, n.out.Size()}, err
}

func (n *opencv) close() error {
	C.guard_net_close(n.p)
	n.p = nil
	return n.out.Close()
}

// capture is an open video or camera.
type capture struct{ p *C.guard_capture }

// openCapture opens a video; timeoutMS > 0 limits how long opening and reading may block.
func openCapture(path string, api gocv.VideoCaptureAPI, timeoutMS int) (*capture, error) {
	name := C.CString(path)
	defer C.free(unsafe.Pointer(name))
	c := new(capture)
	if err := cvError(C.guard_capture_open(name, C.int(api), C.int(timeoutMS), &c.p)); err != nil {
		return nil, err
	}
	return c, nil
}

// grab goes to the next frame; false is the end.
func (c *capture) grab() (bool, error) {
	var ok C.int
	err := cvError(C.guard_capture_grab(c.p, &ok))
	return ok != 0, err
}

// retrieve decodes the frame that grab went to; false where there is no picture in it.
func (c *capture) retrieve(into *gocv.Mat) (bool, error) {
	var ok C.int
	err := cvError(C.guard_capture_retrieve(c.p, unsafe.Pointer(into.Ptr()), &ok))
	return ok != 0, err
}

// property is 0 where the source does not know it.
func (c *capture) property(id gocv.VideoCaptureProperties) float64 {
	var v C.double
	if err := cvError(C.guard_capture_property(c.p, C.int(id), &v)); err != nil {
		return 0
	}
	return float64(v)
}

func (c *capture) close() {
	C.guard_capture_close(c.p)
	c.p = nil
}

// writer is an H.264 mp4 that is being written.
type writer struct{ p *C.guard_writer }

func openWriter(path string, fps float64, width, height int) (*writer, error) {
	name := C.CString(path)
	defer C.free(unsafe.Pointer(name))
	w := new(writer)
	if err := cvError(C.guard_writer_open(name, C.double(fps), C.int(width), C.int(height), &w.p)); err != nil {
		return nil, err
	}
	return w, nil
}

func (w *writer) write(picture *gocv.Mat) error {
	return cvError(C.guard_writer_write(w.p, unsafe.Pointer(picture.Ptr())))
}

func (w *writer) close() error {
	err := cvError(C.guard_writer_close(w.p))
	w.p = nil
	return err
}

// resize stretches from to the size given.
func resize(from, to *gocv.Mat, width, height int) error {
	return cvError(C.guard_resize(unsafe.Pointer(from.Ptr()), unsafe.Pointer(to.Ptr()), C.int(width), C.int(height)))
}

// turn turns from clockwise, by a multiple of 90 degrees and then by roll degrees.
func turn(from, to *gocv.Mat, degrees int, roll float64) error {
	return cvError(C.guard_turn(unsafe.Pointer(from.Ptr()), unsafe.Pointer(to.Ptr()), C.int(degrees), C.double(roll)))
}
