package vision

import (
	"slices"

	"gocv.io/x/gocv"

	"fallkit/pose"
)

// sight is how MultiPose sees a person in the whole picture.
type sight struct {
	whole  int // quarters in which best
	futile int // looks in other turns in a row that did not help
}

// missing is a person who was followed and is not found any more.
type missing struct {
	pose  pose.Pose
	since float64 // seconds
	sight sight
}

// patience is how many looks in a row somebody in doubt is worth: one in each turn. After
// that there is one every now and then.
const patience = len(everyTurn)

// lookAround has MultiPose look once more at the picture in which it has just found people,
// turned, where there is a reason: somebody is not seen well, or not any more. It gives all
// who are found then, best first, and the turn of that look, or 0.
func (f *finder) lookAround(picture *gocv.Mat, found []pose.Pose) ([]pose.Pose, []origin, int, error) {
	e, origins := f.engine, make([]origin, len(found))
	if e.settings.Profile.Around == 0 {
		return found, origins, 0, nil
	}
	f.miss(found)
	turn := f.reason(found)
	if turn != 0 {
		turned, err := e.detectTurned(picture, turn)
		if err != nil {
			return nil, nil, 0, err
		}
		found, origins = e.unite(found, origins, turned, turn, f.believed)
	}
	f.meet(found)
	return found, origins, turn, nil
}

// miss notes those of the followed whom MultiPose does not find, and forgets who has been
// gone for long.
func (f *finder) miss(found []pose.Pose) {
	for i, shown := range f.shown(found) {
		if w := &f.follows[i]; !shown {
			f.missing = append(f.missing, missing{w.pose, f.detected, w.sight})
		}
	}
	f.missing = slices.DeleteFunc(f.missing, func(m missing) bool {
		return f.detected-m.since > f.engine.settings.Profile.Missed
	})
}

// meet ends the search for those who are found.
func (f *finder) meet(found []pose.Pose) {
	f.missing = slices.DeleteFunc(f.missing, func(m missing) bool {
		return slices.ContainsFunc(found, func(p pose.Pose) bool { return m.near(&p) })
	})
}

func (m *missing) near(p *pose.Pose) bool { return intersection(p.Box, m.pose.Box) > nearBy }

// believed tells whether somebody who is seen only in a turned picture is there: that
// takes a good score, or one who is missing there.
func (f *finder) believed(p *pose.Pose) bool {
	s := &f.engine.settings
	return p.Score >= s.Profile.AroundNew ||
		slices.ContainsFunc(f.missing, func(m missing) bool { return m.near(p) })
}

// reason is the quarter turn in which it is worth to look again, or 0: for one who has just
// got lost or is seen badly, but not for ever in every picture.
func (f *finder) reason(found []pose.Pose) int {
	rarely := f.detected-f.sought+slack >= f.engine.settings.Profile.Seek
	for i := range f.missing {
		m := &f.missing[i]
		if m.since == f.detected || rarely {
			f.sought = f.detected
			m.sight.futile++
			return f.turns(&m.pose, m.sight)[(m.sight.futile-1)%patience]
		}
	}
	for i := range found {
		if p := &found[i]; f.engine.unsure(p) {
			if s := f.sight(p, 0, 0); s.futile < patience || rarely {
				f.sought = f.detected
				return f.turns(p, s)[s.futile%patience]
			}
		}
	}
	return 0
}

// turns are all but upright, the likeliest first: the one that helped last.
func (f *finder) turns(p *pose.Pose, s sight) []int {
	turns := suggested(p, f.engine.settings.Profile.Seen)
	if i := slices.Index(turns, s.whole); i > 0 {
		turns = append([]int{s.whole}, slices.Delete(turns, i, i+1)...)
	}
	return turns
}

// sight goes on from how a person was seen before, after a look in a turn (0: none); from
// is the turn in which the person was found.
func (f *finder) sight(p *pose.Pose, from, turn int) (s sight) {
	switch {
	case from != 0:
		return sight{whole: from}
	case !f.engine.unsure(p):
		return sight{}
	}
	if who := f.whose(p); who >= 0 {
		s = f.follows[who].sight
	}
	if turn != 0 {
		s.futile++
	}
	return s
}
