package simulate

import (
	"errors"
	"math"
	"slices"

	"fallkit/pose"
)

// NoiseClip is a clip of which is known what was so and what a pose front end found, at each
// moment that it looked at.
type NoiseClip struct {
	Name    string        `json:"name"`
	Group   string        `json:"group"` // clips of one group, such as a subject's, are held out together
	Moments []NoiseMoment `json:"moments"`
}

// NoiseMoment is one of them.
type NoiseMoment struct {
	Time   float64     `json:"time"` // seconds
	People []Seen      `json:"people"`
	Found  []pose.Pose `json:"found"`
}

// leastFrames is how many frames with somebody found a noise can be fitted to.
const leastFrames = 200

// FitNoise fits a noise to clips.
func FitNoise(clips []NoiseClip, engine string) (*Noise, error) {
	f := &noiseFit{Noise: &Noise{Format: noiseFormat, Engine: engine, Clips: len(clips)}}
	for i := range clips {
		f.follow(&clips[i])
	}
	found := 0
	for _, s := range f.sequences {
		found += len(s)
	}
	if found < leastFrames {
		return nil, errors.New("somebody is found in too few frames to fit the errors of poses to: make more clips")
	}
	f.sides()
	f.scores()
	f.chances()
	f.swaps()
	f.errors()
	f.persons()
	f.ghosts()
	f.tune(clips)
	return f.Noise, nil
}

type noiseFit struct {
	*Noise
	sequences []sighting // of each person, in time
	doubles   []double
	pictures  int // frames looked at
	inPicture int // people in them
}

// sighting is one person, frame by frame.
type sighting []*glimpse

// glimpse is one person in one frame.
type glimpse struct {
	time  float64
	seen  *Seen
	c     condition
	found *pose.Pose // nil = missed
	swap  int
	speed float64 // of the joints since the frame before, body sizes a second
}

// double is a pose that is nobody's.
type double struct {
	p      *pose.Pose
	near   bool
	begins bool
	long   float64 // the picture's longer side
}

// follow pairs what is found with who is there.
func (f *noiseFit) follow(clip *NoiseClip) {
	people := map[int]sighting{}
	var before []*pose.Pose
	for i := range clip.Moments {
		m := &clip.Moments[i]
		f.pictures++
		taken := make([]bool, len(m.Found))
		var now []*pose.Pose
		for who := range m.People {
			c, ok := conditionOf(&m.People[who])
			if !ok {
				continue
			}
			f.inPicture++
			g := &glimpse{time: m.Time, seen: &m.People[who], c: c}
			if k := nearestPose(g, m.Found, taken); k >= 0 {
				taken[k], g.found = true, &m.Found[k]
			}
			if n := len(people[who]); n > 0 {
				was := people[who][n-1]
				g.speed = speedOf(was.seen, g.seen, c.scale, g.time-was.time)
			}
			people[who] = append(people[who], g)
		}
		for k := range m.Found {
			if !taken[k] {
				now = append(now, &m.Found[k])
				f.doubles = append(f.doubles, doubleOf(m, &m.Found[k], before))
			}
		}
		before = now
	}
	for who := range len(people) {
		f.sequences = append(f.sequences, people[who])
	}
}

// nearestPose is the pose that lies nearest to a person, -1 where none lies on them.
func nearestPose(g *glimpse, found []pose.Pose, taken []bool) int {
	const most = 1.0 // body sizes, on average
	best, nearest := -1, most
	for k := range found {
		if d := apartBy(g, &found[k]); !taken[k] && d < nearest {
			best, nearest = k, d
		}
	}
	return best
}

// apartBy is the mean distance of a pose's joints from a person's, in body sizes, whatever
// side they are on.
func apartBy(g *glimpse, p *pose.Pose) float64 {
	sum, n := 0.0, 0.0
	for j := range pose.Joint(pose.Joints) {
		if at := &g.seen.Keypoints[j]; at.Visibility != Outside {
			sum += min(distance2(at, &p.Keypoints[j]), distance2(at, &p.Keypoints[j.Mirror()]), 3*g.c.scale)
			n++
		}
	}
	return sum / n / g.c.scale
}

