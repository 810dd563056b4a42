package data

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"fallkit/pose"
)

// Sequences draws batches of long contiguous stretches of people's poses, with what is known
// of the phase at every step. A batch depends on the seed and its number alone.
type Sequences struct {
	Examples []Example
	Input    pose.Input // of pose.Fall features
	Augment  Augment
	Size     int // sequences in a batch
	Steps    int // of a sequence
	Answers  int // of the model: pose.Answers, or 2 = no fall and fall
	Seed     uint64

	Also      []Example // clips of another kind, such as generated ones
	AlsoShare float64   // share of the sequences that are theirs, 0 to 1
	Descents  float64   // share of their everyday sequences around a descent that is nearly a fall's, 0 to 1
	ByDataset bool      // every data set of Examples is as likely as every other, however many clips it has

	Activities *Activities // what the model answers instead; nil = phases, or falls

	all     []Example // Examples, then Also
	truth   []truePhases
	own     []*reserve             // of Examples: one, or one for each data set
	also    reserve                // of Also
	weights [groupsOfSteps]float64 // of a step of each group
}

// reserve is what sequences are drawn from.
type reserve struct {
	dataset  string
	falls    []stretch   // one for each fall of somebody who is seen
	found    []stretch   // those of falls whose person is seen lying afterwards
	rest     [][]stretch // by clip: everyday life
	descents []descent   // in everyday life
}

// stretch is a part of a track.
type stretch struct {
	example, track int
	fall           Span // NaN where there is none
}

// Groups of steps, each of which gets its share of the weight, however many steps it has.
const (
	groupCalm = iota
	groupFalling
	groupDown
	groupOpen // it may be a fall or not
	groupsOfSteps
)

// groupShares: as much weight for a fall as for all else.
var groupShares = [groupsOfSteps]float64{0.35, 0.45, 0.15, 0.05}

func groupOf(s PhaseSet) int {
	switch fall, sure := s.OfFall(); {
	case !sure:
		return groupOpen
	case fall:
		return groupFalling
	case s == Among(pose.Down):
		return groupDown
	}
	return groupCalm
}

// Prepare reads the labels. It is an error where a kind of clip is missing.
func (s *Sequences) Prepare() error {
	s.all = slices.Concat(s.Examples, s.Also)
	s.truth, s.own, s.also = make([]truePhases, len(s.all)), nil, reserve{}
	for i := range s.all {
		truth, ok := phasesOf(&s.all[i], s.Input.MinScore)
		if !ok {
			continue
		}
		s.truth[i] = truth
		s.sort(i)
	}
	switch {
	case !slices.ContainsFunc(s.own, showsFall):
		return fmt.Errorf("in none of %d clips is anybody seen to fall: a detector needs clips of both", len(s.Examples))
	case !slices.ContainsFunc(s.own, showsCalm):
		return fmt.Errorf("none of %d clips shows everyday life: a detector needs clips of both", len(s.Examples))
	}
	s.weigh()
	return nil
}

func showsFall(r *reserve) bool { return len(r.falls) > 0 }
func showsCalm(r *reserve) bool { return len(r.rest) > 0 }

// reserveOf is where an example's sequences are kept.
func (s *Sequences) reserveOf(i int) *reserve {
	if i >= len(s.Examples) {
		return &s.also
	}
	name := ""
	if c := s.all[i].Clip; s.ByDataset && c != nil {
		name = c.Dataset
	}
	for _, r := range s.own {
		if r.dataset == name {
			return r
		}
	}
	s.own = append(s.own, &reserve{dataset: name})
	return s.own[len(s.own)-1]
}

// countsOnce is how many seconds of everyday life count as one clip.
const countsOnce = 120.0

