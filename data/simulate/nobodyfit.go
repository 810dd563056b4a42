package simulate

import "math"

// ghosts fits who is found where nobody is.
func (n *nobodies) fit(f *pairs) {
	var near, far, begin float64
	var size, score, joints []float64
	for _, d := range f.doubles {
		begin += count(d.begins)
		near, far = near+count(d.begins && d.near), far+count(d.begins && !d.near)
		if !d.near {
			size = append(size, d.p.BodySize(0)/d.long)
		}
		score = append(score, float64(d.p.Score))
		for j := range d.p.Keypoints {
			joints = append(joints, float64(d.p.Keypoints[j].Score))
		}
	}
	n.Near, n.Far = float32(rounded4(near/max(float64(f.inPicture), 1))), float32(rounded4(far/max(float64(f.pictures), 1)))
	if all := float64(len(f.doubles)); all > 0 {
		n.Stay = float32(rounded4(min(1-begin/all, 0.995)))
		n.Size, n.Score, n.Joints = knotsOf(enoughOr(size, 0.1)), knotsOf(score), knotsOf(joints)
	}
}

// enoughOr is the sample, or one value where it is empty.
func enoughOr(v []float64, other float64) []float64 {
	if len(v) == 0 {
		return []float64{other}
	}
	return v
}
func rounded4(v float64) float64 { return math.Round(1e4*v) / 1e4 }

func count(yes bool) float64 {
	if yes {
		return 1
	}
	return 0
}
