package train

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"image/png"
	"io"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"gonum.org/v1/plot/plotter"

	"fallkit/data"
	"fallkit/pose"
)

func sampleResults(t *testing.T) (Result, Result) {
	t.Helper()
	m := Measuring{Alarm: quick, Resamples: 200, Seed: 1}
	net, err := m.Result("dataset", "network", twoFolds())
	if err != nil {
		t.Fatal(err)
	}
	folds := twoFolds()
	folds[0].Threshold, folds[1].Threshold = 0.95, 0.95
	rule, err := m.Result("dataset", "speed × angle rule", folds)
	if err != nil {
		t.Fatal(err)
	}
	return net, rule
}

func TestTable(t *testing.T) {
	net, rule := sampleResults(t)
	var b bytes.Buffer
	if err := WriteTable(&b, net, rule); err != nil {
		t.Fatal(err)
	}
	golden(t, "table.txt", b.Bytes())
}

func TestTableOfNothing(t *testing.T) {
	var b bytes.Buffer
	if err := WriteTable(&b); err != nil || b.Len() > 0 {
		t.Errorf("%q, %v", b.String(), err)
	}
}

func TestSentences(t *testing.T) {
	net, rule := sampleResults(t)
	one, err := Measuring{Alarm: quick, Resamples: 50, Seed: 1}.Result("fixed", "net", []FoldClips{{"all", "A", "B", 0.5, []Judged{drawnClip("calm", "........")}}})
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	for _, r := range []Result{net, rule, one} {
		b.WriteString(strings.Join(r.Sentences(), "\n") + "\n\n")
	}
	golden(t, "sentences.txt", b.Bytes())
}

// sampleEpochs look like a training.
func sampleEpochs() (epochs []EpochLog) {
	for i := range 24 {
		x := float64(i)
		epochs = append(epochs, EpochLog{Epoch: i + 1, Step: 40 * (i + 1), Loss: 0.12 + 0.5*math.Exp(-x/4), ValLoss: 0.2 + 0.4*math.Exp(-x/5) + 0.003*x, ValAP: 0.93 - 0.5*math.Exp(-x/3) - 0.001*x, Rate: 1e-3})
	}
	return epochs
}

// judgedBy gives film clips with what the rule says of them, and a threshold with which
// some of them go wrong.
func judgedBy(t *testing.T) []Judged {
	t.Helper()
	var clips []Judged
	for i, c := range []struct {
		name    string
		degrees func(float64) float64
		falls   []data.Span
	}{
		{"fall fast", topples(3, 0.6), []data.Span{{Start: 3, End: 3.6}}},
		{"fall slow", topples(3, 1.6), []data.Span{{Start: 3, End: 4.6}}},
		{"drops onto the sofa <on purpose>", topples(2, 0.7), nil},
		{"stands", func(float64) float64 { return 0 }, nil},
	} {
		r := filmed(12.5, 8, 30, c.degrees)
		j := Judged{Clip: c.name, Group: fmt.Sprint(i), Activity: "activity " + c.name, Seconds: r.Duration(), Fall: c.falls != nil, Falls: c.falls, Recording: r}
		j.Scores = ScoreTracks(r, Rule{MinScore: 0.15})
		j.Evidence = Evidence(r.PoseTimes, j.Scores)
		for k, s := range j.Scores[0].Scores {
			j.Windows = append(j.Windows, JudgedWindow{s, within(c.falls, j.Scores[0].Times[k])})
		}
		clips = append(clips, j)
	}
	return clips
}

func sampleReport(t *testing.T) Report {
	t.Helper()
	m := Measuring{Alarm: quick, Resamples: 200, Seed: 1}
	clips := judgedBy(t)
	r, err := m.Result("fixed", "speed × angle rule", []FoldClips{{"all", "nothing", "films", 0.4, clips}})
	if err != nil {
		t.Fatal(err)
	}
	cases, err := Illustrator{m, 0.15}.Cases(clips)
	if err != nil {
		t.Fatal(err)
	}
	return Report{Title: "Falls & films", Runs: []*Run{{Name: "rule", Epochs: sampleEpochs(), Evaluation: &Evaluation{
		Result: r, Clips: clips, Measuring: m, Cases: cases,
		Facts: []Facts{{"Settings", [][2]string{{"alarm.threshold", "0.4"}, {"data", strings.Repeat("0123456789abcdef", 4)}}}},
	}}}}
}

