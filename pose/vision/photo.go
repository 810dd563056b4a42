package vision

/*
#include <stdlib.h>
#include "photo.h"
*/
import "C"

import (
	"errors"
	"fmt"
	"image"
	"os"
	"unsafe"

	"gocv.io/x/gocv"

	"fallkit/pose"
)

// Photo is what an engine saw in a still picture.
type Photo struct {
	Width, Height int         // of the picture as it is in the file, in pixels
	People        []pose.Pose // best first, in its pixels
	Cropped       []bool      // of each of them: the joints were seen in the crop, not in the whole picture
}

// Photo finds the people in a still picture (JPEG, PNG and what else OpenCV reads), turned
// clockwise by degrees (0, 90, 180 or 270) before the pose network sees it; the poses are
// turned back. What a file says of the camera's orientation is not heeded. Nothing is
// followed: people are believed by their own score (MinPersonScore). A file that is no
// picture gives an error that names it.
func (e *Engine) Photo(path string, degrees int) (Photo, error) {
	picture := gocv.NewMat()
	defer picture.Close()
	if err := readPicture(path, &picture); err != nil {
		return Photo{}, err
	}
	size := image.Pt(picture.Cols(), picture.Rows())
	if degrees%360 != 0 {
		turned := gocv.NewMat()
		defer turned.Close()
		if err := turn(&picture, &turned, degrees, 0); err != nil {
			return Photo{}, fmt.Errorf("turn picture %s: %w", path, err)
		}
		picture, turned = turned, picture
	}
	people, cropped, err := e.once(&picture)
	if err != nil {
		return Photo{}, fmt.Errorf("picture %s: %w", path, err)
	}
	photo := Photo{Width: size.X, Height: size.Y}
	for i := range people {
		if people[i].Score >= e.settings.MinPersonScore {
			turnBack(&people[i], degrees, size)
			photo.People = append(photo.People, people[i])
			photo.Cropped = append(photo.Cropped, cropped[i])
		}
	}
	return photo, nil
}

// readPicture reads a still picture as 8-bit BGR.
func readPicture(path string, into *gocv.Mat) error {
	info, err := os.Stat(path)
	if err != nil {
		return fmt.Errorf("open picture: %w", err)
	}
	if !info.Mode().IsRegular() {
		return fmt.Errorf("open picture: %s is not a file", path)
	}
	name := C.CString(path)
	defer C.free(unsafe.Pointer(name))
	if err := cvError(C.photo_read(name, unsafe.Pointer(into.Ptr()))); err != nil {
		return fmt.Errorf("picture %s cannot be read: %w", path, err)
	}
	if into.Empty() {
		return fmt.Errorf("picture %s cannot be read: %w", path, ErrNoPicture)
	}
	return nil
}

// ErrNoPicture tells that a file is no still picture.
var ErrNoPicture = errors.New("it is no picture that OpenCV knows, or it is damaged")

// turnBack takes a pose found in a picture that was turned clockwise by degrees to the
// picture as it was, of this size. Pixels' corners turn, so a point x becomes width − x.
func turnBack(p *pose.Pose, degrees int, size image.Point) {
	wide, high := float32(size.X), float32(size.Y)
	back := func(x, y float32) (float32, float32) {
		switch (degrees%360 + 360) % 360 {
		case 90: // (x, y) went to (high-y, x)
			return y, high - x
		case 180:
			return wide - x, high - y
		case 270: // (x, y) went to (y, wide-x)
			return wide - y, x
		}
		return x, y
	}
	for j := range p.Keypoints {
		if k := &p.Keypoints[j]; k.Score > 0 {
			k.X, k.Y = back(k.X, k.Y)
		}
	}
	ax, ay := back(p.Box.X0, p.Box.Y0)
	bx, by := back(p.Box.X1, p.Box.Y1)
	p.Box = pose.Box{X0: min(ax, bx), Y0: min(ay, by), X1: max(ax, bx), Y1: max(ay, by)}
}
