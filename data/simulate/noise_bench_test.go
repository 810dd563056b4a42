package simulate

import (
	"syscall"
	"testing"
	"time"
)

// BenchmarkFittedPoses makes poses. Beside hours an hour it gives them by the processor's time,
// which does not depend on what else the machine does: of one core.
func BenchmarkFittedPoses(b *testing.B) {
	clips := Plan(Settings{Preset: Train, Clips: 400, Seed: 1, Width: 320, Height: 240, FPS: 12.5})
	o, frames := Fitted(), 0
	began := processorSeconds(b)
	for i := 0; b.Loop(); i++ {
		f, err := clips[i%len(clips)].Film(o)
		if err != nil {
			b.Fatal(err)
		}
		frames += f.Outline.Frames
	}
	seconds := float64(frames) / 12.5
	b.ReportMetric(seconds/b.Elapsed().Seconds(), "hours/hour")
	b.ReportMetric(seconds/(processorSeconds(b)-began), "hours/CPU-hour")
}

// processorSeconds is the time that this process has computed for.
func processorSeconds(b *testing.B) float64 {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano()).Seconds()
}