func TestReportStandsAlone(t *testing.T) {
	path := filepath.Join(t.TempDir(), "report.html")
	if err := sampleReport(t).Write(path); err != nil {
		t.Fatal(err)
	}
	if kept := os.Getenv("FALLKIT_KEEP_REPORT"); kept != "" { // to be looked at
		if err := sampleReport(t).Write(kept); err != nil {
			t.Fatal(err)
		}
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	page := string(text)
	for _, wanted := range []string{
		"Falls &amp; films", "It noticed", "drops onto the sofa &lt;on purpose&gt;", "Worst misses", "fall slow",
		"Operating curve", "ROC", "precision and recall", "Reliability", "Leaving open", "log loss", "alarm.threshold", "name=\"viewport\"", "prefers-color-scheme: dark", "class=\"strip\"",
	} {
		if !strings.Contains(page, wanted) {
			t.Errorf("the page lacks %q", wanted)
		}
	}
	for _, outside := range regexp.MustCompile(`(?i)(src|href|action)\s*=\s*["']?([^"'\s>]*)|url\(([^)]*)\)|@import|<script`).FindAllString(page, -1) {
		if outside != `href="data:,` && !strings.HasPrefix(outside, `href="#`) {
			t.Errorf("the page asks for something outside: %s", outside)
		}
	}
	if strings.Contains(page, "#000000") || strings.Contains(page, "Liberation") {
		t.Error("a plot keeps black or its own font, and is unreadable on dark paper")
	}
}

func TestReportsDrawingsAreXML(t *testing.T) {
	p, err := sampleReport(t).page()
	if err != nil {
		t.Fatal(err)
	}
	var drawn []string
	for _, c := range slices.Concat(p.Curves, p.Calibration, p.Loss) {
		drawn = append(drawn, string(c.SVG))
	}
	if len(drawn) != 7 {
		t.Errorf("%d plots, want 7", len(drawn))
	}
	missed, wrong := p.Cases[0].Missed, p.Cases[0].False
	for _, c := range append(missed, wrong...) {
		drawn = append(drawn, string(c.Score), string(c.Strip))
	}
	for i, svg := range drawn {
		d := xml.NewDecoder(strings.NewReader(svg))
		for {
			if _, err := d.Token(); errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				t.Fatalf("drawing %d: %v", i, err)
			}
		}
	}
	if len(missed) != 1 || missed[0].Clip != "fall slow" || len(wrong) != 1 {
		t.Errorf("%d misses and %d false alarms", len(missed), len(wrong))
	}
}

func TestOperatingLineEndsWhereTheMostIsFound(t *testing.T) {
	at := func(recall, rate float64) Point { return Point{Recall: recall, FalseAlarmsPerHour: rate} }
	rising := []Point{at(0.3, 90), at(0.9, 40), at(0.9, 20), at(0.6, 5), at(0, 0)} // by rising threshold
	want := plotter.XYs{{X: 0, Y: 0}, {X: 5, Y: 0.6}, {X: 20, Y: 0.9}}
	if got := operatingLine(rising); !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if got := operatingLine([]Point{at(math.NaN(), 3)}); got != nil {
		t.Errorf("without falls: %v", got)
	}
}

func TestReportOfHardCases(t *testing.T) {
	m := Measuring{Alarm: quick, Resamples: 20, Seed: 1}
	for name, clips := range map[string][]Judged{
		"only falls":    {drawnClip("f", "....", data.Span{Start: 0, End: 1})},
		"only adl":      {drawnClip("a", "####....")},
		"nothing seen":  {drawnClip("n", "????", data.Span{Start: 0, End: 1}), drawnClip("m", "????")},
		"empty footage": {{Clip: "e", Recording: &pose.Recording{}}, {Clip: "e2", Fall: true}},
		"person but no score": {func() Judged {
			j := drawnClip("p", "??????????", data.Span{Start: 1, End: 2})
			j.Recording = filmed(4, 2.5, 30, topples(1, 1))
			return j
		}()},
	} {
		r, err := m.Result("fixed", "net", []FoldClips{{"all", "", "", 0.5, clips}})
		if err != nil {
			t.Fatal(err)
		}
		cases, err := Illustrator{Measuring: m}.Cases(clips)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		report := Report{Title: name, Runs: []*Run{{Name: "net", Evaluation: &Evaluation{Result: r, Clips: clips, Measuring: m, Cases: cases}}}}
		if err := report.Write(filepath.Join(t.TempDir(), "report.html")); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if err := WriteTable(io.Discard, r); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestLossPlot(t *testing.T) {
	dir := t.TempDir()
	log, pngPath, svgPath := filepath.Join(dir, LogName), filepath.Join(dir, "loss.png"), filepath.Join(dir, "loss.svg")
	if err := writeLog(log, nil); err != nil {
		t.Fatal(err)
	}
	if err := WriteLossPlot(log, pngPath, svgPath); err == nil || !strings.Contains(err.Error(), "no epoch yet") {
		t.Errorf("an empty log: %v", err)
	}
	for _, n := range []int{1, 24} {
		if err := writeLog(log, sampleEpochs()[:n]); err != nil {
			t.Fatal(err)
		}
		if err := WriteLossPlot(log, pngPath, svgPath); err != nil {
			t.Fatalf("%d epochs: %v", n, err)
		}
	}
	f, err := os.Open(pngPath)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if img, err := png.Decode(f); err != nil || img.Bounds().Dx() < 1000 {
		t.Errorf("the PNG: %v", err)
	}
	if text, err := os.ReadFile(svgPath); err != nil || !bytes.Contains(text, []byte("<svg")) {
		t.Errorf("the SVG: %v", err)
	}
}
