package pose

import "math"

// Fall features are causal: they are made of the present pose and of what a short memory
// holds of the poses before it, so that each step is computed once, whatever the model's
// reach. Lengths are in body sizes (the 80th percentile of the last 5 s), y is downwards.
// What stands for a prior that is left out is 0.
//
//	joints       x, y and seen of each joint, from the middle of the hips
//	bones        x and y of each bone
//	kinematics   the constants below
//
// With the gravity prior, directions are turned by the camera's roll, which is estimated from
// how the person has stood so far.
const FallChannels = Channels + kinematics

// The kinematic features of a step, behind joints and bones. A speed is over the time that
// the name says.
const (
	hipDropFast     = Channels + iota // hips' speed downwards over 0.16 s
	hipDrop                           // 0.4 s
	hipDropSlow                       // 0.8 s
	headDropFast                      // the same of the head
	headDrop                          //
	headDropSlow                      //
	hipAside                          // hips' speed to the right, 0.4 s
	leanSine                          // sine of the trunk's angle from upright
	leanCosine                        // its cosine
	leanRate                          // how fast that angle grows, 0.4 s
	hipHeight                         // of the hips over the ground that the person has touched
	headHeight                        // of the head
	fallAhead                         // acceleration downwards, 1 = free fall
	aspect                            // logarithm of width ÷ height
	extent                            // diagonal of the joints' box
	unrest                            // mean speed of the joints seen from the hips, 0.4 s
	dropMost                          // rule: greatest speed downwards of hips and head, last 1.5 s
	dropSince                         // share of these 1.5 s that has passed since
	turned                            // rule: median angle from upright of the last 0.4 s, 1 = lying
	sunk                              // how far the head is below its highest place in the last 2.4 s
	age                               // seconds that the person has been seen for, up to 3
	seenShare                         // share of the joints that are seen
	hipsSeen                          // 1 where they are
	headSeen                          //
	descent                           // the speed × angle rule's score, as a log-odds
	fallChannelsEnd                   //
)

const kinematics = fallChannelsEnd - Channels

// DescentChannel is the Fall feature that holds the answer of the speed × angle rule.
const DescentChannel = descent

// Times in seconds.
const (
	fallMemory = 5.0  // of body size and ground: longer than a fall and what follows it
	speedTime  = 0.4  // of a speed
	dropTime   = 1.5  // within which the greatest speed counts
	sunkTime   = 2.4  // within which the head's highest place counts
	rollTime   = 20.0 // after which an upright pose says a third as much about the roll
	rollDoubt  = 25.0 // upright steps that "the camera does not roll" is worth
)

// gravityInSizes is free fall in body sizes / s²: a trunk is about half a metre.
const gravityInSizes = 19.6

var fallFeatures = featureSet{FallChannels, func(in Input, _ *Track) stepWriter { return newFallWriter(in) }}

// fallWriter is the memory of one person.
type fallWriter struct {
	priors  Priors
	least   float32
	gap     float64
	rate    float64
	started bool
	last    float64 // time of the newest step

	sizes, grounds     running
	hipX, hipY         history
	headX, headY       history
	lean               history
	drops, heads       history // of hips and head together; highest head
	joints             [Joints][2]history
	rollSum, rollSteps float64
	some               []float64
}

func newFallWriter(in Input) *fallWriter {
	long, short := int(fallMemory*in.RateHz), int(sunkTime*in.RateHz)+2
	w := &fallWriter{
		priors: in.Priors, least: in.MinScore, gap: in.MaxGap, rate: in.RateHz,
		sizes: newRunning(max(long, 2)), grounds: newRunning(max(long, 2)),
	}
	for _, h := range w.histories() {
		*h = newHistory(max(short, 4))
	}
	return w
}

func (w *fallWriter) histories() []*history {
	all := []*history{&w.hipX, &w.hipY, &w.headX, &w.headY, &w.lean, &w.drops, &w.heads}
	for j := range w.joints {
		all = append(all, &w.joints[j][0], &w.joints[j][1])
	}
	return all
}

