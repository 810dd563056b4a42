package main

import (
	"errors"
	"fmt"
	"strings"

	"fallkit/data"
	"fallkit/internal/alarm"
	"fallkit/model"
	"fallkit/pose"
	"fallkit/pose/vision"
	"fallkit/train"
)

// Settings is all that can be set: each section stands beside the code that it sets.
type Settings struct {
	Extract  ExtractSettings   `json:"extract" yaml:"extract"`
	Input    pose.Input        `json:"input" yaml:"input"`
	Augment  data.Augment      `json:"augment" yaml:"augment"`
	Model    ModelSettings     `json:"model" yaml:"model"`
	Fit      train.FitSettings `json:"fit" yaml:"fit"`
	Alarm    alarm.Settings    `json:"alarm" yaml:"alarm"`
	Evaluate EvaluateSettings  `json:"evaluate" yaml:"evaluate"`

	Attack train.AttackSettings  `json:"attack" yaml:"attack"`
	Camera vision.CameraSettings `json:"camera" yaml:"camera"`
}

// ExtractSettings say how videos become poses.
type ExtractSettings struct {
	FPS            float64 `json:"fps" yaml:"fps"`                           // poses a second
	Workers        int     `json:"workers" yaml:"workers"`                   // videos at the same time
	MinPersonScore float32 `json:"min_person_score" yaml:"min_person_score"` // people below are left out
	Engine         string  `json:"engine,omitempty" yaml:"engine"`           // what the pose network runs in; the poses do not depend on it
	Profile        string  `json:"profile,omitempty" yaml:"profile"`         // how pose networks share the work, by its name in vision.Profiles
}

// ModelSettings are what may be chosen of a network; the rest of its Spec follows from
// the input.
type ModelSettings struct {
	Network   string `json:"network" yaml:"network"` // by its name in model.Networks; it uses of the others what it has
	Channels  int    `json:"channels" yaml:"channels"`
	Kernel    int    `json:"kernel" yaml:"kernel"`
	Dilations []int  `json:"dilations" yaml:"dilations"`

	Priors []string `json:"priors,omitempty" yaml:"priors"` // of the specialist, by their names in pose.PriorNames
}

// EvaluateSettings say how surely results are known.
type EvaluateSettings struct {
	Resamples   int     `json:"resamples" yaml:"resamples"`       // of the bootstrap
	Seed        uint64  `json:"seed" yaml:"seed"`                 // of the bootstrap
	MinEvidence float64 `json:"min_evidence" yaml:"min_evidence"` // a clip of which less could be scored is unknown
}

// DefaultSettings is what is in force where nothing is set.
func DefaultSettings() Settings {
	spec := model.DefaultSpec
	return Settings{
		Extract:  ExtractSettings{FPS: 12.5, Workers: 2, MinPersonScore: 0.15, Engine: autoEngine, Profile: vision.Plain.Name},
		Input:    pose.DefaultInput,
		Augment:  data.DefaultAugment,
		Model:    ModelSettings{Network: model.Specialist, Channels: spec.Channels, Kernel: spec.Kernel, Dilations: spec.Dilations, Priors: pose.PriorNames()},
		Fit:      train.DefaultFit,
		Alarm:    alarm.Default,
		Evaluate: EvaluateSettings{Resamples: train.DefaultResamples, Seed: 1, MinEvidence: train.DefaultMinEvidence},
		Attack:   train.DefaultAttack,
		Camera:   vision.DefaultCamera,
	}
}

