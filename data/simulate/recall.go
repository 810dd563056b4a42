package simulate

import (
	"math"
	"math/rand/v2"

	"fallkit/pose"
)

// recall goes through the memory for one person: of moments like theirs it takes one, and says
// from then on what was said there, as long as both go on alike. Then it goes over to another
// such moment, best to one of which about the same was said.
type recall struct {
	of       *memory
	has      bool
	episode  int32
	position float64 // in moments
	way      float64 // 1 = forward, -1 = backward in time
	rest     float64 // seconds until it looks for another

	said  remembered // what it says now
	begun bool
	gap   [pose.Joints][3]float32 // what it said above what it takes, when it came here
	fade  float64                 // seconds that this goes on to count
}

// How it goes on.
const (
	fadeSeconds = 0.32  // in which what was said before passes
	restLeast   = 0.5   // s, for which a moment found is kept, unless it becomes unlike
	restMost    = 2.5   //
	strange     = 0.035 // how unlike it may become
	jump        = 0.25  // what a joint's leap counts, beside a joint's place
	elsewhere   = 0.004 // is added for another clip
	glances     = 400   // of how many moments of a class it looks at most
)

// step goes on for dt seconds, to a person seen so.
func (r *recall) step(rng *rand.Rand, now *look, dt float64) *remembered {
	if r.has {
		r.advance(dt)
	}
	r.rest -= dt
	if !r.has || r.rest <= 0 || difference(now, &r.here().look, strange) > strange {
		r.seek(rng, now)
	}
	r.fade = max(r.fade-dt, 0)
	r.say()
	return &r.said
}

func (r *recall) here() *remembered {
	e := &r.of.episodes[r.episode]
	return &e.moments[int(r.position+0.5)]
}

// advance lets time pass, and turns round where an episode ends.
func (r *recall) advance(dt float64) {
	last := float64(len(r.of.episodes[r.episode].moments) - 1)
	if last == 0 {
		return
	}
	r.position += r.way * dt / r.of.step
	for r.position < 0 || r.position > last {
		if r.position < 0 {
			r.position, r.way = -r.position, 1
		} else {
			r.position, r.way = 2*last-r.position, -1
		}
	}
}

// seek goes over to a moment like now, if there is a better one.
func (r *recall) seek(rng *rand.Rand, now *look) {
	r.rest = between(rng, restLeast, restMost)
	best, found := float32(math.Inf(1)), place{-1, 0}
	clip := -1
	if r.has {
		clip = r.of.episodes[r.episode].clip
		best, found = 0.8*(difference(now, &r.here().look, best)+r.leap(r.here())), place{-1, 0}
	}
	for _, c := range r.of.near(now.class) {
		first, every := 0, 1
		if n := len(c); n > glances {
			every = n/glances + 1
			first = rng.IntN(every)
		}
		for i := first; i < len(c); i += every {
			m := r.of.at(c[i])
			extra := float32(0)
			if r.of.episodes[c[i].episode].clip != clip {
				extra = elsewhere
			}
			if v := difference(now, &m.look, best-extra) + extra; v < best {
				if v += r.leap(m); v < best {
					best, found = v, c[i]
				}
			}
		}
	}
	if found.episode >= 0 {
		r.goTo(found)
	}
}

// near are the moments of a class, or those of the class that has some.
func (m *memory) near(c class) [][]place {
	if of := m.classes[c]; len(of) > 0 {
		return [][]place{of}
	}
	var all [][]place
	for t := range uint8(turns) {
		for f := range uint8(facings) {
			all = append(all, m.classes[class{t, f}])
		}
	}
	return all
}

// leap is how far a moment is from what was said last.
func (r *recall) leap(m *remembered) float32 {
	if !r.begun {
		return 0
	}
	if m.found != r.said.found {
		return 0.02
	}
	if !m.found {
		return 0
	}
	sum := float32(0)
	for j := range m.off {
		x, y, s := m.off[j][0]-r.said.off[j][0], m.off[j][1]-r.said.off[j][1], m.score[j]-r.said.score[j]
		sum += jointWeight[j] * (min(x*x+y*y, 1) + 0.1*s*s)
	}
	if m.swap != r.said.swap {
		sum += 0.1
	}
	return jump * sum
}

func (r *recall) goTo(p place) {
	r.has, r.episode, r.position = true, p.episode, float64(p.moment)
	if r.way == 0 {
		r.way = 1
	}
	m := r.of.at(p)
	r.fade = 0
	if r.begun && m.found && r.said.found && m.swap == r.said.swap {
		r.fade = fadeSeconds
		for j := range m.off {
			r.gap[j] = [3]float32{r.said.off[j][0] - m.off[j][0], r.said.off[j][1] - m.off[j][1], r.said.score[j] - m.score[j]}
		}
	}
}

// say says what was said there, between two moments in proportion.
func (r *recall) say() {
	e := &r.of.episodes[r.episode]
	low := int(r.position)
	high := min(low+1, len(e.moments)-1)
	part := float32(r.position - float64(low))
	a, b := &e.moments[low], &e.moments[high]
	if !a.found || !b.found || a.swap != b.swap {
		a, b = r.here(), r.here()
	}
	left := float32(r.fade / fadeSeconds)
	r.said.found, r.said.swap, r.begun = a.found, a.swap, true
	r.said.person = a.person + part*(b.person-a.person)
	r.said.look.seen = a.look.seen
	for j := range r.said.off {
		r.said.off[j][0] = a.off[j][0] + part*(b.off[j][0]-a.off[j][0]) + left*r.gap[j][0]
		r.said.off[j][1] = a.off[j][1] + part*(b.off[j][1]-a.off[j][1]) + left*r.gap[j][1]
		r.said.score[j] = min(max(a.score[j]+part*(b.score[j]-a.score[j])+left*r.gap[j][2], 0), 1)
	}
}
