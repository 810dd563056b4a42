package train

import (
	"math"

	"fallkit/pose"
)

// TorsoRule is the torso angle rule: by how many degrees the line from a shoulder to the hip
// of the same side has turned within a second, where it now leans further from upright than
// then. It is the rule of Ambianic (github.com/ambianic/ambianic-edge, fall_detect.py): the
// greater of the two sides' turns counts if either side leans further. Ambianic compares
// with a picture that is at least one second old and answers yes or no; here the answer is
// the turn itself, and a turn beyond half a circle is measured the short way round.
type TorsoRule struct {
	MinScore float32 // joints below this are not seen
}

// TorsoThreshold is Ambianic's fall factor: 60 degrees.
const TorsoThreshold = 60 / torsoFull

const (
	torsoStep = 1.0  // seconds between the two poses that are compared
	torsoFull = 90.0 // degrees: from standing to lying is score 1
)

// torsoSides are the shoulder and the hip of each side.
var torsoSides = [2][2]pose.Joint{{pose.LeftShoulder, pose.LeftHip}, {pose.RightShoulder, pose.RightHip}}

// ScoreTrack gives NaN where neither side was seen both now and a second ago.
func (r TorsoRule) ScoreTrack(t *pose.Track) TrackScores {
	out := TrackScores{Track: t.ID, Times: t.Times, Scores: make([]float64, len(t.Times))}
	then := 0 // the newest pose that is a second old
	for i, now := range t.Times {
		for then < i && now-t.Times[then+1] >= torsoStep-1e-9 {
			then++
		}
		out.Scores[i] = math.NaN()
		if age := now - t.Times[then]; age >= torsoStep-1e-9 && age <= torsoStep+ruleGap+1e-9 {
			out.Scores[i] = r.score(&t.Poses[then], &t.Poses[i])
		}
	}
	return out
}

// score compares two poses.
func (r TorsoRule) score(then, now *pose.Pose) float64 {
	most, leans := math.NaN(), false
	for _, side := range torsoSides {
		before, okBefore := r.lean(then, side)
		after, okAfter := r.lean(now, side)
		if !okBefore || !okAfter {
			continue
		}
		turn := math.Abs(math.Remainder(after-before, 360))
		if !(most >= turn) {
			most = turn
		}
		leans = leans || math.Abs(after) > math.Abs(before)
	}
	if !leans && !math.IsNaN(most) {
		return 0
	}
	return math.Min(most/torsoFull, 1) // NaN stays NaN
}

// lean is how far the line from hip to shoulder is turned from upright, in degrees from
// -180 to 180, clockwise as seen.
func (r TorsoRule) lean(p *pose.Pose, side [2]pose.Joint) (degrees float64, ok bool) {
	shoulder, hip := p.Keypoints[side[0]], p.Keypoints[side[1]]
	x, y := float64(shoulder.X-hip.X), float64(hip.Y-shoulder.Y)
	if !p.Seen(side[0], r.MinScore) || !p.Seen(side[1], r.MinScore) || (x == 0 && y == 0) {
		return 0, false
	}
	return math.Atan2(x, y) * 180 / math.Pi, true
}
