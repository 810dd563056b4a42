package vision

import (
	"math"

	"fallkit/pose"
)

// Confidence turns a network's score of a joint into the chance that the joint is right:
// within a tenth of the body's length of where it is. MultiPose and the network of the
// crops differ, so each has its own curve.
type Confidence struct {
	Whole Curve `json:"whole"` // joints seen in the whole picture, by MultiPose
	Crop  Curve `json:"crop"`  // joints seen in a crop
}

// withLightning is for people who fall or lie, in video: fitted to the joints of
// pose/testdata/clicks.json by
//
//	falltrain pose-accuracy pose/testdata/clicks.json --pictures DATA --profile accurate --fit-confidence
//
// DATA being the folder that its clips are in. docs/metrics.md says what it is worth there,
// and on COCO's pictures, of which it promises too little.
var withLightning = Confidence{
	Whole: Curve{Slope: 2.17, Offset: 1.85, Top: 0.84},
	Crop:  Curve{Slope: 1.72, Offset: 1.95, Top: 0.93},
}

// Curve is Top / (1 + exp(-(Slope·logit(score) + Offset))): Platt's line in log-odds (1999) below
// a ceiling, since some joints are wrong however sure the network is. All 0 leaves scores
// as they are.
type Curve struct {
	Slope  float64 `json:"slope"`
	Offset float64 `json:"offset"`
	Top    float64 `json:"top"` // above 0, at most 1
}

// chance is what a score from 0 to 1 means. A missing joint (0) stays missing, and no other
// becomes so.
func (c Curve) chance(score float32) float32 {
	if c == (Curve{}) || !(score > 0) {
		return score
	}
	p := c.Top * sigmoid(c.Slope*logit(min(score, 1))+c.Offset)
	return max(float32(p), math.SmallestNonzeroFloat32)
}

// rises tells whether a higher score means a higher chance.
func (c Curve) rises() bool {
	return c == (Curve{}) || c.Slope > 0 && c.Top > 0 && !math.IsNaN(c.Offset) && math.Abs(c.Offset) <= 100
}

// apply gives a pose's joints their chances.
func (c *Confidence) apply(p *pose.Pose, cropped bool) {
	curve := c.Whole
	if cropped {
		curve = c.Crop
	}
	for j := range p.Keypoints {
		k := &p.Keypoints[j]
		k.Score = curve.chance(k.Score)
	}
}
