package selftest

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"fallkit/data/simulate"
	"fallkit/model"
	"fallkit/pose"
)

var (
	updatePoses   = flag.Bool("update-poses", false, "draw the built-in poses anew: every model must then be given new answers")
	updateAnswers = flag.Bool("update-answers", false, "write the answers of the shipped model anew")
)

var shipped = filepath.Join("..", "..", "models", "base", "base.safetensors")

// TestPosesAreOfPeople: the built-in ones are generated; two of four fall.
func TestPosesAreOfPeople(t *testing.T) {
	if *updatePoses {
		drawPoses(t)
		return
	}
	tracks, err := builtIn()
	if err != nil {
		t.Fatal(err)
	}
	fell := 0
	for i := range tracks {
		track := &tracks[i]
		first, ok := track.Poses[0].TorsoAngle(0.15)
		last, alsoOK := track.Poses[len(track.Poses)-1].TorsoAngle(0.15)
		if !ok || !alsoOK {
			t.Errorf("track %d begins or ends without a torso", i)
		}
		if seconds := track.Times[len(track.Times)-1]; seconds < 3 {
			t.Errorf("track %d has %g s", i, seconds)
		}
		if math.Abs(last-first) > 60 {
			fell++
		}
	}
	if len(tracks) != 4 || fell != 2 {
		t.Errorf("%d tracks, %d of them turn by more than 60 degrees; want 4 and 2", len(tracks), fell)
	}
}

// drawPoses writes 4.8 seconds of each activity, falls from two seconds before they begin.
func drawPoses(t *testing.T) {
	wanted := []string{"fall-tripping", "fall-sideways", "walk", "sit-down"}
	s := simulate.DefaultSettings
	s.Preset = simulate.Train
	s.Clips, s.Seed, s.Width, s.Height, s.FPS = 400, 2, 640, 480, 12.5
	names := map[string]bool{}
	var clips []clip
	for _, c := range simulate.Plan(s) {
		names[c.Activity] = true
		if len(wanted) == 0 || c.Activity != wanted[0] {
			continue
		}
		f, err := c.Film(simulate.Exact{})
		if err != nil {
			t.Fatal(err)
		}
		from := max(f.FallStart-25, 0)
		if len(f.Recording.Tracks) != 1 || len(f.Recording.Tracks[0].Poses) < from+60 {
			continue
		}
		drawn := clip{Name: c.Name, FPS: s.FPS}
		for _, p := range f.Recording.Tracks[0].Poses[from : from+60] {
			drawn.Poses = append(drawn.Poses, rounded(&p))
		}
		clips, wanted = append(clips, drawn), wanted[1:]
	}
	if len(wanted) > 0 {
		t.Fatalf("no clip of %v among %v", wanted, names)
	}
	text, err := json.Marshal(clips)
	if err == nil {
		text = bytes.ReplaceAll(text, []byte("],["), []byte("],\n["))
		err = os.WriteFile("poses.json", append(text, '\n'), 0o644)
	}
	if err != nil {
		t.Fatal(err)
	}
}

func rounded(p *pose.Pose) (numbers [pose.Joints * 3]int) {
	for j, k := range p.Keypoints {
		for i, v := range []float32{10 * k.X, 10 * k.Y, 100 * k.Score} {
			numbers[3*j+i] = int(math.Round(float64(v)))
		}
	}
	return numbers
}

// TestTheShippedModelKnowsItsAnswers, and notices when a tensor of it is another.
func TestTheShippedModelKnowsItsAnswers(t *testing.T) {
	c := load(t)
	if *updateAnswers {
		if err := errors.Join(Record(c), c.Save(shipped)); err != nil {
			t.Fatal(err)
		}
	}
	if err := Check(c); err != nil {
		t.Fatalf("%v (after make base: go test ./internal/selftest -update-answers)", err)
	}
	logits, err := run(c)
	if err != nil {
		t.Fatal(err)
	}
	high := 0
	for _, l := range logits {
		if c.Calibration.Probability(l) >= c.Threshold {
			high++
		}
	}
	if high == 0 || high > len(logits)/2 {
		t.Errorf("%d of %d windows count as falls: the answers must tell one from the other", high, len(logits))
	}
	for name := range c.Parameters {
		spoilt := *c
		spoilt.Parameters = c.Parameters.Clone()
		for i := range spoilt.Parameters[name] {
			spoilt.Parameters[name][i] = 1.1*spoilt.Parameters[name][i] + 0.02
		}
		if err := Check(&spoilt); err == nil || !strings.Contains(err.Error(), "must answer") {
			t.Errorf("%s is another, and the self-test says %v", name, err)
		}
	}
	other := *c
	other.Input.MaxGap, other.Input.MinScore = 0, 0.9
	if err := Check(&other); err == nil || !strings.Contains(err.Error(), "must answer") {
		t.Errorf("its windows are made otherwise, and the self-test says %v", err)
	}
}

func TestAnswersThatAreNone(t *testing.T) {
	c := load(t)
	for _, test := range []struct{ meta, want string }{
		{"", "cannot be read"},
		{`{"poses":"0123"}`, "this program has"},
		{`{"poses":"` + posesID() + `","logits":[1]}`, "came with 1"},
	} {
		c.Meta[Key] = test.meta
		if err := Check(c); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v, want %s", test.meta, err, test.want)
		}
	}
	delete(c.Meta, Key)
	if err := Check(c); !errors.Is(err, ErrNoAnswers) {
		t.Error(err)
	}
}

// TestRecordThenCheck: every kind of network gives its answers again.
func TestRecordThenCheck(t *testing.T) {
	for _, n := range model.Networks {
		t.Run(n.Name, func(t *testing.T) { recordThenCheck(t, n) })
	}
}

func recordThenCheck(t *testing.T, n model.Network) {
	in := pose.DefaultInput
	in.Features = n.Features
	if n.Input != nil {
		in = n.Input(in)
	}
	spec := model.DefaultSpec
	spec.Channels, spec.Dilations, spec.Inputs, spec.Steps = 8, []int{1}, in.Channels(), in.Steps()
	spec = n.Spec(spec, in.Priors)
	c := &model.Checkpoint{Spec: spec, Input: in, Threshold: 0.5, Parameters: spec.Init(3)}
	path := filepath.Join(t.TempDir(), "m.safetensors")
	if err := errors.Join(Record(c), c.Save(path)); err != nil {
		t.Fatal(err)
	}
	again, err := model.Load(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := Check(again); err != nil {
		t.Error(err)
	}
}

func load(t *testing.T) *model.Checkpoint {
	t.Helper()
	c, err := model.Load(shipped)
	if err != nil {
		t.Fatal(err)
	}
	return c
}