func distance2(at *Keypoint, k *pose.Keypoint) float64 {
	return math.Hypot(float64(k.X)-at.X, float64(k.Y)-at.Y)
}

// doubleOf tells what a pose is like that is nobody's.
func doubleOf(m *NoiseMoment, p *pose.Pose, before []*pose.Pose) double {
	d := double{p: p, begins: true}
	b, _ := p.Extent(0)
	for i := range m.People {
		d.long = float64(max(m.People[i].Width, m.People[i].Height))
		labelled, _ := m.People[i].labelled()
		o, ok := labelled.Extent(0)
		d.near = d.near || ok && min(b.X1, o.X1) > max(b.X0, o.X0) && min(b.Y1, o.Y1) > max(b.Y0, o.Y0)
	}
	for _, was := range before {
		o, _ := was.Extent(0)
		gap := math.Hypot(float64(o.X0+o.X1-b.X0-b.X1), float64(o.Y0+o.Y1-b.Y0-b.Y1)) / 2
		d.begins = d.begins && gap > p.BodySize(0)
	}
	return d
}

// tally counts how often something was so.
type tally struct{ yes, of float64 }

func (t *tally) add(yes bool) { t.yes, t.of = t.yes+count(yes), t.of+1 }

func rounded4(v float64) float64 { return math.Round(1e4*v) / 1e4 }

// rate counts how often something comes within some time.
type rate struct{ times, seconds float64 }

// a second, as often as prior where little is known.
func (r *rate) value(prior float64) float64 {
	const weight = 4 // seconds
	return (r.times + weight*prior) / (r.seconds + weight)
}

// passed is how much time has passed for errors since the frame before.
func (f *noiseFit) passed(was, now *glimpse) float64 {
	return (now.time - was.time) * f.ScoreLast.pace(now.speed)
}

// chances fits who is missed.
func (f *noiseFit) chances() {
	var all [2]rate
	var byTurn [turns][2]rate
	var by [turns][sizes][showns][2]rate
	for _, s := range f.sequences {
		for i := 1; i < len(s); i++ {
			c, was := &s[i].c, int(count(s[i-1].found == nil))
			for _, r := range []*rate{&all[was], &byTurn[c.turn][was], &by[c.turn][c.size][c.shown][was]} {
				r.seconds += f.passed(s[i-1], s[i])
				r.times += count((s[i].found == nil) != (was == 1))
			}
		}
	}
	for t := range by {
		for s := range by[t] {
			for v := range by[t][s] {
				value := func(was int) float32 {
					return float32(rounded4(by[t][s][v][was].value(byTurn[t][was].value(all[was].value(1)))))
				}
				f.Missed[t][s][v] = chain{value(0), value(1)}
			}
		}
	}
}

func count(yes bool) float64 {
	if yes {
		return 1
	}
	return 0
}

// sides finds which sides are exchanged.
func (f *noiseFit) sides() {
	for _, s := range f.sequences {
		before := 0
		for _, g := range s {
			if g.found != nil {
				before = g.exchanged(before)
			}
			g.swap = before
		}
	}
}

// swaps finds how often sides come to be exchanged otherwise.
func (f *noiseFit) swaps() {
	var times [facings][swaps][swaps]float64
	var seconds [facings][swaps]float64
	var first [facings][swaps]float64
	for _, s := range f.sequences {
		for i, g := range s {
			if i == 0 {
				first[g.c.facing][g.swap]++
				continue
			}
			was := s[i-1]
			seconds[g.c.facing][was.swap] += f.passed(was, g)
			if was.swap != g.swap {
				times[g.c.facing][was.swap][g.swap]++
			}
		}
	}
	const rare = 1.0 // seconds: a state that hardly ever was passes that fast
	for face := range times {
		for from := range times[face] {
			for to, n := range times[face][from] {
				if to == 0 && from != 0 {
					n++
				}
				f.Swapped[face][from][to] = float32(rounded4(n / (seconds[face][from] + rare)))
			}
			f.First[face][from] = float32(rounded4((first[face][from] + count(from == 0)) / (sumOf(first[face][:]) + 1)))
		}
	}
}

