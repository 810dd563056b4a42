package train

import (
	"math"

	"fallkit/pose"
)

// AspectRule is the aspect ratio rule: the box of the visible joints is wide and has been
// tall shortly before. It stands for the oldest family of rules in video, which take a box
// that becomes wider than it is high for a fall (Anderson et al. 2006, "Recognizing Falls
// from Silhouettes"; Miaou et al. 2006, "A Customized Human Fall Detection System Using
// Omni-Camera Images and Personal Information"). With s = width ÷ (width + height):
//
//	score = median of s over aspectNow × (1 - least s over aspectTall)
//
// A body that falls towards the camera does not become wide: the family is blind there.
type AspectRule struct {
	MinScore float32 // joints below this are not seen
}

// AspectThreshold is that of a box twice as high as wide, a person upright, which becomes
// as wide as it is high, the family's usual limit: 1/2 × (1 - 1/3).
const AspectThreshold = 1.0 / 3

const (
	aspectNow    = 0.4 // seconds: one bad pose is no fall
	aspectTall   = 2.0 // seconds: longer than a fall with its impact (about 1 s) and the median
	aspectJoints = (pose.Joints + 1) / 2
)

// ScoreTrack gives NaN where less than half of the joints were seen, throughout aspectNow.
func (r AspectRule) ScoreTrack(t *pose.Track) TrackScores {
	out := TrackScores{Track: t.ID, Times: t.Times, Scores: make([]float64, len(t.Times))}
	shares := make([]float64, len(t.Times))
	for i := range t.Times {
		shares[i] = r.share(&t.Poses[i])
		now := quantileOf(last(t.Times, shares, i, aspectNow), 0.5)
		out.Scores[i] = now * (1 - quantileOf(last(t.Times, shares, i, aspectTall), 0))
	}
	return out
}

// share is width ÷ (width + height) of the box of the visible joints: 0 for a line that
// stands, 1 for one that lies.
func (r AspectRule) share(p *pose.Pose) float64 {
	seen := 0
	for j := range pose.Joint(pose.Joints) {
		if p.Seen(j, r.MinScore) {
			seen++
		}
	}
	box, _ := p.Extent(r.MinScore)
	width, height := float64(box.Width()), float64(box.Height())
	if seen < aspectJoints || width+height == 0 {
		return math.NaN()
	}
	return width / (width + height)
}
