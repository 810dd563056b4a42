package vision

import (
	"image"
	"math"

	"gocv.io/x/gocv"

	"fallkit/pose"
)

// view is what the single-pose network makes of a crop.
type view struct {
	pose pose.Pose
	mean float32 // of its joints' scores
	turn int     // quarters, clockwise
}

// noTurn is of a person whose crop shows less than the whole picture does.
const noTurn = -1

func (e *Engine) view(picture *gocv.Mat, c crop, turn int) (view, error) {
	p, err := e.closeup.look(picture, c.quarter(turn))
	return view{p, meanScore(&p), turn}, err
}

// refine looks at the crops around people that MultiPose found, best first, and puts
// what it sees there in the place of their poses; box and score stay MultiPose's, which
// alone knows people from chairs. It tells in which turn each was seen, or noTurn where
// MultiPose's pose is the better one. Of those whose scores are below least it leaves the
// poses as they are.
func (e *Engine) refine(picture *gocv.Mat, people []pose.Pose, least float32) ([]int, error) {
	found, turns := append([]pose.Pose(nil), people...), make([]int, len(people))
	for i := range people {
		if people[i].Score < least {
			continue
		}
		v, err := e.best(picture, &found[i])
		if err != nil {
			return nil, err
		}
		if e.contradicts(&v, found, i) {
			turns[i] = noTurn
			continue
		}
		people[i].Keypoints, turns[i] = v.pose.Keypoints, v.turn
	}
	return turns, nil
}

// best looks at a person upright, and where the network is not sure in other quarter
// turns as well: blind turning makes it worse, since who lies towards the camera has no
// direction, so another turn has to win by its score.
func (e *Engine) best(picture *gocv.Mat, person *pose.Pose) (view, error) {
	p := &e.settings.Profile
	c := around(person, image.Pt(picture.Cols(), picture.Rows()), p.Seen)
	best, err := e.view(picture, c, 0)
	if err != nil {
		return best, err
	}
	for n, turn := range suggested(person, p.Seen) {
		if n == p.Turns || !(best.mean < p.TurnBelow) {
			break
		}
		v, err := e.view(picture, c, turn)
		if err != nil {
			return best, err
		}
		best = p.better(best, v)
	}
	return best, nil
}

// better keeps the first view where the second does not win clearly.
func (p *Profile) better(first, second view) view {
	if second.mean >= first.mean+p.TurnWins {
		return second
	}
	return first
}

// suggested are the quarter turns other than upright, the likeliest to help first: that of
// the torso; of a body that is wider than high those to either side; at last the rest.
func suggested(p *pose.Pose, least float32) []int {
	var turns []int
	add := func(turn int) {
		for _, t := range turns {
			if t == turn {
				return
			}
		}
		if turn != 0 {
			turns = append(turns, turn)
		}
	}
	if turn, ok := leaning(p, least); ok {
		add(turn)
	}
	if p.Box.Width() > p.Box.Height() {
		add(1)
		add(3)
	}
	add(2)
	add(1)
	add(3)
	return turns
}

// leaning is in which quarter, clockwise from upright, the line from hips to shoulders
// points.
func leaning(p *pose.Pose, least float32) (turn int, ok bool) {
	sx, sy, shoulders := p.Midpoint(least, pose.LeftShoulder, pose.RightShoulder)
	hx, hy, hips := p.Midpoint(least, pose.LeftHip, pose.RightHip)
	if !shoulders || !hips || (sx == hx && sy == hy) {
		return 0, false
	}
	return (int(math.Round(math.Atan2(sx-hx, hy-sy)/(math.Pi/2))) + 4) % 4, true
}

// contradicts tells whether a view of person i is worse than what MultiPose says, or has
// jumped onto somebody else: it overlaps the person's own pose hardly, or another's more.
func (e *Engine) contradicts(v *view, people []pose.Pose, i int) bool {
	own := &people[i]
	if v.mean < meanScore(own) {
		return true
	}
	seen := v.pose
	seen.Box = own.Box
	same := overlap(&seen, own)
	if same < e.settings.Profile.Agree {
		return true
	}
	for j := range people {
		if j != i && overlap(&seen, &people[j]) > same {
			return true
		}
	}
	return false
}
