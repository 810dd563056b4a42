package vision

import (
	"context"
	"image"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"gocv.io/x/gocv"
	"google.golang.org/protobuf/encoding/protowire"

	"fallkit/internal/onnx/wire"
	"fallkit/pose"
	"fallkit/pose/weights"
	"fallkit/pose/weights/tfjs"
	"fallkit/pose/weights/tfjs/tfjstest"
)

const noRuntime = `ONNX Runtime is not here: run "falltrain pull --runtime onnxruntime"`

// runtimesHere are those that can run networks on this machine.
func runtimesHere() []string {
	home, err := weights.Home()
	if err == nil {
		err = weights.VerifyRuntime(home)
	}
	if err == nil {
		err = LoadONNXRuntime(weights.RuntimePath(home))
	}
	if err != nil {
		return []string{OpenCV}
	}
	return []string{OpenCV, ONNXRuntime}
}

func needRuntime(t testing.TB, runtime string) {
	t.Helper()
	if runtime == ONNXRuntime && len(runtimesHere()) < 2 {
		t.Skip(noRuntime)
	}
}

// both runs a test in OpenCV and in ONNX Runtime.
func both(t *testing.T, test func(t *testing.T, runtime string)) {
	for _, runtime := range []string{OpenCV, ONNXRuntime} {
		t.Run(runtime, func(t *testing.T) {
			needRuntime(t, runtime)
			test(t, runtime)
		})
	}
}

func engineIn(t testing.TB, path, runtime string) *Engine {
	t.Helper()
	needRuntime(t, runtime)
	s := DefaultEngine
	s.Runtime = runtime
	e, err := OpenEngine(path, s)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := e.Close(); err != nil {
			t.Error(err)
		}
	})
	return e
}

func standinEngineIn(t testing.TB, runtime string) *Engine {
	t.Helper()
	return engineIn(t, standinFile(t), runtime)
}

func poseEngineIn(t testing.TB, runtime string) *Engine {
	t.Helper()
	return engineIn(t, poseNetwork(t), runtime)
}

// ONNX Runtime reads a converted graph, translated, as the same numbers that
// TensorFlow.js' rules give: limits of a clip, layers no longer widened.
func TestONNXRuntimeReadsConvertedGraphs(t *testing.T) {
	needRuntime(t, ONNXRuntime)
	for _, g := range tfjstest.Cases() {
		t.Run(g.Name, func(t *testing.T) {
			file, err := tfjs.Convert(g.Topology, g.Weights, g.Cut)
			if err != nil {
				t.Fatal(err)
			}
			n, err := openNetwork(ONNXRuntime, file)
			if err != nil {
				t.Fatal(err)
			}
			defer n.close()
			copy(n.(*ortNetwork).in.GetData(), g.Input.Planes())
			got, err := n.forward()
			if err != nil {
				t.Fatal(err)
			}
			want := g.Want.Planes()
			if len(got.values) != len(want) {
				t.Fatalf("%d numbers, want %d", len(got.values), len(want))
			}
			for i := range want {
				if diff := math.Abs(float64(got.values[i] - want[i])); !(diff <= 1e-4*(1+math.Abs(float64(want[i])))) {
					t.Fatalf("number %d is %g, want %g", i, got.values[i], want[i])
				}
			}
		})
	}
}

// What the file does for OpenCV's sake alone is gone from the translation.
func TestTheTranslation(t *testing.T) {
	file, err := os.ReadFile(poseNetwork(t))
	if err != nil {
		t.Fatal(err)
	}
	before := operations(t, file)
	translated, err := forONNXRuntime(file)
	if err != nil {
		t.Fatal(err)
	}
	after := operations(t, translated.onnx)
	if before["Pad"] == 0 || before["Pad"] != before["Slice"] || before["Clip"] == 0 {
		t.Fatalf("the file has %v: is this still the right test?", before)
	}
	if after["Pad"] != 0 || after["Slice"] != 0 || after["Identity"] != 2*before["Pad"] || after["Clip"] != before["Clip"] || after["Conv"] != before["Conv"] {
		t.Errorf("the file has %v and the translation %v", before, after)
	}
	if in, out := translated.input, translated.output; in.name != tfjs.InputName || out.name != tfjs.OutputName || len(in.shape) != 4 || len(out.shape) != 4 {
		t.Errorf("from %v to %v", in, out)
	}
	again, err := forONNXRuntime(translated.onnx)
	if err != nil || len(again.onnx) != len(translated.onnx) {
		t.Errorf("a translation is translated from %d to %d bytes, %v", len(translated.onnx), len(again.onnx), err)
	}
}

