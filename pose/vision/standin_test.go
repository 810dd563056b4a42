package vision

import (
	"image"
	"image/color"
	"iter"
	"math"
	"os"
	"path/filepath"
	"testing"

	"google.golang.org/protobuf/encoding/protowire"

	"fallkit/pose"
	"fallkit/pose/weights"
)

// The stand-in is a network of one convolution that has MultiPose's heads and sees a
// white disc as a person: tests get the whole road from video to tracks without weights.
// The skeleton hangs at fixed places around the disc's centre.

// standinJoint is where joint j of the stand-in's person lies from the centre of the
// disc, in grid cells of 4 pixels of the network's input.
func standinJoint(j int) (dx, dy float64) { return float64(j%5) - 2, float64(j)/2 - 4 }

const (
	standinWidth, standinHeight = 12.0, 20.0 // of its box, in cells
	standinHeat                 = 3.0        // logit everywhere
)

// message builds a protobuf message.
type message []byte

func (m message) text(field protowire.Number, v string) message {
	return protowire.AppendString(protowire.AppendTag(m, field, protowire.BytesType), v)
}

func (m message) raw(field protowire.Number, v []byte) message {
	return protowire.AppendBytes(protowire.AppendTag(m, field, protowire.BytesType), v)
}

func (m message) number(field protowire.Number, v int) message {
	return protowire.AppendVarint(protowire.AppendTag(m, field, protowire.VarintType), uint64(v))
}

func tensor(name string, values []float32, dims ...int) message {
	var m message
	for _, d := range dims {
		m = m.number(1, d)
	}
	var data []byte
	for _, v := range values {
		data = protowire.AppendFixed32(data, math.Float32bits(v))
	}
	return m.number(2, 1).text(8, name).raw(9, data)
}

func shaped(name string, dims ...int) message {
	var shape message
	for _, d := range dims {
		shape = shape.raw(1, message(nil).number(1, d))
	}
	return message(nil).text(1, name).raw(2, message(nil).raw(1, message(nil).number(1, 1).raw(2, shape)))
}

func integers(name string, values ...int) message {
	m := message(nil).text(1, name)
	for _, v := range values {
		m = m.number(8, v)
	}
	return m.number(20, 7)
}

// onnx is a network of one convolution over the input's 4x4 cells: every output channel
// is gain · (mean brightness of the cell, -1 to 1) + bias.
func onnx(size, planes int, gain, bias []float32) []byte {
	n := len(bias)
	w := make([]float32, n*planes*cell*cell)
	for i := range w {
		w[i] = gain[i/(planes*cell*cell)] / float32(planes*cell*cell)
	}
	conv := message(nil).text(1, "x").text(1, "w").text(1, "b").text(2, "heads").text(4, "Conv").
		raw(5, integers("kernel_shape", cell, cell)).raw(5, integers("strides", cell, cell))
	graph := message(nil).raw(1, conv).text(2, "standin").
		raw(5, tensor("w", w, n, planes, cell, cell)).raw(5, tensor("b", bias, n)).
		raw(11, shaped("x", 1, 3, size, size)).raw(12, shaped("heads", 1, n, size/cell, size/cell))
	return message(nil).number(1, 6).raw(7, graph).raw(8, message(nil).number(2, 11))
}

func standin(size int) []byte {
	gain, bias := make([]float32, channels), make([]float32, channels)
	gain[0], bias[0] = 6, -1 // centre: a white cell is 5, a black one -7
	bias[1], bias[2] = standinHeight, standinWidth
	for j := range pose.Joints {
		bias[5+j] = standinHeat
		dx, dy := standinJoint(j)
		bias[5+pose.Joints+2*j], bias[5+pose.Joints+2*j+1] = float32(dy), float32(dx)
	}
	return onnx(size, 3, gain, bias)
}

func standinFile(t testing.TB) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "standin.onnx")
	if err := os.WriteFile(path, standin(256), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

func standinEngine(t testing.TB) *Engine {
	t.Helper()
	return standinEngineIn(t, OpenCV)
}

// poseEngine is the real one; without its weights the test is skipped.
func poseEngine(t testing.TB) *Engine {
	t.Helper()
	return poseEngineIn(t, OpenCV)
}

// poseNetwork is the file of the real one.
func poseNetwork(t testing.TB) string {
	t.Helper()
	home, err := weights.Home()
	if err == nil {
		err = weights.Verify(home, "multipose256")
	}
	if err != nil {
		t.Skipf("no pose weights: %v", err)
	}
	return weights.Path(home, "multipose256")
}

// disc draws what the stand-in takes for people: white discs, brightest in the middle.
func disc(width, height int, centres ...image.Point) *image.RGBA {
	m := image.NewRGBA(image.Rect(0, 0, width, height))
	for y := range height {
		for x := range width {
			best := 0.0
			for _, c := range centres {
				best = max(best, 1-math.Hypot(float64(x-c.X), float64(y-c.Y))/24)
			}
			v := uint8(255 * best)
			m.SetRGBA(x, y, color.RGBA{v, v, v, 255})
		}
	}
	return m
}

// walk is a film of a disc that goes from left to right, 2 pixels a frame.
func walk(width, height, frames int) iter.Seq[image.Image] {
	return func(yield func(image.Image) bool) {
		for i := range frames {
			if !yield(disc(width, height, walkAt(width, height, i))) {
				return
			}
		}
	}
}

func walkAt(width, height, frame int) image.Point {
	return image.Pt(40+2*frame%(width-80), height/2)
}

func film(t testing.TB, fps float64, frames iter.Seq[image.Image]) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "film.mp4")
	if err := WriteVideo(path, fps, frames); err != nil {
		t.Fatal(err)
	}
	return path
}

func near(a, b, within float64) bool { return math.Abs(a-b) <= within }

// bigDisc is one disc in the middle, of a radius.
func bigDisc(size image.Point, radius float64) *image.RGBA {
	m := image.NewRGBA(image.Rectangle{Max: size})
	for y := range size.Y {
		for x := range size.X {
			v := uint8(255 * max(0, 1-math.Hypot(float64(x-size.X/2), float64(y-size.Y/2))/radius))
			m.SetRGBA(x, y, color.RGBA{v, v, v, 255})
		}
	}
	return m
}
