package main

import (
	"image"
	"path/filepath"
	"slices"
	"syscall"
	"testing"
	"time"

	"fallkit/data/simulate"
	"fallkit/pose/vision"
)

// Drawing generated video in 320x240, beside encoding the same pictures: both in frames a
// second of one core.
func BenchmarkGeneratedVideo(b *testing.B) {
	s := simulate.DefaultSettings
	s.Preset, s.Clips = simulate.Train, 12
	clips := simulate.Plan(s)[4:]
	b.Run("drawn", func(b *testing.B) {
		frames, began := 0, processorSeconds(b)
		for i := 0; b.Loop(); i++ {
			frames += len(picturesOf(&clips[i%len(clips)]))
		}
		b.ReportMetric(float64(frames)/b.Elapsed().Seconds(), "frames/s")
		b.ReportMetric(float64(frames)/(processorSeconds(b)-began), "frames/CPU-s")
	})
	b.Run("encoded", func(b *testing.B) {
		vision.SetThreads(1)
		pictures := picturesOf(&clips[0])
		path := filepath.Join(b.TempDir(), "clip.mp4")
		frames, began := 0, processorSeconds(b)
		for b.Loop() {
			if err := vision.WriteVideo(path, s.FPS, slices.Values(pictures)); err != nil {
				b.Fatal(err)
			}
			frames += len(pictures)
		}
		b.ReportMetric(float64(frames)/b.Elapsed().Seconds(), "frames/s")
		b.ReportMetric(float64(frames)/(processorSeconds(b)-began), "frames/CPU-s")
	})
}

// processorSeconds is the time that this process has computed for: what else the machine does
// does not count.
func processorSeconds(b *testing.B) float64 {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano()).Seconds()
}

// picturesOf are the first 200 pictures of a clip.
func picturesOf(c *simulate.Clip) (pictures []image.Image) {
	for picture := range c.Frames() {
		if pictures = append(pictures, picture); len(pictures) == 200 {
			break
		}
	}
	return pictures
}
