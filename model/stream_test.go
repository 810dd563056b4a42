package model

import (
	"bytes"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"fallkit/pose"
)

// specialist is the network of that name as it is by default, warm as after some training.
func specialist(t interface{ Fatal(...any) }) *Checkpoint {
	n, ok := NetworkNamed(Specialist)
	if !ok {
		t.Fatal("there is no specialist")
	}
	in := pose.DefaultInput
	in.Features, in.Priors = pose.Fall, pose.AllPriors
	in = n.Input(in)
	size := DefaultSpec
	size.Inputs, size.Steps = in.Channels(), in.Steps()
	c := &Checkpoint{Spec: n.Spec(size, in.Priors), Input: in, PoseEngine: "drawn", Threshold: 0.5, Decoder: &Decoder{Weight: 0.4, Slope: 4, Least: -0.5, Fade: 0.08}}
	c.Parameters = c.Spec.Init(1)
	rng := rand.New(rand.NewPCG(1, 1))
	for _, p := range c.Spec.Shapes() {
		for i := range c.Parameters[p.Name] {
			c.Parameters[p.Name][i] += float32(0.05 * rng.NormFloat64())
		}
	}
	return c
}

// person is somebody at a time: standing, then coming down from two seconds on.
func personAt(time float64) *pose.Pose {
	sin, cos := math.Sincos(math.Min(1, math.Max(0, time-2)) * math.Pi / 2)
	var p pose.Pose
	for j := range p.Keypoints {
		wide, high := 10*float64(j%3-1), 12*float64(pose.Joints-j)
		p.Keypoints[j] = pose.Keypoint{X: float32(200 + cos*wide + sin*high), Y: float32(300 - cos*high + sin*wide), Score: 0.9}
	}
	p.Box, _ = p.Extent(0)
	return &p
}

