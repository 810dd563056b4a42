package pose

import "math"

// Falloff is how far annotators differ on each joint, in units of a person's size: twice
// the standard deviations that the COCO keypoint evaluation uses (Lin et al. 2014,
// "Microsoft COCO"). A person's size there is the root of its area.
var Falloff = [Joints]float64{
	.052, .05, .05, .07, .07, .158, .158, .144, .144, .124, .124, .214, .214, .174, .174, .178, .178,
}

// areaRoot is about the root of a standing person's box, in body sizes.
const areaRoot = 2

// similarity is the object keypoint similarity (OKS, COCO keypoint evaluation) of two
// poses, the first moved by dx, dy: the mean over the joints that both show of
// exp(-d²/(2·size²·falloff²)), from 0 to 1. Two things are made for falls: the size is
// that of the body (BodySize, in pixels) and not the area of a box that a fall flattens,
// and loose, in body sizes, widens the falloff by how far joints may have gone meanwhile.
func (p *Pose) similarity(q *Pose, dx, dy, size, loose float64, least float32) float64 {
	sum, n := 0.0, 0
	for j := range Joint(Joints) {
		if !p.Seen(j, least) || !q.Seen(j, least) {
			continue
		}
		a, b := &p.Keypoints[j], &q.Keypoints[j]
		d := square(float64(a.X)+dx-float64(b.X)) + square(float64(a.Y)+dy-float64(b.Y))
		sum += math.Exp(-d / (2 * square(size) * (square(areaRoot*Falloff[j]) + square(loose))))
		n++
	}
	return sum / float64(max(n, 1))
}
