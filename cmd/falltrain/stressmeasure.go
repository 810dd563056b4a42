package main

import (
	"context"
	"fmt"
	"path/filepath"
	"runtime"
	"time"

	"fallkit/data"
	"fallkit/pose"
	"fallkit/train"
)

// needTimes refuses clips that no event can be measured on.
func needTimes(examples []data.Example, where string) error {
	for i := range examples {
		if len(examples[i].Falls) > 0 {
			return nil
		}
	}
	return fmt.Errorf("no clip of %s says when its fall happens: fill in fall_start_frame and fall_end_frame of labels.csv, since event F1 is what stress measures", where)
}

// stressing is a detector under harm.
type stressing struct {
	*stress
	detector detector
	manifest *data.Manifest
	front    front
	judging  train.Judging
	result   train.Stress
	told     []string // how fast it was, level by level
}

func (s *stress) measure(ctx context.Context, d detector, m *data.Manifest, f front, examples []data.Example) error {
	a, err := s.alarmFor(d)
	if err != nil {
		return err
	}
	learned := d.knows(examples)
	if learned > 0 {
		s.warn("%d of %s were learned from: this says how well the model bears harm to what it remembers", learned, plural(len(examples), "clip"))
	}
	d.threshold = a.Threshold
	w := &stressing{stress: s, detector: d, manifest: m, front: f}
	w.judging = train.Judging{Open: d.recorded, Workers: runtime.GOMAXPROCS(0)}
	e := s.settings.Evaluate
	w.result.Measuring = train.Measuring{Alarm: a, MinEvidence: e.MinEvidence, Resamples: e.Resamples, Seed: e.Seed}
	if len(s.choice.poses) > 0 {
		if err := w.toPoses(ctx, examples); err != nil {
			return err
		}
	}
	if len(s.choice.pictures) > 0 {
		if err := w.toPictures(ctx, data.Sample(examples, s.choice.clips, s.seed)); err != nil {
			return err
		}
	}
	r := w.result.Result()
	r.Detector, r.Test, r.Learned, r.Seed = d.name, describe(m), learned, s.seed
	return s.tell(r, w.told)
}

// clean judges the clips as they are.
func (w *stressing) clean(ctx context.Context, level string, examples []data.Example) ([]train.Judged, error) {
	judged, err := w.judge(ctx, w.detector, examples, w.manifest)
	if err != nil {
		return nil, err
	}
	for i := range judged {
		judged[i].Threshold = w.detector.threshold
	}
	w.result.Begin(level, judged)
	return judged, nil
}

func (w *stressing) toPoses(ctx context.Context, examples []data.Example) error {
	clean, err := w.clean(ctx, levelPoses, examples)
	if err != nil {
		return err
	}
	cells := w.choice.poses
	meter, done := w.meter("stress poses", len(cells))
	defer done()
	began := time.Now()
	for n, c := range cells {
		h := data.Harm{Kind: c.Kind, Severity: c.Severity, Seed: w.seed}
		err := w.cell(ctx, levelPoses, c, clean, func(i int) (*pose.Recording, error) {
			return h.Apply(examples[i].Recording, examples[i].Clip.String()), nil
		})
		if err != nil {
			return err
		}
		meter.Set(n+1, c.Kind)
	}
	w.told = append(w.told, speed(levelPoses, clean, len(cells), time.Since(began)))
	return nil
}

// cell judges the clips under one harm.
func (w *stressing) cell(ctx context.Context, level string, h train.StressHarm, clean []train.Judged, recording func(i int) (*pose.Recording, error)) error {
	judged, err := w.judging.Rescore(ctx, clean, recording)
	if err != nil {
		return err
	}
	return w.result.Add(level, h, judged)
}

// speed tells how much footage was harmed and judged in which time.
func speed(level string, clips []train.Judged, cells int, took time.Duration) string {
	hours := 0.0
	for i := range clips {
		hours += clips[i].Seconds / 3600
	}
	hours *= float64(cells)
	return fmt.Sprintf("%s: %.2f h of footage harmed and judged in %v, %.0f times as fast as it was recorded",
		level, hours, took.Round(100*time.Millisecond), hours*3600/took.Seconds())
}

// tell prints the table and writes what was asked for.
func (s *stress) tell(r train.StressResult, told []string) error {
	if err := train.WriteStressTable(s.stdout, r); err != nil {
		return err
	}
	for _, line := range told {
		fmt.Fprintln(s.stdout, line)
	}
	if s.json != "" {
		if err := r.Write(s.json); err != nil {
			return err
		}
	}
	if s.out == "" {
		return nil
	}
	if err := r.Write(filepath.Join(s.out, stressName)); err != nil {
		return err
	}
	for _, l := range r.Levels {
		curves := filepath.Join(s.out, "stress-"+l.Level)
		if err := train.WriteStressPlots(l, curves+".png", curves+".svg"); err != nil {
			return err
		}
		fmt.Fprintf(s.stdout, "curves: %s.png\n", curves)
	}
	return nil
}
