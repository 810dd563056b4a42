package vision

import (
	"fmt"
	"image"
	"math"
	"testing"

	"gocv.io/x/gocv"
	"pgregory.net/rapid"

	"fallkit/pose"
)

// dot is a black picture with a soft white spot, as a Mat; its middle is at (x, y) of the
// picture's continuous pixels.
func dot(t testing.TB, width, height int, x, y, radius float64) *gocv.Mat {
	t.Helper()
	m := gocv.NewMatWithSizeFromScalar(gocv.NewScalar(0, 0, 0, 0), height, width, gocv.MatTypeCV8UC3)
	t.Cleanup(func() { m.Close() })
	for v := max(0, int(y-radius-1)); v < min(height, int(y+radius+2)); v++ {
		for u := max(0, int(x-radius-1)); u < min(width, int(x+radius+2)); u++ {
			d := math.Hypot(float64(u)+.5-x, float64(v)+.5-y)
			w := uint8(255 * max(0, 1-d/radius))
			for c := range 3 {
				m.SetUCharAt(v, 3*u+c, w)
			}
		}
	}
	return &m
}

// centroid is the middle of the light in an input, in its continuous pixels.
func centroid(in *input, side int) (x, y, light float64) {
	for i, v := range in.values()[:side*side] {
		w := float64(v) + 1
		light += w
		x += w * (float64(i%side) + .5)
		y += w * (float64(i/side) + .5)
	}
	return x / light, y / light, light
}

func newTestInput(t testing.TB) *input {
	t.Helper()
	in, err := newInput()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(in.close)
	return in
}

// What lies at a place of the picture comes back to it from the crop: small and large
// crops, the large ones shrunk a lot, at every turn.
func TestCropsLeadBackToThePicture(t *testing.T) {
	const side = 192
	in := newTestInput(t)
	for _, size := range []image.Point{{640, 480}, {1280, 720}, {321, 243}} {
		for _, half := range []float64{40, 96, 150, 333, 720, 1500} {
			for _, degrees := range []float64{0, 90, 180, 270, 17, 45, 133.3, 301} {
				x, y := float64(size.X)*.6+.3, float64(size.Y)*.45+.7
				c := crop{x: x + half/4, y: y - half/5, half: half, turn: degrees * math.Pi / 180}
				step := 2 * half / side
				m := dot(t, size.X, size.Y, x, y, math.Max(6, 4*step))
				if err := in.crop(m, side, c); err != nil {
					t.Fatal(err)
				}
				u, v, light := centroid(in, side)
				gotX, gotY := c.toPicture(u, v, side)
				if off := math.Hypot(gotX-x, gotY-y); !(off < .1+.12*step) || light < 10 {
					t.Errorf("%v, half %g, %g degrees: the spot at %.2f, %.2f comes back to %.2f, %.2f", size, half, degrees, x, y, gotX, gotY)
				}
			}
		}
	}
}

// A quarter turn of the crop is one of its picture: who lies with the head to the right
// stands upright in the crop that is turned by one quarter.
func TestCropsAreTurnedUpright(t *testing.T) {
	const side = 192
	in := newTestInput(t)
	for turn, head := range []image.Point{{0, -1}, {1, 0}, {0, 1}, {-1, 0}} {
		m := dot(t, 400, 400, 200+100*float64(head.X), 200+100*float64(head.Y), 8)
		c := crop{x: 200, y: 200, half: 150}.quarter(turn)
		if err := in.crop(m, side, c); err != nil {
			t.Fatal(err)
		}
		if u, v, _ := centroid(in, side); !near(u, 96, .2) || !near(v, 96-64, .2) {
			t.Errorf("turn %d: the head is at %.1f, %.1f of the crop, want 96, 32", turn, u, v)
		}
	}
}

// The upright crop of a picture as large as the network's input is the picture, as the
// letterbox makes it.
func TestCropOfAllIsThePicture(t *testing.T) {
	a, b := newTestInput(t), newTestInput(t)
	picture, _ := figure(192, 192, image.Pt(96, 100), 70, 0)
	m, err := fromImage(picture)
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	if _, err := a.fill(&m, 0, 192, 192); err != nil {
		t.Fatal(err)
	}
	if err := b.crop(&m, 192, crop{x: 96, y: 96, half: 96}); err != nil {
		t.Fatal(err)
	}
	for i, v := range a.values() {
		if w := b.values()[i]; v != w {
			t.Fatalf("number %d is %g letterboxed and %g cropped", i, v, w)
		}
	}
}

// Fine stripes are grey in a crop that shrinks them, and no moiré.
func TestShrinkingCropsAverage(t *testing.T) {
	in := newTestInput(t)
	m := gocv.NewMatWithSize(720, 1280, gocv.MatTypeCV8UC3)
	defer m.Close()
	for y := range 720 {
		for x := range 1280 {
			for c := range 3 {
				m.SetUCharAt(y, 3*x+c, uint8(255*(x/2%2)))
			}
		}
	}
	for _, c := range []crop{{x: 640, y: 360, half: 340}, {x: 640, y: 360, half: 250, turn: .7}} {
		if err := in.crop(&m, 192, c); err != nil {
			t.Fatal(err)
		}
		sum, square := 0.0, 0.0
		middle := in.values()[60*192 : 130*192]
		for _, v := range middle {
			sum += float64(v)
			square += float64(v) * float64(v)
		}
		n := float64(len(middle))
		if mean, spread := sum/n, math.Sqrt(square/n-sum*sum/n/n); math.Abs(mean) > .05 || spread > .45 {
			t.Errorf("%+v: brightness %.2f ± %.2f, want 0 with less than half of the stripes' 1 left", c, mean, spread)
		}
	}
}

