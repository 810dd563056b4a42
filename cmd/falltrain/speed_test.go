package main

import (
	"context"
	"path/filepath"
	"testing"

	"fallkit/data"
	"fallkit/model"
	"fallkit/pose"
	"fallkit/train"
)

// BenchmarkEvaluate judges footage of one person with the shipped model, from poses, and
// makes all numbers of it with the usual intervals.
func BenchmarkEvaluate(b *testing.B) {
	path := filepath.Join("..", "..", "models", "base", "base.safetensors")
	c, err := model.Load(path)
	if err != nil {
		b.Fatal(err)
	}
	d, err := modelDetector(c, path)
	if err != nil {
		b.Fatal(err)
	}
	j := &job{app: newApp(nil, nil, nil, nil), settings: DefaultSettings()}
	m, examples := longFootage(60)
	hours := 0.0
	for i := range examples {
		hours += examples[i].Recording.Duration() / 3600
	}
	measuring := train.Measuring{Alarm: j.settings.Alarm, MinEvidence: 0.1, Resamples: train.DefaultResamples, Seed: 1}
	for b.Loop() {
		clips, err := j.judge(context.Background(), d, examples, m)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := measuring.Result(train.Fixed, "net", []train.FoldClips{{Name: "all", Threshold: 0.5, Clips: clips}}); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(hours*float64(b.N)/b.Elapsed().Minutes(), "h/min")
}

// longFootage is clips of a minute, each with ten walks, every second one with a fall at its end.
func longFootage(clips int) (*data.Manifest, []data.Example) {
	m := &data.Manifest{Clips: make([]data.Clip, clips)}
	examples := make([]data.Example, clips)
	for i := range clips {
		c := &m.Clips[i]
		c.Dataset, c.ID, c.Label, c.FallStart, c.FallEnd = "films", string(rune('a'+i%26))+string(rune('a'+i/26)), data.LabelADL, -1, -1
		e := data.Example{Index: i, Clip: c, Recording: longRecording(i)}
		if i%2 == 0 {
			c.Label, e.Falls = data.LabelFall, []data.Span{{Start: 57, End: 57.9}}
		}
		examples[i] = e
	}
	return m, examples
}

func longRecording(number int) *pose.Recording {
	out := &pose.Recording{Width: 320, Height: 240, Tracks: []pose.Track{{ID: 1}}}
	for part := range 10 {
		r := walkOrFall(number+part, number%2 == 0 && part == 9)
		for i, t := range r.PoseTimes {
			at := t + 6*float64(part)
			out.FrameTimes, out.PoseTimes = append(out.FrameTimes, at), append(out.PoseTimes, at)
			out.Tracks[0].Times = append(out.Tracks[0].Times, at)
			out.Tracks[0].Poses = append(out.Tracks[0].Poses, r.Tracks[0].Poses[i])
		}
	}
	return out
}
