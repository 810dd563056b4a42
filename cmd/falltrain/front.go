package main

import (
	"cmp"
	"errors"
	"fmt"
	"path/filepath"
	"strconv"

	"fallkit/data"
	"fallkit/pose/vision"
	"fallkit/pose/weights"
)

// network is the pose network that finds the people of every recording.
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
	set.SHA256 = sumOf(network)
	if set.Profile, err = vision.ProfileNamed(j.settings.Extract.Profile); err != nil {
		return front{}, err
	}
	if n := set.Profile.Network; n != "" {
		set.Single = vision.NetworkFile{Path: weights.Path(home, n), SHA256: sumOf(n)}
	}
	return front{weights.Path(home, network), home, set, j.settings.Extract.FPS, data.Store{Dir: poses}}, nil
}

// sumOf is the sha256 that the file of a network must have.
func sumOf(network string) string {
	for _, n := range weights.Networks {
		if n.Name == network {
			return n.SHA256
		}
	}
	return ""
}

// id names the engine as poses and checkpoints do.
func (f front) id() string { return vision.EngineID(f.set.SHA256, f.set) }

// ready tells what is missing before pictures can be looked at.
func (f front) ready() error {
	if err := weights.Verify(f.home, network); err != nil || f.set.Profile.Network == "" {
		return err
	}
	if err := weights.Verify(f.home, f.set.Profile.Network); err != nil {
		return fmt.Errorf("extract.profile %s: %w", f.set.Profile.Name, err)
	}
	return nil
}

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
	if other := (*data.OtherPosesError)(nil); errors.As(err, &other) {
		return nil, j.otherPoses(other)
	}
	if missing := (*data.MissingError)(nil); errors.As(err, &missing) {
		missing.Flags = j.extractFlags(f)
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

// extractFlags are those with which extract finds this front end's poses, and keeps them
// where it looks: what differs from the defaults, and what the user has set.
func (j *job) extractFlags(f front) (flags []string) {
	usual := DefaultSettings().Extract
	if name := f.set.Profile.Name; name != usual.Profile || j.isSet("extract.profile") {
		flags = append(flags, "--profile", name)
	}
	if f.fps != usual.FPS || j.isSet("extract.fps") {
		flags = append(flags, "--fps", strconv.FormatFloat(f.fps, 'g', -1, 64))
	}
	if f.store.Dir != filepath.Join(f.home, "poses") {
		flags = append(flags, "--out", f.store.Dir)
	}
	return flags
}

// adopt takes up how the poses were extracted that a detector learned from, and refuses it
// where this program cannot give it such poses, or where another profile was asked for.
func (j *job) adopt(d detector) error {
	if d.engine == "" {
		return nil
	}
	asked, learned := j.settings.Extract.Profile, cmp.Or(d.extract.Profile, vision.Plain.Name)
	j.settings.Extract.FPS, j.settings.Extract.MinPersonScore = d.extract.FPS, d.extract.MinPersonScore
	j.settings.Extract.Profile = learned
	if err := j.fits(d); err != nil {
		return err
	}
	if asked == learned || !j.isSet("extract.profile") {
		return nil
	}
	if !j.otherProfile {
		return fmt.Errorf("%s has learned from poses of the profile %s, and extract.profile is %s: leave it out, train a model on poses of %s, or give it those all the same with --%s",
			d.name, learned, asked, asked, otherProfileFlag)
	}
	j.warn("%s has learned from poses of the profile %s, and now sees those of %s: what it is worth there is not known before it is measured", d.name, learned, asked)
	j.settings.Extract.Profile = asked
	return nil
}

// fits refuses a detector whose poses this program cannot give.
func (j *job) fits(d detector) error {
	f, err := j.openFront("")
	if err == nil && f.id() != d.engine {
		err = fmt.Errorf("%s has learned from poses of %q, and this program gives those of %q: train it anew", d.name, d.engine, f.id())
	}
	return err
}

// beside is a file in the folder of another one.
func beside(path, name string) string { return filepath.Join(filepath.Dir(path), name) }
