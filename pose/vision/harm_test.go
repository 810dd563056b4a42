package vision

import (
	"context"
	"image"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"gocv.io/x/gocv"

	"fallkit/pose"
)

func chanceFor(seed uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, 0)) }

// person in a room, as every picture harm gets it.
func room(t testing.TB) gocv.Mat {
	t.Helper()
	picture, _ := figure(320, 240, image.Pt(160, 130), 75, 0)
	m, err := fromImage(picture)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { m.Close() })
	return m
}

// spoiled is the third of three pictures that came to a harm; they are all the same before.
func spoiled(t testing.TB, k HarmKind, severity int, before gocv.Mat) gocv.Mat {
	t.Helper()
	w, err := k.open(k.Levels[severity-1], chanceFor(1))
	if err != nil {
		t.Fatal(err)
	}
	if w.close != nil {
		defer w.close()
	}
	m := gocv.NewMat()
	t.Cleanup(func() { m.Close() })
	for range 3 {
		before.CopyTo(&m)
		if w.spoil == nil {
			continue
		}
		if err := w.spoil(&m); err != nil {
			t.Fatalf("%s %d: %v", k.Name, severity, err)
		}
	}
	return m
}

func values(m gocv.Mat) []float64 {
	v := make([]float64, 0, m.Total()*3)
	for _, b := range m.ToBytes() {
		v = append(v, float64(b))
	}
	return v
}

func average(v []float64) float64 {
	sum := 0.0
	for _, x := range v {
		sum += x
	}
	return sum / float64(len(v))
}

// psnr is how alike two pictures are, in decibels.
func psnr(a, b gocv.Mat) float64 {
	x, y := values(a), values(b)
	for i := range x {
		x[i] = (x[i] - y[i]) * (x[i] - y[i])
	}
	return 10 * math.Log10(255*255/average(x))
}

// sharpness is the variance of the Laplacian.
func sharpness(m gocv.Mat) float64 {
	edges := gocv.NewMat()
	defer edges.Close()
	gocv.Laplacian(m, &edges, gocv.MatTypeCV8U, 1, 1, 0, gocv.BorderDefault)
	v := values(edges)
	mean := average(v)
	for i := range v {
		v[i] = (v[i] - mean) * (v[i] - mean)
	}
	return average(v)
}

func TestPictureHarmGrowsWithSeverity(t *testing.T) {
	before := room(t)
	quality := func(m gocv.Mat) float64 { return psnr(before, m) }
	light := func(m gocv.Mat) float64 { return average(values(m)) }
	glare := func(m gocv.Mat) float64 { return -average(values(m)) }
	for name, measure := range map[string]func(gocv.Mat) float64{
		"darkness": light, "overexposure": glare, "motion_blur": sharpness, "defocus": sharpness, "low_resolution": sharpness,
		"sensor_noise": quality, "jpeg": quality, "low_bitrate": quality, "occlusion": quality,
	} {
		k, _ := Harm{Kind: name}.kind()
		last := measure(before)
		for severity := 1; severity <= Severities; severity++ {
			m := spoiled(t, k, severity, before)
			if m.Cols() != 320 || m.Rows() != 240 || m.Type() != gocv.MatTypeCV8UC3 {
				t.Fatalf("%s %d: the picture is %dx%d of type %v", name, severity, m.Cols(), m.Rows(), m.Type())
			}
			got := measure(m)
			if !(got < last) {
				t.Errorf("%s: %.4g at severity %d, and %.4g before", name, got, severity, last)
			}
			last = got
		}
	}
}

func TestHarmTable(t *testing.T) {
	seen := map[string]bool{}
	for _, k := range HarmKinds() {
		if seen[k.Name] || k.About == "" || k.Unit == "" {
			t.Errorf("%q is there twice, or says too little", k.Name)
		}
		seen[k.Name] = true
		up, down := slices.IsSorted(k.Levels[:]), slices.IsSortedFunc(k.Levels[:], func(a, b float64) int { return int(math.Copysign(1, b-a)) })
		if up == down {
			t.Errorf("%s: %v do not go one way", k.Name, k.Levels)
		}
	}
}

