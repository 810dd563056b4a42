package main

import (
	"errors"
	"fmt"
	"path/filepath"

	"fallkit/data"
	"fallkit/pose/vision"
	"fallkit/pose/weights"
)

// network is the pose network behind every recording.
const network = "multipose256"

const onlyHelp = "clips where COLUMN=VALUE only, such as dataset=urfd; several of one column are alternatives"

// front is the pose front end of a command: which network with which settings, how many
// poses a second, and where poses are kept.
type front struct {
	path  string // of the network's file
	home  string
	set   vision.EngineSettings
	fps   float64
	store data.Store
}

// openFront checks no file yet: poses that are there already can be used without a network.
func (j *job) openFront(poses string) (front, error) {
	home, err := weights.Home()
	if err != nil {
		return front{}, err
	}
	if poses == "" {
		poses = filepath.Join(home, "poses")
	}
	set := vision.DefaultEngine
	set.MinPersonScore = j.settings.Extract.MinPersonScore
	for _, n := range weights.Networks {
		if n.Name == network {
			set.SHA256 = n.SHA256
		}
	}
	return front{weights.Path(home, network), home, set, j.settings.Extract.FPS, data.Store{Dir: poses}}, nil
}

// id names the engine as poses and checkpoints do.
func (f front) id() string { return vision.EngineID(f.set.SHA256, f.set) }

// ready tells what is missing before pictures can be looked at.
func (f front) ready() error { return weights.Verify(f.home, network) }

func (j *job) openEngine(f *front) (*vision.Engine, error) {
	if err := f.ready(); err != nil {
		return nil, err
	}
	if err := j.chooseEngine(f); err != nil {
		return nil, err
	}
	return vision.OpenEngine(f.path, f.set)
}

// examples are the clips of a data folder with their poses. Clips without poses are an
// error, or a warning where they may be left out.
func (j *job) examples(f front, m *data.Manifest, skipMissing bool) ([]data.Example, error) {
	examples, _, err := data.LoadExamples(m, f.store, f.id(), f.fps)
	if missing := (*data.MissingError)(nil); errors.As(err, &missing) {
		switch {
		case len(examples) == 0:
			return nil, err
		case !skipMissing:
			return nil, fmt.Errorf("%w, or leave them out with --skip-missing", err)
		}
		j.warn("left out: %v", missing)
		err = nil
	}
	for _, e := range examples {
		if e.Warning != "" {
			j.warn("%s", e.Warning)
		}
	}
	j.copies(examples)
	return examples, err
}

// adopt takes up how the poses were extracted that a detector learned from, and refuses it
// where this program cannot give it such poses.
func (j *job) adopt(d detector) error {
	if d.engine == "" {
		return nil
	}
	j.settings.Extract.FPS, j.settings.Extract.MinPersonScore = d.extract.FPS, d.extract.MinPersonScore
	f, err := j.openFront("")
	if err == nil && f.id() != d.engine {
		err = fmt.Errorf("%s has learned from poses of %q, and this program gives those of %q: train it anew", d.name, d.engine, f.id())
	}
	return err
}

// beside is a file in the folder of another one.
func beside(path, name string) string { return filepath.Join(filepath.Dir(path), name) }
