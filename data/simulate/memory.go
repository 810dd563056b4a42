package simulate

import (
	"fallkit/pose"
)

// remembered is what a pose front end said of a person at a moment, and how they were seen.
type remembered struct {
	look
	found  bool                    // else the person was missed, and nothing below is known
	swap   int                     // which sides were exchanged: of head, arms and legs, bit by bit
	off    [pose.Joints][2]float32 // of joints from where they (exchanged) are, body sizes; of those outside of the picture from the anchor
	score  [pose.Joints]float32
	person float32 // score of the person
}

// episode is a person for a while, at steps of the same length.
type episode struct {
	clip    int // the number of the clip
	moments []remembered
}

// memory is all that is remembered, and where to look for what is like something.
type memory struct {
	step     float64 // seconds between moments
	episodes []episode
	classes  map[class][]place
}

// place is a moment of the memory.
type place struct{ episode, moment int32 }

// remember makes a memory of episodes and their mirror images.
func remember(step float64, episodes []episode) *memory {
	m := &memory{step: step, classes: map[class][]place{}}
	for _, e := range episodes {
		m.episodes = append(m.episodes, e, e.mirrored())
	}
	for i := range m.episodes {
		for k := range m.episodes[i].moments {
			c := m.episodes[i].moments[k].class
			m.classes[c] = append(m.classes[c], place{int32(i), int32(k)})
		}
	}
	return m
}

func (m *memory) at(p place) *remembered { return &m.episodes[p.episode].moments[p.moment] }

func (e *episode) mirrored() episode {
	out := episode{clip: e.clip, moments: make([]remembered, len(e.moments))}
	for i := range e.moments {
		out.moments[i] = e.moments[i].mirrored()
	}
	return out
}

func (r *remembered) mirrored() remembered {
	m := *r
	m.look = r.look.mirrored()
	for j := range pose.Joint(pose.Joints) {
		o := j.Mirror()
		m.off[j], m.score[j] = r.off[o], r.score[o]
		m.off[j][0] = -m.off[j][0]
	}
	return m
}

// swapped is the joint whose place is taken for a joint's.
func swapped(j pose.Joint, swap int) pose.Joint {
	part := 0
	switch {
	case j >= pose.LeftHip:
		part = 2
	case j >= pose.LeftShoulder:
		part = 1
	}
	if swap&(1<<part) != 0 {
		return j.Mirror()
	}
	return j
}

// remembers is the moment that a glimpse becomes.
func (g *glimpse) remembers() remembered {
	r := remembered{look: g.look, found: g.found != nil, swap: g.swap}
	if g.found == nil {
		return r
	}
	r.person = g.found.Score
	for j := range pose.Joint(pose.Joints) {
		from, k := swapped(j, g.swap), &g.found.Keypoints[j]
		x, y := g.look.anchor[0], g.look.anchor[1]
		if at := &g.seen.Keypoints[from]; at.Visibility != Outside {
			x, y = at.X, at.Y
		}
		r.score[j] = k.Score
		r.off[j] = [2]float32{float32((float64(k.X) - x) / g.look.scale), float32((float64(k.Y) - y) / g.look.scale)}
	}
	return r
}
