package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"fallkit/data"
	"fallkit/train"
)

// workplace is where the folds' runs are kept; done removes it where nobody asked for them.
func (e *evaluation) workplace() (dir string, done func(), err error) {
	if e.out != "" {
		return e.out, func() {}, nil
	}
	dir, err = os.MkdirTemp("", "fallkit-folds-")
	return dir, func() { os.RemoveAll(dir) }, err
}

// inTurn measures a detector for each fold on the clips that it was kept away from.
func (e *evaluation) inTurn(ctx context.Context, m *data.Manifest, examples []data.Example, keep string) ([]train.FoldClips, error) {
	folds, err := m.Folds(e.folds)
	if err != nil {
		return nil, err
	}
	var results []train.FoldClips
	for _, f := range folds {
		if what := lacking(among(examples, f.Train)); what != "" {
			e.warn("fold %s is left out: the other clips hold no %s to learn from", f.Name, what)
			continue
		}
		d, err := e.foldDetector(ctx, m, among(examples, f.Train), "all but "+f.Name, filepath.Join(keep, slug(f.Name)))
		if err != nil {
			return nil, fmt.Errorf("fold %s: %w", f.Name, err)
		}
		judged, err := e.judge(ctx, d, among(examples, f.Test), m)
		if err != nil {
			return nil, err
		}
		results = append(results, train.FoldClips{Name: f.Name, Train: with("all but "+f.Name, e.extra), Test: f.Name, Threshold: d.threshold, Clips: judged})
	}
	if len(results) == 0 {
		return nil, fmt.Errorf("no fold can be trained: falls and everyday clips must be spread over several groups")
	}
	return results, nil
}

// pairs measures a detector of each data set on each other data set. With two data sets the
// folds are the pairs already.
func (e *evaluation) pairs(ctx context.Context, m *data.Manifest, examples []data.Example, keep string, folds []train.FoldClips) ([]train.FoldClips, error) {
	sets, err := m.Folds("dataset") // each one's Test is a data set
	if err != nil {
		return nil, err
	}
	var results []train.FoldClips
	for _, from := range sets {
		if what := lacking(among(examples, from.Test)); what != "" {
			e.warn("no model is trained on %s: it holds no %s", from.Name, what)
			continue
		}
		if len(sets) == 2 {
			results = append(results, renamed(folds, from.Name, with(from.Name, e.extra))...)
			continue
		}
		d, err := e.foldDetector(ctx, m, among(examples, from.Test), from.Name, filepath.Join(keep, "only-"+slug(from.Name)))
		if errors.Is(err, train.ErrCannotValidate) {
			e.warn("no model is trained on %s: %v", from.Name, err)
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("trained on %s: %w", from.Name, err)
		}
		for _, on := range sets {
			if on.Name == from.Name {
				continue
			}
			judged, err := e.judge(ctx, d, among(examples, on.Test), m)
			if err != nil {
				return nil, err
			}
			results = append(results, train.FoldClips{Name: from.Name + " → " + on.Name, Train: with(from.Name, e.extra), Test: on.Name, Threshold: d.threshold, Clips: judged})
		}
	}
	return results, nil
}

// renamed gives the fold of two that was trained on a data set the name of the pair.
func renamed(folds []train.FoldClips, from, learned string) (pairs []train.FoldClips) {
	for _, f := range folds {
		if f.Test != from {
			f.Name, f.Train = from+" → "+f.Test, learned
			pairs = append(pairs, f)
		}
	}
	return pairs
}

// lacking names the kind of clips that there is none of, "" where both are there.
func lacking(examples []data.Example) string {
	kinds := map[string]bool{}
	for i := range examples {
		kinds[examples[i].Clip.Label] = true
	}
	for _, label := range []string{data.LabelFall, data.LabelADL} {
		if !kinds[label] {
			return label + " clips"
		}
	}
	return ""
}

// foldDetector is trained on some clips, in a folder of its own; a rule only has its
// threshold chosen there.
func (e *evaluation) foldDetector(ctx context.Context, m *data.Manifest, learn []data.Example, name, dir string) (detector, error) {
	if isRule(e.model) {
		d, err := e.openDetector(e.model)
		if err != nil {
			return d, err
		}
		d.threshold, err = e.thresholdFor(ctx, d, learn, m)
		return d, err
	}
	front, err := e.openFront(e.poses)
	if err != nil {
		return detector{}, err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return detector{}, err
	}
	r := training{job: e.job, manifest: m, front: front, dir: dir, name: with(name, e.extra), extra: e.extra}
	path, err := r.fit(ctx, learn)
	if err != nil {
		return detector{}, err
	}
	return e.openDetector(path)
}

func among(examples []data.Example, indices []int) []data.Example {
	var some []data.Example
	for _, e := range examples {
		if slices.Contains(indices, e.Index) {
			some = append(some, e)
		}
	}
	return some
}

func slug(name string) string { return strings.NewReplacer("/", "-", " ", "-").Replace(name) }
