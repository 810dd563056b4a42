package vision

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"runtime/debug"
	"strconv"
	"testing"

	"fallkit/pose"
)

// needsRSS skips where the process's memory says nothing.
func needsRSS(t *testing.T) {
	if raceDetector {
		t.Skip("the race detector keeps memory of its own")
	}
}

// resident is the process's memory in KiB.
func resident(t testing.TB) int {
	b, err := os.ReadFile("/proc/self/status")
	if err != nil {
		t.Skipf("no /proc here: %v", err)
	}
	for _, line := range bytes.Split(b, []byte("\n")) {
		if rest, ok := bytes.CutPrefix(line, []byte("VmRSS:")); ok {
			n, err := strconv.Atoi(string(bytes.Fields(rest)[0]))
			if err != nil {
				t.Fatal(err)
			}
			return n
		}
	}
	t.Skip("no VmRSS here")
	return 0
}

// Memory is flat over 10,000 frames read, letterboxed, put through a network (the
// stand-in, which is small), decoded and tracked; -short takes 1,000.
func TestMemoryIsFlat(t *testing.T) {
	needsRSS(t)
	frames := 10_000
	if testing.Short() {
		frames = 1_000
	}
	const length = 250
	path := film(t, 25, walk(256, 192, length))
	e := standinEngine(t)
	play := func(n int) {
		for range n / length {
			r, err := Run(context.Background(), Source{Path: path}, e, Options{FPS: 25}, func(pose.Frame) Caption { return Caption{} })
			if err != nil || len(r.PoseTimes) != length {
				t.Fatalf("%d poses, %v", len(r.PoseTimes), err)
			}
		}
	}
	play(2 * length)
	levelsOff(t, 512, func() { play(max(length, frames/5)) })
}

// levelsOff does the same again and again until it once adds less than so many KiB to the
// process's memory: what leaks adds as much every time, while what malloc and Go's
// collector hold on to comes and goes.
func levelsOff(t *testing.T, most int, again func()) {
	t.Helper()
	const rounds = 8
	before := settled(t)
	for round := range rounds {
		again()
		now := settled(t)
		t.Logf("round %d: %d KiB before, %+d KiB after", round+1, before, now-before)
		if now-before < most && round > 0 {
			return
		}
		before = now
	}
	t.Errorf("memory grows by more than %d KiB with every one of %d rounds", most, rounds)
}

// ONNX Runtime's memory is flat over 10,000 forwards of the stand-in.
func TestMemoryOfONNXRuntimeIsFlat(t *testing.T) {
	needsRSS(t)
	forwards := 10_000
	if testing.Short() {
		forwards = 1_000
	}
	e := standinEngineIn(t, ONNXRuntime)
	look := func(n int) {
		for range n {
			if err := e.net.load(e.in); err != nil {
				t.Fatal(err)
			}
			if _, err := e.forward(); err != nil {
				t.Fatal(err)
			}
		}
	}
	look(500)
	levelsOff(t, 512, func() { look(forwards / 5) })
}

// settled is the process's memory, in KiB, without what Go's collector will give back.
func settled(t *testing.T) int {
	debug.FreeOSMemory()
	return resident(t)
}

// A closed engine gives its memory back: more than 30 MB with the real network. A process
// of its own with one heap shows it: else glibc keeps some for each thread it has seen.
func TestEnginesGiveTheirMemoryBack(t *testing.T) {
	needsRSS(t)
	both(t, func(t *testing.T, runtime string) {
		path, s := poseNetwork(t), DefaultEngine
		if os.Getenv("MALLOC_ARENA_MAX") != "1" {
			alone := exec.Command(os.Args[0], "-test.v", "-test.run=^TestEnginesGiveTheirMemoryBack$/^"+runtime+"$")
			alone.Env = append(os.Environ(), "MALLOC_ARENA_MAX=1")
			said, err := alone.CombinedOutput()
			if t.Logf("%s", said); err != nil {
				t.Error(err)
			}
			return
		}
		s.Runtime = runtime
		again := func(n int) {
			for range n {
				e, err := OpenEngine(path, s) // which runs it once
				if err != nil {
					t.Fatal(err)
				}
				if err := e.Close(); err != nil {
					t.Fatal(err)
				}
			}
		}
		again(3)
		levelsOff(t, 8*1024, func() { again(6) })
	})
}

// The same with the real network, for a few hundred pictures.
func TestMemoryOfTheRealNetworkIsFlat(t *testing.T) {
	needsRSS(t)
	if testing.Short() {
		t.Skip("takes many forwards")
	}
	both(t, memoryOfTheRealNetwork)
}

func memoryOfTheRealNetwork(t *testing.T, runtime string) {
	e := poseEngineIn(t, runtime)
	picture, _ := figure(640, 480, walkAt(640, 480, 100), 150, 0)
	m, err := fromImage(picture)
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	look := func(n int) {
		for range n {
			if _, err := e.poses(&m); err != nil {
				t.Fatal(err)
			}
		}
	}
	look(20)
	levelsOff(t, 1024, func() { look(20) })
}
