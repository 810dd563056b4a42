package pose

import "math"

// Channels is how many Skeleton features a time step has.
const Channels = 3*Joints + 2*len(Bones)

var skeletonFeatures = featureSet{Channels, func(in Input, part *Track) stepWriter {
	cx, cy, size := in.frameOf(part)
	return &skeletonWriter{in.MinScore, cx, cy, size}
}}

// skeletonWriter holds the window's own frame of reference.
type skeletonWriter struct {
	least        float32
	cx, cy, size float64
}

// frameOf is the window's own frame of reference: its median body centre and body size.
func (in Input) frameOf(t *Track) (cx, cy, size float64) {
	var xs, ys, sizes []float64
	for i := range t.Poses {
		p := &t.Poses[i]
		x, y, ok := p.Midpoint(in.MinScore, LeftHip, RightHip)
		if !ok {
			b, any := p.Extent(in.MinScore)
			if !any {
				continue
			}
			x, y = float64(b.X0+b.X1)/2, float64(b.Y0+b.Y1)/2
		}
		xs, ys = append(xs, x), append(ys, y)
		sizes = append(sizes, p.BodySize(in.MinScore))
	}
	const smallest = 3 // pixels: below it a skeleton is noise
	return quantile(xs, 0.5), quantile(ys, 0.5), math.Max(quantile(sizes, 0.8), smallest)
}

func (w *skeletonWriter) write(p *Pose, ok bool, _ float64, dst []float32) bool {
	if !ok {
		return false
	}
	for j := range Joint(Joints) {
		if !p.Seen(j, w.least) {
			continue
		}
		k := p.Keypoints[j]
		dst[3*j] = float32((float64(k.X) - w.cx) / w.size)
		dst[3*j+1] = float32((float64(k.Y) - w.cy) / w.size)
		dst[3*j+2] = 1
	}
	writeBones(dst)
	return true
}

// writeBones fills in a step's bones from its joints.
func writeBones(dst []float32) {
	bones := dst[3*Joints:]
	for i, b := range Bones {
		if dst[3*b.From+2] == 1 && dst[3*b.To+2] == 1 {
			bones[2*i] = dst[3*b.To] - dst[3*b.From]
			bones[2*i+1] = dst[3*b.To+1] - dst[3*b.From+1]
		}
	}
}
