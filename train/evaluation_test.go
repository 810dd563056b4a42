package train

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"fallkit/internal/alarm"
)

// evaluationOf is what evaluate keeps of clips in folds.
func evaluationOf(t interface{ Fatal(...any) }, folds []FoldClips) *Evaluation {
	m := Measuring{Alarm: quick, MinEvidence: DefaultMinEvidence, Resamples: 20, Seed: 4}
	r, err := m.Result("camera", "net", folds)
	if err != nil {
		t.Fatal(err)
	}
	e := &Evaluation{Result: r, Measuring: m, Epochs: []EpochLog{{Epoch: 1, Loss: 0.5}}, Facts: []Facts{{"What", [][2]string{{"a", "b"}}}}}
	for _, f := range folds {
		e.Clips = append(e.Clips, f.Clips...)
	}
	return e
}

func TestAKeptEvaluationGivesTheSameResultAgain(t *testing.T) {
	dir := t.TempDir()
	drawn := rapid.Custom(anyFolds)
	for seed := range 10 { // each one is written to disk
		kept := evaluationOf(t, drawn.Example(seed))
		if err := kept.Save(dir); err != nil {
			t.Fatal(err)
		}
		back, err := OpenEvaluation(dir)
		if err != nil {
			t.Fatal(err)
		}
		if want, got := asJSON(t, kept.Result), asJSON(t, back.Result); want != got {
			t.Fatalf("kept %s\nread %s", want, got)
		}
		if want, got := asJSON(t, kept.Result.Measures), asJSON(t, measuredAgain(back)); want != got {
			t.Fatalf("found %s\nagain %s", want, got)
		}
		if want, got := asJSON(t, kept.Measuring.Groups(kept.Clips, "room")), asJSON(t, back.Measuring.Groups(back.Clips, "room")); want != got {
			t.Fatalf("groups %s\nagain %s", want, got)
		}
		if !reflect.DeepEqual(kept.Facts, back.Facts) || !reflect.DeepEqual(kept.Epochs, back.Epochs) {
			t.Fatalf("facts %v, epochs %v", back.Facts, back.Epochs)
		}
	}
}

// anyFolds draws one fold or two, some clips of which another program's alarm was heard in.
func anyFolds(t *rapid.T) []FoldClips {
	clips := anyClips(t)
	for i := range clips {
		clips[i].Columns = map[string]string{"room": fmt.Sprint(i % 3)}
		clips[i].Lying = Lying{Fallen: clips[i].Falls, Known: clips[i].Falls}
		if clips[i].Foreign = rapid.IntRange(0, 9).Draw(t, "foreign") == 0; clips[i].Foreign {
			clips[i].Heard = Detect(clips[i].Clip, clips[i].Scores, quick)
		}
	}
	cut := rapid.IntRange(1, len(clips)).Draw(t, "cut")
	folds := []FoldClips{{"a", "b", "a", 0.4, clips[:cut]}}
	if cut < len(clips) {
		folds = append(folds, FoldClips{"b", "a", "b", 0.6, clips[cut:]})
	}
	return folds
}

// measuredAgain measures the clips; over folds the threshold is the median of theirs.
func measuredAgain(e *Evaluation) Measures {
	m := e.Measuring.Measure(e.Clips)
	m.Threshold = e.Result.Threshold
	return m
}

