package pose

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

func drawMotion(t *rapid.T) motion {
	m := startMotion(rapid.Float64Range(-500, 500).Draw(t, "at"), 40)
	m.speed = rapid.Float64Range(-200, 200).Draw(t, "speed")
	return m.after(rapid.Float64Range(0, 2).Draw(t, "before"), 40)
}

func near(a, b motion) bool {
	close := func(x, y float64) bool { return math.Abs(x-y) <= 1e-9*(1+math.Abs(x)) }
	return close(a.at, b.at) && close(a.speed, b.speed) && close(a.varAt, b.varAt) && close(a.cov, b.cov) && close(a.varSpeed, b.varSpeed)
}

// One long step is as good as any number of short ones: times may be uneven.
func TestMotionAfterAddsUp(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := drawMotion(t)
		a, b := rapid.Float64Range(0, 3).Draw(t, "a"), rapid.Float64Range(0, 3).Draw(t, "b")
		if one, two := m.after(a+b, 40), m.after(a, 40).after(b, 40); !near(one, two) {
			t.Fatalf("in one step %+v, in two %+v", one, two)
		}
	})
}

// A sighting adds its certainty to what was known (the filter in information form, an
// independent road to the same numbers).
func TestMotionSeenAddsInformation(t *testing.T) {
	inverse := func(a, b, d float64) (x, y, z float64) {
		det := a*d - b*b
		return d / det, -b / det, a / det
	}
	rapid.Check(t, func(t *rapid.T) {
		m := drawMotion(t)
		m = m.after(rapid.Float64Range(.01, 2).Draw(t, "dt"), 40)
		at := rapid.Float64Range(-500, 500).Draw(t, "sighting")
		certainty := 1 / square(motionNoise*40)
		a, b, d := inverse(m.varAt, m.cov, m.varSpeed)
		ya, yb := a*m.at+b*m.speed+certainty*at, b*m.at+d*m.speed
		var want motion
		want.varAt, want.cov, want.varSpeed = inverse(a+certainty, b, d)
		want.at, want.speed = want.varAt*ya+want.cov*yb, want.cov*ya+want.varSpeed*yb
		got := m.seen(at, 40)
		for _, pair := range [][2]float64{{got.at, want.at}, {got.speed, want.speed}, {got.varAt, want.varAt}, {got.cov, want.cov}, {got.varSpeed, want.varSpeed}} {
			if math.Abs(pair[0]-pair[1]) > 1e-6*(1+math.Abs(pair[1])) {
				t.Fatalf("%+v, want %+v", got, want)
			}
		}
	})
}

// Whoever walks at a steady pace is known to, also where poses come at odd times.
func TestMotionLearnsSpeed(t *testing.T) {
	m, now := startMotion(100, 40), 0.0
	for i := range 40 {
		dt := [...]float64{.04, .12, .08, .3}[i%4]
		now += dt
		m = m.after(dt, 40).seen(100+50*now, 40)
	}
	if math.Abs(m.speed-50) > .5 || math.Abs(m.at-100-50*now) > .5 {
		t.Errorf("at %.2f with %.2f pixels a second, want %.2f with 50", m.at, m.speed, 100+50*now)
	}
	if dead := startMotion(3, 0).seen(5, 0); dead.at != 3 {
		t.Errorf("a body without size has moved: %+v", dead)
	}
}
