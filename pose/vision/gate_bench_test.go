package vision

import (
	"fmt"
	"image"
	"testing"

	"gocv.io/x/gocv"
)

// BenchmarkGate is a frame of a still, empty room, after the gate has closed:
//   - closed, as the session looks at it between two looks of the gate;
//   - resize, beside it: shrinking the same picture to the gate's cells by OpenCV's area
//     average, of which the gate does without the most;
//   - watched, on the average, with the looks (one of the real pose network every 4 s).
func BenchmarkGate(b *testing.B) {
	for _, size := range []image.Point{{320, 240}, {640, 480}, {1280, 720}} {
		room := emptyRoom(size)
		b.Run(fmt.Sprintf("closed/%dx%d", size.X, size.Y), func(b *testing.B) {
			s := DefaultGate
			s.LookSeconds = 1e9
			benchmarkRoom(b, room, s, nil)
		})
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
	for _, runtime := range runtimesHere() {
		b.Run("watched/640x480/"+runtime, func(b *testing.B) {
			benchmarkRoom(b, emptyRoom(usualPicture), DefaultGate, poseEngineIn(b, runtime))
		})
	}
}

// benchmarkRoom is session.look on pictures of a room, 12.5 a second.
func benchmarkRoom(b *testing.B, room *stillRoom, settings GateSettings, e *Engine) {
	pictures := room.film(b, 8)
	g := &Gate{Settings: settings}
	sentry, err := post(g)
	if err != nil {
		b.Fatal(err)
	}
	defer sentry.close()
	s := &session{options: Options{Forget: true}, size: image.Pt(pictures[0].Cols(), pictures[0].Rows()), sentry: sentry, finder: new(finder)}
	if e != nil {
		s.finder = newFinder(e)
	}
	const closed = 200 // frames until it is
	for i := range closed {
		if _, err := sentry.passes(float64(i)*interval, &pictures[i%len(pictures)]); err != nil {
			b.Fatal(err)
		}
	}
	i, before, used := closed, g.Counts(), processorTime(b)
	for b.Loop() {
		s.picture = pictures[i%len(pictures)]
		if err := s.look(float64(i) * interval); err != nil {
			b.Fatal(err)
		}
		i++
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "frames/s")
	b.ReportMetric((processorTime(b)-used).Seconds()*1000/float64(b.N), "cpu-ms/frame")
	if after := g.Counts(); after.Looked-before.Looked > b.N/frames(settings.LookSeconds)+2 {
		b.Errorf("the gate opens: %+v, before %+v", after, before)
	}
}