func sumOf(v []float64) (sum float64) {
	for _, x := range v {
		sum += x
	}
	return sum
}

// exchanged tells which of head, arms and legs lie nearer to the other side's truth; what
// cannot be told stays as it was.
func (g *glimpse) exchanged(before int) (swap int) {
	parts := [3][]pose.Joint{
		{pose.LeftEye, pose.LeftEar},
		{pose.LeftShoulder, pose.LeftElbow, pose.LeftWrist},
		{pose.LeftHip, pose.LeftKnee, pose.LeftAnkle},
	}
	for part, joints := range parts {
		stay, other, apart := 0.0, 0.0, 0.0
		for _, l := range joints {
			r := l.Mirror()
			tl, tr := &g.seen.Keypoints[l], &g.seen.Keypoints[r]
			if tl.Visibility == Outside || tr.Visibility == Outside {
				continue
			}
			fl, fr := &g.found.Keypoints[l], &g.found.Keypoints[r]
			stay += distance2(tl, fl) + distance2(tr, fr)
			other += distance2(tl, fr) + distance2(tr, fl)
			apart += 2 * math.Hypot(tl.X-tr.X, tl.Y-tr.Y)
		}
		yes := before&(1<<part) != 0
		switch margin := 0.5 * apart; {
		case other < stay-margin:
			yes = true
		case stay < other-margin:
			yes = false
		}
		if yes {
			swap |= 1 << part
		}
	}
	return swap
}

// few is how many values a distribution of its own takes.
const few = 150

// scores fits the scores of joints, from the finest distinctions that there are values for.
func (f *noiseFit) scores() {
	type cell [turns][sizes][]float64
	var by [kinds][3]cell
	f.each(func(g *glimpse) {
		for j := range pose.Joint(pose.Joints) {
			v := &by[kindOf(j)][g.seen.Keypoints[swapped(j, g.swap)].Visibility][g.c.turn][g.c.size]
			*v = append(*v, float64(g.found.Keypoints[j].Score))
		}
	})
	for k := range by {
		for v := range by[k] {
			for t := range by[k][v] {
				for s := range by[k][v][t] {
					f.Scores[k][v][t][s] = knotsOf(enough(
						by[k][v][t][s],
						slices.Concat(by[k][v][t][:]...),
						everything(by[k][v][:]),
						everything(slices.Concat(by[k][0][:], by[k][1][:], by[k][2][:])),
					))
				}
			}
		}
	}
	f.ScoreLast = f.fitWanders(pose.Joints, func(g *glimpse, z []float64) {
		for j := range pose.Joint(pose.Joints) {
			k := &f.Scores[kindOf(j)][g.seen.Keypoints[swapped(j, g.swap)].Visibility][g.c.turn][g.c.size]
			z[j] = k.score(float64(g.found.Keypoints[j].Score))
		}
	})
}

func everything(by [][sizes][]float64) (all []float64) {
	for i := range by {
		all = append(all, slices.Concat(by[i][:]...)...)
	}
	return all
}

// enough is the first sample that is large enough, else the last.
func enough(samples ...[]float64) []float64 {
	for _, s := range samples {
		if len(s) >= few {
			return slices.Clone(s)
		}
	}
	if last := samples[len(samples)-1]; len(last) > 0 {
		return slices.Clone(last)
	}
	return []float64{0}
}

// each calls for every person found.
func (f *noiseFit) each(of func(g *glimpse)) {
	for _, s := range f.sequences {
		for _, g := range s {
			if g.found != nil {
				of(g)
			}
		}
	}
}

// off is how far a joint is from where it is, in body sizes along the torso and across; ok is
// false where that is not known.
func (g *glimpse) off(j pose.Joint) (e [2]float64, ok bool) {
	from := swapped(j, g.swap)
	at, k := &g.seen.Keypoints[from], &g.found.Keypoints[j]
	if at.Visibility == Outside {
		return e, false
	}
	dx, dy := (float64(k.X)-at.X)/g.c.scale, (float64(k.Y)-at.Y)/g.c.scale
	e[0] = dx*g.c.along[0] + dy*g.c.along[1]
	e[1] = dx*g.c.across[0] + dy*g.c.across[1]
	return e, true
}

