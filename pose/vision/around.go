package vision

import (
	"slices"

	"gocv.io/x/gocv"

	"fallkit/pose"
)

// MultiPose knows people who stand best: of those who lie or are head down it misses a
// third. So it looks at the whole picture once more, turned by quarters, but only where
// there is a reason: who stands, and a room without people, cost nothing more.

// lookAround is for a picture without a past: where MultiPose is not sure of the people it
// found, or found nobody, it looks again in other turns until it is sure.
func (e *Engine) lookAround(picture *gocv.Mat, found []pose.Pose) ([]pose.Pose, []origin, error) {
	p := &e.settings.Profile
	origins := make([]origin, len(found))
	for n := range p.Around {
		if !e.doubtful(found) {
			break
		}
		turned, err := e.detectTurned(picture, everyTurn[n])
		if err != nil {
			return nil, nil, err
		}
		found, origins = e.unite(found, origins, turned, everyTurn[n], func(t *pose.Pose) bool { return t.Score >= p.AroundNew })
	}
	return found, origins, nil
}

// origin is where MultiPose saw a person.
type origin struct {
	turn  int  // of the picture, in quarters
	trial bool // seen there alone, with a low score: the crop has to confirm it
}

// everyTurn has all quarter turns but upright, the likeliest first.
var everyTurn = [...]int{1, 3, 2}

// doubtful tells whether somebody may be there who is not seen well.
func (e *Engine) doubtful(people []pose.Pose) bool {
	return len(people) == 0 || slices.ContainsFunc(people, func(p pose.Pose) bool { return e.unsure(&p) })
}

// unsure tells whether another turn may show a person better.
func (e *Engine) unsure(p *pose.Pose) bool {
	s := &e.settings.Profile
	return p.Score < s.Weak || meanScore(p) < s.Vague
}

// unite adds the people whom MultiPose found in a turned picture to those that it found
// before. One who is there already is replaced where the other pose wins clearly; others are
// on trial unless they are believed. The people are best first.
func (e *Engine) unite(found []pose.Pose, origins []origin, turned []pose.Pose, turn int, believed func(*pose.Pose) bool) ([]pose.Pose, []origin) {
	type person struct {
		pose pose.Pose
		origin
	}
	var all []person
	for i := range found {
		all = append(all, person{found[i], origins[i]})
	}
	for _, t := range turned {
		at := slices.IndexFunc(all, func(p person) bool { return same(&p.pose, &t) })
		switch sure := believed(&t); {
		case at >= 0 && e.settings.Profile.beats(&t, &all[at].pose):
			all[at] = person{t, origin{turn, all[at].trial && !sure}}
		case at < 0 && (sure || t.Score >= e.settings.MinPersonScore):
			all = append(all, person{t, origin{turn, !sure}})
		}
	}
	slices.SortStableFunc(all, func(a, b person) int { return order(&a.pose, &b.pose) })
	all = all[:min(len(all), e.settings.MaxPeople)]
	found, origins = nil, nil
	for _, p := range all {
		found, origins = append(found, p.pose), append(origins, p.origin)
	}
	return found, origins
}

// convicted tells whether a person on trial is none: the joints of the crop are unsure.
func (e *Engine) convicted(p *pose.Pose, o origin) bool {
	return o.trial && meanScore(p) < e.settings.Profile.AroundSure
}

// beats tells whether a pose from a turned picture is clearly better: MultiPose's score
// tells it, and its joints must not be less sure.
func (p *Profile) beats(turned, before *pose.Pose) bool {
	return turned.Score >= before.Score+p.AroundWins && meanScore(turned) >= meanScore(before)
}

// same tells whether two poses are of one person, one of them perhaps much the worse.
func same(a, b *pose.Pose) bool {
	return overlap(a, b) >= sameJoints || jaccard(a.Box, b.Box) >= sameBoxes
}

const sameJoints, sameBoxes = 0.3, 0.5

// jaccard is the intersection of two boxes over their union.
func jaccard(a, b pose.Box) float32 {
	c := pose.Box{X0: max(a.X0, b.X0), Y0: max(a.Y0, b.Y0), X1: min(a.X1, b.X1), Y1: min(a.Y1, b.Y1)}
	both := c.Width() * c.Height()
	all := a.Width()*a.Height() + b.Width()*b.Height() - both
	if all <= 0 {
		return 0
	}
	return both / all
}
