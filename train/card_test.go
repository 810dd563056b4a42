package train

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"fallkit/internal/alarm"
	"fallkit/model"
	"fallkit/pose"
)

func sampleCard(t *testing.T) *Card {
	t.Helper()
	settings, err := json.Marshal(alarm.Default)
	if err != nil {
		t.Fatal(err)
	}
	net, rule := sampleResults(t)
	net.Groups = []GroupResult{
		{Column: "activity", Value: "lie down", Wrong: 4, Share: 0.8, Measures: Measures{Counts: Counts{Clips: 5}}},
		{Column: "activity", Value: "walk", Wrong: 1, Share: 0.1, Measures: Measures{Counts: Counts{Clips: 10}}},
		{Column: "activity", Value: "jump", Wrong: 2, Share: 1, Measures: Measures{Counts: Counts{Clips: 2}}},
	}
	return &Card{
		File: "runs/mine/best.safetensors", SHA256: "abc", Bytes: 12, Network: "a network", Profile: "plain",
		Checkpoint: &model.Checkpoint{
			Spec: model.DefaultSpec, Input: pose.DefaultInput, PoseEngine: "engine", Threshold: 0.75, Alarm: settings,
			Meta: map[string]string{"data": "home + lab", "clips": "7", "seed": "3"}, Calibration: &model.Calibration{Slope: 2, Offset: -1},
		},
		Sets: []CardSet{
			{Name: "home", Falls: 1, ADL: 2, Source: "me", Licence: "MIT", Commercial: true, LicenceTold: true},
			{Name: "lab", Falls: 4, Source: "them | us", Licence: "CC BY-NC 4.0", LicenceTold: true},
		},
		Results: []CardResult{{"cross-1", net}, {"cross-2", rule}},
		Notes:   "\nUmbrellas.\n",
	}
}

func TestCard(t *testing.T) {
	var b bytes.Buffer
	if err := sampleCard(t).Write(&b); err != nil {
		t.Fatal(err)
	}
	golden(t, "card.md", b.Bytes())
}

// TestACardSaysWhatItDoesNotKnow instead of leaving it out.
func TestACardSaysWhatItDoesNotKnow(t *testing.T) {
	tests := []struct {
		name   string
		change func(c *Card)
		want   string
	}{
		{"no results", func(c *Card) { c.Results = nil }, "nobody knows how good the model is"},
		{"no failures", func(c *Card) { c.Results = nil }, "- None were measured."},
		{"no data", func(c *Card) { c.Sets = nil }, "The licences of the data were not told to this card"},
		{"a licence", func(c *Card) { c.Sets[1].LicenceTold = false }, "The licence of lab was not told to this card"},
		{"free data", func(c *Card) { c.Sets[1].Commercial = true }, "The licences of all its data let the model be used commercially."},
		{"no meta", func(c *Card) { c.Checkpoint.Meta = nil }, "An unknown number of clips of unknown data."},
		{"other clips", func(c *Card) { c.Checkpoint.Meta["clips"] = "9" }, "The data folders have 7 clips of these data sets."},
		{"no calibration", func(c *Card) { c.Checkpoint.Calibration = nil }, "none: scores are the network's own"},
	}
	for _, test := range tests {
		c := sampleCard(t)
		test.change(c)
		var b bytes.Buffer
		if err := c.Write(&b); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(b.String(), test.want) {
			t.Errorf("%s: %q is not in the card", test.name, test.want)
		}
	}
}