// forget begins anew, as with a person never seen.
func (w *fallWriter) forget() {
	w.started, w.rollSum, w.rollSteps = false, 0, 0
	w.sizes.forget()
	w.grounds.forget()
	w.hipX.forget()
	w.hipY.forget()
	w.headX.forget()
	w.headY.forget()
	w.lean.forget()
	w.drops.forget()
	w.heads.forget()
	for j := range w.joints {
		w.joints[j][0].forget()
		w.joints[j][1].forget()
	}
}

func (w *fallWriter) write(p *Pose, ok bool, time float64, dst []float32) bool {
	if w.started && time-w.last > w.gap+1e-9 {
		w.forget()
	}
	if !ok {
		return false
	}
	box, any := p.Extent(w.least)
	if !any {
		return false
	}
	w.started, w.last = true, time
	w.step(p, box, dst)
	return true
}

// body is what a step knows of the pose, in pixels.
type body struct {
	hip, head      vector
	hips, heads    bool
	trunk          vector // from hips to shoulders
	trunkSeen      bool
	size           float64
	sin, cos       float64 // of the roll
	ground, lowest float64
}

func (w *fallWriter) step(p *Pose, box Box, dst []float32) {
	b := w.bodyOf(p, box)
	w.writeJoints(p, &b, dst)
	w.writeBody(&b, box, dst)
	seen := 0
	for j := range Joint(Joints) {
		if p.Seen(j, w.least) {
			seen++
		}
	}
	dst[seenShare] = float32(seen) / Joints
	w.leaveOut(dst)
}

// bodyOf remembers the pose and gives what is known of the body with it.
func (w *fallWriter) bodyOf(p *Pose, box Box) body {
	const smallest = 3 // pixels: below it a skeleton is noise
	var b body
	b.hip.x, b.hip.y, b.hips = p.Midpoint(w.least, LeftHip, RightHip)
	b.head.x, b.head.y, b.heads = p.Midpoint(w.least, Nose, LeftEye, RightEye, LeftEar, RightEar)
	sx, sy, shoulders := p.Midpoint(w.least, LeftShoulder, RightShoulder)
	b.trunk, b.trunkSeen = vector{sx - b.hip.x, sy - b.hip.y}, shoulders && b.hips
	w.sizes.add(p.BodySize(w.least))
	b.size = math.Max(w.sizes.quantile(0.8), smallest)
	b.lowest = float64(box.Y1)
	w.grounds.add(b.lowest)
	b.ground = w.grounds.quantile(0.9)
	w.learnRoll(p, &b)
	b.sin, b.cos = 0, 1
	if w.priors.Has(GravityPrior) {
		b.sin, b.cos = math.Sincos(w.roll())
	}
	w.hipX.add(orNaN(b.hip.x, b.hips))
	w.hipY.add(orNaN(b.hip.y, b.hips))
	w.headX.add(orNaN(b.head.x, b.heads))
	w.headY.add(orNaN(b.head.y, b.heads))
	if !b.hips {
		b.hip = vector{float64(box.X0+box.X1) / 2, float64(box.Y0+box.Y1) / 2}
	}
	return b
}

func orNaN(v float64, ok bool) float64 {
	if !ok {
		return math.NaN()
	}
	return v
}

// roll is how far people who stand lean to the right in the picture, in radians: the
// camera's roll, towards none where few were seen.
func (w *fallWriter) roll() float64 { return w.rollSum / (w.rollSteps + rollDoubt) }

// learnRoll looks at the trunk of somebody who stands or walks: within 35° of upright, with
// legs below that are longer than the trunk.
func (w *fallWriter) learnRoll(p *Pose, b *body) {
	keep := math.Exp(-1 / (rollTime * w.rate))
	w.rollSum, w.rollSteps = w.rollSum*keep, w.rollSteps*keep
	_, ay, ankles := p.Midpoint(w.least, LeftAnkle, RightAnkle)
	if !b.trunkSeen || !ankles || !b.heads {
		return
	}
	const most = 35 * math.Pi / 180
	lean := b.trunk.angle()
	if math.Abs(lean) < most && ay-b.hip.y > b.trunk.length() && b.head.y < b.hip.y+b.trunk.y {
		w.rollSum, w.rollSteps = w.rollSum+lean, w.rollSteps+1
	}
}

