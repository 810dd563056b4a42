package vision

import (
	"image"
	"slices"

	"gocv.io/x/gocv"

	"fallkit/pose"
)

// finder finds and follows the people of one source: an engine with a memory of what it
// has seen. Each source has a new one.
type finder struct {
	engine  *Engine
	tracker pose.Tracker
	jumps   pose.Jumps

	begun    bool
	last     float64 // when it last looked, seconds
	detected float64 // when MultiPose last looked, seconds
	looks    int     // since then, that one counted
	follows  []follow
	missing  []missing
	sought   float64 // when MultiPose last looked at a turned picture, seconds
}

// follow is a person whom a crop follows.
type follow struct {
	pose        pose.Pose // as last seen; its score is what MultiPose said last
	crop        crop      // where to look next
	turn        int       // quarters in which the person is seen best
	whole       bool      // the pose is MultiPose's, of the whole picture
	blurred     bool      // MultiPose saw more in the whole picture than there was in the crop
	unseen      int       // looks in a row without a torso
	doubts      int       // looks in a row with a low score
	unconfirmed int       // looks of MultiPose in a row that did not see the person
	sight       sight     // in whole pictures
}

func newFinder(e *Engine) *finder { return &finder{engine: e, tracker: e.tracker()} }

// pass lets a picture pass unseen: MultiPose has to look at the next one, whoever may
// have come in.
func (f *finder) pass() { f.begun, f.follows, f.missing = false, nil, nil }

// stale is how long, in seconds, what was seen says where people are.
const stale = 1.0

// look finds the people in the picture (8-bit BGR) of a time in seconds, which ascends,
// with their track numbers.
func (f *finder) look(t float64, picture *gocv.Mat) ([]pose.Tracked, error) {
	if f.engine.settings.Profile.plain() {
		found, err := f.engine.poses(picture)
		if err != nil {
			return nil, err
		}
		return f.tracker.Update(t, found), nil
	}
	seen, err := f.see(t, picture)
	if err != nil {
		return nil, err
	}
	f.begun, f.last = true, t
	seen = f.distinct(seen)
	found := make([]pose.Pose, len(seen))
	for i := range seen {
		found[i] = seen[i].pose
	}
	people := f.tracker.Update(t, found)
	f.follows = tracked(seen, people)
	f.finish(t, people)
	return people, nil
}

// finish is what comes last, when nothing is decided any more: joints that jump are marked
// missing, and scores become chances of being right. What is followed stays as it was seen.
func (f *finder) finish(t float64, people []pose.Tracked) {
	p := &f.engine.settings.Profile
	if p.Jumps != (pose.JumpSettings{}) {
		f.jumps.Settings = p.Jumps
		f.jumps.Update(t, people)
	}
	for i := range f.follows {
		p.Confidence.apply(&people[i].Pose, !f.follows[i].whole)
	}
}

// cropped tells of each of the people seen last whether the joints were seen in a crop.
func (f *finder) cropped(people int) []bool {
	cropped := make([]bool, people)
	for i := range f.follows[:min(people, len(f.follows))] {
		cropped[i] = !f.follows[i].whole
	}
	return cropped
}

// tracked leaves out those whom the tracker does not believe; people have the order of
// seen.
func tracked(seen []follow, people []pose.Tracked) []follow {
	kept := seen[:0]
	for i := range seen {
		if n := len(kept); n < len(people) && people[n].Pose == seen[i].pose {
			kept = append(kept, seen[i])
		}
	}
	return kept
}

// see finds people in whole pictures when that is due, and in the crops that follow
// them in between.
func (f *finder) see(t float64, picture *gocv.Mat) ([]follow, error) {
	if f.begun && t-f.last > stale {
		f.pass()
	}
	if f.due(t) {
		f.detected, f.looks = t, 1
		return f.detect(picture)
	}
	f.looks++
	return f.pursue(picture)
}

// due tells whether MultiPose is to look.
func (f *finder) due(t float64) bool {
	p := &f.engine.settings.Profile
	since := t - f.detected + slack
	lost := slices.ContainsFunc(f.follows, func(who follow) bool { return who.unseen > 0 || who.blurred })
	switch {
	case !f.begun, lost && since >= p.Lost:
		return true
	case p.Every > 0:
		return f.looks >= p.Every
	case len(f.follows) == 0:
		return since >= p.Idle
	}
	return since >= p.Period
}

