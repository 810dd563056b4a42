package vision

import (
	"image"
	"math/rand/v2"
	"slices"
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
// and how many times as fast ONNX Runtime is.
func benchmarkInTurns(b *testing.B) {
	if len(runtimesHere()) < 2 {
		b.Skip(noRuntime)
	}
	m := scene(b)
	engines := []*Engine{poseEngineIn(b, OpenCV), poseEngineIn(b, ONNXRuntime)}
	spent := make([][]float64, len(engines)) // ms
	for b.Loop() {
		for i, e := range engines {
			start := time.Now()
			if _, err := e.poses(&m); err != nil {
				b.Fatal(err)
			}
			spent[i] = append(spent[i], time.Since(start).Seconds()*1000)
		}
	}
	cv, onnx := median(spent[0]), median(spent[1])
	b.ReportMetric(cv, "opencv-ms")
	b.ReportMetric(onnx, "onnxruntime-ms")
	b.ReportMetric(cv/onnx, "times-as-fast")
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
				if _, err := e.in.fill(&m, 256, 256); err != nil {
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
