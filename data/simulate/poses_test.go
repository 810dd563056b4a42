package simulate

import (
	"bytes"
	"context"
	"encoding/csv"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"gonum.org/v1/gonum/spatial/r3"

	"fallkit/data"
	"fallkit/data/simulate/body"
	"fallkit/data/simulate/motion"
	"fallkit/pose"
)

func poseSettings(clips int) Settings {
	return Settings{Clips: clips, Seed: 5, Width: 320, Height: 240, FPS: 12.5}
}

// read gives the files of a folder by their paths in it.
func readFolder(t *testing.T, dir string) map[string]string {
	files := map[string]string{}
	err := filepath.Walk(dir, func(path string, info os.FileInfo, err error) error {
		if err != nil || info.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		name, _ := filepath.Rel(dir, path)
		files[name] = string(text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func TestAFolderOfPosesCanBeReadAsData(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "made")
	told := 0
	err := WritePoseFolder(context.Background(), dir, poseSettings(6), Exact{}, func(int, int) { told++ })
	if err != nil {
		t.Fatal(err)
	}
	if told != 6 {
		t.Errorf("told of %d clips", told)
	}
	m, err := data.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	examples, _, err := data.LoadExamples(m, data.Store{Dir: filepath.Join(t.TempDir(), "store")}, "some engine", 12.5)
	if err != nil {
		t.Fatal(err)
	}
	if len(examples) != 6 {
		t.Fatalf("%d of 6 clips have poses", len(examples))
	}
	for _, e := range examples {
		if e.Warning != "" {
			t.Error(e.Warning)
		}
		fall := e.Clip.Label == data.LabelFall
		if fall != (len(e.Falls) == 1) || len(e.States) == 0 || e.Video == "" {
			t.Errorf("%s: falls %v, %d states, footage %q", e.Clip, e.Falls, len(e.States), e.Video)
		}
		if fall && !strings.Contains(stateAt(&e, e.Falls[0].Start+0.09), "ing") {
			t.Errorf("%s: the fall begins in state %q", e.Clip, stateAt(&e, e.Falls[0].Start+0.09))
		}
	}
}

func stateAt(e *data.Example, t float64) string {
	for _, s := range e.States {
		if s.Start <= t && t <= s.End {
			return s.State
		}
	}
	return ""
}

func TestPosesDoNotDependOnWorkers(t *testing.T) {
	one, two := filepath.Join(t.TempDir(), "one"), filepath.Join(t.TempDir(), "two")
	s := poseSettings(4)
	if err := WritePoseFolder(context.Background(), one, s, Exact{}, nil); err != nil {
		t.Fatal(err)
	}
	s.Workers = 3
	if err := WritePoseFolder(context.Background(), two, s, Exact{}, nil); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(readFolder(t, one), readFolder(t, two)); diff != "" {
		t.Error("the second folder has other bytes")
	}
	// what is missing is made again, the same
	before := readFolder(t, one)
	gone := filepath.Join(one, posesFolder, Plan(s)[1].Name+".parquet")
	if err := os.Remove(gone); err != nil {
		t.Fatal(err)
	}
	if err := WritePoseFolder(context.Background(), one, s, Exact{}, nil); err != nil {
		t.Fatal(err)
	}
	if !cmp.Equal(before, readFolder(t, one)) {
		t.Error("a run that was broken off ends with other bytes")
	}
	s.Seed++
	if err := WritePoseFolder(context.Background(), one, s, Exact{}, nil); err == nil || !strings.Contains(err.Error(), "other settings") {
		t.Errorf("another seed in the same folder: %v", err)
	}
}

func TestEveryLabelHasEverySubject(t *testing.T) {
	labels := map[string]map[string]bool{}
	for _, c := range Plan(poseSettings(64)) {
		act, ok := motion.ByName(c.Activity)
		if !ok || act.Fall != (c.Label == data.LabelFall) {
			t.Errorf("%s is labelled %s", c.Activity, c.Label)
		}
		for _, group := range []string{c.Subject, c.Camera} {
			if labels[group] == nil {
				labels[group] = map[string]bool{}
			}
			labels[group][c.Label] = true
		}
	}
	for group, l := range labels {
		if len(l) != 2 {
			t.Errorf("%s has clips of one label only", group)
		}
	}
}

// A person who looks at the camera shows the face; seen from behind it is hidden, and so is
// an arm before the belly.
func TestTheBodyHidesItsOwnJoints(t *testing.T) {
	who := body.New(body.Person{Sex: body.Male, Age: 40, Stature: 1.75, Mass: 75})
	take, err := motion.Plan(rand.New(rand.NewPCG(1, 1)), who, "stand")
	if err != nil {
		t.Fatal(err)
	}
	state := take.At(0.5)
	from := func(z float64) Seen {
		s := shot{people: []*player{{take: take}}, camera: camera{at: r3.Vec{Y: 1.4, Z: z}, width: 640, height: 480, focal: 500}}
		s.camera.forward = r3.Unit(r3.Vec{Y: -0.1, Z: -z})
		s.camera.right = r3.Unit(r3.Cross(s.camera.forward, axisY))
		s.camera.up = r3.Cross(s.camera.right, s.camera.forward)
		return s.seen([]motion.State{state}, 0)[0]
	}
	front, back := from(4), from(-4)
	if v := front.Keypoints[pose.Nose].Visibility; v != Visible {
		t.Errorf("from before, the nose is %d", v)
	}
	if v := back.Keypoints[pose.Nose].Visibility; v != Hidden {
		t.Errorf("from behind, the nose is %d", v)
	}
	for _, s := range []Seen{front, back} {
		for _, j := range []pose.Joint{pose.LeftAnkle, pose.RightAnkle, pose.LeftKnee, pose.LeftShoulder} {
			if v := s.Keypoints[j].Visibility; v != Visible {
				t.Errorf("the %v is %d", j, v)
			}
		}
	}
	if front.Keypoints[pose.LeftHip].X < front.Keypoints[pose.RightHip].X {
		t.Error("from before, the left hip is not at the right")
	}
}

// The nearest parts of two stretches are those that a search finds.
func TestNearestOf(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 3))
	v := func() r3.Vec { return r3.Vec{X: rng.NormFloat64(), Y: rng.NormFloat64(), Z: rng.NormFloat64()} }
	for range 200 {
		p, d, q, e := v(), v(), v(), v()
		gap := func(s, t float64) float64 {
			return r3.Norm(r3.Sub(r3.Add(p, r3.Scale(s, d)), r3.Add(q, r3.Scale(t, e))))
		}
		s, u := nearestOf(p, d, q, e)
		best := gap(0, 0)
		for i := range 101 {
			for k := range 101 {
				best = min(best, gap(float64(i)/100, float64(k)/100))
			}
		}
		if have := gap(s, u); have > best+1e-9 {
			t.Fatalf("%.5f apart, and the search finds %.5f", have, best)
		}
	}
}

func TestGalleryShowsEveryActivity(t *testing.T) {
	for _, act := range []string{"sit-down", "fall-backward"} {
		a, _ := motion.ByName(act)
		x, err := newExhibit(1, a)
		if err != nil {
			t.Fatal(err)
		}
		img := x.strip()
		colours := map[[3]byte]bool{}
		for i := 0; i < len(img.Pix); i += 4 {
			colours[[3]byte(img.Pix[i:i+3])] = true
		}
		if len(colours) < 200 {
			t.Errorf("%s: a strip of %d colours", act, len(colours))
		}
	}
}

func TestLabelsOfPosesAreWhole(t *testing.T) {
	var text bytes.Buffer
	clips := Plan(poseSettings(2))
	truths := make([]clipTruth, 2)
	for i, c := range clips {
		f, err := c.Film(Exact{})
		if err != nil {
			t.Fatal(err)
		}
		truths[i] = f.clipTruth
		if last := f.Outline.Segments[len(f.Outline.Segments)-1]; last.End != f.Outline.Frames-1 {
			t.Errorf("the states end with frame %d of %d", last.End, f.Outline.Frames)
		}
	}
	dir := t.TempDir()
	if err := writeLists(dir, clips, truths); err != nil {
		t.Fatal(err)
	}
	labels, err := os.ReadFile(filepath.Join(dir, labelsFile))
	if err != nil {
		t.Fatal(err)
	}
	text.Write(labels)
	rows, err := csv.NewReader(&text).ReadAll()
	if err != nil || len(rows) != 3 || rows[1][9] == "" || rows[2][9] != "" {
		t.Errorf("labels are %v (%v)", rows, err)
	}
}

func BenchmarkPoses(b *testing.B) {
	clips := Plan(Settings{Clips: 400, Seed: 1, Width: 320, Height: 240, FPS: 12.5})
	frames := 0
	for i := 0; b.Loop(); i++ {
		f, err := clips[i%len(clips)].Film(Exact{})
		if err != nil {
			b.Fatal(err)
		}
		frames += f.Outline.Frames
	}
	b.ReportMetric(float64(frames)/12.5/b.Elapsed().Seconds(), "hours/hour")
}
