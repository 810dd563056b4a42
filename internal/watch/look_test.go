package watch

import (
	"context"
	"math/rand/v2"
	"strings"
	"testing"
	"time"
)

// room draws what a picture of a room looks like: edges by a seed, light, noise.
func room(seed uint64, light float64) func(rng *rand.Rand) *Picture {
	shape := rand.New(rand.NewPCG(seed, 1))
	edges := make([]float32, 192)
	for i := range edges {
		edges[i] = float32(5 + 60*shape.Float64()*shape.Float64())
	}
	return func(rng *rand.Rand) *Picture {
		p := &Picture{Mean: light + rng.Float64(), Spread: 40, Change: 0.5 + rng.Float64()}
		for _, e := range edges {
			p.Edges = append(p.Edges, e*float32(0.9+0.2*rng.Float64()))
		}
		return p
	}
}

func TestWhyACameraIsBlind(t *testing.T) {
	day, night, elsewhere := room(1, 120), room(2, 60), room(3, 118)
	blackout := func(*rand.Rand) *Picture {
		return &Picture{Mean: 3, Spread: 2, Change: 0.2, Edges: make([]float32, 192)}
	}
	hand := func(*rand.Rand) *Picture {
		return &Picture{Mean: 90, Spread: 20, Change: 0.2, Edges: make([]float32, 192)}
	}
	still := func(rng *rand.Rand) *Picture { p := day(rng); p.Change = 0; return p }
	type stretch struct {
		shows   func(*rand.Rand) *Picture
		seconds int
	}
	for _, c := range []struct {
		name string
		film []stretch
		want string // changes, as why@second
	}{
		{"all is well", []stretch{{day, 3600}}, ""},
		{"dark", []stretch{{day, 60}, {blackout, 60}, {day, 60}}, "black@90 @123"},
		{"dark for a moment", []stretch{{day, 60}, {blackout, 29}, {day, 60}}, ""},
		{"covered", []stretch{{day, 60}, {hand, 60}, {day, 60}}, "covered@90 @123"},
		{"frozen", []stretch{{day, 60}, {still, 180}, {day, 10}}, "frozen@180 @243"},
		{"turned away", []stretch{{day, 60}, {elsewhere, 120}, {day, 60}}, "moved@120 @183"},
		{"turned away for good", []stretch{{day, 60}, {elsewhere, 1200}}, "moved@120 @963"},
		{"the lamp is switched", []stretch{{day, 300}, {night, 300}, {day, 300}, {night, 300}}, ""},
		{"turned at night", []stretch{{day, 300}, {night, 300}, {room(4, 61), 300}}, "moved@660"},
	} {
		t.Run(c.name, func(t *testing.T) {
			rng := rand.New(rand.NewPCG(1, 2))
			s := sight{settings: DefaultBlind}
			var got []string
			second, before := 0, ""
			for _, part := range c.film {
				for range part.seconds {
					why := s.see(noon.Add(time.Duration(second)*time.Second), part.shows(rng))
					if why != before {
						word, _, _ := strings.Cut(why, ":")
						got = append(got, word+"@"+itoa(second))
						before = why
					}
					second++
				}
			}
			if g := strings.Join(got, " "); g != c.want {
				t.Errorf("got %q, want %q", g, c.want)
			}
			if len(s.views.known) > mostViews {
				t.Errorf("%d views are known", len(s.views.known))
			}
		})
	}
}

func TestWhoSleepsInTheDarkIsLeftInPeace(t *testing.T) {
	s := sight{settings: BlindSettings{Silent: 30, Moved: 60}}
	dark := &Picture{Mean: 3, Spread: 2, Change: 0.2, Edges: make([]float32, 192)}
	for i := range 3600 {
		if why := s.see(noon.Add(time.Duration(i)*time.Second), dark); why != "" {
			t.Fatalf("%s after %d s", why, i)
		}
	}
}

func itoa(n int) string { return time.Duration(n).String()[:len(time.Duration(n).String())-2] }

func TestTheRateGoesDownAndUpAgain(t *testing.T) {
	for _, c := range []struct {
		name string
		took []time.Duration // of a look, for a minute each
		want []float64       // the rate at the end of each minute
	}{
		{"there is time", []time.Duration{20 * time.Millisecond}, []float64{12.5}},
		{"much too slow", []time.Duration{500 * time.Millisecond, 10 * time.Millisecond, 10 * time.Millisecond, 10 * time.Millisecond, 10 * time.Millisecond}, []float64{4, 5, 7.8125, 12.20703125, 12.5}},
		{"a little too slow, and it stays so", []time.Duration{70 * time.Millisecond, 70 * time.Millisecond}, []float64{10, 10}},
	} {
		t.Run(c.name, func(t *testing.T) {
			g := governor{wanted: 12.5, floor: 4}
			rate, now := 12.5, noon
			for minute, took := range c.took {
				for end := noon.Add(time.Duration(minute+1) * time.Minute); now.Before(end); {
					gap := time.Duration(float64(time.Second) / rate)
					now = now.Add(max(gap, took))
					rate = g.looked(now, took)
				}
				if rate != c.want[minute] {
					t.Errorf("after %d minutes %g a second, want %g", minute+1, rate, c.want[minute])
				}
			}
		})
	}
	g := governor{wanted: 12.5, floor: 4}
	g.looked(noon, time.Second)
	if r := g.looked(noon.Add(time.Hour), time.Hour); r != 12.5 {
		t.Errorf("after an hour without pictures the rate is %g", r)
	}
}

func TestBlindSettingsNameTheirFaults(t *testing.T) {
	if f := DefaultBlind.Faults(); len(f) > 0 {
		t.Fatal(f)
	}
	bad := BlindSettings{Silent: 1, Dark: -1, Frozen: -1, Moved: 1e9}
	if f := bad.Faults(); len(f) != 4 || !strings.HasPrefix(f[0].Error(), "blind.silent_seconds is 1,") {
		t.Error(f)
	}
}

func TestABlindCameraIsTold(t *testing.T) {
	h, b := simulated(nil, deskFor(nil))
	h.Cameras[0].Eyes = filmed{func(i int) *Picture {
		if i >= 100 && i < 200 {
			return &Picture{Mean: 2, Spread: 1, Change: 1, Edges: make([]float32, 192)}
		}
		return room(1, 100)(rand.New(rand.NewPCG(uint64(i), 1)))
	}, 300}
	if err := h.Watch(t.Context(), h.Cameras[0]); err != nil {
		t.Fatal(err)
	}
	if got := b.told(); got != "blind@131.0 seeing@204.0 cleared@204.0" {
		t.Errorf("told %q", got)
	}
}

// filmed eyes see pictures without people, one a second.
type filmed struct {
	shows   func(int) *Picture
	seconds int
}

func (filmed) Counts() Counts  { return Counts{} }
func (filmed) SetRate(float64) {}

func (f filmed) Watch(_ context.Context, each func(View)) error {
	for i := range f.seconds {
		v := drawn{}.view(10*i, noon)
		v.Picture = f.shows(i)
		each(v)
	}
	return nil
}
