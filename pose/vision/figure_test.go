package vision

import (
	"image"
	"image/color"
	"image/draw"
	"math"
	"testing"

	"fallkit/pose"
)

// figure draws a person of tapered, shaded limbs that MoveNet takes for one: size is the
// length of a leg's two halves in pixels, degrees turn it about its hips.
func figure(width, height int, hip image.Point, size, degrees float64) (*image.RGBA, [pose.Joints]image.Point) {
	m := image.NewRGBA(image.Rect(0, 0, width, height))
	draw.Draw(m, m.Rect, image.NewUniform(color.RGBA{205, 200, 190, 255}), image.Point{}, draw.Src)
	draw.Draw(m, image.Rect(0, height*5/8, width, height), image.NewUniform(color.RGBA{160, 140, 110, 255}), image.Point{}, draw.Src)
	return m, drawFigure(m, hip, size, degrees)
}

// drawFigure draws it into a picture and tells where its joints are.
func drawFigure(m *image.RGBA, hip image.Point, size, degrees float64) (joints [pose.Joints]image.Point) {
	sin, cos := math.Sincos(degrees * math.Pi / 180)
	at := func(x, y float64) (float64, float64) { // units of size, y up, x to the picture's right
		return float64(hip.X) + size*(x*cos+y*sin), float64(hip.Y) + size*(x*sin-y*cos)
	}
	limb := func(x0, y0, r0, x1, y1, r1 float64, c color.RGBA) {
		ax, ay := at(x0, y0)
		bx, by := at(x1, y1)
		taper(m, ax, ay, r0*size, bx, by, r1*size, c)
	}
	skin, shirt, trousers := color.RGBA{225, 180, 150, 255}, color.RGBA{40, 70, 160, 255}, color.RGBA{45, 50, 60, 255}
	hair, shoe := color.RGBA{40, 30, 25, 255}, color.RGBA{30, 30, 30, 255}
	for _, side := range []float64{-1, 1} {
		limb(side*.1, 0, .085, side*.13, -.45, .06, trousers)
		limb(side*.13, -.45, .06, side*.14, -.9, .04, trousers)
		limb(side*.14, -.93, .04, side*.22, -.95, .03, shoe)
	}
	for y := 0.0; y <= .5; y += .02 {
		w := .1 + (.19-.1)*y/.5
		limb(-w, y, .085, w, y, .085, shirt)
	}
	for _, side := range []float64{-1, 1} {
		limb(side*.19, .5, .055, side*.3, .22, .045, shirt)
		limb(side*.3, .22, .04, side*.33, -.05, .03, skin)
		limb(side*.33, -.05, .035, side*.34, -.11, .025, skin)
	}
	limb(0, .5, .05, 0, .73, .05, skin)
	limb(0, .76, .105, 0, .67, .075, skin)
	limb(-.05, .805, .06, .05, .805, .06, hair)
	limb(-.04, .73, .014, -.04, .73, .014, hair)
	limb(.04, .73, .014, .04, .73, .014, hair)
	limb(0, .70, .014, 0, .70, .014, color.RGBA{190, 140, 120, 255})
	limb(-.03, .665, .008, .03, .665, .008, color.RGBA{160, 90, 90, 255})
	for j, p := range [pose.Joints][2]float64{ // facing us: its left is on the picture's right
		{0, .7},
		{.04, .73},
		{-.04, .73},
		{.1, .74},
		{-.1, .74},
		{.19, .5},
		{-.19, .5},
		{.3, .22},
		{-.3, .22},
		{.33, -.05},
		{-.33, -.05},
		{.1, 0},
		{-.1, 0},
		{.13, -.45},
		{-.13, -.45},
		{.14, -.9},
		{-.14, -.9},
	} {
		x, y := at(p[0], p[1])
		joints[j] = image.Pt(int(x), int(y))
	}
	return joints
}

