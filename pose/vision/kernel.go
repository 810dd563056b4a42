package vision

import "math"

// kernel is how a point of light is spread: weights that sum to 1, row by row.
type kernel struct {
	width   int
	weights []float32
}

func (k kernel) height() int { return len(k.weights) / k.width }

// streak is a line of a length in pixels; angle is in radians from the horizontal.
func streak(length, angle float64) kernel {
	sin, cos := math.Sincos(angle)
	k := square(length / 2)
	middle := float64(k.width / 2)
	steps := int(8*length) + 1
	for i := range steps {
		at := length * ((float64(i)+0.5)/float64(steps) - 0.5)
		k.drop(middle+at*cos, middle+at*sin)
	}
	return k.normal()
}

// circle is a disc of a radius in pixels, as an aperture draws.
func circle(radius float64) kernel {
	k := square(radius)
	middle := k.width / 2
	for i := range k.weights {
		d := math.Hypot(float64(i%k.width-middle), float64(i/k.width-middle))
		k.weights[i] = float32(max(0, min(1, radius+0.5-d)))
	}
	return k.normal()
}

// square is an empty kernel that reaches so many pixels from its middle.
func square(reach float64) kernel {
	n := 2*int(math.Ceil(reach+0.5)) + 1
	return kernel{n, make([]float32, n*n)}
}

// drop adds one unit at a point between pixels.
func (k kernel) drop(x, y float64) {
	left, top := math.Floor(x), math.Floor(y)
	for _, c := range [4][2]float64{{0, 0}, {1, 0}, {0, 1}, {1, 1}} {
		share := (1 - math.Abs(x-left-c[0])) * (1 - math.Abs(y-top-c[1]))
		if share > 0 {
			k.weights[int(top+c[1])*k.width+int(left+c[0])] += float32(share)
		}
	}
}

func (k kernel) normal() kernel {
	sum := float32(0)
	for _, w := range k.weights {
		sum += w
	}
	for i := range k.weights {
		k.weights[i] /= sum
	}
	return k
}