// turn gives a distance in the picture as it would be without the camera's roll, in body
// sizes.
func (b *body) turn(x, y float64) (float64, float64) {
	return (x*b.cos + y*b.sin) / b.size, (y*b.cos - x*b.sin) / b.size
}

func (w *fallWriter) writeJoints(p *Pose, b *body, dst []float32) {
	for j := range Joint(Joints) {
		if !p.Seen(j, w.least) {
			w.joints[j][0].add(math.NaN())
			w.joints[j][1].add(math.NaN())
			continue
		}
		k := p.Keypoints[j]
		x, y := b.turn(float64(k.X)-b.hip.x, float64(k.Y)-b.hip.y)
		dst[3*j], dst[3*j+1], dst[3*j+2] = clip(x, 4), clip(y, 4), 1
		w.joints[j][0].add(x)
		w.joints[j][1].add(y)
	}
	writeBones(dst)
}

func clip(v, most float64) float32 { return float32(bound(v, most)) }

// steps is how many steps a time is, at least 1.
func (w *fallWriter) steps(seconds float64) int { return max(1, int(math.Round(seconds*w.rate))) }

// moved is how far a place has come in a time, in body sizes a second.
func (w *fallWriter) moved(b *body, xs, ys *history, seconds float64) (right, down float64, ok bool) {
	n := w.steps(seconds)
	x1, ok1 := xs.ago(0)
	x0, ok0 := xs.ago(n)
	y1, _ := ys.ago(0)
	y0, _ := ys.ago(n)
	if !ok0 || !ok1 {
		return 0, 0, false
	}
	right, down = b.turn(x1-x0, y1-y0)
	return right * w.rate / float64(n), down * w.rate / float64(n), true
}

func (w *fallWriter) writeBody(b *body, box Box, dst []float32) {
	const speed = 4 // body sizes a second: what a quick movement reaches
	for i, seconds := range [...]float64{0.16, speedTime, 0.8} {
		right, down, _ := w.moved(b, &w.hipX, &w.hipY, seconds)
		dst[hipDropFast+i] = clip(down/speed, 4)
		if seconds == speedTime {
			dst[hipAside] = clip(right/speed, 4)
		}
		_, down, _ = w.moved(b, &w.headX, &w.headY, seconds)
		dst[headDropFast+i] = clip(down/speed, 4)
	}
	w.writeLean(b, dst)
	w.writeHeights(b, dst)
	w.writeDescent(b, dst)
	width, height := float64(box.Width())+1, float64(box.Height())+1
	dst[aspect] = clip(math.Log(width/height), 2)
	dst[extent] = clip(math.Hypot(width, height)/b.size/4, 3)
	dst[unrest] = clip(math.Log1p(w.unrest()), 3)
}

func (w *fallWriter) writeLean(b *body, dst []float32) {
	lean := math.NaN()
	if b.trunkSeen && b.trunk.length() > 0 {
		x, y := b.turn(b.trunk.x, b.trunk.y)
		v := vector{x, y}
		lean = math.Abs(v.angle())
		sin, cos := math.Sincos(v.angle())
		dst[leanSine], dst[leanCosine] = float32(sin), float32(cos)
	}
	w.lean.add(lean)
	if before, ok := w.lean.ago(w.steps(speedTime)); ok && lean == lean {
		dst[leanRate] = clip((lean-before)*w.rate/float64(w.steps(speedTime))/4, 4)
	}
}