// Validate lists every setting that cannot be, each fault starting with its key.
func (s *Settings) Validate() error {
	var faults []error
	faults = append(faults, s.Extract.faults(s.Input)...)
	faults = append(faults, s.Input.Check())
	faults = append(faults, s.Augment.Faults()...)
	faults = append(faults, s.Model.faults()...)
	faults = append(faults, s.Fit.Faults()...)
	faults = append(faults, s.Alarm.Check())
	faults = append(faults, s.Attack.Faults()...)
	if r := s.Evaluate.Resamples; r < 100 || r > 1_000_000 {
		faults = append(faults, fmt.Errorf("evaluate.resamples is %d, and must be from 100 to 1000000", r))
	}
	if v := s.Evaluate.MinEvidence; !(v >= 0 && v <= 1) {
		faults = append(faults, fmt.Errorf("evaluate.min_evidence is %g, and must lie between 0 and 1", v))
	}
	faults = append(faults, s.Camera.Faults()...)
	return errors.Join(faults...)
}

func (e ExtractSettings) faults(in pose.Input) []error {
	var faults []error
	if !(e.FPS > 0 && e.FPS <= 120) {
		faults = append(faults, fmt.Errorf("extract.fps is %g, and must be above 0 and at most 120", e.FPS))
	} else if in.Check() == nil && e.FPS*in.MaxGap < 1 {
		faults = append(faults, fmt.Errorf("extract.fps is %g, and must be at least 1 / input.max_gap = %.3g: poses further apart are not joined", e.FPS, 1/in.MaxGap))
	}
	if e.Workers < 1 || e.Workers > 64 {
		faults = append(faults, fmt.Errorf("extract.workers is %d, and must be from 1 to 64", e.Workers))
	}
	if !(e.MinPersonScore > 0 && e.MinPersonScore < 1) {
		faults = append(faults, fmt.Errorf("extract.min_person_score is %g, and must lie between 0 and 1", e.MinPersonScore))
	}
	if err := engineFault(e.Engine); err != nil {
		faults = append(faults, err)
	}
	if _, err := vision.ProfileNamed(e.Profile); err != nil {
		faults = append(faults, fmt.Errorf("extract.%w", err))
	}
	return faults
}

func (m ModelSettings) faults() []error {
	var faults []error
	if _, known := model.NetworkNamed(m.Network); !known {
		faults = append(faults, fmt.Errorf("model.network is %q, and must be one of %s", m.Network, strings.Join(networkNames(), ", ")))
	}
	if m.Channels < 1 || m.Channels > 1024 {
		faults = append(faults, fmt.Errorf("model.channels is %d, and must be from 1 to 1024", m.Channels))
	}
	if m.Kernel < 1 || m.Kernel > 31 || m.Kernel%2 == 0 {
		faults = append(faults, fmt.Errorf("model.kernel is %d, and must be odd and from 1 to 31", m.Kernel))
	}
	if n := len(m.Dilations); n < 1 || n > 32 {
		faults = append(faults, fmt.Errorf("model.dilations has %d entries, and must have 1 to 32: one for each block", n))
	}
	for i, d := range m.Dilations {
		if d < 1 || d > 7200 {
			faults = append(faults, fmt.Errorf("model.dilations has %d as entry %d, and each must be from 1 to 7200", d, i+1))
		}
	}
	if _, err := pose.PriorsNamed(m.Priors); err != nil {
		faults = append(faults, fmt.Errorf("model.priors: %w", err))
	}
	return faults
}

// network is the one that is trained.
func (s *Settings) network() model.Network {
	n, _ := model.NetworkNamed(s.Model.Network) // Validate has looked
	return n
}

// input is what the network sees.
func (s *Settings) input() pose.Input {
	in := s.Input
	n := s.network()
	in.Features = n.Features
	if n.Features == pose.Fall {
		in.Priors, _ = pose.PriorsNamed(s.Model.Priors) // Validate has looked
	}
	if n.Input != nil {
		in = n.Input(in)
	}
	return in
}

// spec is the network for its input.
func (s *Settings) spec() model.Spec {
	in := s.input()
	return s.network().Spec(model.Spec{
		Inputs: in.Channels(), Channels: s.Model.Channels, Kernel: s.Model.Kernel,
		Dilations: s.Model.Dilations, Steps: in.Steps(),
	}, in.Priors)
}
