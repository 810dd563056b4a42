package simulate

import (
	"math"

	"gonum.org/v1/gonum/interp"
)

// Angles of hip and knee over a stride, from heel strike to heel strike: the usual
// shape of level walking (Winter 2009, chapter 5), in degrees at parts of the stride.
var (
	gaitParts = []float64{0, 0.10, 0.30, 0.50, 0.60, 0.72, 0.85, 0.95, 1}
	gaitHip   = gaitCurve(28, 26, 6, -11, -5, 19, 31, 30, 28)
	gaitKnee  = gaitCurve(5, 17, 7, 13, 36, 62, 34, 7, 5)
)

func gaitCurve(degrees ...float64) *interp.FritschButland {
	c := new(interp.FritschButland)
	if err := c.Fit(gaitParts, degrees); err != nil {
		panic("gait table: " + err.Error()) // a mistake in this package
	}
	return c
}

// gait is the posture at a part of the stride (of the left leg), for steps of a size.
func (t *take) gait(part, size float64) posture {
	p := t.stooped(standing)
	p[pitch] = 3 * size
	swing := math.Cos(2 * math.Pi * part)
	p[spineTurn] = -5 * size * swing
	p[yaw] += 3 * size * swing
	for i := range 2 {
		_, own := math.Modf(part + 0.5*float64(i))
		leg := i * other
		p[hipFlex+leg] = p[pitch] + size*(gaitHip.Predict(own)-2)
		p[knee+leg] = size*gaitKnee.Predict(own) + 4*(1-size)
		arm := math.Cos(2 * math.Pi * own)
		p[armFlex+leg] = size * (2 - 21*arm)
		p[elbow+leg] = 14 + size*(12-9*arm)
	}
	return p
}

// walk goes on foot, turning by so many degrees a second. It starts and ends standing;
// if abrupt, it ends in the middle of a step.
func (t *take) walk(seconds, pace, turning float64, abrupt bool) {
	pace *= t.who.pace
	period := 1.12 / math.Sqrt(pace) * math.Sqrt(t.who.height/1.75)
	size := min(0.95*math.Sqrt(pace), 1.1)
	start, heading, sway := t.now, t.now[yaw], t.sway
	start[yaw] = 0
	stride := either(t.rng, 0.5, 0)
	t.sway = 0.6
	for n, i := ticks(seconds), 0; i < n; i++ {
		now := float64(i) * tick
		amount := smooth(now / 0.5)
		if !abrupt {
			amount *= smooth((seconds - now) / 0.5)
		}
		stride = math.Mod(stride+tick/period, 1)
		heading += turning * tick * smooth(now/0.4) * smooth((seconds-now)/0.4+btof(abrupt))
		p := mix(start, t.stooped(standing), smooth(now/0.5)).plus(t.gait(stride, size).plus(t.stooped(standing), -1), amount)
		p[yaw] += heading
		t.show(p)
	}
	t.sway = sway
}

func btof(b bool) float64 {
	if b {
		return 1
	}
	return 0
}
