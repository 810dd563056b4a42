package export

import (
	"cmp"
	"encoding/json"
	"fmt"
	"strconv"

	"fallkit/model"
	"fallkit/pose"
)

// metadataFormat is the version of what the metadata says. A change that would be misread
// counts it up.
const metadataFormat = 1

// Labels are what the probability is of: it is that of the second one.
var Labels = []string{"no fall", "fall"}

// firstProfile is that of checkpoints from before there was a choice.
const firstProfile = "plain"

// extraction is what is needed of the settings that a checkpoint's poses were found with.
type extraction struct {
	FPS     float64 `json:"fps"`
	Profile string  `json:"profile"`
}

// metadata is all that a program needs beside the graph. Every value is a text or a JSON
// value; docs/export.md lists the keys.
func metadata(c *model.Checkpoint, o Options) (map[string]string, error) {
	var made extraction
	if text := c.Meta["extract"]; text != "" {
		if err := json.Unmarshal([]byte(text), &made); err != nil {
			return nil, fmt.Errorf("the checkpoint's extraction settings: %w", err)
		}
	}
	about := map[string]string{
		"fallkit.format":        strconv.Itoa(metadataFormat),
		"fallkit.form":          string(o.Form),
		"fallkit.threshold":     strconv.FormatFloat(c.Threshold, 'g', -1, 64),
		"fallkit.pose_engine":   c.PoseEngine,
		"fallkit.profile":       cmp.Or(made.Profile, firstProfile),
		"fallkit.poses_hz":      strconv.FormatFloat(made.FPS, 'g', -1, 64),
		"fallkit.learned_from":  c.Meta["data"],
		"fallkit.data_sha256":   c.Meta["data_sha256"],
		"fallkit.licence":       o.Licence,
		"fallkit.preprocessing": c.Input.Features.About(),
	}
	in := c.Input
	if o.Form == Step {
		in = model.Bridging(in)
	}
	for key, value := range map[string]any{
		"fallkit.input":       in,
		"fallkit.features":    in.Features.Names(),
		"fallkit.labels":      Labels,
		"fallkit.calibration": c.Calibration,
		"fallkit.alarm":       c.Alarm,
		"fallkit.network":     c.Spec,
		"fallkit.joints":      jointNames(),
		"fallkit.decoder":     c.Decoder,
		"fallkit.states":      states(c, o),
	} {
		text, err := json.Marshal(value)
		if err != nil {
			return nil, fmt.Errorf("describe %s: %w", key, err)
		}
		about[key] = string(text)
	}
	return about, nil
}

// stateJSON is a State as the metadata has it.
type stateJSON struct {
	Input       string  `json:"input"`
	Output      string  `json:"output"`
	Start       float32 `json:"start"`
	OutlastsGap bool    `json:"outlasts_gap"`
}

// states are those of the form Step, null in other forms.
func states(c *model.Checkpoint, o Options) (all []stateJSON) {
	if o.Form != Step {
		return nil
	}
	for _, s := range States(c.Spec, c.Decoder, o.Batch) {
		all = append(all, stateJSON{s.Name, s.Next, s.Start, s.Outlasts})
	}
	return all
}

// jointNames are the skeleton's, in its order.
func jointNames() []string {
	var names []string
	for j := range pose.Joint(pose.Joints) {
		names = append(names, j.String())
	}
	return names
}
