package simulate

import (
	"cmp"
	"errors"
	"math"
	"slices"
)

// leastFrames is how many frames with somebody found a noise can be fitted to.
const leastFrames = 200

// FitNoise makes a noise of what was found in clips.
func FitNoise(clips []NoiseClip, engine string) (*Noise, error) {
	f := pair(clips)
	found := 0
	f.each(func(*glimpse) { found++ })
	if found < leastFrames {
		return nil, errors.New("somebody is found in too few frames to fit the errors of poses to: make more clips")
	}
	n := &Noise{Format: noiseFormat, Engine: engine, Clips: len(clips)}
	step := f.step()
	episodes := memorable(f.episodes(step))
	for i := range episodes {
		n.Frames += len(episodes[i].moments)
	}
	n.Memory = packMemory(step, episodes)
	n.margins(f)
	n.Nobody.fit(f)
	return n, n.settle("the noise")
}

// step is the usual time between two frames.
func (f *pairs) step() float64 {
	var all []float64
	for _, s := range f.sequences {
		for i := 1; i < len(s.of); i++ {
			all = append(all, s.of[i].time-s.of[i-1].time)
		}
	}
	slices.Sort(all)
	if len(all) == 0 {
		return StepSeconds
	}
	return math.Round(1000*all[len(all)/2]) / 1000
}

// blockMoments is how long episodes are at most, in steps: so much is remembered or left out.
const blockMoments = 25

// episodes are the sequences without gaps in time, in blocks.
func (f *pairs) episodes(step float64) (all []episode) {
	for _, s := range f.sequences {
		e := episode{clip: s.clip}
		for i, g := range s.of {
			if n := len(e.moments); n == blockMoments || n > 0 && g.time-s.of[i-1].time > 1.5*step {
				all = append(all, e)
				e.moments = nil
			}
			e.moments = append(e.moments, g.remembers())
		}
		all = append(all, e)
	}
	return all
}

// mostRemembered is how many moments are remembered.
const mostRemembered = 14_000

// memorable leaves out what is most like what came before, where there is too much: of somebody
// who lies still for minutes some blocks are enough. A quarter of what is remembered is drawn
// evenly, so that what is usual is there, too. What remains is in the order of time.
func memorable(all []episode) (some []episode) {
	total := 0
	for i := range all {
		total += len(all[i].moments)
	}
	if total <= mostRemembered {
		return all
	}
	usual := 4 * total / mostRemembered // one of so many is drawn
	type novelty struct {
		number int
		of     float32
	}
	order := make([]novelty, len(all))
	for i := range all {
		order[i] = novelty{i, float32(math.Inf(1))}
		if i%usual == 0 {
			continue
		}
		for k := range all[:i] {
			order[i].of = min(order[i].of, apart(&all[i], &all[k], order[i].of))
		}
	}
	slices.SortStableFunc(order, func(a, b novelty) int { return cmp.Compare(b.of, a.of) })
	kept, moments := 0, 0
	for kept < len(order) && moments+len(all[order[kept].number].moments) <= mostRemembered {
		moments += len(all[order[kept].number].moments)
		kept++
	}
	order = order[:kept]
	slices.SortFunc(order, func(a, b novelty) int { return cmp.Compare(a.number, b.number) })
	for _, o := range order {
		some = append(some, all[o.number])
	}
	return some
}

// apart is how unlike an episode is another: at its beginning, middle and end.
func apart(a, b *episode, most float32) (sum float32) {
	for i := range 3 {
		x, y := &a.moments[i*(len(a.moments)-1)/2], &b.moments[i*(len(b.moments)-1)/2]
		if sum += difference(&x.look, &y.look, most); sum > most {
			return sum
		}
	}
	return sum
}

// margins fits the boxes.
func (n *Noise) margins(f *pairs) {
	var all [4][]float64
	f.each(func(g *glimpse) {
		b, ok := g.found.Extent(betterScore)
		if w, h := b.Width(), b.Height(); ok && w > 0 && h > 0 {
			x := g.found.Box
			for i, v := range [4]float32{(b.X0 - x.X0) / w, (b.Y0 - x.Y0) / h, (x.X1 - b.X1) / w, (x.Y1 - b.Y1) / h} {
				all[i] = append(all[i], float64(v))
			}
		}
	})
	for i := range all {
		n.Margin[i] = median(enoughOr(all[i], 0))
	}
}

func median(v []float64) float32 {
	k := knotsOf(v)
	return float32(rounded4(k.at(0)))
}
