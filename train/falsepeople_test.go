package train

import (
	"bytes"
	"math"
	"path/filepath"
	"strings"
	"testing"
)

func TestCountFalse(t *testing.T) {
	looks := []FalseLook{
		{Kind: "room", Source: "a", Time: 0},
		{Kind: "room", Source: "a", Time: 1, Scores: []float64{0.16}, Tracks: []int{1}},
		{Kind: "room", Source: "a", Time: 2, Scores: []float64{0.10, 0.22}, Tracks: []int{1, 2}},
		{Kind: "room", Source: "b", Time: 0, Scores: []float64{0.26}, Tracks: []int{1}}, // another file's first track
		{Kind: "street", Source: "c", Time: 0},
	}
	f := CountFalse(looks)
	if len(f.Kinds) != 2 || f.All.Frames != 5 || f.All.Found != 3 || f.All.Poses != 4 || f.All.Twice != 1 || f.All.Sources != 3 {
		t.Fatalf("%+v", f)
	}
	from := map[float64]FalseFrom{}
	for _, s := range f.All.From {
		from[s.Score] = s
	}
	if from[0.15].Found != 3 || from[0.15].Twice != 0 || from[0.2].Found != 2 || from[0.25].Found != 1 || from[0.3].Found != 0 {
		t.Errorf("%+v", from)
	}
	if w := f.Worst[0]; w.Source != "b" || w.Score != 0.26 || w.Frames != 1 || len(f.Worst) != 3 {
		t.Errorf("%+v", f.Worst)
	}
	street := f.Kinds[1].Share
	if street.Value != 0 || street.High != 1000 || !strings.Contains(street.Note, "rule of three") {
		t.Errorf("%+v", street)
	}
	var b bytes.Buffer
	if err := f.WriteTable(&b); err != nil || !strings.Contains(b.String(), "600.00") {
		t.Errorf("%v\n%s", err, b.String())
	}
	if err := f.Write(filepath.Join(t.TempDir(), "f.json")); err != nil {
		t.Error(err)
	}
}

// 3 of 1000 have Wilson's interval of 1.0 to 8.8 (Newcombe 1998, by its formula).
func TestPerThousand(t *testing.T) {
	m := perThousand(3, 1000)
	if m.Value != 3 || math.Abs(m.Low-1.0208) > 1e-3 || math.Abs(m.High-8.7825) > 1e-3 {
		t.Errorf("%+v", m)
	}
	if m := perThousand(0, 3000); m.High != 1 {
		t.Errorf("none of 3000: %+v", m)
	}
	if perThousand(0, 0).Defined() {
		t.Error("of nothing")
	}
}
