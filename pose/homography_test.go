package pose

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

func TestRollAndTiltKeepTheMiddle(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		width, height := rapid.IntRange(2, 4000).Draw(t, "width"), rapid.IntRange(2, 4000).Draw(t, "height")
		degrees := rapid.Float64Range(-60, 60).Draw(t, "degrees")
		for name, h := range map[string]Homography{"roll": Roll(degrees, width, height), "tilt": Tilt(degrees, width, height)} {
			cx, cy := float64(width)/2, float64(height)/2
			if x, y := h.At(cx, cy); math.Hypot(x-cx, y-cy) > 1e-6*float64(width+height) {
				t.Fatalf("%s moves the middle to %g, %g", name, x, y)
			}
		}
	})
}

func TestRollTurnsClockwise(t *testing.T) {
	h := Roll(90, 200, 100)
	if x, y := h.At(100, 0); math.Hypot(x-150, y-50) > 1e-9 {
		t.Errorf("the top goes to %g, %g, and must go to the right", x, y)
	}
}

// A camera that turns by an angle sees a straight line as a straight line, and what was
// seen at an angle above its axis, at that angle and the turn together.
func TestTiltIsACameraTurned(t *testing.T) {
	const width, height, turn = 640, 480, 25 * math.Pi / 180
	h := Tilt(25, width, height)
	for _, y := range []float64{0, 100, 240, 400, 480} {
		_, got := h.At(320, y)
		seen := math.Atan((y - 240) / width)              // below the axis
		want := width * math.Tan(seen-turn)               // of the turned camera
		want = want*math.Cos(turn) + width*math.Sin(turn) // back to the middle, at the scale of h
		if math.Abs(got-240-want) > 1e-6 {
			t.Errorf("y = %g goes to %g, and must go to %g", y, got, 240+want)
		}
	}
	x0, _ := h.At(0, 0)
	x1, _ := h.At(640, 0)
	b0, _ := h.At(0, 480)
	b1, _ := h.At(640, 480)
	if x1-x0 <= 640 || b1-b0 >= x1-x0 {
		t.Errorf("the upper edge is %g wide, the lower one %g", x1-x0, b1-b0)
	}
}
