package vision

import (
	"errors"
	"image"
	"image/draw"

	"gocv.io/x/gocv"
)

// fromImage gives a picture as 8-bit BGR, which the caller closes.
func fromImage(picture image.Image) (gocv.Mat, error) {
	b := picture.Bounds()
	if b.Empty() {
		return gocv.Mat{}, errors.New("the picture is empty")
	}
	rgba, ok := picture.(*image.RGBA)
	if !ok || rgba.Stride != 4*b.Dx() || len(rgba.Pix) != 4*b.Dx()*b.Dy() {
		rgba = image.NewRGBA(image.Rectangle{Max: b.Size()})
		draw.Draw(rgba, rgba.Rect, picture, b.Min, draw.Src)
	}
	four, err := gocv.NewMatFromBytes(b.Dy(), b.Dx(), gocv.MatTypeCV8UC4, rgba.Pix)
	if err != nil {
		return gocv.Mat{}, err
	}
	defer four.Close()
	bgr := gocv.NewMat()
	gocv.CvtColor(four, &bgr, gocv.ColorRGBAToBGR)
	return bgr, nil
}