func (s *Sequences) sort(i int) {
	t, to := &s.truth[i], s.reserveOf(i)
	const least = 0.8 // seconds, of a track worth learning from
	var rest []stretch
	for k := range s.all[i].Recording.Tracks {
		times := s.all[i].Recording.Tracks[k].Times
		if len(times) == 0 || times[len(times)-1]-times[0] < least {
			continue
		}
		begin := times[0]
		for _, f := range t.falls {
			if k == t.faller && begin <= f.End && times[len(times)-1] >= f.Start {
				to.falls = append(to.falls, stretch{i, k, f})
				if times[len(times)-1]-f.End > restedBy+least {
					to.found = append(to.found, stretch{i, k, f})
				}
			}
		}
		if len(t.falls) == 0 || t.falls[0].Start-onsetSlack-begin > least {
			rest = append(rest, stretch{i, k, Span{math.NaN(), math.NaN()}})
		}
	}
	for left := s.all[i].Recording.Duration(); len(rest) > 0; left -= countsOnce {
		to.rest = append(to.rest, rest)
		if left <= countsOnce {
			break
		}
	}
	if i >= len(s.Examples) && s.Descents > 0 {
		for _, r := range rest {
			to.descents = append(to.descents, s.descentsOf(r)...)
		}
	}
}

// weigh draws some batches to see how often each group of steps comes, and gives each its
// share of the weight.
func (s *Sequences) weigh() {
	var counts [groupsOfSteps]float64
	rng := rand.New(rand.NewPCG(s.Seed, math.MaxUint64))
	known := newKnown(s.Steps)
	x := make([]float32, s.Steps*s.Input.Channels())
	total := 0.0
	for i := range 256 {
		s.draw(rng, i, x, &known)
		for _, set := range known.sets {
			if set != 0 {
				counts[groupOf(set)]++
				total++
			}
		}
	}
	for g, share := range groupShares {
		s.weights[g] = share * total / max(counts[g], 1)
	}
}

// Draw fills batch number step: X [size, steps, channels], Y [size, steps, answers], 1 for
// what may be true, Weight [size, steps]. Half of the sequences hold a fall; every fall, and
// of everyday life every clip, is as likely as every other.
func (s *Sequences) Draw(step int, b *Batch) {
	rng := rand.New(rand.NewPCG(s.Seed, uint64(step)))
	row := s.Steps * s.Input.Channels()
	b.X, b.Y, b.Weight = resize(b.X, s.Size*row), resize(b.Y, s.Size*s.Steps*s.Answers), resize(b.Weight, s.Size*s.Steps)
	known := newKnown(s.Steps)
	for i := range s.Size {
		s.draw(rng, i, b.X[i*row:(i+1)*row], &known)
		y, weight := b.Y[i*s.Steps*s.Answers:(i+1)*s.Steps*s.Answers], b.Weight[i*s.Steps:(i+1)*s.Steps]
		s.Label(known.sets, y, weight)
		if s.Activities != nil {
			s.Activities.label(&known, y)
		}
	}
}

// known is what is known of the steps of a sequence.
type known struct {
	sets    []PhaseSet
	example *Example  // that the steps are of
	times   []float64 // of the steps in it
}

func newKnown(steps int) known {
	return known{sets: make([]PhaseSet, steps), times: make([]float64, steps)}
}

// Label writes what is known of steps as a learner takes it: y [steps, answers] and the
// weights [steps].
func (s *Sequences) Label(sets []PhaseSet, y, weight []float32) {
	clear(y)
	for t, set := range sets {
		weight[t] = 0
		if set == 0 {
			continue
		}
		weight[t] = float32(s.weights[groupOf(set)])
		if s.Activities != nil {
			continue
		}
		row := y[t*s.Answers : (t+1)*s.Answers]
		for p := range pose.Phase(pose.Answers) {
			switch {
			case !set.Has(p):
			case s.Answers == pose.Answers:
				row[p] = 1
			case p.OfFall():
				row[1] = 1
			default:
				row[0] = 1
			}
		}
	}
}

