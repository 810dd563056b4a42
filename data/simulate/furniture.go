package simulate

import (
	"math"

	"gonum.org/v1/gonum/spatial/r3"
)

// seatUnder is the height of a seat that carries the figure as it sits now.
func (t *take) seatUnder() float64 {
	return t.moments[len(t.moments)-1].root.Y - 0.9*t.who.m(hipRadius)
}

// place adds a box of furniture at a place relative to the hips: metres to the left, up
// from the floor and forward, in the present heading.
func (t *take) place(left, up, forward float64, b box) {
	root, turn := t.moments[len(t.moments)-1].root, t.now[yaw]
	s, c := math.Sincos(turn * degree)
	b.base = r3.Vec{X: root.X + left*c + forward*s, Y: up, Z: root.Z + forward*c - left*s}
	b.yaw += turn
	t.boxes = append(t.boxes, b)
}

// putChair puts a chair under the figure, which is sitting.
func (t *take) putChair() {
	high := t.seatUnder()
	const thick, leg, wide, deep = 0.05, 0.045, 0.46, 0.44
	t.place(0, high-thick, 0.02, box{wide: wide, high: thick, deep: deep, paint: cover})
	for _, x := range [...]float64{-1, 1} {
		for _, z := range [...]float64{-1, 1} {
			t.place(x*(wide-leg)/2, 0, 0.02+z*(deep-leg)/2, box{wide: leg, high: high - thick, deep: leg, paint: woodwork})
		}
	}
	if t.rng.Float64() < 0.8 { // else a stool
		t.place(0, high+0.12, -0.22, box{wide: wide, high: 0.36, deep: 0.04, paint: woodwork})
	}
}

// putBed puts a bed under the figure, which is sitting on its edge. side is +1 if its
// feet will lie to the left when it lies down, and -1 if to the right.
func (t *take) putBed(high, side float64) {
	const wide, long, mattress = 1.0, 2.05, 0.18
	// hips lie 45 % of the way from the head's end, 0.3 m in from the edge
	left, forward := side*0.05*long, 0.28-wide/2
	t.place(left, 0.1, forward, box{wide: long, high: high - 0.1 - mattress, deep: wide, paint: woodwork})
	t.place(left, high-mattress, forward, box{wide: long - 0.06, high: mattress, deep: wide - 0.04, paint: cover})
	t.place(left-side*(long/2-0.25), high, forward, box{wide: 0.36, high: 0.05, deep: 0.6, paint: linen})
	t.place(left-side*(long/2+0.02), 0.05, forward, box{wide: 0.05, high: high + 0.2, deep: wide, paint: woodwork})
}
