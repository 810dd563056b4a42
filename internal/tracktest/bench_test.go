package tracktest

import (
	"fmt"
	"testing"

	"fallkit/pose"
)

// BenchmarkTracker is one Update, with everybody walking to and fro.
func BenchmarkTracker(b *testing.B) {
	for _, people := range []int{1, 3, 6} {
		var frames [][]pose.Pose
		for i := range 50 {
			var poses []pose.Pose
			for k := range people {
				p := someone(float32(k*60 + max(i, 50-i)*2))
				p.Score, p.Box = 0.5, boxOf(&p)
				poses = append(poses, p)
			}
			frames = append(frames, poses)
		}
		for _, c := range contenders {
			b.Run(fmt.Sprintf("%s/people=%d", c.name, people), func(b *testing.B) {
				by := c.fresh()
				b.ReportAllocs()
				for i := range b.N {
					by.Update(float64(i)/12.5, frames[i%len(frames)])
				}
			})
		}
	}
}