// Stops are stops: light is multiplied, in linear light.
func TestExposureIsInStops(t *testing.T) {
	for v := range 256 {
		if got := encoded(linear(v)); int(got) != v {
			t.Errorf("%d comes back as %d", v, got)
		}
	}
	m := gocv.NewMatWithSizeFromScalar(gocv.NewScalar(188, 188, 188, 0), 8, 8, gocv.MatTypeCV8UC3) // half of white's light
	defer m.Close()
	w, _ := exposure(-1, nil)
	if err := w.spoil(&m); err != nil {
		t.Fatal(err)
	}
	if got := m.GetVecbAt(0, 0)[0]; got != 137 { // a quarter
		t.Errorf("half of the light of 188 is %d, and must be 137", got)
	}
}

// The noise of a grey surface is what sensors have: variance light + read².
func TestNoiseIsShotNoise(t *testing.T) {
	for _, photons := range []float64{400, 50} {
		m := gocv.NewMatWithSizeFromScalar(gocv.NewScalar(128, 128, 128, 0), 256, 256, gocv.MatTypeCV8UC3)
		defer m.Close()
		w, _ := noise(photons, chanceFor(3))
		if err := w.spoil(&m); err != nil {
			t.Fatal(err)
		}
		v := values(m)
		mean := average(v)
		for i := range v {
			v[i] = (v[i] - mean) * (v[i] - mean)
		}
		want := math.Sqrt(photons*128/255+4) / photons * 255
		if got := math.Sqrt(average(v)); math.Abs(got-want) > 0.03*want || math.Abs(mean-128) > 1 {
			t.Errorf("%g photons: mean %.1f, deviation %.2f, want 128 and %.2f", photons, mean, got, want)
		}
	}
}

// Furniture hides what the table says and nothing else, and a worse harm hides more of it.
func TestOcclusion(t *testing.T) {
	before := gocv.NewMatWithSizeFromScalar(gocv.NewScalar(1, 2, 3, 0), 240, 320, gocv.MatTypeCV8UC3)
	defer before.Close()
	k, _ := Harm{Kind: "occlusion"}.kind()
	for seed := range uint64(8) {
		var last raster
		for i, percent := range k.Levels {
			var hidden raster
			for _, b := range furnish(percent/100, chanceFor(seed)) {
				hidden = hidden.with(b)
			}
			if got := 100 * hidden.share(); got > percent+0.1 || got < percent-4 {
				t.Errorf("seed %d, severity %d hides %.1f %%, and the table says %g", seed, i+1, got, percent)
			}
			for y := range last {
				for x := range last[y] {
					if last[y][x] && !hidden[y][x] {
						t.Fatalf("seed %d: severity %d shows what severity %d hides", seed, i+1, i)
					}
				}
			}
			last = hidden
		}
	}
	m := spoiled(t, k, 3, before)
	boxes := furnish(k.Levels[2]/100, chanceFor(1))
	for y := 2; y < 240; y += 5 {
		for x := 2; x < 320; x += 5 {
			u, v, inside, near := float64(x)/320, float64(y)/240, false, false
			for _, b := range boxes {
				const rim = 0.012
				inside = inside || (u > b.left+rim && u < b.right-rim && v > b.top+rim && v < b.bottom-rim)
				near = near || (u > b.left-rim && u < b.right+rim && v > b.top-rim && v < b.bottom+rim)
			}
			same := m.GetVecbAt(y, x)[0] == 1 && m.GetVecbAt(y, x)[2] == 3
			if inside && same || !near && !same {
				t.Fatalf("pixel %d, %d: inside of a box is %v, and it is as before: %v", x, y, inside, same)
			}
		}
	}
}