func streamOf(t interface{ Fatal(...any) }, c *Checkpoint) *Stream {
	s, err := NewStream(c)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestSpecialistIsSmallAndLooksFarBack(t *testing.T) {
	c, n := specialist(t), 0
	for _, p := range c.Spec.Shapes() {
		n += p.Size()
	}
	if seconds := float64(c.Spec.Reach()) / c.Input.RateHz; n > 100_000 || seconds < 3 {
		t.Errorf("%d parameters, %g s", n, seconds)
	}
}

// A stream scores what the features and the network say step by step, from the time on that a
// person has been seen for long enough.
func TestStreamIsFeaturesNetworkAndDecoder(t *testing.T) {
	c := specialist(t)
	s := streamOf(t, c)
	features, row := c.Input.NewStream(), make([]float32, c.Spec.Inputs)
	one, err := NewStepper(c.Spec, c.Parameters)
	if err != nil {
		t.Fatal(err)
	}
	decoding, want := c.Decoder.NewDecoding(), math.NaN()
	for i := range 60 {
		time := float64(i) / 15
		features.Add(time, personAt(time))
		for features.Next(row) {
			want = decoding.Step(one.Step(row), row[pose.DescentChannel])
		}
		got, seen := s.Logit(time, personAt(time)), float64(features.Steps())/c.Input.RateHz
		switch long := seen >= c.Input.MinSeen*c.Input.Seconds; {
		case !long && !math.IsNaN(got):
			t.Fatalf("after %g s it scores %g", seen, got)
		case long && got != want:
			t.Fatalf("after %g s it scores %g, want %g", seen, got, want)
		}
	}
}

// After a gap the network is as with somebody never seen; so is another person's stream.
func TestStreamForgetsAfterAGap(t *testing.T) {
	c := specialist(t)
	c.Input.Priors &^= pose.LookBackPrior
	rapid.Check(t, func(t *rapid.T) {
		used := streamOf(t, c)
		before := rapid.IntRange(0, 40).Draw(t, "poses before")
		for i := range before {
			used.Score(float64(i)/12.5, personAt(float64(i)/12.5))
		}
		gap := rapid.Float64Range(bridged+0.01, 5).Draw(t, "gap")
		fresh := used.Fresh()
		if rapid.Bool().Draw(t, "reset") {
			used.Reset()
		}
		for i := range 30 {
			time := float64(before-1)/12.5 + gap + float64(i)/12.5
			a, b := used.Score(time, personAt(2)), fresh.Score(time, personAt(2))
			if a != b && !(math.IsNaN(a) && math.IsNaN(b)) {
				t.Fatalf("pose %d after the gap scores %g, and %g with nothing before it", i, a, b)
			}
		}
	})
}

// Who is lost after a fall and found on the ground has fallen; without the look-back prior
// nobody knows.
func TestStreamLooksBackOverAGap(t *testing.T) {
	c := specialist(t)
	for name := range c.Parameters { // a network that says falling while hips sink, else down
		clear(c.Parameters[name])
	}
	c.Parameters[GivenWeight][pose.Falling], c.Parameters[PhaseBias][pose.Down] = 12, 2
	c.Decoder.Least = -2
	after := func() float64 {
		s := streamOf(t, c)
		for i := range 45 { // it comes down in the third second
			s.Score(float64(i)/12.5, personAt(float64(i)/12.5))
		}
		return s.Score(45/12.5+1.5, personAt(9))
	}
	if p := after(); !(p > 0.4) {
		t.Errorf("found on the ground, the person has fallen with probability %g", p)
	}
	if c.Input.Priors &^= pose.LookBackPrior; !math.IsNaN(after()) {
		t.Errorf("somebody who was never seen has fallen with probability %g", after())
	}
}

func TestStreamAllocatesNextToNothing(t *testing.T) {
	s, i := streamOf(t, specialist(t)), 0
	p := personAt(1)
	if n := testing.AllocsPerRun(200, func() { i++; s.Score(float64(i)/12.5, p) }); n > 5 {
		t.Errorf("a pose costs %g allocations", n)
	}
}

func TestDecoderHoldsAFallWhileSomebodyLies(t *testing.T) {
	// Logits of upright, lowering, falling, down, rising.
	upright, falling, down := []float32{6, 0, 0, 0, 0}, []float32{0, 0, 6, 0, 0}, []float32{0, 0, 0, 6, 0}
	run := func(w float64, steps ...[]float32) (z []float64) {
		d := Decoder{Weight: w}.NewDecoding()
		for _, s := range steps {
			z = append(z, d.Step(s, 0))
		}
		return z
	}
	fell := run(0.4, upright, falling, down, down, down, upright, upright)
	if !(fell[0] < -4 && fell[1] > 4 && fell[4] > 4 && fell[6] < fell[5] && fell[6] < 1) {
		t.Errorf("a fall: %.1f", fell)
	}
	if lay := slices.Max(run(0.4, upright, upright, down, down, down)); lay > -4 {
		t.Errorf("lying alone is a fall with the log-odds %g", lay)
	}
	rapid.Check(t, func(t *rapid.T) {
		d := Decoder{Weight: rapid.Float64Range(0.01, 1).Draw(t, "weight")}.NewDecoding()
		spec := Spec{Phases: pose.Answers}
		last := math.Inf(-1)
		for range 20 {
			logits := rapid.SliceOfN(rapid.Float32Range(-20, 20), pose.Answers, pose.Answers).Draw(t, "logits")
			now, got := spec.FallOdds(logits), d.Step(logits, 0)
			if got < now-1e-9 || got > math.Max(now, last)+1e-9 {
				t.Fatalf("%g, after %g and with %g now", got, last, now)
			}
			last = got
		}
	})
}

// A fall takes a descent: without one nothing that the network says is believed, and some
// seconds after it no more.
func TestDecoderAsksForADescent(t *testing.T) {
	falling := []float32{0, 0, 8, 0, 0}
	d := Decoder{Weight: 0.4, Slope: 4, Least: -0.5, Fade: 0.08}.NewDecoding()
	if z := d.Step(falling, -2.5); z > -7 {
		t.Errorf("without a descent the log-odds are %g", z)
	}
	if z := d.Step(falling, 1); z < 5.9 {
		t.Errorf("with a descent the log-odds are %g", z)
	}
	d.Forget()
	d.Step([]float32{8, 0, 0, 0, 0}, 1)
	for range 12 {
		d.Step([]float32{8, 0, 0, 0, 0}, -2.5)
	}
	if z := d.Step(falling, -2.5); z < 1 {
		t.Errorf("a second after a descent the log-odds are %g", z)
	}
	for range 25 {
		d.Step([]float32{8, 0, 0, 0, 0}, -2.5)
	}
	if z := d.Step(falling, -2.5); z > 0 {
		t.Errorf("three seconds after a descent the log-odds are %g", z)
	}
}

func TestSpecialistOnDisk(t *testing.T) {
	c := specialist(t)
	file := encoded(t, c)
	back, err := decode(bytes.NewReader(file), int64(len(file)))
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(back, c) {
		t.Errorf("read back: %+v", back)
	}
	for old, bad := range map[string]string{
		`\"weight\":0.4`:    `\"weight\":0.0`,
		`\"slope\":4`:       `\"slope\":-4`,
		`\"given\":`:        `\"given\":0`,
		`\"phases\":5`:      `\"phases\":1`,
		`\"bones\",\"kinem`: `\"stone\",\"kinem`,
		`\"kind\":\"causal`: `\"kind\":\"unsure`,
	} {
		broken := bytes.Replace(file, []byte(old), []byte(bad), 1)
		if bytes.Equal(broken, file) {
			t.Errorf("%s does not stand in the file", old)
		}
		if _, err := decode(bytes.NewReader(broken), int64(len(broken))); err == nil || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %v", bad, err)
		}
	}
}

func TestNetworksThatDoNotTakePoses(t *testing.T) {
	if _, err := NewStream(&Checkpoint{Spec: DefaultSpec, Input: pose.DefaultInput}); err == nil {
		t.Error("a network of windows takes poses one by one")
	}
	if _, err := NewStepper(DefaultSpec, nil); err == nil {
		t.Error("a network of windows answers step by step")
	}
}

// What a pose costs, beside the default network, which looks at a whole window for each.
func BenchmarkPose(b *testing.B) {
	poses := make([]*pose.Pose, 64)
	for i := range poses {
		poses[i] = personAt(float64(i) / 16)
	}
	b.Run("specialist", func(b *testing.B) {
		s, i := streamOf(b, specialist(b)), 0
		b.ReportAllocs()
		for b.Loop() {
			i++
			s.Score(float64(i)/12.5, poses[i%len(poses)])
		}
	})
	b.Run("tcn", func(b *testing.B) {
		in := pose.DefaultInput
		p, err := NewPredictor(&Checkpoint{Spec: DefaultSpec, Parameters: DefaultSpec.Init(1)})
		if err != nil {
			b.Fatal(err)
		}
		t := pose.Track{}
		for i := range 40 {
			t.Times, t.Poses = append(t.Times, float64(i)/12.5), append(t.Poses, *poses[i])
		}
		window := make([]float32, in.Steps()*in.Channels())
		b.ReportAllocs()
		for b.Loop() {
			in.Window(&t, 3, window)
			p.Score(window)
		}
	})
}