func operations(t *testing.T, onnx []byte) map[string]int {
	t.Helper()
	found := map[string]int{}
	err := wire.Each(onnx, func(f wire.Field) error {
		return wire.Inside(f, []protowire.Number{modelGraph, graphNode}, func(f wire.Field) error {
			n, err := readNode(f.Bytes)
			found[n.op]++
			return err
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// FuzzTranslation: whatever the bytes are, it ends with a translation or an error.
func FuzzTranslation(f *testing.F) {
	f.Add(standin(32))
	f.Add([]byte("no network"))
	for _, g := range tfjstest.Cases() {
		if file, err := tfjs.Convert(g.Topology, g.Weights, g.Cut); err == nil && len(file) < 20_000 {
			f.Add(file)
		}
	}
	f.Fuzz(func(t *testing.T, onnx []byte) {
		got, err := forONNXRuntime(onnx)
		if err == nil && (got.input.size() < 1 || got.input.size() > maxValues || got.output.size() < 1 || got.output.size() > maxValues) {
			t.Errorf("from %v to %v", got.input, got.output)
		}
	})
}

// The two find the same people at the same places in drawn pictures, with one ID.
func TestBothRuntimesFindTheSamePoses(t *testing.T) {
	a, b := poseEngineIn(t, OpenCV), poseEngineIn(t, ONNXRuntime)
	if a.ID() != b.ID() {
		t.Errorf("the IDs are %q and %q", a.ID(), b.ID())
	}
	var d difference
	for _, degrees := range []float64{0, 30, 75, 100, 180, 260} {
		for _, size := range []float64{70, 150} {
			picture, _ := figure(640, 480, image.Pt(330-int(size/3), 260), size, degrees)
			m, err := fromImage(picture)
			if err != nil {
				t.Fatal(err)
			}
			d.compare(t, a, b, &m)
			m.Close()
		}
	}
	d.judge(t, 8)
}

// The same in frames of real videos.
func TestBothRuntimesFindTheSamePosesInRealVideos(t *testing.T) {
	dir := os.Getenv("FALLKIT_DATA")
	if dir == "" {
		dir = filepath.Join("..", "..", "..", "shared", "data")
	}
	clips, _ := filepath.Glob(filepath.Join(dir, "product_tests", "*.mp4"))
	if len(clips) == 0 {
		t.Skip("no real clips: set FALLKIT_DATA to a data folder with product_tests")
	}
	a, b := poseEngineIn(t, OpenCV), poseEngineIn(t, ONNXRuntime)
	each := 30
	if testing.Short() {
		each = 150
	}
	var d difference
	for _, clip := range clips {
		f, err := openFile(clip)
		if err != nil {
			t.Fatal(err)
		}
		m := gocv.NewMat()
		for i := 0; ; i++ {
			if _, err := f.next(context.Background()); err != nil {
				break
			}
			if i%each != 0 {
				continue
			}
			if ok, err := f.picture(&m); !ok || err != nil {
				t.Fatal(ok, err)
			}
			d.compare(t, a, b, &m)
		}
		m.Close()
		f.close()
	}
	d.judge(t, 1)
}

// Engines of one process do not disturb each other.
func TestEnginesSideBySide(t *testing.T) {
	both(t, func(t *testing.T, runtime string) {
		picture := disc(640, 480, image.Pt(200, 240), image.Pt(450, 240))
		var group sync.WaitGroup
		var found [4][]pose.Pose
		for i := range found {
			e := standinEngineIn(t, runtime)
			group.Go(func() {
				m, err := fromImage(picture)
				if err != nil {
					t.Error(err)
					return
				}
				defer m.Close()
				for range 20 {
					if found[i], err = e.poses(&m); err != nil {
						t.Error(err)
						return
					}
				}
			})
		}
		group.Wait()
		for i := range found {
			if len(found[i]) != 2 || !slices.Equal(found[i], found[0]) {
				t.Errorf("engine %d finds %d people, and engine 0 finds %d", i, len(found[i]), len(found[0]))
			}
		}
	})
}

// difference is how far the poses of two engines lie apart.
type difference struct {
	pictures, people int
	pixels, score    float64 // at most
}

func (d *difference) compare(t *testing.T, a, b *Engine, picture *gocv.Mat) {
	t.Helper()
	of := func(e *Engine) []pose.Pose {
		people, err := e.poses(picture)
		if err != nil {
			t.Fatal(err)
		}
		return people
	}
	first, second := of(a), of(b)
	d.pictures++
	if len(first) != len(second) {
		t.Errorf("picture %d: %d people and %d", d.pictures, len(first), len(second))
		return
	}
	for i := range first {
		d.people++
		d.of(&first[i], &second[i])
	}
}

// of takes in how far two poses lie apart.
func (d *difference) of(p, q *pose.Pose) {
	d.score = max(d.score, math.Abs(float64(p.Score-q.Score)))
	for _, v := range []float32{p.Box.X0 - q.Box.X0, p.Box.Y0 - q.Box.Y0, p.Box.X1 - q.Box.X1, p.Box.Y1 - q.Box.Y1} {
		d.pixels = max(d.pixels, math.Abs(float64(v)))
	}
	for j, k := range p.Keypoints {
		l := q.Keypoints[j]
		d.pixels = max(d.pixels, math.Hypot(float64(k.X-l.X), float64(k.Y-l.Y)))
		d.score = max(d.score, math.Abs(float64(k.Score-l.Score)))
	}
}

func (d *difference) judge(t *testing.T, least int) {
	t.Helper()
	t.Logf("%d pictures with %d people: at most %.2g pixels and %.2g in a score apart", d.pictures, d.people, d.pixels, d.score)
	if d.people < least {
		t.Errorf("only %d people were found", d.people)
	}
	if d.pixels > 0.05 || d.score > 0.001 {
		t.Errorf("the poses are up to %.3g pixels and %.3g in a score apart", d.pixels, d.score)
	}
}

// ONNX Runtime has an answer in one line to networks that are none, as OpenCV has.
func TestONNXRuntimeRefusesBadNetworks(t *testing.T) {
	needRuntime(t, ONNXRuntime)
	good := standin(256)
	few, many := make([]float32, 10), make([]float32, channels)
	s := DefaultEngine
	s.Runtime = ONNXRuntime
	refuse := func(name string, file []byte, want string) {
		t.Helper()
		path := filepath.Join(t.TempDir(), "net.onnx")
		os.WriteFile(path, file, 0o644)
		e, err := OpenEngine(path, s)
		if err == nil {
			e.Close()
			t.Errorf("%s: opens", name)
			return
		}
		if m := err.Error(); !strings.Contains(m, want) || !strings.Contains(m, path) || strings.Contains(m, "\n") {
			t.Errorf("%s: error is %q, want one line with %q and the path", name, m, want)
		}
	}
	refuse("empty", nil, "is empty")
	refuse("text", []byte("this is not a network\n"), "no ONNX network")
	refuse("zeros", make([]byte, 10000), "no ONNX network")
	refuse("too few channels", onnx(256, 3, few, few), "[1 10 64 64] instead of [1 90 64 64]")
	refuse("five colours", onnx(256, 5, many, many), "kernel channels")
	refuse("another size", standin(64), "does not work")
	rng := rand.New(rand.NewPCG(1, 2))
	for range 50 {
		refuse("cut off", good[:rng.IntN(len(good))], "")
	}
}

func TestRuntimeThatIsNotThere(t *testing.T) {
	s := DefaultEngine
	s.Runtime = "tensorflow"
	if _, err := OpenEngine(standinFile(t), s); err == nil || !strings.Contains(err.Error(), `"tensorflow"`) {
		t.Errorf("an unknown runtime: %v", err)
	}
	if _, err := openNetwork("tensorflow", standin(64)); err == nil || !strings.Contains(err.Error(), `"tensorflow"`) {
		t.Errorf("an unknown runtime: %v", err)
	}
	if os.Getenv("FALLKIT_TEST_FRESH") == "" { // in this process it may be loaded
		fresh := exec.Command(os.Args[0], "-test.run=^TestRuntimeThatIsNotThere$")
		fresh.Env = append(os.Environ(), "FALLKIT_TEST_FRESH=1")
		if said, err := fresh.CombinedOutput(); err != nil {
			t.Errorf("%v: %s", err, said)
		}
		return
	}
	s.Runtime = ONNXRuntime
	if _, err := OpenEngine(standinFile(t), s); err == nil || !strings.Contains(err.Error(), "ONNX Runtime is not loaded") {
		t.Errorf("a runtime that is not loaded: %v", err)
	}
	dir := t.TempDir()
	text := filepath.Join(dir, "libonnxruntime.so.1")
	os.WriteFile(text, []byte("no library"), 0o644)
	elsewhere := filepath.Join(dir, "other.so.1") // a whole library's head, of a machine that nobody has
	os.WriteFile(elsewhere, append([]byte("\x7fELF\x02\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x03\x00\xf3\xfe\x01\x00\x00\x00"), make([]byte, 4096)...), 0o644)
	for name, library := range map[string]string{
		"missing": filepath.Join(dir, "none.so"), "a folder": dir, "text": text, "of another machine": elsewhere,
	} {
		err := LoadONNXRuntime(library)
		if err == nil || !strings.Contains(err.Error(), "load ONNX Runtime from "+library) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if v := ONNXRuntimeVersion(); v != "" {
		t.Errorf("version %s of nothing", v)
	}
	// After all that, the right one loads, once.
	if len(runtimesHere()) < 2 {
		return
	}
	standinEngineIn(t, ONNXRuntime)
	if err := LoadONNXRuntime(text); err == nil || !strings.Contains(err.Error(), "already") {
		t.Errorf("a second library: %v", err)
	}
}
