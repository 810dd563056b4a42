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
	"os"
	"strings"
	"unsafe"

	"gocv.io/x/gocv"
)

// A C++ exception that reaches Go ends the process, and gocv 0.31 catches none. Whatever
// can throw on what comes from outside goes through guard.cpp, which turns exceptions
// into messages.

func init() {
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
func SetThreads(n int) {
	_ = cvError(C.guard_threads(C.int(max(n, 1))))
}

// cvError takes a message of guard.cpp over.
func cvError(message *C.char) error {
	if message == nil {
		return nil
	}
	defer C.free(unsafe.Pointer(message))
	return errors.New(strings.Join(strings.Fields(C.GoString(message)), " "))
}

// network is a pose network in OpenCV DNN. It is not safe for concurrent use.
type network struct{ p *C.guard_net }

// placement is where a picture lies in the network's input:
// input = picture * scale + (left, top), in pixels.
type placement struct {
	scale     float64
	left, top int
}

func openNetwork(onnx []byte) (*network, error) {
	if len(onnx) == 0 {
		return nil, errors.New("the file is empty")
	}
	n := new(network)
	return n, cvError(C.guard_net_open(unsafe.Pointer(&onnx[0]), C.size_t(len(onnx)), &n.p))
}

// load makes a picture (8-bit BGR) the network's next input, letterboxed.
func (n *network) load(picture *gocv.Mat, width, height int) (placement, error) {
	var p C.guard_placement
	err := cvError(C.guard_net_load(n.p, unsafe.Pointer(picture.Ptr()), C.int(width), C.int(height), &p))
	return placement{float64(p.scale), int(p.left), int(p.top)}, err
}

// forward puts the network's output into out, which is valid until the next forward.
func (n *network) forward(out *gocv.Mat) error {
	return cvError(C.guard_net_forward(n.p, unsafe.Pointer(out.Ptr())))
}

func (n *network) close() {
	C.guard_net_close(n.p)
	n.p = nil
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
