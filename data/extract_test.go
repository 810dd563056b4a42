package data

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"fallkit/pose"
)

// The test binary itself is the process that TestKilledAnywhere kills.
const helperFolder = "FALLKIT_TEST_EXTRACT"

func TestMain(m *testing.M) {
	if dir := os.Getenv(helperFolder); dir != "" {
		if err := extractAsHelper(dir); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	goleak.VerifyTestMain(m)
}

// fakeExtractor makes poses of a file's bytes: the same bytes, the same poses.
type fakeExtractor struct {
	frames int                   // of each recording
	before func(path string)     // called when an extraction begins, may be nil
	wait   func(context.Context) // called in the middle of an extraction, may be nil
	change func(*pose.Recording) // called on each recording, may be nil
	count  *atomic.Int64         // of extractions that began
	closed func()                // called by Close, may be nil
}

func (f *fakeExtractor) Extract(ctx context.Context, path string, progress func(done, total int)) (*pose.Recording, error) {
	f.count.Add(1)
	if f.before != nil {
		f.before(path)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	if strings.HasPrefix(string(text), "broken") {
		return nil, errors.New("no frame could be decoded")
	}
	progress(f.frames/2, f.frames)
	if f.wait != nil {
		f.wait(ctx)
	}
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	h := fnv.New32()
	h.Write(text)
	r := steadyRecording(f.frames, float32(h.Sum32()%1000))
	progress(f.frames, f.frames)
	if f.change != nil {
		f.change(r)
	}
	return r, nil
}

func (f *fakeExtractor) Close() error {
	if f.closed != nil {
		f.closed()
	}
	return nil
}

// videoFolder makes a data folder of two folders of "videos" with the given contents.
func videoFolder(t testing.TB, contents ...string) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "set")
	for i, text := range contents {
		label := []string{LabelFall, LabelADL}[i%2]
		write(t, filepath.Join(dir, label, fmt.Sprintf("v%02d.mp4", i)), text)
	}
	return dir
}

// extraction of a folder into a store beside it; runs counts what the fake was asked.
func extraction(t testing.TB, dir string, frames int) (x *Extraction, runs *atomic.Int64) {
	t.Helper()
	m, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	runs = new(atomic.Int64)
	return &Extraction{
		Manifest: m, Store: Store{Dir: filepath.Join(filepath.Dir(dir), "store")}, EngineID: "fake-1", FPS: 12.5, Workers: 2,
		Open: func() (Extractor, error) { return &fakeExtractor{frames: frames, count: runs}, nil },
	}, runs
}

