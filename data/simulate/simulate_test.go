package simulate

import (
	"bytes"
	"image"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"fallkit/data"
	"fallkit/data/simulate/motion"
)

// smallSettings are quick to draw.
func smallSettings(clips int) Settings {
	return Settings{Clips: clips, Seed: 11, Width: 96, Height: 72, FPS: 10}
}

func TestSettingsCheck(t *testing.T) {
	if err := DefaultSettings.Check(); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		change func(*Settings)
		says   string
	}{
		"no clips":          {func(s *Settings) { s.Clips = 0 }, "clips is 0"},
		"odd width":         {func(s *Settings) { s.Width = 321 }, "width is 321"},
		"tiny height":       {func(s *Settings) { s.Height = 2 }, "height is 2"},
		"no rate":           {func(s *Settings) { s.FPS = 0 }, "fps is 0"},
		"rate not a number": {func(s *Settings) { s.FPS = math.NaN() }, "fps is NaN"},
		"workers":           {func(s *Settings) { s.Workers = -1 }, "workers is -1"},
	} {
		t.Run(name, func(t *testing.T) {
			s := DefaultSettings
			c.change(&s)
			if err := s.Check(); err == nil || !strings.Contains(err.Error(), c.says) {
				t.Fatalf("got %v, want it to say %q", err, c.says)
			}
		})
	}
}

func TestPlanIsBalanced(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := DefaultSettings
		s.Preset = rapid.SampledFrom([]string{Demo, Train, Hard}).Draw(t, "preset")
		s.Seed = rapid.Uint64().Draw(t, "seed")
		s.Clips = 2 * rapid.IntRange(1, 100).Draw(t, "pairs")
		clips := Plan(s)
		names, falls := map[string]bool{}, 0
		both := map[string]map[string]bool{}
		for _, c := range clips {
			names[c.Name] = true
			if c.Label == data.LabelFall {
				falls++
			}
			for _, group := range []string{c.Subject, c.Camera} {
				if both[group] == nil {
					both[group] = map[string]bool{}
				}
				both[group][c.Label] = true
			}
			act, known := motion.ByName(c.Activity)
			if !known || !strings.HasPrefix(c.Name, c.Activity+"-") || act.Fall != (c.Label == data.LabelFall) {
				t.Fatalf("clip %+v does not fit together", c)
			}
		}
		if len(names) != s.Clips || falls != s.Clips/2 {
			t.Fatalf("%d clips have %d names and %d falls", s.Clips, len(names), falls)
		}
		for group, labels := range both {
			if len(labels) != 2 {
				t.Fatalf("%s has clips of one label only", group)
			}
		}
		if !cmp.Equal(clips, Plan(s), cmp.AllowUnexported(Clip{})) {
			t.Fatal("a second plan is another one")
		}
	})
}

func TestFramesAreTheSameAgain(t *testing.T) {
	for _, c := range Plan(smallSettings(2)) {
		var first []image.Image
		var truths []Truth
		for img, truth := range c.Frames() {
			first, truths = append(first, img), append(truths, truth)
		}
		i := 0
		for img, truth := range c.Frames() {
			if !bytes.Equal(img.(*image.RGBA).Pix, first[i].(*image.RGBA).Pix) {
				t.Fatalf("%s: frame %d has other pixels the second time", c.Name, i)
			}
			if !cmp.Equal(truth, truths[i]) {
				t.Fatalf("%s: frame %d has another truth the second time", c.Name, i)
			}
			i++
		}
		if i != len(first) {
			t.Fatalf("%s has %d frames, then %d", c.Name, len(first), i)
		}
	}
}

func TestSeedsDiffer(t *testing.T) {
	s := smallSettings(1)
	film := func() *Filmed {
		c := Plan(s)[0]
		c.Name, c.Activity = "a-fall", "fall-backward" // so that only the seed differs
		f, err := c.Film(Exact{})
		if err != nil {
			t.Fatal(err)
		}
		return f
	}
	a := film()
	s.Seed++
	if cmp.Equal(a.Outline, film().Outline) {
		t.Fatal("two seeds give clips with the same outline")
	}
}

func TestOutlineFitsFrames(t *testing.T) {
	s := smallSettings(6)
	s.Preset = Demo
	for _, c := range Plan(s) {
		f, err := c.Film(Exact{})
		if err != nil {
			t.Fatal(err)
		}
		o := f.Outline
		if seconds := float64(o.Frames) / c.settings.FPS; seconds < 3.5 || seconds > 12 {
			t.Errorf("%s lasts %.1f s", c.Name, seconds)
		}
		next := 0
		for _, s := range o.Segments {
			if s.Start != next || s.End < s.Start {
				t.Fatalf("%s: segment %+v does not follow frame %d", c.Name, s, next-1)
			}
			next = s.End + 1
		}
		if next != o.Frames {
			t.Fatalf("%s: segments end at %d of %d frames", c.Name, next, o.Frames)
		}
		if fall := o.FallStart >= 0; fall != (c.Label == data.LabelFall) {
			t.Fatalf("%s starts to fall at %d", c.Name, o.FallStart)
		}
		n := 0
		for _, truth := range c.Frames() {
			falls := truth.Frame >= o.FallStart && truth.Frame < o.FallEnd && o.FallStart >= 0
			lost := truth.Phase == motion.Falling // from the loss of balance on
			if falls && !lost || lost && (truth.Frame >= o.FallEnd || o.FallStart < 0) {
				t.Fatalf("%s: frame %d is %s, and the fall lasts from %d to %d", c.Name, n, truth.Phase, o.FallStart, o.FallEnd)
			}
			n++
		}
		if n != o.Frames {
			t.Fatalf("%s has %d frames, and %d were promised", c.Name, n, o.Frames)
		}
	}
}

// The room before the clip is the clip's room: but for the sensor's noise, its pictures are
// those of the clip wherever the person is not.
func TestEmptyIsTheClipsRoom(t *testing.T) {
	for _, c := range Plan(smallSettings(4)) {
		var empty []*image.RGBA
		for m := range c.Empty(3) {
			empty = append(empty, m.(*image.RGBA))
		}
		if len(empty) != 3 || bytes.Equal(empty[0].Pix, empty[1].Pix) {
			t.Fatalf("%s: %d pictures, or all with the same noise", c.Name, len(empty))
		}
		for m, truth := range c.Frames() {
			first := m.(*image.RGBA)
			if n := unlike(empty[0], empty[1]); n > 0 {
				t.Errorf("%s: %d pixels of the empty room change", c.Name, n)
			}
			if n := unlike(empty[0], first); n < 20 || n > len(first.Pix)/4/3 {
				t.Errorf("%s: somebody changes %d pixels at frame %d", c.Name, n, truth.Frame)
			}
			break
		}
	}
}

// unlike counts the pixels whose green differs by more than noise can do.
func unlike(a, b *image.RGBA) (n int) {
	for i := 1; i < len(a.Pix); i += 4 {
		if d := int(a.Pix[i]) - int(b.Pix[i]); max(d, -d) > 40 {
			n++
		}
	}
	return n
}
