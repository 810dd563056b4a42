package simulate

import (
	"math"

	"fallkit/pose"
)

// sides finds which sides are exchanged.
func (f *pairs) sides() {
	for _, s := range f.sequences {
		before := 0
		for _, g := range s.of {
			if g.found != nil {
				before = g.exchanged(before)
			}
			g.swap = before
		}
	}
}

// exchanged tells which of head, arms and legs lie nearer to the other side's truth; what
// cannot be told stays as it was.
func (g *glimpse) exchanged(before int) (swap int) {
	parts := [3][]pose.Joint{
		{pose.LeftEye, pose.LeftEar},
		{pose.LeftShoulder, pose.LeftElbow, pose.LeftWrist},
		{pose.LeftHip, pose.LeftKnee, pose.LeftAnkle},
	}
	for part, joints := range parts {
		stay, other, apart := 0.0, 0.0, 0.0
		for _, l := range joints {
			r := l.Mirror()
			tl, tr := &g.seen.Keypoints[l], &g.seen.Keypoints[r]
			if tl.Visibility == Outside || tr.Visibility == Outside {
				continue
			}
			fl, fr := &g.found.Keypoints[l], &g.found.Keypoints[r]
			stay += distance2(tl, fl) + distance2(tr, fr)
			other += distance2(tl, fr) + distance2(tr, fl)
			apart += 2 * math.Hypot(tl.X-tr.X, tl.Y-tr.Y)
		}
		yes := before&(1<<part) != 0
		switch margin := 0.5 * apart; {
		case other < stay-margin:
			yes = true
		case stay < other-margin:
			yes = false
		}
		if yes {
			swap |= 1 << part
		}
	}
	return swap
}
