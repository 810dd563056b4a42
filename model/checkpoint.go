package model

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/google/renameio/v2"

	"fallkit/pose"
)

// Checkpoint is a model with all that it needs to be used, or to be trained further.
type Checkpoint struct {
	Spec       Spec
	Input      pose.Input           // how poses become windows
	PoseEngine string               // the engine and settings that the poses came from
	Threshold  float64              // score from which a window counts as a fall, 0 to 1
	Alarm      json.RawMessage      // settings of the alarm, a JSON value or nil
	Meta       map[string]string    // where it comes from: run, seed, data, ...
	Parameters Parameters           // the trained numbers
	State      map[string][]float32 // what the learner needs to go on; nil in a finished model

	Calibration *Calibration // from the network's logit to a score; nil = the network's own
	Decoder     *Decoder     // of a Causal network's answers; nil = none
}

// format is the version of what a checkpoint file says about itself. A change that an
// older program would misread counts it up.
const format = 1

// On disk a checkpoint is a safetensors file. Its metadata has one entry, metadataKey,
// which holds a document; the learner's state stands beside the parameters as flat
// tensors whose names begin with statePrefix.
const (
	metadataKey = "fallkit"
	statePrefix = "state."
)

// document is all of a checkpoint but its numbers.
type document struct {
	Format     int               `json:"format"`
	Spec       Spec              `json:"spec"`
	Input      pose.Input        `json:"input"`
	PoseEngine string            `json:"pose_engine"`
	Threshold  float64           `json:"threshold"`
	Alarm      json.RawMessage   `json:"alarm,omitempty"`
	Meta       map[string]string `json:"meta,omitempty"`

	Calibration *Calibration `json:"calibration,omitempty"`
	Decoder     *Decoder     `json:"decoder,omitempty"`
}

// Check tells what keeps the checkpoint from being used, or nil.
func (c *Checkpoint) Check() error {
	if err := c.Spec.Check(); err != nil {
		return err
	}
	if err := c.Input.Check(); err != nil {
		return err
	}
	if made := c.Input.Channels(); c.Spec.Inputs != made {
		return fmt.Errorf("the model takes %d features a step, and this program makes %d", c.Spec.Inputs, made)
	}
	if c.Spec.Steps != c.Input.Steps() {
		return fmt.Errorf("the model takes %d steps, and input.rate_hz × input.seconds makes %d", c.Spec.Steps, c.Input.Steps())
	}
	if !(c.Threshold >= 0 && c.Threshold <= 1) {
		return fmt.Errorf("threshold is %g, and must lie between 0 and 1", c.Threshold)
	}
	if err := firstOf(c.Calibration.Check(), c.Decoder.Check()); err != nil {
		return err
	}
	if d := c.Decoder; d != nil && d.Slope > 0 && c.Spec.Given == 0 {
		return fmt.Errorf("decoder: slope is %g, and must be 0 where the network is given no descent", d.Slope)
	}
	if err := c.Spec.CheckParameters(c.Parameters); err != nil {
		return err
	}
	return checkState(c.State)
}

func checkState(state map[string][]float32) error {
	for _, name := range slices.Sorted(maps.Keys(state)) {
		if i := notFinite(state[name]); i >= 0 {
			return fmt.Errorf("state %s: number %d is %g", name, i, state[name][i])
		}
	}
	return nil
}

// Save writes the checkpoint as a safetensors file. An older file of that name stays
// whole until the new one is on disk; the same checkpoint gives the same bytes.
func (c *Checkpoint) Save(path string) error {
	data, err := c.encode()
	if err == nil {
		err = renameio.WriteFile(path, data, 0o644, renameio.WithTempDir(filepath.Dir(path)))
	}
	if err != nil {
		return fmt.Errorf("save checkpoint %s: %w", path, err)
	}
	return nil
}

