package simulate

import (
	"bytes"
	"compress/gzip"
	"math"
	"math/rand/v2"
	"reflect"
	"testing"

	"pgregory.net/rapid"

	"fallkit/pose"
)

// stander is somebody who stands at a place, of a size, moved aside by so many pixels.
func stander(aside float64) (s Seen) {
	s.Width, s.Height = 320, 240
	for j, at := range mistake {
		s.Keypoints[j] = Keypoint{X: 160 + aside + 40*at[0], Y: 100 + 40*at[1], Visibility: Visible}
	}
	return s
}

// told is a clip of somebody who stands, and of whom is said that every joint is off, in body
// sizes, with a score.
func told(moments int, off, score float32) []NoiseClip {
	c := NoiseClip{Name: "a", Group: "a"}
	s := stander(0)
	l, _ := lookOf(&s, nil, StepSeconds)
	for i := range moments {
		var p pose.Pose
		for j, k := range s.Keypoints {
			p.Keypoints[j] = pose.Keypoint{X: float32(k.X) + off*float32(l.scale), Y: float32(k.Y), Score: score}
		}
		p.Score = 0.5
		p.Box, _ = p.Extent(0)
		c.Moments = append(c.Moments, NoiseMoment{Time: float64(i) * StepSeconds, People: []Seen{s}, Found: []pose.Pose{p}})
	}
	return []NoiseClip{c}
}

func TestWhatWasSaidIsSaidAgain(t *testing.T) {
	const off, score = 0.2, 0.6
	n, err := FitNoise(told(300, off, score), "")
	if err != nil {
		t.Fatal(err)
	}
	n.Nobody = nobodies{}
	w := n.Watch(rand.New(rand.NewPCG(1, 1)))
	s := stander(50)
	l, _ := lookOf(&s, nil, StepSeconds)
	for i := range 100 {
		found := w.Observe(float64(i)*StepSeconds, []Seen{s})
		if len(found) != 1 {
			t.Fatalf("%d people are found", len(found))
		}
		for j, k := range found[0].Keypoints {
			// nobody knows whether it was the mirror image
			gap := math.Abs(math.Abs(float64(k.X)-s.Keypoints[j].X)/l.scale - off)
			if gap > 0.02 || math.Abs(float64(k.Score)-score) > 0.01 {
				t.Fatalf("joint %d is at %v with score %.2f, and is truly at %v", j, k.X, k.Score, s.Keypoints[j])
			}
		}
	}
}

func TestMemoryIsReadAsItWasWritten(t *testing.T) {
	f := pair(heldOut(t))
	episodes := f.episodes(StepSeconds)
	step, back, err := unpackMemory(packMemory(StepSeconds, episodes))
	if err != nil || step != StepSeconds || len(back) != len(episodes) {
		t.Fatalf("step %g, %d of %d episodes, error %v", step, len(back), len(episodes), err)
	}
	for i := range back {
		for k := range back[i].moments {
			if have, want := back[i].moments[k].row(), episodes[i].moments[k].row(); !reflect.DeepEqual(have, want) {
				t.Fatalf("moment %d of episode %d is %v, and was %v", k, i, have, want)
			}
		}
	}
}

func TestBrokenMemoriesAreRefused(t *testing.T) {
	whole := packMemory(StepSeconds, pair(told(300, 0, 1)).episodes(StepSeconds))
	pack := func(text []byte) []byte {
		var b bytes.Buffer
		z := gzip.NewWriter(&b)
		if _, err := z.Write(text); err != nil || z.Close() != nil {
			t.Fatal(err)
		}
		return b.Bytes()
	}
	for name, text := range map[string][]byte{
		"nothing": nil, "no gzip": []byte("memory"), "cut off": whole[:len(whole)/2], "empty": pack(nil), "a step of nothing": pack([]byte{0, 2}), "no episodes": pack([]byte{2, 0}),
	} {
		if _, _, err := unpackMemory(text); err == nil {
			t.Errorf("%s is read", name)
		}
	}
}

func TestDifferenceIsSymmetricAndMirrored(t *testing.T) {
	f := pair(heldOut(t))
	var all []*look
	f.each(func(g *glimpse) { all = append(all, &g.look) })
	rapid.Check(t, func(t *rapid.T) {
		a, b := rapid.SampledFrom(all).Draw(t, "a"), rapid.SampledFrom(all).Draw(t, "b")
		far := float32(math.Inf(1))
		d := difference(a, b, far)
		ma, mb := a.mirrored(), b.mirrored()
		twice := ma.mirrored()
		switch {
		case difference(a, a, far) != 0:
			t.Fatal("somebody is unlike themselves")
		case math.Abs(float64(d-difference(b, a, far))) > 1e-4:
			t.Fatalf("a is %g from b, and b %g from a", d, difference(b, a, far))
		case math.Abs(float64(d-difference(&ma, &mb, far))) > 1e-4:
			t.Fatalf("in a mirror, a difference of %g is %g", d, difference(&ma, &mb, far))
		case twice.joints != a.joints || twice.seen != a.seen || twice.class != a.class || twice.speed != a.speed:
			t.Fatal("in two mirrors somebody is another")
		}
	})
}
