package vision

import (
	"image/color"
	"math"
	"math/rand/v2"

	"gocv.io/x/gocv"

	"fallkit/pose"
)

// wound is a harm at work on one video.
type wound struct {
	spoil func(picture *gocv.Mat) error // changes a picture in place; nil = pictures stay as they are
	fate  func(t float64) fate          // of the frame at time t, seconds; nil = every frame arrives
	close func()                        // may be nil
}

func each(spoil func(*gocv.Mat) error) (wound, error) { return wound{spoil: spoil}, nil }

// exposure multiplies the light by 2^stops, as a shutter does, in the linear light of sRGB
// (IEC 61966-2-1).
func exposure(stops float64, _ *rand.Rand) (wound, error) {
	var table [256]byte
	for v := range table {
		table[v] = encoded(linear(v) * math.Exp2(stops))
	}
	return each(func(p *gocv.Mat) error { return lookUp(p, &table) })
}

// linear is the light of an sRGB value, 0 to 1.
func linear(v int) float64 {
	s := float64(v) / 255
	if s <= 0.04045 {
		return s / 12.92
	}
	return math.Pow((s+0.055)/1.055, 2.4)
}

func encoded(light float64) byte {
	s := 1.055*math.Pow(light, 1/2.4) - 0.055
	if light <= 0.0031308 {
		s = 12.92 * light
	}
	return byte(math.Round(255 * min(s, 1)))
}

// noise is new in every picture, from a seed that is drawn for it.
func noise(photons float64, rng *rand.Rand) (wound, error) {
	const read = 2 // photons
	return each(func(p *gocv.Mat) error { return addNoise(p, rng.Uint64(), photons, read) })
}

func motionBlur(percent float64, rng *rand.Rand) (wound, error) {
	angle := math.Pi * rng.Float64()
	return each(func(p *gocv.Mat) error { return filter(p, streak(percent/100*float64(p.Rows()), angle)) })
}

func defocus(percent float64, _ *rand.Rand) (wound, error) {
	return each(func(p *gocv.Mat) error { return filter(p, circle(percent/100*float64(p.Rows()))) })
}

func jpegCompression(quality float64, _ *rand.Rand) (wound, error) {
	return each(func(p *gocv.Mat) error { return compressJPEG(p, int(quality)) })
}

func lowBitrate(qp float64, _ *rand.Rand) (wound, error) {
	c, err := openCodec(int(qp))
	if err != nil {
		return wound{}, err
	}
	return wound{spoil: c.send, close: c.close}, nil
}

// lowResolution does nothing to a picture that has no more lines.
func lowResolution(lines float64, _ *rand.Rand) (wound, error) {
	return each(func(p *gocv.Mat) error {
		if float64(p.Rows()) <= lines {
			return nil
		}
		width := math.Round(lines * float64(p.Cols()) / float64(p.Rows()))
		return coarsen(p, max(int(width), 1), int(lines))
	})
}

func cameraRoll(degrees float64, rng *rand.Rand) (wound, error) {
	if rng.IntN(2) == 1 {
		degrees = -degrees
	}
	return each(func(p *gocv.Mat) error { return warp(p, pose.Roll(degrees, p.Cols(), p.Rows())) })
}

func cameraTilt(degrees float64, _ *rand.Rand) (wound, error) {
	return each(func(p *gocv.Mat) error { return warp(p, pose.Tilt(degrees, p.Cols(), p.Rows())) })
}

// piece is a piece of furniture between camera and room, in shares of the picture.
type piece struct {
	left, top, right, bottom, depth float64
	colour                          color.RGBA
}

// wood, cloth, paint and metal.
var furniture = []color.RGBA{
	{139, 100, 66, 255}, {92, 64, 46, 255}, {176, 146, 108, 255}, {88, 96, 112, 255}, {120, 60, 58, 255}, {196, 194, 188, 255}, {70, 70, 74, 255},
}

// occlusion hides a share of the picture, in the same places throughout the clip.
func occlusion(percent float64, rng *rand.Rand) (wound, error) {
	boxes := furnish(percent/100, rng)
	return each(func(p *gocv.Mat) error { return hide(p, boxes) })
}

// furnish draws boxes until they hide so much of the picture. The last one is made
// narrower until it is no more than that, and left out where it would be a sliver. They
// stand in the picture's lower part.
func furnish(share float64, rng *rand.Rand) (boxes []piece) {
	const step, sliver = 0.005, 0.03
	var hidden raster
	for {
		width, height := 0.10+0.14*rng.Float64(), 0.20+0.25*rng.Float64()
		bottom, left := 0.6+0.4*rng.Float64(), (1-width)*rng.Float64()
		b := piece{left, bottom - height, left + width, bottom, 0.03 + 0.03*rng.Float64(), furniture[rng.IntN(len(furniture))]}
		with := hidden.with(b)
		last := with.share() > share
		for with.share() > share && b.right-b.left >= sliver {
			b.right -= step
			with = hidden.with(b)
		}
		if b.right-b.left >= sliver {
			boxes, hidden = append(boxes, b), with
		}
		if last {
			return boxes
		}
	}
}

// raster is which parts of a picture are hidden.
type raster [96][128]bool

func (r raster) with(b piece) raster {
	for y := range r {
		for x := range r[y] {
			u, v := (float64(x)+0.5)/float64(len(r[y])), (float64(y)+0.5)/float64(len(r))
			r[y][x] = r[y][x] || (u >= b.left && u < b.right && v >= b.top && v < b.bottom)
		}
	}
	return r
}

func (r *raster) share() float64 {
	n := 0
	for y := range r {
		for x := range r[y] {
			if r[y][x] {
				n++
			}
		}
	}
	return float64(n) / float64(len(r)*len(r[0]))
}
