package main

import (
	"fmt"
	"slices"

	"fallkit/data"
)

// extra are clips that every fold's training learns from, too, and that nobody is measured
// on, such as generated ones.
type extra struct {
	manifest *data.Manifest // the measured clips', with these behind them; nil = there are none
	examples []data.Example
}

// openExtra reads the folders of --also. A clip of them that is measured, too, is an error.
func (e *evaluation) openExtra(m *data.Manifest, measured []data.Example) error {
	if len(e.also) == 0 {
		return nil
	}
	front, err := e.openFront(e.poses)
	if err != nil {
		return err
	}
	more, examples, err := e.folders(front, e.also, nil, e.skipMissing)
	if err != nil {
		return fmt.Errorf("--also: %w", err)
	}
	known := map[string]*data.Clip{}
	for i := range measured {
		known[footage(&measured[i])] = measured[i].Clip
	}
	for i := range examples {
		if c := known[footage(&examples[i])]; c != nil && footage(&examples[i]) != "" {
			return fmt.Errorf("--also: %s shows the same as %s, which is measured: nothing may be measured that was learned from", examples[i].Clip, c)
		}
		examples[i].Index += len(m.Clips)
	}
	e.extra.examples = examples
	e.extra.manifest, err = data.Join(m, more)
	return err
}

// learning is what a fold's training gets to see.
func (x *extra) learning(m *data.Manifest, learn []data.Example, name string) (*data.Manifest, []data.Example, string) {
	if x.manifest == nil {
		return m, learn, name
	}
	return x.manifest, slices.Concat(learn, x.examples), x.with(name)
}

// with names what is learned from, these clips among it.
func (x *extra) with(name string) string {
	if x.manifest == nil {
		return name
	}
	return name + ", and " + describeExamples(x.examples)
}

func describeExamples(examples []data.Example) string {
	m := &data.Manifest{}
	for i := range examples {
		m.Clips = append(m.Clips, *examples[i].Clip)
	}
	return describe(m)
}
