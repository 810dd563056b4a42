package main

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"fallkit/data"
	"fallkit/model"
	"fallkit/train"
)

// thesisTask is one training of a variant: what it learns from and what it is measured on.
type thesisTask struct {
	protocol string
	variant  thesisVariant
	fold     string
	seed     uint64
	learn    []data.Example
	test     []data.Example
}

// saidName is the file of a run that ended, in its folder.
const saidName = "said.json.gz"

// thesisFold is what is kept away, and what is learned from instead.
type thesisFold struct {
	protocol, name string
	learn, test    []data.Example
}

// plan lists every training, seed by seed, so that whoever stops early has something whole.
func (t *thesis) plan() (tasks []thesisTask, err error) {
	var folds []thesisFold
	for _, p := range t.protocols {
		some, err := t.folds(p)
		if err != nil {
			return nil, err
		}
		folds = append(folds, some...)
	}
	if len(folds) == 0 {
		return nil, fmt.Errorf("nothing of %s can be kept away from a training: falls and everyday clips must be spread over several data sets, subjects or cameras", t.manifest.Dir)
	}
	for s := range t.seeds {
		for _, v := range t.variants {
			for _, f := range folds {
				tasks = append(tasks, thesisTask{f.protocol, v, f.name, t.settings.Fit.Seed + uint64(s), f.learn, f.test})
			}
		}
	}
	return tasks, nil
}

// folds are what a protocol keeps away in turn.
func (t *thesis) folds(protocol string) (folds []thesisFold, err error) {
	sets, err := t.manifest.Folds("dataset")
	if protocol == acrossProtocol {
		if err != nil {
			return nil, fmt.Errorf("%s: %w", protocol, err)
		}
		for _, f := range sets {
			folds = t.worth(folds, thesisFold{protocol, f.Name, among(t.examples, f.Train), among(t.examples, f.Test)})
		}
		return folds, nil
	}
	if err != nil { // one data set
		sets = []data.Fold{{Test: indicesOf(t.examples)}}
	}
	groups, err := t.manifest.Folds(t.inside)
	if err != nil {
		t.warn("%s: %v", protocol, err)
		return nil, nil
	}
	for _, set := range sets {
		own := among(t.examples, set.Test)
		for _, g := range groups {
			test := among(own, g.Test)
			if len(test) > 0 {
				folds = t.worth(folds, thesisFold{protocol, g.Name, among(own, g.Train), test})
			}
		}
	}
	return folds, nil
}

// worth adds a fold that can be trained.
func (t *thesis) worth(folds []thesisFold, f thesisFold) []thesisFold {
	if what := lacking(f.learn); what != "" {
		t.warn("%s: %s is left out: the clips to learn from hold no %s", f.protocol, f.name, what)
		return folds
	}
	return append(folds, f)
}

func indicesOf(examples []data.Example) (all []int) {
	for i := range examples {
		all = append(all, examples[i].Index)
	}
	return all
}

func (k thesisTask) String() string {
	return fmt.Sprintf("%s %s but %s, seed %d", k.variant.Name, k.protocol, k.fold, k.seed)
}

func (k thesisTask) dir(out string) string {
	return filepath.Join(out, k.protocol, slug(k.fold), k.variant.Name, fmt.Sprintf("seed-%d", k.seed))
}

// trainAll does what has not been done yet and gives all that was said.
func (t *thesis) trainAll(ctx context.Context, tasks []thesisTask) (runs []*train.ThesisRun, err error) {
	for i, k := range tasks {
		r, err := t.runOf(ctx, k)
		if errors.Is(err, train.ErrCannotValidate) {
			return nil, fmt.Errorf("%s: %w: leave the data set out with --only, or the protocol with --protocol", k, err)
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", k, err)
		}
		if r == nil {
			continue
		}
		runs = append(runs, r)
		t.app.tell("%d of %d: %s", i+1, len(tasks), k)
	}
	if len(runs) == 0 {
		return nil, t.nothingKept()
	}
	return runs, nil
}

// runOf takes up a run that ended, or does it; it is nil where it is not to be done.
func (t *thesis) runOf(ctx context.Context, k thesisTask) (*train.ThesisRun, error) {
	own := *t.job
	own.settings = k.variant.with(t.settings, k.seed)
	key, err := t.keyOf(own.settings, k)
	if err != nil {
		return nil, err
	}
	path := filepath.Join(k.dir(t.out), saidName)
	r, err := train.OpenThesisRun(path)
	switch {
	case errors.Is(err, fs.ErrNotExist) && t.kept:
		return nil, nil
	case errors.Is(err, fs.ErrNotExist):
		return t.do(ctx, &own, k, key)
	case err != nil:
		return nil, err
	case r.Key != key:
		return nil, fmt.Errorf("%s was made with other clips or settings: use those, or name another folder with --out", path)
	}
	return r, nil
}

// keyOf changes with all that decides what a run says.
func (t *thesis) keyOf(s Settings, k thesisTask) (string, error) {
	text, err := json.Marshal(s.learning())
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(fmt.Appendf(text, "%s %s", t.front.id(), hashOf(k.learn, t.extra, k.test)))
	return fmt.Sprintf("%x", sum), nil
}

// do trains, measures and keeps. What a training leaves behind but for the model is removed
// once it is kept.
func (t *thesis) do(ctx context.Context, own *job, k thesisTask, key string) (*train.ThesisRun, error) {
	dir := k.dir(t.out)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	one := training{job: own, manifest: t.manifest, front: t.front, dir: dir, name: k.String(), within: true, extra: t.extra, smooth: true}
	path, err := one.fit(ctx, k.learn)
	if err != nil {
		return nil, err
	}
	best, err := model.Load(path)
	if err != nil {
		return nil, err
	}
	d, err := modelDetector(best, path)
	if err != nil {
		return nil, err
	}
	r := &train.ThesisRun{
		Key: key, Protocol: k.protocol, Variant: k.variant.Name, Fold: k.fold, Seed: k.seed,
		Parameters: best.Spec.Parameters(), Answers: max(best.Spec.Phases, 1), Decoder: decoderText(best),
	}
	if r.Clips, err = own.judge(ctx, d, k.test, t.manifest); err != nil {
		return nil, err
	}
	for i := range r.Clips {
		r.Clips[i].Fold, r.Clips[i].Threshold = k.fold, best.Threshold
	}
	if err := r.Save(filepath.Join(dir, saidName)); err != nil {
		return nil, err
	}
	return r, os.Remove(one.path(train.LastName))
}

// decoderText says what goes over a network's answers.
func decoderText(c *model.Checkpoint) string {
	switch d := c.Decoder; {
	case d == nil:
		return "none"
	case d.Mean > 0:
		return "mean of " + plural(d.Mean, "step")
	case d.Slope > 0:
		return "phases and descent"
	}
	return "phases"
}
