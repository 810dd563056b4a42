package simulate

import (
	"maps"
	"math"
	"slices"

	"fallkit/pose"
)

// NoiseClip is a clip of which is known what was so and what a pose front end found, at each
// moment that it looked at.
type NoiseClip struct {
	Name    string        `json:"name"`
	Group   string        `json:"group"` // clips of one group, such as a subject's, are held out together
	Moments []NoiseMoment `json:"moments"`
}

// NoiseMoment is one of them.
type NoiseMoment struct {
	Time   float64     `json:"time"` // seconds
	People []Seen      `json:"people"`
	Found  []pose.Pose `json:"found"`
}

// pairs are clips in which what is found was paired with who is there.
type pairs struct {
	sequences []sighting // of each person, in time
	doubles   []double
	pictures  int // frames looked at
	inPicture int // people in them
}

// pair pairs what was found in clips with who was there.
func pair(clips []NoiseClip) *pairs {
	f := &pairs{}
	for i := range clips {
		f.follow(i, &clips[i])
	}
	f.sides()
	return f
}

// sighting is one person, frame by frame.
type sighting struct {
	clip int // its number
	of   []*glimpse
}

// glimpse is one person in one frame.
type glimpse struct {
	time  float64
	seen  *Seen
	c     condition
	look  look
	found *pose.Pose // nil = missed
	swap  int
}

// double is a pose that is nobody's.
type double struct {
	p      *pose.Pose
	near   bool
	begins bool
	long   float64 // the picture's longer side
}

// follow pairs what is found with who is there.
func (f *pairs) follow(number int, clip *NoiseClip) {
	people := map[int][]*glimpse{}
	var before []*pose.Pose
	for i := range clip.Moments {
		m := &clip.Moments[i]
		f.pictures++
		taken := make([]bool, len(m.Found))
		var now []*pose.Pose
		for who := range m.People {
			c, ok := conditionOf(&m.People[who])
			if !ok {
				continue
			}
			f.inPicture++
			g := &glimpse{time: m.Time, seen: &m.People[who], c: c}
			if k := nearestPose(g, m.Found, taken); k >= 0 {
				taken[k], g.found = true, &m.Found[k]
			}
			if n := len(people[who]); n > 0 {
				was := people[who][n-1]
				g.look, _ = lookOf(g.seen, &was.look, max(g.time-was.time, 1e-3))
			} else {
				g.look, _ = lookOf(g.seen, nil, StepSeconds)
			}
			people[who] = append(people[who], g)
		}
		for k := range m.Found {
			if !taken[k] {
				now = append(now, &m.Found[k])
				f.doubles = append(f.doubles, doubleOf(m, &m.Found[k], before))
			}
		}
		before = now
	}
	for _, who := range slices.Sorted(maps.Keys(people)) {
		f.sequences = append(f.sequences, sighting{number, people[who]})
	}
}

// nearestPose is the pose that lies nearest to a person, -1 where none lies on them.
func nearestPose(g *glimpse, found []pose.Pose, taken []bool) int {
	const most = 1.0 // body sizes, on average
	best, nearest := -1, most
	for k := range found {
		if d := apartBy(g, &found[k]); !taken[k] && d < nearest {
			best, nearest = k, d
		}
	}
	return best
}

// apartBy is the mean distance of a pose's joints from a person's, in body sizes, whatever
// side they are on.
func apartBy(g *glimpse, p *pose.Pose) float64 {
	sum, n := 0.0, 0.0
	for j := range pose.Joint(pose.Joints) {
		if at := &g.seen.Keypoints[j]; at.Visibility != Outside {
			sum += min(distance2(at, &p.Keypoints[j]), distance2(at, &p.Keypoints[j.Mirror()]), 3*g.c.scale)
			n++
		}
	}
	return sum / n / g.c.scale
}

func distance2(at *Keypoint, k *pose.Keypoint) float64 {
	return math.Hypot(float64(k.X)-at.X, float64(k.Y)-at.Y)
}

// doubleOf tells what a pose is like that is nobody's.
func doubleOf(m *NoiseMoment, p *pose.Pose, before []*pose.Pose) double {
	d := double{p: p, begins: true}
	b, _ := p.Extent(0)
	for i := range m.People {
		d.long = float64(max(m.People[i].Width, m.People[i].Height))
		labelled, _ := m.People[i].labelled()
		o, ok := labelled.Extent(0)
		d.near = d.near || ok && min(b.X1, o.X1) > max(b.X0, o.X0) && min(b.Y1, o.Y1) > max(b.Y0, o.Y0)
	}
	for _, was := range before {
		o, _ := was.Extent(0)
		gap := math.Hypot(float64(o.X0+o.X1-b.X0-b.X1), float64(o.Y0+o.Y1-b.Y0-b.Y1)) / 2
		d.begins = d.begins && gap > p.BodySize(0)
	}
	return d
}

// each calls for every person found.
func (f *pairs) each(of func(g *glimpse)) {
	for _, s := range f.sequences {
		for _, g := range s.of {
			if g.found != nil {
				of(g)
			}
		}
	}
}

// off is how far a joint is from where it is, in body sizes; ok is false where that is not
// known.
func (g *glimpse) off(j pose.Joint) (e float64, ok bool) {
	at := &g.seen.Keypoints[swapped(j, g.swap)]
	return distance2(at, &g.found.Keypoints[j]) / g.c.scale, at.Visibility != Outside
}