// A camera that hangs askew moves what is seen as it moves poses.
func TestCameraMovesPicturesAsPoses(t *testing.T) {
	const width, height = 320, 240
	for _, at := range []image.Point{{100, 80}, {200, 150}} {
		picture, err := fromImage(disc(width, height, at))
		if err != nil {
			t.Fatal(err)
		}
		for name, h := range map[string]pose.Homography{"roll": pose.Roll(20, width, height), "tilt": pose.Tilt(24, width, height)} {
			m := gocv.NewMat()
			picture.CopyTo(&m)
			if err := warp(&m, h); err != nil {
				t.Fatal(err)
			}
			x, y := brightest(m)
			wantX, wantY := h.At(float64(at.X), float64(at.Y))
			if math.Hypot(x-wantX, y-wantY) > 2 {
				t.Errorf("%s: the disc is at %.1f, %.1f, and must be at %.1f, %.1f", name, x, y, wantX, wantY)
			}
			m.Close()
		}
		picture.Close()
	}
}

func brightest(m gocv.Mat) (x, y float64) {
	best := -1
	for v := range m.Rows() {
		for u := range m.Cols() {
			if b := int(m.GetVecbAt(v, u)[1]); b > best {
				best, x, y = b, float64(u), float64(v)
			}
		}
	}
	return x, y
}

func TestKernels(t *testing.T) {
	for _, k := range []kernel{streak(0.3, 1), streak(9, 0), streak(21.5, 2.2), circle(0.2), circle(3), circle(11.7)} {
		sum, x, y := 0.0, 0.0, 0.0
		for i, w := range k.weights {
			sum += float64(w)
			x += float64(w) * float64(i%k.width-k.width/2)
			y += float64(w) * float64(i/k.width-k.height()/2)
		}
		if math.Abs(sum-1) > 1e-4 || math.Abs(x) > 1e-3 || math.Abs(y) > 1e-3 || k.width%2 == 0 || k.height() != k.width {
			t.Errorf("%dx%d: sum %g, middle %g, %g", k.width, k.height(), sum, x, y)
		}
	}
	flat := streak(9, 0)
	used := 0
	for i, w := range flat.weights {
		if w > 0.02 {
			used++
			if i/flat.width != flat.height()/2 {
				t.Error("a level streak leaves its row")
			}
		}
	}
	if used < 9 || used > 11 {
		t.Errorf("a streak of 9 pixels has %d", used)
	}
}

// Over a lossy line a still picture does not get worse with time, and a moving one leaves
// blocks behind that stay as they were.
func TestCodec(t *testing.T) {
	before := room(t)
	c, err := openCodec(36)
	if err != nil {
		t.Fatal(err)
	}
	defer c.close()
	last := 0.0
	for i := range 4 {
		m := before.Clone()
		if err := c.send(&m); err != nil {
			t.Fatal(err)
		}
		if got := psnr(before, m); got < last-0.2 || got < 24 {
			t.Errorf("picture %d: %.1f dB, and the one before %.1f", i, got, last)
		} else {
			last = got
		}
		m.Close()
	}
	if _, err := openCodec(52); err == nil {
		t.Error("quantiser 52 is taken")
	}
}

// fates counts what becomes of frames at 25 a second.
func fates(t *testing.T, name string, severity, frames int) (got map[fate]int) {
	t.Helper()
	k, _ := Harm{Kind: name}.kind()
	w, err := k.open(k.Levels[severity-1], chanceFor(5))
	if err != nil {
		t.Fatal(err)
	}
	got = map[fate]int{}
	for i := range frames {
		f := w.fate(float64(i) / 25)
		if i == 0 && f != arrives {
			t.Errorf("%s %d: the first frame does not arrive", name, severity)
		}
		got[f]++
	}
	return got
}