// draw writes one sequence of a batch.
func (s *Sequences) draw(rng *rand.Rand, i int, x []float32, known *known) {
	if i%2 == 1 {
		from := s.pick(rng, showsFall)
		f := from.falls[rng.IntN(len(from.falls))]
		s.cut(rng, f, s.beforeFall(rng, f), x, known)
		return
	}
	from := s.pick(rng, showsCalm)
	if len(from.found) > 0 && rng.Float64() < foundShare {
		f := from.found[rng.IntN(len(from.found))]
		s.cut(rng, f, s.afterFall(rng, f), x, known)
		withoutDescent(known.sets)
		return
	}
	if len(from.descents) > 0 && rng.Float64() < s.Descents {
		d := from.descents[rng.IntN(len(from.descents))]
		s.cut(rng, d.stretch, s.beforeDescent(rng, d), x, known)
		return
	}
	clip := from.rest[rng.IntN(len(from.rest))]
	r := clip[rng.IntN(len(clip))]
	s.cut(rng, r, s.anywhere(rng, r), x, known)
}

// pick chooses where a sequence comes from, among what has such.
func (s *Sequences) pick(rng *rand.Rand, has func(*reserve) bool) *reserve {
	if has(&s.also) && rng.Float64() < s.AlsoShare {
		return &s.also
	}
	own := s.own
	if !s.ByDataset {
		return own[0]
	}
	for {
		if r := own[rng.IntN(len(own))]; has(r) {
			return r
		}
	}
}

// seconds is the length of a sequence.
func (s *Sequences) seconds() float64 { return float64(s.Steps) / s.Input.RateHz }

// beforeFall is a beginning such that the fall's middle comes somewhere within the sequence;
// sometimes only just, as if the person had come in a moment before; the descent is always seen.
func (s *Sequences) beforeFall(rng *rand.Rand, f stretch) float64 {
	middle := (f.fall.Start + f.fall.End) / 2
	if rng.Float64() < s.Augment.LateStart {
		return f.fall.Start + 0.1 - 1.7*rng.Float64()
	}
	return middle - s.seconds()*(0.2+0.75*rng.Float64())
}

// foundShare is how many of the everyday sequences begin with somebody who lies after a fall
// that was not seen: to lie is not to fall.
const foundShare = 0.15

// restedBy is by how many seconds after a fall's labelled end no descent is to be seen any more.
const restedBy = 0.3

// afterFall is a beginning with the person at rest.
func (s *Sequences) afterFall(rng *rand.Rand, f stretch) float64 {
	times := s.all[f.example].Recording.Tracks[f.track].Times
	from := f.fall.End + restedBy
	return from + rng.Float64()*max(0, times[len(times)-1]-from)/2
}

// withoutDescent makes of a fall that is over what can be seen of it: somebody is down.
func withoutDescent(sets []PhaseSet) {
	for t, set := range sets {
		if set.Has(pose.Falling) && !set.Has(pose.Upright) {
			sets[t] = Among(pose.Down)
		}
	}
}

// anywhere is a beginning within a track's everyday life.
func (s *Sequences) anywhere(rng *rand.Rand, r stretch) float64 {
	times := s.all[r.example].Recording.Tracks[r.track].Times
	first, last := times[0], times[len(times)-1]
	if falls := s.truth[r.example].falls; len(falls) > 0 {
		last = min(last, falls[0].Start-onsetSlack)
	}
	span := max(0, last-first-s.seconds()/2)
	return first + rng.Float64()*span
}

