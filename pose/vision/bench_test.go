package vision

import (
	"image"
	"math/rand/v2"
	"slices"
	"syscall"
	"testing"
	"time"

	"gocv.io/x/gocv"
)

func scene(b *testing.B) gocv.Mat {
	picture, _ := figure(640, 480, image.Pt(320, 260), 150, 0)
	m, err := fromImage(picture)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { m.Close() })
	return m
}

// BenchmarkEngine is a whole picture, in whatever can run the network here: letterbox,
// network, decode. It tells the share of time in the network. The runtimes take turns, so
// that whatever else the machine does falls on all of them.
func BenchmarkEngine(b *testing.B) {
	for _, runtime := range runtimesHere() {
		b.Run(runtime, func(b *testing.B) {
			e, m := poseEngineIn(b, runtime), scene(b)
			for b.Loop() {
				if _, err := e.poses(&m); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(e.Spent().Network.Seconds()/b.Elapsed().Seconds(), "network/total")
		})
	}
	b.Run("in turns", benchmarkInTurns)
}

// benchmarkInTurns gives each runtime a picture by turns, and reports the median of each
// and how many times as fast ONNX Runtime is: by the clock, and by the processor's time,
// which a busy machine changes less.
func benchmarkInTurns(b *testing.B) {
	if len(runtimesHere()) < 2 {
		b.Skip(noRuntime)
	}
	m := scene(b)
	engines := []*Engine{poseEngineIn(b, OpenCV), poseEngineIn(b, ONNXRuntime)}
	var clock, processor [2][]float64 // ms
	for b.Loop() {
		for i, e := range engines {
			start, before := time.Now(), processorTime(b)
			if _, err := e.poses(&m); err != nil {
				b.Fatal(err)
			}
			clock[i] = append(clock[i], time.Since(start).Seconds()*1000)
			processor[i] = append(processor[i], (processorTime(b)-before).Seconds()*1000)
		}
	}
	for i, runtime := range []string{OpenCV, ONNXRuntime} {
		b.ReportMetric(median(clock[i]), runtime+"-ms")
		b.ReportMetric(median(processor[i]), runtime+"-cpu-ms")
	}
	b.ReportMetric(median(clock[0])/median(clock[1]), "times-as-fast")
	b.ReportMetric(median(processor[0])/median(processor[1]), "times-as-fast-by-cpu")
}

// processorTime is what the process has used.
func processorTime(b *testing.B) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func median(v []float64) float64 {
	slices.Sort(v)
	return v[len(v)/2]
}

func BenchmarkForward(b *testing.B) {
	for _, runtime := range runtimesHere() {
		b.Run(runtime, func(b *testing.B) {
			e, m := poseEngineIn(b, runtime), scene(b)
			if _, err := e.poses(&m); err != nil {
				b.Fatal(err)
			}
			for b.Loop() {
				if _, err := e.forward(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkLoad makes a picture ready and hands it over.
func BenchmarkLoad(b *testing.B) {
	for _, runtime := range runtimesHere() {
		b.Run(runtime, func(b *testing.B) {
			e, m := standinEngineIn(b, runtime), scene(b)
			for b.Loop() {
				if _, err := e.in.fill(&m, 0, 256, 256); err != nil {
					b.Fatal(err)
				}
				if err := e.net.load(e.in); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkDecode is one person in a real output.
func BenchmarkDecode(b *testing.B) {
	e, m := poseEngine(b), scene(b)
	if _, err := e.poses(&m); err != nil {
		b.Fatal(err)
	}
	out, err := e.forward()
	if err != nil {
		b.Fatal(err)
	}
	h, err := e.heads(out)
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		h.decode(6, .15)
	}
}

// BenchmarkDecodeCrowd is six people in random heads.
func BenchmarkDecodeCrowd(b *testing.B) {
	h := splitHeads(randomHeads(rand.New(rand.NewPCG(1, 1)), 64, 64), 64, 64)
	for b.Loop() {
		h.decode(6, .01)
	}
}
