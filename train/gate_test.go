package train

import (
	"bytes"
	"encoding/json"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func gateOf(t *testing.T, old, new *Evaluation, b GateBounds) *Gate {
	t.Helper()
	g := &Gate{Old: "old", New: "new"}
	if err := g.Add("hall", old, new, b); err != nil {
		t.Fatal(err)
	}
	if err := g.Close(); err != nil {
		t.Fatal(err)
	}
	return g
}

func chanceEvaluation(seed uint64, catch, noise float64) *Evaluation {
	return judgedEvaluation(chanceClips(rand.New(rand.NewPCG(seed, 1)), 120, 1, catch, noise), 300)
}

func TestGate(t *testing.T) {
	old := chanceEvaluation(1, 0.8, 0.2)
	bounds := func(recall, accuracy, rate float64) GateBounds { return GateBounds{recall, accuracy, rate} }
	for _, c := range []struct {
		name   string
		new    *Evaluation
		bounds GateBounds
		failed []string
	}{
		{"itself", old, NoBounds(), nil},
		{"as good", chanceEvaluation(2, 0.8, 0.2), NoBounds(), nil},
		{"better", chanceEvaluation(2, 1, 0), NoBounds(), nil},
		{"finds fewer", chanceEvaluation(2, 0.4, 0.2), NoBounds(), []string{"hall: falls noticed got worse beyond chance: ", "hall: clips: balanced accuracy got worse"}},
		{"noisier", chanceEvaluation(2, 0.8, 0.9), NoBounds(), []string{"hall: false alarms an hour got worse beyond chance: ", "hall: clips: balanced accuracy got worse"}},
		{"bounds that hold", old, bounds(0.5, 0.5, 1000), nil},
		{"bounds that do not", old, bounds(0.99, 0.99, 1), []string{"must be at least 99.0 %", "must be at least 99.0 %", "must be at most 1.0"}},
	} {
		g := gateOf(t, old, c.new, c.bounds)
		failed := g.Failed()
		if g.Passed != (len(c.failed) == 0) || len(failed) != len(c.failed) {
			t.Errorf("%s: passed %v, failed %q", c.name, g.Passed, failed)
			continue
		}
		for i := range failed {
			if !strings.Contains(failed[i], c.failed[i]) {
				t.Errorf("%s: %q lacks %q", c.name, failed[i], c.failed[i])
			}
		}
	}
}

func TestGateTable(t *testing.T) {
	old := chanceEvaluation(1, 0.8, 0.2)
	g := gateOf(t, old, chanceEvaluation(2, 0.4, 0.2), GateBounds{0.3, 0.99, 1000})
	var b bytes.Buffer
	if err := g.WriteTable(&b); err != nil {
		t.Fatal(err)
	}
	golden(t, "gate.txt", b.Bytes())
}

func TestGateJSON(t *testing.T) {
	path := filepath.Join(t.TempDir(), "gate.json")
	old := chanceEvaluation(1, 0.8, 0.2)
	if err := gateOf(t, old, old, GateBounds{0.3, 0.3, 1000}).Write(path); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var g Gate
	if err := json.Unmarshal(text, &g); err != nil || !g.Passed || len(g.Conditions) != 6 || g.Conditions[0].Verdict != Pass || *g.Conditions[3].Bound != 0.3 {
		t.Errorf("%s, %v", text, err)
	}
}

// Footage without a fall says nothing of recall, and still gates false alarms.
func TestGateOnFootageWithoutFalls(t *testing.T) {
	var calm []Judged
	for _, j := range chanceEvaluation(1, 1, 0.2).Clips {
		if !j.Fall {
			calm = append(calm, j)
		}
	}
	quiet := make([]Judged, len(calm))
	for i := range calm {
		quiet[i] = drawnClip(calm[i].Clip, strings.Repeat(".", 32))
		quiet[i].Group = calm[i].Group
	}
	g := gateOf(t, judgedEvaluation(quiet, 300), judgedEvaluation(calm, 300), GateBounds{NoBounds().MinEventRecall, NoBounds().MinBalancedAccuracy, 1})
	if len(g.Failed()) != 2 || g.Conditions[0].Verdict != Untold || g.Conditions[1].Verdict != Fail || g.Conditions[2].Verdict != Untold {
		t.Errorf("%+v", g.Conditions)
	}
	bound := &Gate{}
	if err := bound.Add("calm", judgedEvaluation(calm, 300), judgedEvaluation(calm, 300), GateBounds{0.5, NoBounds().MinBalancedAccuracy, 1}); err != nil {
		t.Fatal(err)
	}
	if err := bound.Close(); err == nil || !strings.Contains(err.Error(), "no set can tell event.recall") {
		t.Errorf("a bound that nothing can tell: %v", err)
	}
	falls := judgedEvaluation([]Judged{{Clip: "untimed", Fall: true, Threshold: 0.5}}, 300)
	if err := (&Gate{}).Add("untimed", falls, falls, NoBounds()); err == nil || !strings.Contains(err.Error(), "nothing can be compared") {
		t.Errorf("a set that tells nothing: %v", err)
	}
}
