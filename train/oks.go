package train

import (
	"math"

	"fallkit/data"
	"fallkit/pose"
)

// cocoSigmas are how far annotators differ on each joint, in units of the square root of a
// person's area (COCO keypoint evaluation, cocodataset.org/#keypoints-eval).
var cocoSigmas = [pose.Joints]float64{
	.026, .025, .025, .035, .035, .079, .079, .072, .072, .062, .062, .107, .107, .087, .087, .089, .089,
}

// OKS is the object keypoint similarity of a pose and a person (Lin et al. 2014, "Microsoft
// COCO", and cocodataset.org/#keypoints-eval): the mean over the labelled joints of
// exp(-d²/(2·s²·k²)), with s² the person's area and k twice the joint's sigma. A joint that
// the pose lacks counts 0. It is NaN where no joint is labelled.
func OKS(p *pose.Pose, truth *data.TruePerson) float64 {
	sum, n := 0.0, 0
	for j, t := range truth.Joints {
		if t.Seen == data.NotLabelled {
			continue
		}
		n++
		if k := p.Keypoints[j]; k.Score > 0 {
			sum += closeness(float64(k.X-t.X), float64(k.Y-t.Y), truth.Area, j)
		}
	}
	if n == 0 {
		return math.NaN()
	}
	return sum / float64(n)
}

func closeness(dx, dy, area float64, joint int) float64 {
	k := 2 * cocoSigmas[joint]
	return math.Exp(-(dx*dx + dy*dy) / (2 * max(area, 1e-9) * k * k))
}

// oksIgnored is COCO's similarity to a person without labelled joints, whom no pose can
// miss: joints within the doubled box are as good as right.
func oksIgnored(p *pose.Pose, truth *data.TruePerson) float64 {
	b := truth.Box
	wide, high := b.Width(), b.Height()
	sum := 0.0
	for j := range p.Keypoints {
		k := p.Keypoints[j]
		dx := max(0, b.X0-wide-k.X) + max(0, k.X-b.X1-wide)
		dy := max(0, b.Y0-high-k.Y) + max(0, k.Y-b.Y1-high)
		sum += closeness(float64(dx), float64(dy), truth.Area, j)
	}
	return sum / pose.Joints
}

// boxOverlap is the area that two boxes share over the area of both together (IoU).
func boxOverlap(a, b pose.Box) float64 {
	shared := sharedArea(a, b)
	if all := area(a) + area(b) - shared; all > 0 {
		return shared / all
	}
	return 0
}

func area(b pose.Box) float64 { return float64(b.Width()) * float64(b.Height()) }

func sharedArea(a, b pose.Box) float64 {
	return area(pose.Box{X0: max(a.X0, b.X0), Y0: max(a.Y0, b.Y0), X1: min(a.X1, b.X1), Y1: min(a.Y1, b.Y1)})
}
