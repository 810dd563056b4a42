package data

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"fallkit/pose"
)

func fallInput() pose.Input {
	in := pose.DefaultInput
	in.Features, in.Priors = pose.Fall, pose.AllPriors
	return in
}

// clip is an example of somebody who comes down as told; falls and states are its labels.
func clip(label string, seconds float64, down func(float64) float64, falls []Span, states ...StateSpan) Example {
	r := &pose.Recording{Width: 640, Height: 480, Tracks: []pose.Track{person(1, 200, seconds, down)}}
	for i := range int(seconds * 12.5) {
		r.FrameTimes = append(r.FrameTimes, float64(i)/12.5)
	}
	r.PoseTimes = r.FrameTimes
	return Example{Clip: &Clip{Dataset: "d", ID: label, Label: label}, Recording: r, Falls: falls, States: states}
}

func stand(float64) float64 { return 0 }

func state(name string, start, end float64) StateSpan { return StateSpan{Span{start, end}, name} }

func TestPhasesAreWhatTheLabelsSay(t *testing.T) {
	fall := clip(LabelFall, 12, fallAt(4, 5), []Span{{4, 5}}, state("standing", 0, 2), state("walking", 2, 4), state("falling", 4, 5), state("fallen", 5, 9), state("stand_up", 9, 10), state("standing", 10, 12))
	bare := clip(LabelFall, 12, fallAt(4, 5), []Span{{4, 5}})
	daily := clip(LabelADL, 12, stand, nil, state("not_lying", 0, 2), state("falling", 2, 3), state("lying", 3, 6), state("falling", 6, 7), state("not_lying", 7, 9), state("sit_down", 9, 10), state("sitting", 10, 11), state("juggling", 11, 12))
	for _, c := range []struct {
		example *Example
		time    float64
		want    PhaseSet
	}{
		{&fall, 1, Among(pose.Upright)},
		{&fall, 3.9, Among(pose.Upright, pose.Lowering, pose.Falling)},
		{&fall, 4.7, Among(pose.Falling)},
		{&fall, 5.9, Among(pose.Falling)},
		{&fall, 6.2, Among(pose.Falling, pose.Down)},
		{&fall, 8, Among(pose.Down)},
		{&fall, 9.5, Among(pose.Rising)},
		{&fall, 11, Among(pose.Upright)},
		{&bare, 1, noFall},
		{&bare, 7, Among(pose.Down)},
		{&bare, 11, 0},
		{&daily, 1, Among(pose.Upright, pose.Lowering, pose.Rising)},
		{&daily, 2.5, Among(pose.Lowering)},
		{&daily, 3.5, Among(pose.Lowering, pose.Down)},
		{&daily, 5, Among(pose.Down)},
		{&daily, 6.5, Among(pose.Rising)},
		{&daily, 9.5, Among(pose.Lowering)},
		{&daily, 10.5, Among(pose.Lowering, pose.Upright)},
		{&daily, 11.5, noFall},
	} {
		truth, ok := phasesOf(c.example, 0.15)
		if got := truth.at(0, c.time); !ok || got != c.want {
			t.Errorf("%s at %g s: %06b, want %06b", c.example.Clip.ID, c.time, got, c.want)
		}
	}
	truth, _ := phasesOf(&fall, 0.15)
	if truth.faller = 3; truth.at(0, 4.7) != 0 || truth.at(0, 1) != Among(pose.Upright) {
		t.Error("something is known of who does not fall, during somebody else's fall")
	}
}

func drawnSequences(t *testing.T) *Sequences {
	t.Helper()
	s := &Sequences{
		Examples: []Example{clip(LabelFall, 10, fallAt(4, 5), []Span{{4, 5}}), clip(LabelADL, 12, stand, nil)},
		Input:    fallInput(), Augment: DefaultAugment, Size: 6, Steps: 40, Answers: pose.Answers, Seed: 3,
	}
	if err := s.Prepare(); err != nil {
		t.Fatal(err)
	}
	return s
}