// Crops that cannot be are errors, and those beside the picture black.
func TestCropsThatCannotBe(t *testing.T) {
	in := newTestInput(t)
	m := dot(t, 100, 80, 50, 40, 30)
	empty := gocv.NewMat()
	defer empty.Close()
	grey := gocv.NewMatWithSize(80, 100, gocv.MatTypeCV8UC1)
	defer grey.Close()
	good := crop{x: 50, y: 40, half: 30}
	for name, bad := range map[string]func() error{
		"empty picture": func() error { return in.crop(&empty, 192, good) },
		"grey picture":  func() error { return in.crop(&grey, 192, good) },
		"no side":       func() error { return in.crop(m, 0, good) },
		"no size":       func() error { return in.crop(m, 192, crop{x: 50, y: 40}) },
		"nowhere":       func() error { return in.crop(m, 192, crop{x: math.NaN(), y: 40, half: 3}) },
		"far away":      func() error { return in.crop(m, 192, crop{x: 1e9, y: 40, half: 3}) },
		"endless":       func() error { return in.crop(m, 192, crop{x: 50, y: 40, half: math.Inf(1)}) },
		"turned by NaN": func() error { return in.crop(m, 192, crop{x: 50, y: 40, half: 3, turn: math.NaN()}) },
	} {
		if err := bad(); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	for _, c := range []crop{{x: 5000, y: 40, half: 30}, {x: -900, y: -900, half: 400, turn: 1}} {
		if err := in.crop(m, 192, c); err != nil {
			t.Errorf("%+v: %v", c, err)
		}
		if _, _, light := centroid(in, 192); light != 0 {
			t.Errorf("%+v is not black", c)
		}
	}
}

func TestAnyCropOfAnyPicture(t *testing.T) {
	in := newTestInput(t)
	rapid.Check(t, func(r *rapid.T) {
		width, height := rapid.IntRange(1, 300).Draw(r, "width"), rapid.IntRange(1, 300).Draw(r, "height")
		m := gocv.NewMatWithSizeFromScalar(gocv.NewScalar(255, 255, 255, 0), height, width, gocv.MatTypeCV8UC3)
		defer m.Close()
		number := rapid.Float64Range(-1000, 1000)
		c := crop{number.Draw(r, "x"), number.Draw(r, "y"), rapid.Float64Range(1e-3, 5000).Draw(r, "half"), number.Draw(r, "turn")}
		side := 32 * rapid.IntRange(1, 8).Draw(r, "side")
		if err := in.crop(&m, side, c); err != nil {
			r.Fatal(err)
		}
		for i, v := range in.values() {
			if !(v >= -1 && v <= 1) {
				r.Fatalf("number %d is %g", i, v)
			}
		}
	})
}

func TestAroundAPerson(t *testing.T) {
	picture := image.Pt(640, 480)
	person := pose.Pose{Box: pose.Box{X0: 100, Y0: 100, X1: 160, Y1: 300}}
	about := func(name string, x, y, half float64) {
		t.Helper()
		c := around(&person, picture, .2)
		if !near(c.x, x, half/30) || !near(c.y, y, half/30) || !near(c.half, half, .05*half) || c.turn != 0 {
			t.Errorf("%s: %+v, want about %g, %g and %g", name, c, x, y, half)
		}
	}
	about("a box", 130, 200, 125)
	set := func(j pose.Joint, x, y float32) { person.Keypoints[j] = pose.Keypoint{X: x, Y: y, Score: .9} }
	set(pose.LeftHip, 310, 240)
	set(pose.RightHip, 290, 240)
	set(pose.LeftShoulder, 300, 180)
	about("a torso", 300, 240, 60*torsoReach)
	set(pose.LeftAnkle, 300, 400)
	about("a body", 300, 240, 160*bodyReach)
	before := around(&person, picture, .2)
	person.Keypoints[pose.LeftAnkle].Y += .01
	person.Keypoints[pose.LeftHip].X -= .01
	if c := around(&person, picture, .2); c != before {
		t.Errorf("a hair moves the crop from %+v to %+v", before, c)
	}
	set(pose.LeftWrist, 3000, 400)
	about("a wrong joint: not larger than the picture", 300, 240, 340)
	rapid.Check(t, func(r *rapid.T) {
		number := rapid.Float32Range(-2000, 2000)
		var p pose.Pose
		for j := range p.Keypoints {
			p.Keypoints[j] = pose.Keypoint{X: number.Draw(r, "x"), Y: number.Draw(r, "y"), Score: rapid.Float32Range(0, 1).Draw(r, "score")}
		}
		c := around(&p, picture, .2)
		if !(c.x >= -25 && c.x <= 665 && c.y >= -25 && c.y <= 505 && c.half >= 3.8 && c.half <= 670) {
			r.Fatalf("%+v", c)
		}
	})
}

// BenchmarkCrop makes crops ready: of a person, of a large one, and of a whole picture.
func BenchmarkCrop(b *testing.B) {
	in := newTestInput(b)
	m := gocv.NewMatWithSize(720, 1280, gocv.MatTypeCV8UC3)
	defer m.Close()
	for _, half := range []float64{90, 180, 200, 360, 640} {
		for _, turn := range []float64{0, 1.2} {
			b.Run(fmt.Sprintf("%.0fpx turned %.1f", 2*half, turn), func(b *testing.B) {
				for b.Loop() {
					if err := in.crop(&m, 192, crop{x: 640, y: 360, half: half, turn: turn}); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}
