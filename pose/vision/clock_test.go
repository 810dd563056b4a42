package vision

import (
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

func times(interval float64, stamps ...float64) []float64 {
	c := clock{Interval: interval}
	var out []float64
	for _, s := range stamps {
		out = append(out, math.Round(1e6*c.next(s))/1e6)
	}
	return out
}

func TestClock(t *testing.T) {
	nan := math.NaN()
	for _, c := range []struct {
		name   string
		stamps []float64
		want   []float64
	}{
		{"even", []float64{0, .04, .08, .12}, []float64{0, .04, .08, .12}},
		{"starts late", []float64{1.5, 1.54, 1.58}, []float64{0, .04, .08}},
		{"uneven", []float64{0, .03, .1, .11}, []float64{0, .03, .1, .11}},
		{"B-frame end", []float64{0, .04, .08, 0, 0}, []float64{0, .04, .08, .12, .16}},
		{"uneven, then B-frame end", []float64{0, .1, .2, .6, 0}, []float64{0, .1, .2, .6, .8}},
		{"no stamps", []float64{0, 0, 0, 0}, []float64{0, .05, .1, .15}},
		{"one hole", []float64{0, .04, 0, .12}, []float64{0, .04, .08, .12}},
		{"step back", []float64{0, .04, .02, .12}, []float64{0, .04, .08, .12}},
		{"no numbers", []float64{nan, nan, math.Inf(1)}, []float64{0, .05, .1}},
		{"late start and B-frame end", []float64{.08, .12, .16, 0, 0}, []float64{0, .04, .08, .12, .16}},
	} {
		if got := times(.05, c.stamps...); !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}

func TestClockAlwaysGoesOn(t *testing.T) {
	stamp := rapid.OneOf(rapid.Float64Range(-10, 100), rapid.Just(0.0), rapid.Just(math.NaN()), rapid.Just(math.Inf(1)), rapid.Just(math.Inf(-1)))
	rapid.Check(t, func(t *rapid.T) {
		c := clock{Interval: .04}
		last := -1.0
		for i, s := range rapid.SliceOfN(stamp, 1, 60).Draw(t, "stamps") {
			now := c.next(s)
			if i == 0 && now != 0 {
				t.Fatalf("the first frame is at %g", now)
			}
			if !(now > last) || math.IsInf(now, 0) {
				t.Fatalf("frame %d is at %g, the one before it at %g", i, now, last)
			}
			last = now
		}
	})
}

func TestGrid(t *testing.T) {
	even := func(fps float64, n int) (ts []float64) {
		for i := range n {
			ts = append(ts, float64(i)/fps)
		}
		return ts
	}
	for _, c := range []struct {
		name  string
		rate  float64
		times []float64
		want  []int // frames chosen
	}{
		{"25 to 12.5", 12.5, even(25, 9), []int{0, 2, 4, 6, 8}},
		{"30 to 12.5", 12.5, even(30, 15), []int{0, 3, 5, 8, 10, 12}},
		{"slower than the rate", 12.5, even(10, 4), []int{0, 1, 2, 3}},
		{"as fast as the rate", 12.5, even(12.5, 5), []int{0, 1, 2, 3, 4}},
		{"rounded to milliseconds", 10, []float64{0, .033, .067, .1, .133, .167, .2}, []int{0, 3, 6}},
		{"rounded down", 3, []float64{0, .333, .667, 1}, []int{0, 1, 2, 3}},
		{"a hole", 10, []float64{0, .1, .55, .6, .65, .7}, []int{0, 1, 2, 3, 5}},
	} {
		g := grid{Rate: c.rate}
		var got []int
		for i, now := range c.times {
			if g.due(now) {
				got = append(got, i)
			}
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: frames %v, want %v", c.name, got, c.want)
		}
	}
}

// However uneven the frames: no tick has two frames, and none is missed that had one.
func TestGridDoesNotDrift(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rate := rapid.Float64Range(1, 60).Draw(t, "rate")
		g := grid{Rate: rate}
		now, ticks := 0.0, map[int]bool{}
		for range rapid.IntRange(1, 300).Draw(t, "frames") {
			tick := int(math.Floor((now + slack) * rate))
			if g.due(now) == ticks[tick] {
				t.Fatalf("frame at %g s, tick %d: due is %v", now, tick, !ticks[tick])
			}
			ticks[tick] = true
			now += rapid.Float64Range(.002, .1).Draw(t, "interval")
		}
	})
}
