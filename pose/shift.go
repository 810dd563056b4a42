package pose

import "sort"

// Shift is how far each joint of a pose is moved, x and y, in pixels.
type Shift [Joints][2]float64

// Moved gives the pose with its seen joints moved. Confidences stay, and so do joints that
// are not seen, the box and the score.
func (p *Pose) Moved(s *Shift, least float32) Pose {
	out := *p
	for j := range Joint(Joints) {
		if p.Seen(j, least) {
			out.Keypoints[j].X += float32(s[j][0])
			out.Keypoints[j].Y += float32(s[j][1])
		}
	}
	return out
}

// OfJoints tells whether the features are Skeleton ones, whose gradient can be carried back
// to the joints by PullBack, and which MoveSteps and JointGradient know.
func (f Features) OfJoints() bool { return f == Skeleton || f == skeletonName }

// PullBack carries a gradient by a window's Skeleton features back to the joints that the
// window was made of: it adds to dst, one entry for each pose of the track, what the gradient of
// Window(t, end), [Steps, Channels], says about each joint's x and y, per pixel. The
// window's own centre and body size are taken as constant, though they move a little with
// the joints.
func (in Input) PullBack(t *Track, end float64, gradient []float32, dst []Shift) {
	steps := in.Steps()
	first := end - float64(steps-1)/in.RateHz
	part := t.Between(first-in.MaxGap, end)
	dst = dst[sort.SearchFloat64s(t.Times, first-in.MaxGap):]
	_, _, size := in.frameOf(&part)
	at := 0
	for s := range steps {
		time := first + float64(s)/in.RateHz
		for at < len(part.Times) && part.Times[at] <= time+1e-9 {
			at++
		}
		a, b, share, ok := in.between(&part, at, time)
		if !ok {
			continue
		}
		mixed, _ := in.poseAt(&part, at, time)
		seen := func(j Joint) bool { return mixed.Seen(j, in.MinScore) }
		joints := pullBones(seen, gradient[s*Channels:(s+1)*Channels])
		in.unblend(&part, a, b, share, &joints, size, dst)
	}
}

// pullBones gives each seen joint its own gradient in a step's, and that of the bones that
// it ends; a joint that is not seen gets 0.
func pullBones(seen func(Joint) bool, step []float32) (joints Shift) {
	for j := range Joint(Joints) {
		if seen(j) {
			joints[j] = [2]float64{float64(step[3*j]), float64(step[3*j+1])}
		}
	}
	bones := step[3*Joints:]
	for i, b := range Bones {
		if seen(b.From) && seen(b.To) {
			for k := range 2 {
				g := float64(bones[2*i+k])
				joints[b.To][k] += g
				joints[b.From][k] -= g
			}
		}
	}
	return joints
}

// unblend shares out a mixed pose's gradient as blend mixed it.
func (in Input) unblend(t *Track, a, b int, share float32, joints *Shift, size float64, dst []Shift) {
	near := a
	if share > 0.5 {
		near = b
	}
	for j := range Joint(Joints) {
		x, y := joints[j][0]/size, joints[j][1]/size
		if a != b && t.Poses[a].Seen(j, in.MinScore) && t.Poses[b].Seen(j, in.MinScore) {
			second := float64(share)
			dst[a][j][0] += (1 - second) * x
			dst[a][j][1] += (1 - second) * y
			dst[b][j][0] += second * x
			dst[b][j][1] += second * y
			continue
		}
		dst[near][j][0] += x
		dst[near][j][1] += y
	}
}

// MoveSteps moves the seen joints of a finished window, [Steps, Channels], and writes its
// bones anew: shifts has one entry for each step, in body sizes. What is missing stays so.
func MoveSteps(window []float32, shifts []Shift) {
	for s := range shifts {
		step := window[s*Channels : (s+1)*Channels]
		for j := range Joints {
			if step[3*j+2] == 1 {
				step[3*j] += float32(shifts[s][j][0])
				step[3*j+1] += float32(shifts[s][j][1])
			}
		}
		writeBones(step)
	}
}

// JointGradient carries a gradient by a finished window's numbers to its joints alone, with
// the bones following them: dst has one entry for each step, per body size. A joint that is
// missing gets 0.
func JointGradient(window, gradient []float32, dst []Shift) {
	for s := range dst {
		step := window[s*Channels : (s+1)*Channels]
		seen := func(j Joint) bool { return step[3*j+2] == 1 }
		dst[s] = pullBones(seen, gradient[s*Channels:(s+1)*Channels])
	}
}