func run(t testing.TB, x *Extraction) Result {
	t.Helper()
	r, err := x.Run(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func expect(t *testing.T, r Result, done, cached, failed int) {
	t.Helper()
	if r.Done != done || r.Cached != cached || len(r.Failed) != failed {
		t.Errorf("%d done, %d cached, failed %v; wanted %d, %d and %d", r.Done, r.Cached, r.Failed, done, cached, failed)
	}
}

// contents of a store by file name, without what differs from run to run by nature.
func contents(t testing.TB, dir string) map[string]string {
	t.Helper()
	files := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || d.Name() == sumsFile || d.Name() == ".lock" {
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

func same(t *testing.T, want, got map[string]string) {
	t.Helper()
	for name := range want {
		if _, ok := got[name]; !ok {
			t.Errorf("%s is missing", name)
		} else if want[name] != got[name] {
			t.Errorf("%s is another one", name)
		}
	}
	for name := range got {
		if _, ok := want[name]; !ok {
			t.Errorf("%s should not be there", name)
		}
	}
}

func TestSecondRunDoesNothing(t *testing.T) {
	dir := videoFolder(t, "a", "b", "c", "d")
	x, runs := extraction(t, dir, 10)
	expect(t, run(t, x), 4, 0, 0)
	before := contents(t, x.Store.Dir)
	x.Open = func() (Extractor, error) { t.Error("the pose engine was opened"); return nil, errors.New("no") }
	expect(t, run(t, x), 0, 4, 0)
	same(t, before, contents(t, x.Store.Dir))
	if runs.Load() != 4 {
		t.Errorf("%d extractions, and wanted 4", runs.Load())
	}
}

func TestOnlyWhatChangedIsDoneAgain(t *testing.T) {
	dir := videoFolder(t, "a", "b", "c", "d")
	x, runs := extraction(t, dir, 10)
	first := run(t, x)
	damage := x.Store.Path(first.Keys[3])
	for _, tc := range []struct {
		name         string
		change       func()
		done, cached int
	}{
		{"another video", func() { write(t, filepath.Join(dir, "fall/v00.mp4"), "z") }, 1, 3},
		{"the old video again", func() { write(t, filepath.Join(dir, "fall/v00.mp4"), "a") }, 0, 4},
		{"another rate", func() { x.FPS = 10 }, 4, 0},
		{"the old rate again", func() { x.FPS = 12.5 }, 0, 4},
		{"another engine", func() { x.EngineID = "fake-2" }, 4, 0},
		{"the old engine again", func() { x.EngineID = "fake-1" }, 0, 4},
		{"a renamed video", func() {
			if err := os.Rename(filepath.Join(dir, "fall/v00.mp4"), filepath.Join(dir, "fall/v09.mp4")); err != nil {
				t.Fatal(err)
			}
			x.Manifest, _ = Open(dir)
		}, 0, 4},
		{"poses cut short on disk", func() { write(t, damage, "PAR1") }, 1, 3},
		{"a broken list of sha256", func() { write(t, filepath.Join(x.Store.Dir, sumsFile), "{") }, 0, 4},
		{"a broken index", func() { write(t, filepath.Join(x.Store.Dir, indexFile), "\"") }, 0, 4},
	} {
		t.Run(tc.name, func(t *testing.T) {
			tc.change()
			before := runs.Load()
			expect(t, run(t, x), tc.done, tc.cached, 0)
			if n := runs.Load() - before; int(n) != tc.done {
				t.Errorf("%d extractions, and wanted %d", n, tc.done)
			}
		})
	}
}

func TestSameVideoTwiceIsOneExtraction(t *testing.T) {
	x, runs := extraction(t, videoFolder(t, "a", "a", "b", "a", "broken", "broken"), 10)
	r := run(t, x)
	expect(t, r, 2, 2, 2)
	if runs.Load() != 3 || r.Keys[0] != r.Keys[3] || r.Keys[0] == "" {
		t.Errorf("%d extractions, keys %q", runs.Load(), r.Keys)
	}
}

func TestFailuresAreNamed(t *testing.T) {
	dir := videoFolder(t, "a", "broken", "c", "d")
	x, _ := extraction(t, dir, 10)
	os.Remove(filepath.Join(dir, "fall/v02.mp4"))
	r := run(t, x)
	expect(t, r, 2, 0, 2)
	want := []string{
		"clip set/fall-v02 (" + filepath.Join(dir, "fall/v02.mp4") + "): the video is not there: file does not exist",
		"clip set/adl-v01 (" + filepath.Join(dir, "adl/v01.mp4") + "): no frame could be decoded",
	}
	for i, f := range r.Failed {
		if f.Error() != want[i] {
			t.Errorf("failure %q\nwanted  %q", f.Error(), want[i])
		}
	}
	for i, key := range r.Keys {
		if id := x.Manifest.Clips[i].ID; (key == "") != (id == "fall-v02" || id == "adl-v01") {
			t.Errorf("key of %s is %q", id, key)
		}
	}
}

func TestImpossiblePosesAreFailures(t *testing.T) {
	for name, change := range map[string]func(*pose.Recording){
		"no frames":     func(r *pose.Recording) { *r = pose.Recording{Width: 1, Height: 1} },
		"times go back": func(r *pose.Recording) { r.PoseTimes[1] = -1 },
	} {
		x, runs := extraction(t, videoFolder(t, "a", "b"), 10)
		x.Open = func() (Extractor, error) { return &fakeExtractor{frames: 10, count: runs, change: change}, nil }
		r := run(t, x)
		if len(r.Failed) != 2 || x.Store.Has(Key("a", "fake-1", 12.5)) {
			t.Errorf("%s: failed %v", name, r.Failed)
		}
	}
}

func TestStrictStopsAtTheFirstFailure(t *testing.T) {
	for name, contents := range map[string][]string{"broken": {"broken", "b", "c", "d"}, "missing": {"a", "b", "c", "d"}} {
		dir := videoFolder(t, contents...)
		x, _ := extraction(t, dir, 10)
		x.Strict, x.Workers = true, 1
		if name == "missing" {
			os.Remove(filepath.Join(dir, "fall/v00.mp4"))
		}
		r, err := x.Run(context.Background())
		var f Failure
		if !errors.As(err, &f) || f.Clip != "set/fall-v00" || r.Done != 0 {
			t.Errorf("%s: %v, %d done", name, err, r.Done)
		}
	}
}

func TestWhatStopsTheWholeWork(t *testing.T) {
	dir := videoFolder(t, "a", "b")
	x, _ := extraction(t, dir, 10)
	x.Open = func() (Extractor, error) { return nil, errors.New("run \"falltrain pull\"") }
	if _, err := x.Run(context.Background()); err == nil || err.Error() != `open the pose engine: run "falltrain pull"` {
		t.Errorf("no engine: %v", err)
	}
	x, _ = extraction(t, dir, 10)
	write(t, x.Store.Dir+"-file", "")
	x.Store.Dir += "-file"
	if _, err := x.Run(context.Background()); err == nil || !strings.Contains(err.Error(), "make the store of poses") {
		t.Errorf("the store is a file: %v", err)
	}
	for name, spoil := range map[string]func(*Extraction){
		"no engine ID": func(x *Extraction) { x.EngineID = "" },
		"no rate":      func(x *Extraction) { x.FPS = 0 },
		"workers":      func(x *Extraction) { x.Workers = -1 },
	} {
		x, _ := extraction(t, dir, 10)
		spoil(x)
		if _, err := x.Run(context.Background()); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func TestCancelKeepsWhatIsFinished(t *testing.T) {
	x, runs := extraction(t, videoFolder(t, "a", "b", "c", "d"), 10)
	x.Workers = 1
	ctx, cancel := context.WithCancel(context.Background())
	wait := func(ctx context.Context) {
		if runs.Load() == 3 {
			cancel()
			<-ctx.Done()
		}
	}
	x.Open = func() (Extractor, error) { return &fakeExtractor{frames: 10, count: runs, wait: wait}, nil }
	r, err := x.Run(ctx)
	if !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
	expect(t, r, 2, 0, 0)
	expect(t, run(t, x), 2, 2, 0)
}

func TestVideoThatChangesMeanwhileIsNotTaken(t *testing.T) {
	dir := videoFolder(t, "a", "b")
	x, runs := extraction(t, dir, 10)
	grow := func(path string) {
		if strings.HasSuffix(path, "v00.mp4") && runs.Load() <= 2 {
			write(t, path, "a and more")
		}
	}
	x.Open = func() (Extractor, error) { return &fakeExtractor{frames: 10, count: runs, before: grow}, nil }
	r := run(t, x)
	expect(t, r, 1, 0, 1)
	if len(r.Failed) == 1 && !strings.Contains(r.Failed[0].Error(), "changed while it was read") {
		t.Errorf("failure %v", r.Failed[0])
	}
	expect(t, run(t, x), 1, 1, 0)
}

func TestProgressAddsUp(t *testing.T) {
	x, runs := extraction(t, videoFolder(t, "a", "b", "broken", "d"), 10)
	run(t, x)
	write(t, filepath.Join(x.Manifest.Dir, "fall/v00.mp4"), "new")
	var closed atomic.Int64
	x.Open = func() (Extractor, error) {
		return &fakeExtractor{frames: 10, count: runs, closed: func() { closed.Add(1) }}, nil
	}
	var last Progress
	var told []Progress
	x.Report = func(p Progress) {
		if p.Done < last.Done || p.Done > p.Total || p.Frames < last.Frames || p.Clip == "" {
			t.Errorf("progress went from %+v to %+v", last, p)
		}
		last = p
		told = append(told, p)
	}
	run(t, x)
	want := Progress{Clip: last.Clip, Done: 4, Total: 4, Cached: 2, Failed: 1, ClipFrames: last.ClipFrames, ClipTotal: last.ClipTotal, Frames: 10}
	if d := cmp.Diff(want, last); d != "" {
		t.Errorf("the last report (-want +got):\n%s", d)
	}
	if len(told) != 6 { // four clips, and twice in the middle of the one that is extracted
		t.Errorf("%d reports: %+v", len(told), told)
	}
	if closed.Load() != 2 {
		t.Errorf("%d extractors were closed, and 2 opened", closed.Load())
	}
}

func TestTwoRunsOnOneStore(t *testing.T) {
	dir := videoFolder(t, "a", "b", "c", "d", "e", "f", "g", "h")
	alone, _ := extraction(t, dir, 200)
	alone.Store.Dir += "-alone"
	run(t, alone)
	var both sync.WaitGroup
	var store string
	for range 2 {
		x, _ := extraction(t, dir, 200)
		store = x.Store.Dir
		both.Go(func() {
			if r, err := x.Run(context.Background()); err != nil || r.Done+r.Cached != 8 {
				t.Errorf("%+v, %v", r, err)
			}
		})
	}
	both.Wait()
	same(t, contents(t, alone.Store.Dir), contents(t, store))
}

func TestIndexKeepsOtherFolders(t *testing.T) {
	one, _ := extraction(t, videoFolder(t, "a", "b"), 10)
	run(t, one)
	other, _ := extraction(t, videoFolder(t, "c", "d"), 10)
	other.Manifest.Clips[0].Dataset, other.Manifest.Clips[1].Dataset = "x, y", "x, y"
	other.Store = one.Store
	run(t, other)
	run(t, one)
	text, _ := os.ReadFile(filepath.Join(one.Store.Dir, "poses.csv"))
	lines := strings.Split(strings.TrimSpace(string(text)), "\n")
	if len(lines) != 5 || lines[0] != "dataset,clip,key,video_sha256,engine,fps" || !strings.HasPrefix(lines[3], `"x, y",adl-v01,`) {
		t.Errorf("poses.csv:\n%s", text)
	}
}

// Killing

// big is long enough that writing poses takes a while.
const big = 3000

func extractAsHelper(dir string) error {
	m, err := Open(dir)
	if err != nil {
		return err
	}
	x := &Extraction{Manifest: m, Store: Store{Dir: filepath.Join(filepath.Dir(dir), "store")}, EngineID: "fake-1", FPS: 12.5, Workers: 2}
	x.Open = func() (Extractor, error) { return &fakeExtractor{frames: big, count: new(atomic.Int64)}, nil }
	x.Report = func(p Progress) { fmt.Println(p.Done) }
	_, err = x.Run(context.Background())
	return err
}

// TestKilledAnywhere kills an extraction with SIGKILL at random moments, again and again,
// and then lets one finish: the store is as if nothing had happened.
func TestKilledAnywhere(t *testing.T) {
	if testing.Short() {
		t.Skip("starts processes")
	}
	var videos []string
	for i := range 16 {
		videos = append(videos, fmt.Sprint("video ", i))
	}
	dir := videoFolder(t, videos...)
	calm, _ := extraction(t, dir, big)
	calm.Store.Dir += "-calm"
	run(t, calm)

	seed := rand.Uint64()
	rng := rand.New(rand.NewPCG(seed, 0))
	t.Logf("seed %d", seed)
	x, _ := extraction(t, dir, big)
	left := 0
	for range 6 {
		killOne(t, dir, x.Store, rng)
		left += len(x.Store.unfinishedFiles())
		wholeFiles(t, x.Store)
	}
	t.Logf("%d unfinished files were left behind", left)
	r := run(t, x)
	t.Logf("%d clips were finished before the last kill", r.Cached)
	same(t, contents(t, calm.Store.Dir), contents(t, x.Store.Dir))
	expect(t, run(t, x), 0, 16, 0)
}

// killOne starts an extraction and kills it: after a few lines of progress, or when a file
// is being written.
func killOne(t *testing.T, dir string, store Store, rng *rand.Rand) {
	t.Helper()
	helper := exec.Command(os.Args[0])
	helper.Env = append(os.Environ(), helperFolder+"="+dir)
	helper.Stderr = os.Stderr
	out, err := helper.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := helper.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	for range 1 + rng.IntN(12) {
		if !lines.Scan() {
			break
		}
	}
	if rng.IntN(2) == 0 {
		for range 2000 {
			if len(store.unfinishedFiles()) > 0 {
				break
			}
		}
	}
	helper.Process.Kill() // SIGKILL
	io.Copy(io.Discard, out)
	helper.Wait() // says that it was killed, or had finished
}

// wholeFiles makes sure that whatever has a pose file's name is one.
func wholeFiles(t *testing.T, s Store) {
	t.Helper()
	files, _ := filepath.Glob(filepath.Join(s.Dir, "??", "*.parquet"))
	for _, path := range files {
		if _, err := s.Load(strings.TrimSuffix(filepath.Base(path), ".parquet")); err != nil {
			t.Error(err)
		}
	}
}