// misplaced is one joint's error.
type misplaced struct {
	e                             [2]float64 // body sizes, along and across
	out                           float64    // condition.outward
	kind, bin, turn, size, facing int
	seen                          Visibility
}

func (f *noiseFit) misplaced() (all []misplaced) {
	f.each(func(g *glimpse) {
		for j := range pose.Joint(pose.Joints) {
			if e, ok := g.off(j); ok {
				at := &g.seen.Keypoints[swapped(j, g.swap)]
				all = append(all, misplaced{e, g.c.outward(swapped(j, g.swap)), kindOf(j), scoreBin(float64(g.found.Keypoints[j].Score)), g.c.turn, g.c.size, g.c.facing, at.Visibility})
			}
		}
	})
	return all
}

// scoreBin is the nearest of errorScoreAt.
func scoreBin(score float64) (bin int) {
	for i, at := range errorScoreAt {
		if math.Abs(score-at) < math.Abs(score-errorScoreAt[bin]) {
			bin = i
		}
	}
	return bin
}

// errors fits how far joints are off.
func (f *noiseFit) errors() {
	all := f.misplaced()
	f.bias(all)
	f.factors(all)
	var by [kinds][errorScores][2][]float64
	for i := range all {
		m := &all[i]
		w := float64(f.Turn[m.kind][m.turn] * f.Size[m.kind][m.size] * f.Sight[m.kind][m.seen])
		for a := range m.e {
			by[m.kind][m.bin][a] = append(by[m.kind][m.bin][a], m.e[a]/w)
		}
	}
	for k := range by {
		for b := range by[k] {
			for a := range 2 {
				near := slices.Clone(by[k][b][a])
				for reach := 1; len(near) < few && reach < errorScores; reach++ {
					for _, o := range []int{b - reach, b + reach} {
						if o >= 0 && o < errorScores {
							near = append(near, by[k][o][a]...)
						}
					}
				}
				f.Errors[k][b][a] = knotsOf(enough(near))
			}
		}
	}
	f.ErrorLast = f.fitWanders(2*pose.Joints, func(g *glimpse, z []float64) {
		for j := range pose.Joint(pose.Joints) {
			f.errorScores(g, j, z[2*j:2*j+2])
		}
	})
}

// bias takes what is always so from the errors.
func (f *noiseFit) bias(all []misplaced) {
	var by [kinds][turns][facings][2][]float64
	for i := range all {
		m := &all[i]
		v := &by[m.kind][m.turn][m.facing]
		v[0], v[1] = append(v[0], m.e[0]), append(v[1], m.e[1]*math.Copysign(1, m.out))
	}
	for k := range by {
		for t := range by[k] {
			for face := range by[k][t] {
				for a := range 2 {
					var anyTurn []float64
					for o := range by[k] {
						anyTurn = append(anyTurn, by[k][o][face][a]...)
					}
					f.Bias[k][t][face][a] = median(enough(by[k][t][face][a], anyTurn, []float64{0}))
				}
			}
		}
	}
	for i := range all {
		m := &all[i]
		along, across := f.biasOf(m.kind, m.turn, m.facing, m.out)
		m.e[0], m.e[1] = m.e[0]-along, m.e[1]-across
	}
}

func median(v []float64) float32 {
	k := knotsOf(v)
	return float32(rounded4(k.at(0)))
}

