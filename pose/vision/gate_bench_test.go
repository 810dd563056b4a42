package vision

import (
	"fmt"
	"image"
	"testing"

	"gocv.io/x/gocv"
)

// BenchmarkGate is the still, empty room as session.look sees it, once the gate has
// closed: the looks that a closed gate takes now and then are left out here (each costs one
// forward of the pose network, every 4 s). Beside it, shrinking the same picture to the
// gate's cells by OpenCV's area average, which the gate does without.
func BenchmarkGate(b *testing.B) {
	for _, size := range []image.Point{{320, 240}, {640, 480}, {1280, 720}} {
		room := emptyRoom(size)
		b.Run(fmt.Sprintf("closed/%dx%d", size.X, size.Y), func(b *testing.B) { benchmarkClosed(b, room.film(b, 8)) })
		b.Run(fmt.Sprintf("resize/%dx%d", size.X, size.Y), func(b *testing.B) {
			picture, small := room.film(b, 1)[0], gocv.NewMat()
			defer small.Close()
			for b.Loop() {
				if err := resize(&picture, &small, motionSide, motionSide*size.Y/size.X); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "frames/s")
		})
	}
}

func benchmarkClosed(b *testing.B, pictures []gocv.Mat) {
	s := &session{options: Options{Forget: true}, size: image.Pt(pictures[0].Cols(), pictures[0].Rows())}
	s.sentry = sentryFor(b, GateSettings{SettleSeconds: 5, HoldSeconds: 5, LookSeconds: 1e9})
	i := 0
	step := func() bool {
		s.picture = pictures[i%len(pictures)]
		i++
		pass, err := s.sentry.passes(float64(i)*.08, &s.picture)
		if err != nil {
			b.Fatal(err)
		}
		return pass
	}
	for range 300 { // until it has closed
		step()
	}
	for b.Loop() {
		if step() {
			b.Fatal("the gate is open")
		}
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "frames/s")
}
