package vision

import (
	"image"
	"math"
	"slices"

	"fallkit/pose"
)

// gatekeeper decides which pictures are looked at, from when something moved and who was
// seen: it knows no pixels and reads no clock. Times are seconds of the source.
//
// The gate is open at first and after a gap, while something moves or anybody is followed,
// and while somebody is out of sight who cannot have gone. While it is closed a picture is
// looked at now and then all the same.
type gatekeeper struct {
	settings GateSettings

	started bool
	time    float64    // of the last picture
	settled float64    // from when on the background is known
	moved   float64    // when something last moved
	looked  float64    // when a picture was last looked at
	people  []sighting // who keeps the gate open, by when they were first seen
}

const (
	// longestGap between two pictures, in seconds: after a longer one nobody knows what
	// has happened meanwhile.
	longestGap = 2.0
	// sureLooks make a track a person; a thing that looks like one does so in one or two
	// looks.
	sureLooks = 3
	// lyingMemory: a track counts as seen lying for so many seconds after its last lying
	// pose, since the last poses of a track that is being lost are bad ones.
	lyingMemory = 2.0
)

// sighting is somebody who was found.
type sighting struct {
	track       int
	looks       int
	last, lying float64 // when last seen, when last seen lying
	pose        pose.Pose
	edge        bool // last seen where the picture can be left
	found       bool // in another track since
}

func newGatekeeper(s GateSettings) gatekeeper {
	return gatekeeper{settings: s, moved: math.Inf(-1), looked: math.Inf(-1)}
}

// fresh tells whether the picture at time t is the first one, or the first after a gap.
func (k *gatekeeper) fresh(t float64) bool { return !k.started || t-k.time > longestGap }

// open tells whether the picture at time t is to be looked at.
func (k *gatekeeper) open(t float64, motion bool) bool {
	if k.fresh(t) {
		k.started, k.settled = true, t+k.settings.SettleSeconds
	}
	k.time = t
	if motion {
		k.moved = t
	}
	k.people = slices.DeleteFunc(k.people, func(s sighting) bool { return t > k.until(&s) })
	if t < k.settled || t-k.moved <= k.settings.HoldSeconds || len(k.people) > 0 || t-k.looked >= k.settings.LookSeconds-slack {
		k.looked = t
		return true
	}
	return false
}

// until is how long somebody keeps the gate open. Who was seen lying, or was lost in the
// midst of the picture (behind furniture, or by the pose network as those who have fallen
// often are), is still there for all that is known.
func (k *gatekeeper) until(s *sighting) float64 {
	stays := (s.wasLying() || !s.edge) && !s.found
	if s.looks >= sureLooks && stays {
		return s.last + max(k.settings.LyingSeconds, k.settings.HoldSeconds)
	}
	return s.last + k.settings.HoldSeconds
}

func (s *sighting) wasLying() bool { return s.last-s.lying <= lyingMemory }

// found notes who was found by a look at the picture at time t, which has a size in pixels.
func (k *gatekeeper) found(t float64, people []pose.Tracked, size image.Point) {
	for i := range people {
		s := k.sighting(people[i].Track)
		if s == nil {
			before := k.relieve(t, &people[i].Pose)
			k.people = append(k.people, sighting{track: people[i].Track, looks: before, lying: math.Inf(-1)})
			s = &k.people[len(k.people)-1]
		}
		s.see(t, &people[i].Pose, size)
	}
}

func (k *gatekeeper) sighting(track int) *sighting {
	i := slices.IndexFunc(k.people, func(s sighting) bool { return s.track == track })
	if i < 0 {
		return nil
	}
	return &k.people[i]
}

func (s *sighting) see(t float64, p *pose.Pose, size image.Point) {
	s.looks++
	s.last, s.pose, s.edge, s.found = t, *p, atEdge(p, size), false
	if p.Lies(seenScore) {
		s.lying = t
	}
}

// relieve notes who, of those who are out of sight, has been found again in a new track
// that begins with p at time t: the nearest one, if any. It gives that one's looks, which
// count for the new track: it is no less of a person for having been lost.
func (k *gatekeeper) relieve(t float64, p *pose.Pose) (looks int) {
	nearest, least := -1, math.Inf(1)
	for i := range k.people {
		s := &k.people[i]
		if d := s.distance(p); s.last < t && !s.found && d < least && d <= s.reach(t, p) {
			nearest, least = i, d
		}
	}
	if nearest < 0 {
		return 0
	}
	k.people[nearest].found = true
	return k.people[nearest].looks
}

// distance is how far p lies from where somebody was last seen, in body sizes.
func (s *sighting) distance(p *pose.Pose) float64 {
	ax, ay := middle(&s.pose)
	bx, by := middle(p)
	return math.Hypot(ax-bx, ay-by) / max(s.pose.BodySize(seenScore), p.BodySize(seenScore), 1)
}

// reach is how far from there, in body sizes, p can be the same person: one lost upright
// turns up within two seconds, one who was lying lies in the same place. It is better not
// to know somebody again, which costs time, than to take another for them: a carer beside
// the one who fell. Negative: nowhere.
func (s *sighting) reach(t float64, p *pose.Pose) float64 {
	const near, speed = 1.5, 3 // body sizes, and body sizes a second: those of pose.DefaultTracker
	switch {
	case s.wasLying() && p.Lies(seenScore):
		return near
	case s.wasLying() || t-s.last > 2:
		return -1
	}
	return near + speed*(t-s.last)
}

// seenScore is the confidence from which a joint says where somebody is.
const seenScore = 0.1

// atEdge tells whether somebody stands where the picture can be left: at its left, right
// or upper edge, or, since who stands near the camera has no feet in the picture, with the
// middle of the body in its lowest quarter at the lower edge.
func atEdge(p *pose.Pose, size image.Point) bool {
	const margin = 0.04
	b, width, height := p.Outline(seenScore), float32(size.X), float32(size.Y)
	low := (b.Y0+b.Y1)/2 > 0.75*height
	return b.X0 < margin*width || b.X1 > (1-margin)*width || b.Y0 < margin*height || (low && b.Y1 > (1-margin)*height)
}

func middle(p *pose.Pose) (x, y float64) {
	b := p.Outline(seenScore)
	return float64(b.X0+b.X1) / 2, float64(b.Y0+b.Y1) / 2
}