func TestSequencesAreDrawnByTheirNumber(t *testing.T) {
	s := drawnSequences(t)
	var a, b, c Batch
	s.Draw(7, &a)
	s.Draw(8, &c)
	s.Draw(7, &b)
	if !slices.Equal(a.X, b.X) || !slices.Equal(a.Y, b.Y) || !slices.Equal(a.Weight, b.Weight) || slices.Equal(a.X, c.X) {
		t.Error("a batch is more or less than its number and the seed")
	}
	falls := 0
	for i := range s.Size {
		fell := false
		for k := range s.Steps {
			r := i*s.Steps + k
			if a.Weight[r] == 0 {
				continue
			}
			if y := a.Y[r*s.Answers:][:s.Answers]; slices.Max(y) != 1 {
				t.Fatalf("step %d of sequence %d may be nothing, and weighs %g", k, i, a.Weight[r])
			} else if slices.Equal(y, []float32{0, 0, 1, 0, 0}) {
				fell = true
			}
		}
		if fell {
			falls++
		}
	}
	if falls == 0 || falls > s.Size/2 {
		t.Errorf("%d of %d sequences show a fall", falls, s.Size)
	}
}

// Whoever is first seen lying is down, and has not fallen as far as anybody can see.
func TestSomebodyFoundLyingIsDown(t *testing.T) {
	s := drawnSequences(t)
	if len(s.own[0].found) != 1 {
		t.Fatalf("%d people are found lying", len(s.own[0].found))
	}
	x, known := make([]float32, s.Steps*s.Input.Channels()), newKnown(s.Steps)
	sets := known.sets
	rng := rand.New(rand.NewPCG(1, 2))
	for range 20 {
		begin := s.afterFall(rng, s.own[0].found[0])
		s.cut(rng, s.own[0].found[0], begin, x, &known)
		withoutDescent(sets)
		if begin < 5.3 || sets[0] != Among(pose.Down) || slices.ContainsFunc(sets, func(p PhaseSet) bool { return p.Has(pose.Falling) }) {
			t.Fatalf("from %g s on: %v", begin, sets)
		}
	}
}

// Groups of steps have their share of the weight, whatever clips there are.
func TestWeightsAreShared(t *testing.T) {
	s := drawnSequences(t)
	var weights, all float64
	for step := range 200 {
		var b Batch
		s.Draw(step, &b)
		for r, w := range b.Weight {
			all += float64(w)
			if slices.Equal(b.Y[r*s.Answers:][:s.Answers], []float32{0, 0, 1, 0, 0}) {
				weights += float64(w)
			}
		}
	}
	if share := weights / all; math.Abs(share-groupShares[groupFalling]) > 0.05 {
		t.Errorf("falls have %.3f of the weight, want %g", share, groupShares[groupFalling])
	}
}

// Each step of each track is judged once, with the features that a stream gives.
func TestWholeJudgesEachStepOnce(t *testing.T) {
	s := drawnSequences(t)
	channels := s.Input.Channels()
	var want []float32
	var sets []PhaseSet
	s.Tracks(func(x []float32, known []PhaseSet) { want, sets = append(want, x...), append(sets, known...) })
	at := 0
	s.Whole(10, func(x []float32, known []PhaseSet) {
		for k, set := range known {
			if set == 0 {
				continue
			}
			for sets[at] == 0 {
				at++
			}
			if set != sets[at] || !slices.Equal(x[k*channels:(k+1)*channels], want[at*channels:(at+1)*channels]) {
				t.Fatalf("step %d is judged with other features or another truth", at)
			}
			at++
		}
	})
	if rest := slices.IndexFunc(sets[at:], func(p PhaseSet) bool { return p != 0 }); rest >= 0 {
		t.Errorf("the steps from %d on are not judged", at+rest)
	}
}

func TestSequencesNeedBothKinds(t *testing.T) {
	for name, e := range map[string]Example{"no fall": clip(LabelADL, 5, stand, nil), "only a fall": clip(LabelFall, 3, fallAt(0.3, 1), []Span{{0.3, 1}})} {
		s := &Sequences{Examples: []Example{e}, Input: fallInput(), Size: 2, Steps: 20, Answers: 2}
		if err := s.Prepare(); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}