func (c *Checkpoint) encode() ([]byte, error) {
	if err := c.Check(); err != nil {
		return nil, err
	}
	doc, err := json.Marshal(document{format, c.Spec, c.Input, c.PoseEngine, c.Threshold, c.Alarm, c.Meta, c.Calibration, c.Decoder})
	if err != nil {
		return nil, fmt.Errorf("describe the model: %w", err)
	}
	var tensors []tensor
	for _, p := range c.Spec.Shapes() {
		tensors = append(tensors, tensor{p.Name, p.Shape, c.Parameters[p.Name]})
	}
	for name, v := range c.State {
		tensors = append(tensors, tensor{statePrefix + name, []int{len(v)}, v})
	}
	return encodeTensors(map[string]string{metadataKey: string(doc)}, tensors)
}

// Load reads a checkpoint that Save wrote and trusts nothing in it: an error says in
// one sentence what is wrong with which file, and what to do.
func Load(path string) (*Checkpoint, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("load checkpoint: %w", err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, fmt.Errorf("load checkpoint: %w", err)
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("load checkpoint %s: not a file; name the .safetensors file itself", path)
	}
	c, err := decode(f, info.Size())
	if err != nil {
		return nil, fmt.Errorf("load checkpoint %s: %w", path, err)
	}
	return c, nil
}

// Read is Load for a file that is in memory.
func Read(file []byte) (*Checkpoint, error) { return decode(bytes.NewReader(file), int64(len(file))) }

// decode reads a checkpoint of size bytes.
func decode(r io.Reader, size int64) (*Checkpoint, error) {
	metadata, tensors, err := decodeTensors(r, size)
	if err != nil {
		return nil, err
	}
	doc, err := decodeDocument(metadata)
	if err != nil {
		return nil, err
	}
	c := &Checkpoint{
		Spec: doc.Spec, Input: doc.Input, PoseEngine: doc.PoseEngine,
		Threshold: doc.Threshold, Alarm: doc.Alarm, Meta: doc.Meta, Calibration: doc.Calibration, Decoder: doc.Decoder,
	}
	if err := c.Spec.Check(); err != nil {
		return nil, broken("%w", err)
	}
	if err := c.adopt(tensors); err != nil {
		return nil, broken("%w", err)
	}
	if err := c.Check(); err != nil {
		return nil, broken("%w", err)
	}
	return c, nil
}

func decodeDocument(metadata map[string]string) (document, error) {
	text, ok := metadata[metadataKey]
	if !ok {
		return document{}, fmt.Errorf("a safetensors file, but not a fallkit checkpoint (no %q in its metadata); give a file that training wrote", metadataKey)
	}
	var version struct{ Format int }
	if err := json.Unmarshal([]byte(text), &version); err != nil {
		return document{}, broken("its description is not JSON: %w", err)
	}
	if version.Format != format {
		return document{}, fmt.Errorf("has format %d, and this program reads format %d; use the version of fallkit that wrote it, or train again", version.Format, format)
	}
	var doc document
	d := json.NewDecoder(strings.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(&doc); err != nil {
		return document{}, broken("its description cannot be read: %w", err)
	}
	if bytes.Equal(doc.Alarm, []byte("null")) {
		doc.Alarm = nil
	}
	return doc, nil
}

// adopt sorts tensors into parameters and state.
func (c *Checkpoint) adopt(tensors []tensor) error {
	shapes := map[string][]int{}
	for _, p := range c.Spec.Shapes() {
		shapes[p.Name] = p.Shape
	}
	c.Parameters = Parameters{}
	for _, t := range tensors {
		want, known := shapes[t.name]
		name, state := strings.CutPrefix(t.name, statePrefix)
		switch {
		case known && !slices.Equal(t.shape, want):
			return fmt.Errorf("tensor %s has shape %v, and the model's description asks for %v", t.name, t.shape, want)
		case known:
			c.Parameters[t.name] = t.data
		case state:
			if c.State == nil {
				c.State = map[string][]float32{}
			}
			c.State[name] = t.data
		default:
			return fmt.Errorf("tensor %q belongs to no part of the model", t.name)
		}
	}
	return nil
}

// broken is the error of a checkpoint that no program should have written.
func broken(format string, args ...any) error {
	return fmt.Errorf("damaged: "+format+"; take a good copy, or train again", args...)
}