// cut writes the features of a stretch from a time on, changed by chance, and what is known
// of each step; what lies behind the track's end is of no known phase.
func (s *Sequences) cut(rng *rand.Rand, r stretch, begin float64, x []float32, known *known) {
	track := &s.all[r.example].Recording.Tracks[r.track]
	tempo := math.Exp(s.Augment.Tempo * clipped(rng))
	end := begin + (s.seconds()+0.2)*tempo
	if falls := s.truth[r.example].falls; len(falls) > 0 && math.IsNaN(r.fall.Start) {
		end = min(end, falls[0].Start-onsetSlack)
	}
	part := track.Between(begin, end)
	change := s.Augment.draw(rng, &part)
	hidden, slow := s.Augment.drawOccluder(rng, s.seconds()), s.Augment.drawSlow(rng)
	clear(x)
	clear(known.sets)
	known.example = &s.all[r.example]
	stream := s.Input.NewStream()
	channels, at := s.Input.Channels(), 0
	for i := range part.Poses {
		drop := rng.Float64() < s.Augment.DropPose
		p := change.apply(rng, &part.Poses[i])
		time := (part.Times[i] - begin) / tempo
		if drop || slow.skips(time) {
			continue
		}
		hidden.hide(&p, time-s.seconds())
		stream.Add(time, &p)
		for at < s.Steps && stream.Next(x[at*channels:(at+1)*channels]) {
			known.times[at] = begin + tempo*stream.StepTime(stream.Steps()-1)
			known.sets[at] = s.truth[r.example].at(r.track, known.times[at])
			at++
		}
		if stream.Steps() <= 1 && at > 1 { // all was forgotten: a sequence of its own would begin here
			at = s.restart(x, known, at)
		}
	}
}

// restart keeps of a sequence that broke off only what comes after the gap.
func (s *Sequences) restart(x []float32, known *known, at int) int {
	channels := s.Input.Channels()
	copy(x, x[(at-1)*channels:at*channels])
	clear(x[channels : at*channels])
	known.sets[0], known.times[0] = known.sets[at-1], known.times[at-1]
	clear(known.sets[1:at])
	return 1
}

// Whole cuts the examples' tracks into sequences as a model meets them, nothing changed: all
// steps of each are there, and each is judged once, with at least reach steps before it where
// the track has so many. take gets each sequence and what is known of the steps that are
// judged in it.
func (s *Sequences) Whole(reach int, take func(x []float32, sets []PhaseSet)) {
	s.Tracks(func(x []float32, sets []PhaseSet) {
		s.chunks(x, sets, min(reach, s.Steps-1), s.Input.Channels(), take)
	})
}

// Tracks gives every track's features, [steps, channels], and what is known of each step; a
// track with gaps comes in as many parts. take must not keep them.
func (s *Sequences) Tracks(take func(x []float32, sets []PhaseSet)) {
	for i := range s.Examples {
		truth, ok := phasesOf(&s.Examples[i], s.Input.MinScore)
		if !ok {
			continue
		}
		for k := range s.Examples[i].Recording.Tracks {
			s.wholeTrack(&truth, k, take)
		}
	}
}

// wholeTrack gives the features and labels of a track, one stretch without gap after the
// other.
func (s *Sequences) wholeTrack(truth *truePhases, k int, take func(x []float32, sets []PhaseSet)) {
	track := &truth.example.Recording.Tracks[k]
	stream, channels := s.Input.NewStream(), s.Input.Channels()
	var x []float32
	var sets []PhaseSet
	step := make([]float32, channels)
	for i, time := range track.Times {
		stream.Add(time, &track.Poses[i])
		for stream.Next(step) {
			if stream.Steps() == 1 && len(sets) > 0 {
				take(x, sets)
				x, sets = x[:0], sets[:0]
			}
			x, sets = append(x, step...), append(sets, truth.at(k, stream.StepTime(stream.Steps()-1)))
		}
	}
	if len(sets) > 0 {
		take(x, sets)
	}
}

func (s *Sequences) chunks(x []float32, sets []PhaseSet, reach, channels int, take func(x []float32, sets []PhaseSet)) {
	for done := 0; done < len(sets); {
		from := max(0, done-reach)
		to := min(from+s.Steps, len(sets))
		chunk, known := make([]float32, s.Steps*channels), make([]PhaseSet, s.Steps)
		copy(chunk, x[from*channels:to*channels])
		copy(known[done-from:], sets[done:to])
		take(chunk, known)
		done = to
	}
}
