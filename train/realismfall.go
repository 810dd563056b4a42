package train

import (
	"math"
	"slices"

	"fallkit/data"
	"fallkit/pose"
)

// fallQuantity is something about a fall that labels and poses tell.
type fallQuantity struct {
	name, unit, about string
	of                func(f *fallSight) float64
}

var fallKinds = []fallQuantity{
	{"fall, from onset to rest", "s", "as the labels of each side mark it, which differs from set to set", func(f *fallSight) float64 { return f.fall.End - f.fall.Start }},
	{"hips and head, time of their descent", "s", "from a tenth to nine tenths of the way down", (*fallSight).descent},
	{"from the marked onset to a tenth of the way down", "s", "as the labels mark it: below 0 where the descent begins before", func(f *fallSight) float64 { from, _ := f.way(); return from - f.fall.Start }},
	{"from nine tenths of the way down to the marked rest", "s", "", func(f *fallSight) float64 { _, to := f.way(); return f.fall.End - to }},
	{"hips, fastest downward", "body sizes/s", "over a quarter of a second", func(f *fallSight) float64 { return f.fastest(jointGroups[4].joints) }},
	{"head, fastest downward", "body sizes/s", "over a quarter of a second", func(f *fallSight) float64 { return f.fastest(jointGroups[0].joints) }},
	{"torso, fastest turn", "degrees/s", "over a quarter of a second, as the picture shows it", (*fallSight).turning},
	{"on the ground, until rising or the clip's end", "s", "where segments.csv says who lies", func(f *fallSight) float64 { return f.lying }},
}

// fallSight is one fall and the track that shows it best.
type fallSight struct {
	fall  data.Span
	lying float64 // s, NaN where nobody says
	part  pose.Track
	size  float64 // pixels
	least float32
}

// fallQuantities measures the falls of both sides.
func fallQuantities(generated, real []data.Example, least float32) []RealismQuantity {
	sides := [2][]fallSight{fallsOf(generated, least), fallsOf(real, least)}
	var all []RealismQuantity
	for _, k := range fallKinds {
		var spreads [2]RealismSpread
		for side := range sides {
			var values []float64
			for i := range sides[side] {
				if v := k.of(&sides[side][i]); !math.IsNaN(v) {
					values = append(values, v)
				}
			}
			spreads[side] = SpreadOf(values)
		}
		all = append(all, RealismQuantity{k.name, k.unit, k.about, spreads[0], spreads[1], kolmogorov(spreads[0].values, spreads[1].values)})
	}
	return all
}

// SpreadOf sums up numbers.
func SpreadOf(values []float64) RealismSpread {
	v := slices.Sorted(slices.Values(values))
	return RealismSpread{len(v), finite(quantileOf(v, 0.05)), finite(quantileOf(v, 0.5)), finite(quantileOf(v, 0.95)), v}
}

// finite puts 0 in the place of what JSON cannot hold.
func finite(v float64) float64 {
	if math.IsNaN(v) {
		return 0
	}
	return v
}

// kolmogorov is the greatest difference between two sorted samples' shares below a value, 0
// where one is empty.
func kolmogorov(a, b []float64) (most float64) {
	if len(a) == 0 || len(b) == 0 {
		return 0
	}
	for i, k := 0, 0; i < len(a) && k < len(b); {
		v := min(a[i], b[k])
		for i < len(a) && a[i] == v {
			i++
		}
		for k < len(b) && b[k] == v {
			k++
		}
		most = max(most, math.Abs(float64(i)/float64(len(a))-float64(k)/float64(len(b))))
	}
	return most
}

func fallsOf(examples []data.Example, least float32) (all []fallSight) {
	for i := range examples {
		e := &examples[i]
		lying := math.NaN()
		if len(e.States) > 0 {
			lying = 0
			for _, s := range lyingOf(e).Fallen {
				lying += s.End - s.Start
			}
		}
		for _, f := range e.Falls {
			if s, ok := sightOf(e.Recording, f, least); ok {
				s.lying = lying
				all = append(all, s)
			}
		}
	}
	return all
}

// sightOf is a fall with the track whose head and hips come down the fastest.
func sightOf(r *pose.Recording, f data.Span, least float32) (best fallSight, ok bool) {
	most := math.Inf(-1)
	for i := range r.Tracks {
		s := fallSight{fall: f, part: r.Tracks[i].Between(f.Start-0.5, f.End+0.5), least: least}
		around := r.Tracks[i].Between(f.Start-2, f.End+1)
		var sizes []float64
		for k := range around.Poses {
			sizes = append(sizes, around.Poses[k].BodySize(least))
		}
		s.size = max(quantileOf(sizes, 0.8), 3)
		if v := s.fastest(slices.Concat(jointGroups[0].joints, jointGroups[4].joints)); v > most {
			best, most, ok = s, v, true
		}
	}
	return best, ok
}

// pairs calls for every two poses about a quarter of a second apart.
func (f *fallSight) pairs(of func(a, b *pose.Pose, dt float64)) {
	const least, most = 0.2, 0.3
	for i := range f.part.Times {
		for k := i + 1; k < len(f.part.Times); k++ {
			if dt := f.part.Times[k] - f.part.Times[i]; dt >= least && dt <= most {
				of(&f.part.Poses[i], &f.part.Poses[k], dt)
			}
		}
	}
}

// fastest is the greatest speed downward of the middle of joints, in body sizes a second.
func (f *fallSight) fastest(joints []pose.Joint) float64 {
	speed := math.NaN()
	f.pairs(func(a, b *pose.Pose, dt float64) {
		_, ya, okA := a.Midpoint(f.least, joints...)
		_, yb, okB := b.Midpoint(f.least, joints...)
		if v := (yb - ya) / dt / f.size; okA && okB && !(v <= speed) {
			speed = v
		}
	})
	return speed
}

// turning is the greatest rate at which the torso turns in the picture, degrees a second.
func (f *fallSight) turning() float64 {
	rate := math.NaN()
	f.pairs(func(a, b *pose.Pose, dt float64) {
		angleA, okA := a.TorsoAngle(f.least)
		angleB, okB := b.TorsoAngle(f.least)
		if v := math.Abs(angleB-angleA) / dt; okA && okB && !(v <= rate) {
			rate = v
		}
	})
	return rate
}

// descent is how long head and hips take from a tenth to nine tenths of their way down.
func (f *fallSight) descent() float64 {
	from, to := f.way()
	return to - from
}

// way is when head and hips have come a tenth and nine tenths of their way down.
func (f *fallSight) way() (from, to float64) {
	var times, heights []float64
	for i := range f.part.Times {
		if _, y, ok := f.part.Poses[i].Midpoint(f.least, slices.Concat(jointGroups[0].joints, jointGroups[4].joints)...); ok {
			times, heights = append(times, f.part.Times[i]), append(heights, y)
		}
	}
	if len(times) < 4 {
		return math.NaN(), math.NaN()
	}
	top, bottom := quantileOf(slices.Clone(heights), 0.1), quantileOf(slices.Clone(heights), 0.9)
	from, to = math.NaN(), math.NaN()
	for i, y := range heights {
		part := (y - top) / (bottom - top)
		if part <= 0.1 && math.IsNaN(to) {
			from = times[i]
		}
		if part >= 0.9 && math.IsNaN(to) && !math.IsNaN(from) {
			to = times[i]
		}
	}
	return from, to
}
