package vision

import (
	"image"
	"math/rand/v2"
	"testing"

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

// BenchmarkEngine is a whole picture: letterbox, network, decode. It tells the share of
// time in the network.
func BenchmarkEngine(b *testing.B) {
	e, m := poseEngine(b), scene(b)
	for b.Loop() {
		if _, err := e.poses(&m); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(e.Spent().Network.Seconds()/b.Elapsed().Seconds(), "network/total")
}

func BenchmarkForward(b *testing.B) {
	e, m := poseEngine(b), scene(b)
	if _, err := e.net.load(&m, 256, 256); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if err := e.forward(); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkLoad(b *testing.B) {
	e, m := standinEngine(b), scene(b)
	for b.Loop() {
		if _, err := e.net.load(&m, 256, 256); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkDecode is one person in a real output.
func BenchmarkDecode(b *testing.B) {
	e, m := poseEngine(b), scene(b)
	if _, err := e.poses(&m); err != nil {
		b.Fatal(err)
	}
	h, err := e.heads()
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