func TestTimeHarm(t *testing.T) {
	const frames = 25 * 600
	for severity := 1; severity <= Severities; severity++ {
		dropped, _ := Harm{Kind: "dropped_frames"}.kind()
		if got := 100 * float64(fates(t, "dropped_frames", severity, frames)[lost]) / frames; math.Abs(got-dropped.Levels[severity-1]) > 1.5 {
			t.Errorf("dropped_frames %d loses %.1f %%", severity, got)
		}
		slow, _ := Harm{Kind: "low_frame_rate"}.kind()
		if got := float64(fates(t, "low_frame_rate", severity, frames)[arrives]) / 600; math.Abs(got-slow.Levels[severity-1]) > 0.05 {
			t.Errorf("low_frame_rate %d gives %.2f a second", severity, got)
		}
		frozen, _ := Harm{Kind: "frozen_frames"}.kind()
		share := 0.1 + 0.4*(frozen.Levels[severity-1]-0.2)/1.8
		if got := float64(fates(t, "frozen_frames", severity, frames)[stuck]) / frames; math.Abs(got-share) > 0.04 {
			t.Errorf("frozen_frames %d stands still for %.2f of the time, and must for %.2f", severity, got, share)
		}
	}
}

func harmedRun(t *testing.T, path string, h Harm) *pose.Recording {
	t.Helper()
	r, err := Run(context.Background(), Source{Path: path, Harm: h}, standinEngine(t), Options{}, nil)
	if err != nil {
		t.Fatalf("%+v: %v", h, err)
	}
	if err := r.Check(); err != nil {
		t.Fatalf("%+v: %v", h, err)
	}
	return r
}

func samePoses(a, b *pose.Recording) bool {
	return slices.Equal(a.FrameTimes, b.FrameTimes) && slices.Equal(a.PoseTimes, b.PoseTimes) &&
		slices.EqualFunc(a.Tracks, b.Tracks, func(x, y pose.Track) bool { return x.ID == y.ID && slices.Equal(x.Poses, y.Poses) })
}

func TestHarmedRuns(t *testing.T) {
	path := film(t, 25, walk(256, 192, 50))
	clean := harmedRun(t, path, Harm{})
	if !samePoses(clean, harmedRun(t, path, Harm{Kind: "sensor_noise", Seed: 9})) {
		t.Error("severity 0 changes something")
	}
	for _, k := range HarmKinds() {
		h := Harm{k.Name, 3, 1}
		once := harmedRun(t, path, h)
		if !samePoses(once, harmedRun(t, path, h)) {
			t.Errorf("%s does not do the same twice", k.Name)
		}
		if samePoses(once, clean) && k.Name != "frozen_frames" && k.Name != "overexposure" {
			t.Errorf("%s changes nothing", k.Name)
		}
		for _, time := range once.FrameTimes {
			if !slices.Contains(clean.FrameTimes, time) {
				t.Errorf("%s: a frame at %g s that was never there", k.Name, time)
			}
		}
		if k.open == nil || (k.Name == "dropped_frames" || k.Name == "low_frame_rate") != (len(once.FrameTimes) < len(clean.FrameTimes)) {
			t.Errorf("%s: %d frames of %d", k.Name, len(once.FrameTimes), len(clean.FrameTimes))
		}
	}
}

// A picture that stands still gives the pose that was there when it froze.
func TestFrozenPosesRepeat(t *testing.T) {
	path := film(t, 25, walk(256, 192, 100))
	r := harmedRun(t, path, Harm{"frozen_frames", 5, 1})
	repeats := 0
	for i, p := range r.Tracks[0].Poses[1:] {
		if p == r.Tracks[0].Poses[i] {
			repeats++
		}
	}
	if repeats < 5 || repeats > 48 || len(r.PoseTimes) != 50 {
		t.Errorf("%d of %d poses are those before", repeats, len(r.PoseTimes))
	}
}