// taper paints discs from a to b, shaded from rim to middle.
func taper(m *image.RGBA, ax, ay, ar, bx, by, br float64, c color.RGBA) {
	steps := max(int(math.Hypot(bx-ax, by-ay)), 1)
	for _, shade := range [][2]float64{{1, .72}, {.72, .9}, {.4, 1.08}} {
		lit := color.RGBA{tone(c.R, shade[1]), tone(c.G, shade[1]), tone(c.B, shade[1]), 255}
		for i := 0; i <= steps; i++ {
			f := float64(i) / float64(steps)
			r := (ar + (br-ar)*f) * shade[0]
			spot(m, ax+(bx-ax)*f, ay+(by-ay)*f, max(r, 1), lit)
		}
	}
}

func tone(v uint8, f float64) uint8 { return uint8(min(255, float64(v)*f)) }

func spot(m *image.RGBA, cx, cy, r float64, c color.RGBA) {
	for y := int(cy - r); y <= int(cy+r)+1; y++ {
		for x := int(cx - r); x <= int(cx+r)+1; x++ {
			if math.Hypot(float64(x)-cx, float64(y)-cy) <= r {
				m.SetRGBA(x, y, c)
			}
		}
	}
}

// The pose network finds the drawn joints, in the picture's own pixels.
func TestRealNetworkFindsAFigure(t *testing.T) { both(t, realNetworkFindsAFigure) }

func realNetworkFindsAFigure(t *testing.T, runtime string) {
	e := poseEngineIn(t, runtime)
	for _, c := range []struct {
		name    string
		hip     image.Point
		size    float64
		degrees float64
		score   float32
		mean    float64 // pixels that joints lie from where they are drawn, on the average
	}{
		{"standing", image.Pt(320, 260), 150, 0, .4, 12},
		{"small, at the left", image.Pt(150, 250), 100, 0, .35, 12},
		{"leaning", image.Pt(320, 280), 150, 30, .4, 20},
	} {
		picture, joints := figure(640, 480, c.hip, c.size, c.degrees)
		m, err := fromImage(picture)
		if err != nil {
			t.Fatal(err)
		}
		people, err := e.poses(&m)
		m.Close()
		if err != nil || len(people) != 1 {
			t.Errorf("%s: %d people, %v; want one", c.name, len(people), err)
			continue
		}
		sum := 0.0
		for j, k := range people[0].Keypoints {
			sum += math.Hypot(float64(k.X)-float64(joints[j].X), float64(k.Y)-float64(joints[j].Y)) / pose.Joints
		}
		t.Logf("%s: score %.3f, joints %.1f pixels off", c.name, people[0].Score, sum)
		if people[0].Score < c.score || sum > c.mean {
			t.Errorf("%s: score %.2f, joints %.1f pixels off; want at least %.2f and at most %g", c.name, people[0].Score, sum, c.score, c.mean)
		}
		out, err := e.net.forward()
		if err != nil {
			t.Fatal(err)
		}
		h, want := splitHeads(out.values, 64, 64), literal(out.values, 64, 64, 6, .15)
		got := h.decode(6, .15)
		if len(got) == 0 || len(got) != len(want) {
			t.Fatalf("%s: %d people decoded, want %d", c.name, len(got), len(want))
		}
		for i := range got {
			samePose(t, &got[i], &want[i])
		}
	}
}

func TestRealNetworkSeesNobody(t *testing.T) { both(t, realNetworkSeesNobody) }

func realNetworkSeesNobody(t *testing.T, runtime string) {
	e := poseEngineIn(t, runtime)
	for name, m := range map[string]*image.RGBA{"black": image.NewRGBA(image.Rect(0, 0, 640, 480)), "a disc": bigDisc(image.Pt(640, 480), 100)} {
		p, err := fromImage(m)
		if err != nil {
			t.Fatal(err)
		}
		people, err := e.poses(&p)
		p.Close()
		if err != nil || len(people) != 0 {
			t.Errorf("%s: %d people, %v", name, len(people), err)
		}
	}
}
