package data

import (
	"math"
	"math/rand/v2"
	"testing"

	"fallkit/pose"
)

// dropping is everyday life with something that looks like a fall, from 4 to 4.6 s.
func dropping() Example { return clip(LabelADL, 12, fallAt(4, 4.6), nil) }

func TestDescentsAreWhereSomebodyComesDown(t *testing.T) {
	fall := clip(LabelFall, 12, fallAt(4, 4.6), []Span{{4, 4.6}})
	s := drawnSequences(t)
	s.Also, s.Descents = []Example{dropping(), clip(LabelADL, 12, stand, nil), fall}, 0.5
	if err := s.Prepare(); err != nil {
		t.Fatal(err)
	}
	if n := len(s.also.descents); n != 1 {
		t.Fatalf("%d descents in everyday life that shows one", n)
	}
	if d := s.also.descents[0]; d.example != len(s.Examples) || d.time < 4 || d.time > 4.6+descentLasts {
		t.Errorf("somebody comes down from 4 to 4.6 s, and the descent is at %g s of example %d", d.time, d.example)
	}
	for _, r := range s.own {
		if len(r.descents) > 0 {
			t.Error("descents of clips that are drawn as they are")
		}
	}
}

// With all everyday sequences of the extra clips around descents, each shows one.
func TestSequencesAroundDescentsShowThem(t *testing.T) {
	s := drawnSequences(t)
	s.Augment = Augment{}
	s.Also, s.AlsoShare, s.Descents = []Example{dropping()}, 1, 1
	if err := s.Prepare(); err != nil {
		t.Fatal(err)
	}
	x, known := make([]float32, s.Steps*s.Input.Channels()), newKnown(s.Steps)
	sets := known.sets
	rng := rand.New(rand.NewPCG(1, 2))
	for range 20 {
		s.draw(rng, 0, x, &known)
		highest := math.Inf(-1)
		for k := range sets {
			highest = math.Max(highest, float64(x[k*s.Input.Channels()+pose.DescentChannel]))
			if sets[k].Has(pose.Falling) {
				t.Fatal("everyday life is learned as a fall")
			}
		}
		if highest < nearlyFalls {
			t.Fatalf("the rule's highest log-odds is %g", highest)
		}
	}
}

func TestExtraClipsHaveTheirShare(t *testing.T) {
	s := drawnSequences(t)
	s.Also, s.AlsoShare = []Example{dropping()}, 0.3
	if err := s.Prepare(); err != nil {
		t.Fatal(err)
	}
	rng := rand.New(rand.NewPCG(1, 2))
	calm, falls := 0, 0
	const draws = 2000
	for range draws {
		if s.pick(rng, showsCalm) == &s.also {
			calm++
		}
		if s.pick(rng, showsFall) == &s.also {
			falls++
		}
	}
	if share := float64(calm) / draws; math.Abs(share-0.3) > 0.04 || falls > 0 {
		t.Errorf("%.3f of the everyday sequences and %d falls are of the extra clips, which show no fall; want 0.3 and 0", share, falls)
	}
}

func TestEveryDatasetIsAsLikely(t *testing.T) {
	s := drawnSequences(t)
	other := dropping()
	other.Clip.Dataset = "few"
	s.Examples, s.ByDataset = append(s.Examples, other), true
	if err := s.Prepare(); err != nil {
		t.Fatal(err)
	}
	rng, few := rand.New(rand.NewPCG(1, 2)), 0
	const draws = 2000
	for range draws {
		if s.pick(rng, showsCalm).dataset == "few" {
			few++
		}
		if s.pick(rng, showsFall).dataset == "few" {
			t.Fatal("a data set without falls gives one")
		}
	}
	if share := float64(few) / draws; math.Abs(share-0.5) > 0.04 {
		t.Errorf("a data set of one clip has %.3f of the everyday sequences, want half", share)
	}
}
