package main

import (
	"fmt"
	"runtime"
	"strings"

	"fallkit/data"
	"fallkit/model"
	"fallkit/train"
)

// facts tell how an evaluation came to be: with it and the same clips it can be made again.
func (e *evaluation) facts(m *data.Manifest, examples []data.Example) ([]train.Facts, error) {
	front, err := e.openFront(e.poses)
	if err != nil {
		return nil, err
	}
	measured := train.Facts{Heading: "What was measured", Rows: [][2]string{
		{"data", m.Dir}, {"clips", fmt.Sprint(len(examples))}, {"clips and labels, sha256", hashOf(examples)},
	}}
	if len(e.only) > 0 {
		measured.Rows = append(measured.Rows, [2]string{"clips that count", strings.Join(e.only, ", ")})
	}
	what, err := e.measuredFacts()
	if err != nil {
		return nil, err
	}
	measured.Rows = append(measured.Rows, what...)
	settings := train.Facts{Heading: "Settings"}
	for _, o := range e.origins {
		settings.Rows = append(settings.Rows, [2]string{o.Key, fmt.Sprint(o.Value)})
	}
	versions := train.Facts{Heading: "Versions", Rows: [][2]string{
		{"program", "falltrain " + version + revision()},
		{"Go", runtime.Version()},
		{"platform", runtime.GOOS + "/" + runtime.GOARCH},
		{"pose engine", front.id()},
		{"poses a second", fmt.Sprint(front.fps)},
	}}
	return []train.Facts{measured, settings, versions}, nil
}

// measuredFacts name the detector.
func (e *evaluation) measuredFacts() ([][2]string, error) {
	switch {
	case e.events != "":
		hash, err := hashOfFile(e.events)
		return [][2]string{{"what the detector wrote", e.events}, {"its sha256", hash}}, err
	case e.model == "":
		return [][2]string{{"model", "trained anew for each fold"}}, nil
	case e.detector.hash == "":
		return [][2]string{{"model", e.model}}, nil
	}
	return [][2]string{{"model", e.model}, {"model's sha256", e.detector.hash}, {"model learned from", e.detector.learned}}, nil
}

// modelFacts are what a checkpoint tells of itself.
func modelFacts(heading string, c *model.Checkpoint, path, hash string) train.Facts {
	return train.Facts{Heading: heading, Rows: [][2]string{
		{"file", path},
		{"sha256", hash},
		{"threshold", fmt.Sprintf("%.3f", c.Threshold)},
		{"learned from", c.Meta["data"]},
		{"clips", c.Meta["clips"]},
		{"clips and labels, sha256", c.Meta["data_sha256"]},
		{"pose engine", c.PoseEngine},
	}}
}
