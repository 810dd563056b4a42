package vision

import (
	"cmp"
	"math"

	"fallkit/pose"
)

// distinct leaves out each pose that overlaps a better one by at least same: the
// network's peaks are sometimes two on one person. people are best first.
func distinct(people []pose.Pose, same float64) []pose.Pose {
	kept := people[:0]
	for _, p := range people {
		if !double(kept, &p, same) {
			kept = append(kept, p)
		}
	}
	return kept
}

// double tells whether a pose is one of those that are kept, seen twice.
func double(kept []pose.Pose, p *pose.Pose, same float64) bool {
	for i := range kept {
		if overlap(&kept[i], p) >= same {
			return true
		}
	}
	return false
}

// overlap is the object keypoint similarity of two poses (COCO keypoint evaluation):
// the mean over joints of exp(-d²/(2·size²·falloff²)), from 0 to 1, size² being the mean
// of the two boxes' areas and falloff pose.Falloff. Joints that either pose lacks count as they are: 0.
func overlap(a, b *pose.Pose) float64 {
	area := float64(a.Box.Width()*a.Box.Height()+b.Box.Width()*b.Box.Height()) / 2
	if area <= 0 {
		return 0
	}
	sum, n := 0.0, 0
	for j := range a.Keypoints {
		p, q := a.Keypoints[j], b.Keypoints[j]
		if p.Score == 0 && q.Score == 0 {
			continue
		}
		n++
		if p.Score == 0 || q.Score == 0 {
			continue
		}
		d := math.Hypot(float64(p.X-q.X), float64(p.Y-q.Y))
		sum += math.Exp(-d * d / (2 * area * pose.Falloff[j] * pose.Falloff[j]))
	}
	return sum / float64(max(n, 1))
}

// order puts the person of whom MultiPose is surer first.
func order(a, b *pose.Pose) int { return cmp.Compare(b.Score, a.Score) }