func asJSON(t interface{ Fatal(...any) }, v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// packed is an evaluation file with so much changed in its JSON.
func packed(t testing.TB, change func(*evaluationFile)) []byte {
	f := evaluationFile{Format: ResultFormat, Measuring: Measuring{Alarm: alarm.Default, Resamples: 10}}
	clips := handClips()
	for i := range clips {
		f.Clips = append(f.Clips, toFile(&clips[i]))
	}
	change(&f)
	text, err := json.Marshal(f)
	if err != nil {
		t.Fatal(err)
	}
	return zipped(text)
}

func zipped(text []byte) []byte {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, _ = z.Write(text) // into memory
	_ = z.Close()
	return b.Bytes()
}

func TestABrokenEvaluationIsRefusedInASentence(t *testing.T) {
	fine := packed(t, func(*evaluationFile) {})
	flipped := bytes.Clone(fine)
	flipped[len(flipped)-6] ^= 1 // in gzip's sum
	for name, c := range map[string]struct {
		file []byte
		want string
	}{
		"empty":                  {nil, "EOF"},
		"no gzip":                {[]byte("clip,time_s,score\n"), "gzip: invalid header"},
		"cut in the middle":      {fine[:len(fine)/2], "unexpected EOF"},
		"its end is cut off":     {fine[:len(fine)-8], "unexpected EOF"},
		"a bit is flipped":       {flipped, "gzip: invalid checksum"},
		"other JSON":             {zipped([]byte(`[1, 2]`)), "cannot unmarshal array"},
		"no JSON":                {zipped([]byte("hello")), "invalid character"},
		"more follows":           {zipped([]byte(asJSON(t, evaluationFile{Format: ResultFormat, Measuring: Measuring{Alarm: alarm.Default}}) + "{}")), "more follows"},
		"another format":         {packed(t, func(f *evaluationFile) { f.Format = 99 }), "it has format 99, and this program reads format 1"},
		"no alarm":               {packed(t, func(f *evaluationFile) { f.Measuring.Alarm = alarm.Settings{} }), "alarm.threshold is 0"},
		"resampled without end":  {packed(t, func(f *evaluationFile) { f.Measuring.Resamples = math.MaxInt }), "resamples, and there may be up to 1000000"},
		"evidence of more":       {packed(t, func(f *evaluationFile) { f.Measuring.MinEvidence = 2 }), "MinEvidence is 2"},
		"a clip of no length":    {packed(t, func(f *evaluationFile) { f.Clips[1].Seconds = -1 }), "clip found-late: it lasts -1 seconds"},
		"a clip of no threshold": {packed(t, func(f *evaluationFile) { f.Clips[0].Threshold = nil }), "clip found: its threshold is NaN"},
		"more than was seen":     {packed(t, func(f *evaluationFile) { f.Clips[0].Evidence = 1.5 }), "the share of it that has a score is 1.5"},
		"scores without times":   {packed(t, func(f *evaluationFile) { f.Clips[0].Scores[0].Times = nil }), "track 1 has 0 times and 40 scores"},
		"times that go back":     {packed(t, func(f *evaluationFile) { f.Clips[0].Scores[0].Times[3] = 0.1 }), "track 1 has 0.1 s after 0.5 s"},
	} {
		dir := t.TempDir()
		if err := evaluationOf(t, twoFolds()).Save(dir); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, EvaluationName), c.file, 0o644); err != nil {
			t.Fatal(err)
		}
		_, err := OpenEvaluation(dir)
		if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "\n") || !strings.Contains(err.Error(), EvaluationName) || !strings.HasSuffix(err.Error(), "evaluate again") {
			t.Errorf("%s: %v\nwant %q", name, err, c.want)
		}
	}
}

func TestAFolderWithoutAnEvaluation(t *testing.T) {
	if _, err := OpenEvaluation(t.TempDir()); !errors.Is(err, ErrNoEvaluation) {
		t.Errorf("%v", err)
	}
	dir := t.TempDir()
	if err := evaluationOf(t, twoFolds()).Save(dir); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(dir, EvaluationName)); err != nil {
		t.Fatal(err)
	}
	if _, err := OpenEvaluation(dir); err == nil || !strings.Contains(err.Error(), EvaluationName) {
		t.Errorf("half an evaluation: %v", err)
	}
}

// FuzzEvaluation: whatever can be read can be measured.
func FuzzEvaluation(f *testing.F) {
	f.Add([]byte(asJSON(f, evaluationFile{Format: ResultFormat, Measuring: Measuring{Alarm: quick, Resamples: 1}})))
	f.Add([]byte(`{"format":1,"measuring":{"Alarm":{"threshold":0.5,"release":0.7,"hold_seconds":1},"Resamples":2},"clips":[{"clip":"a","seconds":10,"fall":true,"falls":[{"Start":4,"End":5}],"scores":[{"track":1,"times":[1,2],"scores":[0.5,null]}],"windows":[{"score":0.3,"fall":true}],"evidence":1,"threshold":0.5}]}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		file, err := decodeEvaluation(bytes.NewReader(zipped(text)))
		if err != nil || len(file.Clips) == 0 {
			return
		}
		var clips []Judged
		for _, c := range file.Clips {
			j, err := c.judged()
			if err != nil {
				return
			}
			clips = append(clips, j)
		}
		file.Measuring.Resamples = min(file.Measuring.Resamples, 3)
		asJSON(t, file.Measuring.Measure(clips))
		asJSON(t, file.Measuring.Risk(clips))
	})
}