func (w *fallWriter) writeHeights(b *body, dst []float32) {
	highest := math.NaN()
	if b.hips {
		dst[hipsSeen], dst[hipHeight] = 1, clip((b.ground-b.hip.y)/b.size/2, 3)
	}
	if b.heads {
		height := (b.ground - b.head.y) / b.size
		dst[headSeen], dst[headHeight] = 1, clip(height/4, 3)
		highest = height
	}
	w.heads.add(highest)
	for i := range w.steps(sunkTime) {
		if h, ok := w.heads.ago(i); ok && b.heads && h > highest {
			highest = h
		}
	}
	if b.heads {
		dst[sunk] = clip((highest-(b.ground-b.head.y)/b.size)/2, 3)
	}
}

// writeDescent writes what the speed × angle rule sees and says; train.Rule explains it.
func (w *fallWriter) writeDescent(b *body, dst []float32) {
	_, hip, okHip := w.moved(b, &w.hipX, &w.hipY, speedTime)
	_, head, okHead := w.moved(b, &w.headX, &w.headY, speedTime)
	w.drops.add(orNaN((hip+head)/2, okHip && okHead))
	most, when, window := 0.0, 0, w.steps(dropTime)
	for i := range window {
		if v, ok := w.drops.ago(i); ok && v > most {
			most, when = v, i
		}
	}
	now, ok := w.drops.ago(0)
	if before, okBefore := w.drops.ago(w.steps(0.24)); ok && okBefore {
		dst[fallAhead] = clip((now-before)*w.rate/float64(w.steps(0.24))/gravityInSizes, 3)
	}
	w.some = w.some[:0]
	for i := range w.steps(speedTime) {
		if v, ok := w.lean.ago(i); ok {
			w.some = append(w.some, v)
		}
	}
	angle := 0.0
	if len(w.some) > 0 {
		angle = math.Min(median(w.some)/(math.Pi/2), 1)
	}
	dst[dropMost], dst[dropSince], dst[turned] = clip(most/4, 4), float32(when)/float32(window), float32(angle)
	dst[descent] = descentOdds(most, angle)
}

// descentOdds makes a log-odds of the rule's score, 0 at its threshold.
func descentOdds(speed, angle float64) float32 {
	const threshold, full, least = 0.228, 8, 0.02
	score := math.Min(speed*(0.3+0.7*angle)/full, 1)
	return float32(math.Log((score + least) / (threshold + least)))
}

// median sorts v, which is short and not empty.
func median(v []float64) float64 {
	for i := 1; i < len(v); i++ {
		for k := i; k > 0 && v[k] < v[k-1]; k-- {
			v[k], v[k-1] = v[k-1], v[k]
		}
	}
	return v[len(v)/2]
}

// unrest is the mean speed of the joints as the hips see them, in body sizes a second.
func (w *fallWriter) unrest() float64 {
	n, sum, known := w.steps(speedTime), 0.0, 0
	for j := range w.joints {
		x1, ok1 := w.joints[j][0].ago(0)
		x0, ok0 := w.joints[j][0].ago(n)
		if ok0 && ok1 {
			y1, _ := w.joints[j][1].ago(0)
			y0, _ := w.joints[j][1].ago(n)
			sum += math.Sqrt((x1-x0)*(x1-x0) + (y1-y0)*(y1-y0))
			known++
		}
	}
	return sum / float64(max(known, 1)) * w.rate / float64(n)
}

// leaveOut sets to 0 what stands for priors that the model does without.
func (w *fallWriter) leaveOut(dst []float32) {
	if !w.priors.Has(BonePrior) {
		clear(dst[3*Joints : Channels])
	}
	if !w.priors.Has(ScalePrior) {
		for _, c := range [...]int{hipDropFast, hipDropSlow, headDropFast, headDropSlow, sunk} {
			dst[c] = 0
		}
	}
	if !w.priors.Has(KinematicPrior) {
		clear(dst[Channels:descent])
	}
	if !w.priors.Has(MissingPrior) {
		for j := range Joints {
			dst[3*j+2] = 0
		}
		dst[seenShare], dst[hipsSeen], dst[headSeen] = 0, 0, 0
	}
	if !w.priors.Has(DescentPrior) {
		dst[descent] = 0
	}
}
