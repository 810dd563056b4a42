// Package click is a page on this machine on which a person places joints by hand on frames
// of videos, to have truth for poses. It chooses the frames, keeps what was placed, and
// serves the page to this machine alone. It never shows what a pose network found, which
// would lead the hand, and never holds a picture: it serves files that another package
// wrote into a private folder.
package click

import (
	"math"
	"math/rand/v2"
	"slices"

	"fallkit/data"
)

// Frame is one frame of a clip that joints are to be placed on.
type Frame struct {
	Dataset, Clip string
	Path          string // of the video, relative to the data folder, with slashes
	Number        int    // counted from 0
	State         string // data.StateFalling, StateLying or StateElse; "" = a fall whose frames nobody gave
}

// turns are the states in the order that frames are taken by: of five, two fall and two lie.
var turns = []string{data.StateFalling, data.StateLying, data.StateFalling, data.StateLying, data.StateElse}

// Choose takes n frames, or all that there are: as evenly as can be from data sets,
// cameras, subjects and clips, four of five from people who fall or lie. Frames of one clip lie
// apart. The same clips and seed give the same frames, and a greater n the same ones and
// more. Clips whose number of frames is not known give none.
func Choose(m *data.Manifest, n int, seed uint64) []Frame {
	segments := map[[2]string][]data.Segment{}
	for _, s := range m.Segments {
		name := [2]string{s.Dataset, s.Clip}
		segments[name] = append(segments[name], s)
	}
	pools := map[string]*pool{}
	for i, state := range []string{data.StateFalling, data.StateLying, data.StateElse} {
		pools[state] = &pool{rng: rand.New(rand.NewPCG(seed, uint64(i)))}
	}
	for i := range m.Clips {
		c := &m.Clips[i]
		for _, s := range stretches(c, segments[[2]string{c.Dataset, c.ID}]) {
			turn := s.state
			if turn == "" { // of what is in it, a fall is likeliest
				turn = data.StateFalling
			}
			pools[turn].stretches = append(pools[turn].stretches, s)
		}
	}
	for _, state := range turns[2:] {
		pools[state].mix()
	}
	return take(pools, n)
}

// take goes round the turns until there are n frames, or none are left.
func take(pools map[string]*pool, n int) []Frame {
	var chosen []Frame
	taken := map[*data.Clip][]int{}
	for idle := 0; len(chosen) < n && idle < len(turns); {
		for _, state := range turns {
			f, ok := pools[state].next(taken)
			if !ok {
				idle++
				continue
			}
			idle = 0
			if chosen = append(chosen, f); len(chosen) == n {
				break
			}
		}
	}
	return chosen
}

// stretch is all frames of a clip in which its person is in one state.
type stretch struct {
	clip  *data.Clip
	state string
	spans []span
	taken int
}

// span is a run of frames, both ends inclusive.
type span struct{ first, last int }

func (s *stretch) frames() (n int) {
	for _, p := range s.spans {
		n += p.last - p.first + 1
	}
	return n
}

// at gives the i-th frame.
func (s *stretch) at(i int) int {
	for _, p := range s.spans {
		if n := p.last - p.first + 1; i >= n {
			i -= n
			continue
		}
		return p.first + i
	}
	return -1
}

// pool is what may be chosen of one state.
type pool struct {
	stretches []*stretch
	rng       *rand.Rand
	turn      int
}

// mix brings the stretches into the order of their turns: data sets alternate, then
// cameras, then subjects; chance orders what is left.
func (p *pool) mix() {
	p.rng.Shuffle(len(p.stretches), func(i, j int) { p.stretches[i], p.stretches[j] = p.stretches[j], p.stretches[i] })
	p.stretches = alternate(p.stretches,
		func(c *data.Clip) string { return c.Dataset },
		func(c *data.Clip) string { return c.Camera },
		func(c *data.Clip) string { return c.Subject })
}

// alternate takes from groups by the first key in turn, in which the other keys alternate.
func alternate(all []*stretch, keys ...func(*data.Clip) string) []*stretch {
	if len(keys) == 0 {
		return all
	}
	var names []string
	groups := map[string][]*stretch{}
	for _, s := range all {
		name := keys[0](s.clip)
		if groups[name] == nil {
			names = append(names, name)
		}
		groups[name] = append(groups[name], s)
	}
	for name, group := range groups {
		groups[name] = alternate(group, keys[1:]...)
	}
	mixed := make([]*stretch, 0, len(all))
	for i := 0; len(mixed) < len(all); i++ {
		for _, name := range names {
			if i < len(groups[name]) {
				mixed = append(mixed, groups[name][i])
			}
		}
	}
	return mixed
}

// next takes a frame from the stretch whose turn it is.
func (p *pool) next(taken map[*data.Clip][]int) (Frame, bool) {
	for range p.stretches {
		s := p.stretches[p.turn%len(p.stretches)]
		p.turn++
		if s.taken < s.frames() {
			n := s.pick(p.rng, taken[s.clip])
			s.taken++
			taken[s.clip] = append(taken[s.clip], n)
			return Frame{Dataset: s.clip.Dataset, Clip: s.clip.ID, Path: s.clip.Path, Number: n, State: s.state}, true
		}
	}
	return Frame{}, false
}

// pick gives the one of some frames drawn by chance that is farthest from those taken.
func (s *stretch) pick(rng *rand.Rand, taken []int) int {
	const draws = 8
	best, apart := -1, 0
	for range draws {
		n := s.at(rng.IntN(s.frames()))
		if d := distance(n, taken); d > apart {
			best, apart = n, d
		}
	}
	for i := 0; best < 0; i++ { // nearly all are taken
		if n := s.at(i); !slices.Contains(taken, n) {
			best = n
		}
	}
	return best
}

func distance(n int, taken []int) int {
	least := math.MaxInt
	for _, t := range taken {
		least = min(least, max(n-t, t-n))
	}
	return least
}
