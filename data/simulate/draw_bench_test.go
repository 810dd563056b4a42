package simulate

import (
	"testing"
)

// Drawing a clip of the preset Train in 320x240, everything that is done for a clip before
// its first frame included.
func BenchmarkPictures(b *testing.B) {
	clips := Plan(Settings{Clips: 400, Seed: 1, Width: 320, Height: 240, FPS: 5})
	frames := 0
	for i := 0; b.Loop(); i++ {
		c := &clips[i%len(clips)]
		s, err := c.shoot()
		if err != nil {
			b.Fatal(err)
		}
		for range c.pictures(s, c.notes(s)) {
			frames++
		}
	}
	b.ReportMetric(float64(frames)/b.Elapsed().Seconds(), "frames/s")
}