// detect has MultiPose look: those whom it sees go on or begin, and of the others only
// those of whom the crop is sure, for a while. Who is followed and scores too low to be
// believed by himself is told from chairs by where he was.
func (f *finder) detect(picture *gocv.Mat) ([]follow, error) {
	e := f.engine
	found, err := e.detect(picture)
	if err != nil {
		return nil, err
	}
	found = slices.DeleteFunc(found, func(p pose.Pose) bool {
		return p.Score < e.settings.MinPersonScore && f.whose(&p) < 0
	})
	found, origins, around, err := f.lookAround(picture, found)
	if err != nil {
		return nil, err
	}
	confirmed := f.shown(found)
	multi := slices.Clone(found)
	turns, err := e.refine(picture, found, 0)
	if err != nil {
		return nil, err
	}
	size := image.Pt(picture.Cols(), picture.Rows())
	var seen []follow
	for i := range found {
		if e.convicted(&found[i], origins[i]) {
			continue
		}
		who := follow{pose: found[i], turn: max(turns[i], 0), whole: turns[i] == noTurn, blurred: turns[i] == noTurn}
		who.sight = f.sight(&multi[i], origins[i].turn, around)
		who.aim(size, e.settings.Profile.Seen)
		seen = append(seen, who)
	}
	for i := range f.follows {
		if who := f.follows[i]; !confirmed[i] && who.unconfirmed < e.settings.Profile.Unconfirmed {
			who.unconfirmed++
			who.pose.Score = e.settings.keep()
			kept, err := f.chase(picture, &who)
			if err != nil {
				return nil, err
			}
			if kept && meanScore(&who.pose) >= e.settings.Profile.Sure {
				seen = append(seen, who)
			}
		}
	}
	return seen, nil
}

// shown tells which of those who are followed poses show.
func (f *finder) shown(found []pose.Pose) []bool {
	shown := make([]bool, len(f.follows))
	for i := range found {
		if who := f.whose(&found[i]); who >= 0 {
			shown[who] = true
		}
	}
	return shown
}

// nearBy is the least intersection of the boxes of one person, then and now.
const nearBy = 0.1

// whose is the follow whom a pose most likely shows, -1 where it shows none of them.
func (f *finder) whose(p *pose.Pose) int {
	best, at := float32(nearBy), -1
	for i := range f.follows {
		if v := intersection(p.Box, f.follows[i].pose.Box); v > best {
			best, at = v, i
		}
	}
	return at
}

// intersection is that of two boxes over the area of the smaller one.
func intersection(a, b pose.Box) float32 {
	c := pose.Box{X0: max(a.X0, b.X0), Y0: max(a.Y0, b.Y0), X1: min(a.X1, b.X1), Y1: min(a.Y1, b.Y1)}
	least := min(a.Width()*a.Height(), b.Width()*b.Height())
	if least <= 0 {
		return 0
	}
	return c.Width() * c.Height() / least
}

// pursue looks at the crops of those who are followed.
func (f *finder) pursue(picture *gocv.Mat) ([]follow, error) {
	var seen []follow
	for _, who := range f.follows {
		kept, err := f.chase(picture, &who)
		if err != nil {
			return nil, err
		}
		if kept {
			seen = append(seen, who)
		}
	}
	return seen, nil
}

// chase looks where somebody was, in the turn that was best; where that is doubtful, at
// times in another one. It is false where the person is lost. The crop stays where it
// is while no torso is seen: losing it is what loses people who fall.
func (f *finder) chase(picture *gocv.Mat, who *follow) (bool, error) {
	p := &f.engine.settings.Profile
	v, err := f.engine.view(picture, who.crop, who.turn)
	if err != nil {
		return false, err
	}
	if v.mean < p.TurnBelow {
		who.doubts++
		if p.TurnEvery > 0 && who.doubts%p.TurnEvery == 0 {
			other, err := f.engine.view(picture, who.crop, otherTurn(&v, p.Seen))
			if err != nil {
				return false, err
			}
			v = p.better(v, other)
		}
	} else {
		who.doubts = 0
	}
	score := who.pose.Score
	who.pose, who.turn, who.whole = v.pose, v.turn, false
	who.pose.Score = score
	who.aim(image.Pt(picture.Cols(), picture.Rows()), p.Seen)
	return who.unseen <= p.KeepCrop, nil
}

// otherTurn is upright, or for who was looked at upright the likeliest other one.
func otherTurn(v *view, least float32) int {
	if v.turn != 0 {
		return 0
	}
	return suggested(&v.pose, least)[0]
}

// aim moves the crop to where the person is, as long as the torso says so.
func (w *follow) aim(picture image.Point, least float32) {
	if torsoSeen(&w.pose, least) {
		w.unseen = 0
	} else if w.unseen++; w.crop != (crop{}) {
		return
	}
	w.crop = around(&w.pose, picture, least)
}

// distinct leaves out who is one with a better one: two crops may come upon one person.
func (f *finder) distinct(seen []follow) []follow {
	slices.SortStableFunc(seen, func(a, b follow) int { return order(&a.pose, &b.pose) })
	kept := seen[:0]
	for _, who := range seen {
		double := slices.ContainsFunc(kept, func(k follow) bool {
			return overlap(&k.pose, &who.pose) >= f.engine.settings.SameOverlap
		})
		if !double {
			kept = append(kept, who)
		}
	}
	return kept[:min(len(kept), f.engine.settings.MaxPeople)]
}