// Chance comes from the video's bytes: a copy elsewhere gets the same, another video not.
func TestHarmChance(t *testing.T) {
	a := film(t, 25, walk(256, 192, 10))
	text, err := os.ReadFile(a)
	if err != nil {
		t.Fatal(err)
	}
	copied := filepath.Join(t.TempDir(), "copy.mp4")
	os.WriteFile(copied, text, 0o644)
	draw := func(h Harm, path string) uint64 {
		rng, err := h.chance(path)
		if err != nil {
			t.Fatal(err)
		}
		return rng.Uint64()
	}
	h := Harm{"occlusion", 2, 1}
	if draw(h, a) != draw(h, copied) || draw(h, a) != draw(Harm{"occlusion", 5, 1}, a) {
		t.Error("the place of the file or the severity changes chance")
	}
	if draw(h, a) == draw(Harm{"occlusion", 2, 2}, a) || draw(h, a) == draw(h, film(t, 25, walk(256, 192, 12))) || draw(h, a) == draw(Harm{"camera_roll", 2, 1}, a) {
		t.Error("seed, video or kind do not change chance")
	}
	if _, err := h.chance(filepath.Join(t.TempDir(), "none.mp4")); err == nil {
		t.Error("a missing file has chance")
	}
}

func TestHarmIDs(t *testing.T) {
	seen := map[string]Harm{}
	for _, k := range HarmKinds() {
		for severity := 1; severity <= Severities; severity++ {
			for seed := range uint64(2) {
				h := Harm{k.Name, severity, seed}
				id := h.EngineID("engine")
				if other, twice := seen[id]; twice || !strings.HasPrefix(id, "engine ") {
					t.Errorf("%+v and %+v are both %q", h, other, id)
				}
				seen[id] = h
			}
		}
	}
	if (Harm{Kind: "jpeg"}).EngineID("engine") != "engine" {
		t.Error("severity 0 is another engine")
	}
}

func TestHarmThatCannotBe(t *testing.T) {
	path := film(t, 25, walk(256, 192, 4))
	for want, src := range map[string]Source{
		`no harm "rust"`:        {Path: path, Harm: Harm{"rust", 1, 0}},
		"severity of harm is 6": {Path: path, Harm: Harm{"jpeg", 6, 0}},
		"files only":            {Path: path, Live: true, Harm: Harm{"jpeg", 1, 0}},
	} {
		if _, err := Run(context.Background(), src, standinEngine(t), Options{}, nil); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v: %v, want %q", src.Harm, err, want)
		}
	}
	empty, grey := gocv.NewMat(), gocv.NewMatWithSize(8, 8, gocv.MatTypeCV8U)
	defer empty.Close()
	defer grey.Close()
	for _, k := range harmKinds { // each would end the process if an exception came through
		w, err := k.open(k.Levels[2], chanceFor(1))
		if err != nil {
			t.Fatal(err)
		}
		if w.spoil != nil && k.Name != "low_resolution" && (w.spoil(&empty) == nil || w.spoil(&grey) == nil) {
			t.Errorf("%s takes a picture that is none", k.Name)
		}
		if w.close != nil {
			w.close()
		}
	}
	if coarsen(&empty, 3, 3) == nil {
		t.Error("an empty picture is coarsened")
	}
}

func TestHarmSheet(t *testing.T) {
	path := film(t, 25, walk(64, 48, 8))
	out := filepath.Join(t.TempDir(), "sheet.png")
	calls := 0
	if err := HarmSheet(context.Background(), path, 1, out, func(done, total int) { calls++ }); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(out); err != nil || info.Size() < 1000 || calls != 4*len(harmKinds) {
		t.Errorf("%v, %d calls", err, calls)
	}
	if err := HarmSheet(context.Background(), standinFile(t), 1, out, nil); err == nil {
		t.Error("a network is taken for a video")
	}
}

func BenchmarkHarm(b *testing.B) {
	before := room(b)
	for _, k := range harmKinds {
		w, err := k.open(k.Levels[2], chanceFor(1))
		if err != nil || w.spoil == nil {
			continue
		}
		b.Run(k.Name, func(b *testing.B) {
			m := gocv.NewMat()
			defer m.Close()
			for b.Loop() {
				before.CopyTo(&m)
				if err := w.spoil(&m); err != nil {
					b.Fatal(err)
				}
			}
		})
		if w.close != nil {
			w.close()
		}
	}
}