// factors finds by how much errors are larger in some conditions than their scores say, so
// that the product of all three suits each.
func (f *noiseFit) factors(all []misplaced) {
	f.Turn, f.Size, f.Sight = [kinds][turns]float32{}, [kinds][sizes]float32{}, [kinds][3]float32{}
	var logs [kinds][errorScores]mean
	length := make([]float64, len(all))
	for i := range all {
		m := &all[i]
		length[i] = math.Log(math.Hypot(m.e[0], m.e[1]) + 1e-3)
		logs[m.kind][m.bin].add(length[i])
	}
	for i := range all {
		length[i] -= logs[all[i].kind][all[i].bin].value()
	}
	var turn [kinds][turns]mean
	var size [kinds][sizes]mean
	var sight [kinds][3]mean
	for range 5 {
		s, v := size, sight
		turn, size, sight = [kinds][turns]mean{}, [kinds][sizes]mean{}, [kinds][3]mean{}
		for i := range all {
			m := &all[i]
			turn[m.kind][m.turn].add(length[i] - s[m.kind][m.size].value() - v[m.kind][m.seen].value())
		}
		for i := range all {
			m := &all[i]
			size[m.kind][m.size].add(length[i] - turn[m.kind][m.turn].value() - v[m.kind][m.seen].value())
		}
		for i := range all {
			m := &all[i]
			sight[m.kind][m.seen].add(length[i] - turn[m.kind][m.turn].value() - size[m.kind][m.size].value())
		}
	}
	for k := range turn {
		for i := range turn[k] {
			f.Turn[k][i] = factorOf(&turn[k][i])
		}
		for i := range size[k] {
			f.Size[k][i] = factorOf(&size[k][i])
		}
		for i := range sight[k] {
			f.Sight[k][i] = factorOf(&sight[k][i])
		}
	}
}

func factorOf(m *mean) float32 { return float32(rounded4(math.Exp(m.value()))) }

// mean is that of what was added, drawn to 0 where that is little.
type mean struct{ sum, n float64 }

func (m *mean) add(v float64)  { m.sum, m.n = m.sum+v, m.n+1 }
func (m *mean) value() float64 { return m.sum / (m.n + 20) }

// errorScores are a joint's errors as normal scores.
func (f *noiseFit) errorScores(g *glimpse, j pose.Joint, z []float64) {
	e, ok := g.off(j)
	if !ok {
		z[0], z[1] = math.NaN(), math.NaN()
		return
	}
	kind := kindOf(j)
	at := &g.seen.Keypoints[swapped(j, g.swap)]
	w := float64(f.Turn[kind][g.c.turn] * f.Size[kind][g.c.size] * f.Sight[kind][at.Visibility])
	low, part := errorsAt(float64(g.found.Keypoints[j].Score))
	along, across := f.biasOf(kind, g.c.turn, g.c.facing, g.c.outward(swapped(j, g.swap)))
	e[0], e[1] = e[0]-along, e[1]-across
	for a := range e {
		of := &f.Errors[kind]
		k := of[low][a].between(&of[low+1][a], part)
		z[a] = k.score(e[a] / w)
	}
}

// persons fits the scores of people, and their boxes.
func (f *noiseFit) persons() {
	var by [turns][]float64
	var margins [4][]float64
	f.each(func(g *glimpse) {
		by[g.c.turn] = append(by[g.c.turn], float64(g.found.Score)/betterMean(g.found))
		b, ok := g.found.Extent(betterScore)
		if w, h := b.Width(), b.Height(); ok && w > 0 && h > 0 {
			x := g.found.Box
			for i, v := range [4]float32{(b.X0 - x.X0) / w, (b.Y0 - x.Y0) / h, (x.X1 - b.X1) / w, (x.Y1 - b.Y1) / h} {
				margins[i] = append(margins[i], float64(v))
			}
		}
	})
	all := slices.Concat(by[:]...)
	for t := range by {
		f.Person[t] = knotsOf(enough(by[t], all))
	}
	for i := range margins {
		f.Margin[i] = median(enough(margins[i]))
	}
	f.PersonLast = f.fitWanders(1, func(g *glimpse, z []float64) {
		z[0] = f.Person[g.c.turn].score(float64(g.found.Score) / betterMean(g.found))
	})
}

// betterMean is the mean score of the joints that count for a person's score.
func betterMean(p *pose.Pose) float64 {
	sum, n := 0.0, 0.0
	for j := range p.Keypoints {
		if s := float64(p.Keypoints[j].Score); s > betterScore {
			sum, n = sum+s, n+1
		}
	}
	return max(sum, 1e-3) / max(n, 1)
}

// ghosts fits who is found where nobody is.
func (f *noiseFit) ghosts() {
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
	n := &f.Nobody
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
