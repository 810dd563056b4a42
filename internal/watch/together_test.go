package watch

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"fallkit/internal/alarm"
)

// houseOf has a camera for each drawing; what is told is kept by camera.
func houseOf(lives ...string) (h *House, told func(camera string) []string) {
	b := new(box)
	h = &House{Desk: deskFor(nil), Outbox: b, Simulated: true}
	for i, life := range lives {
		h.Cameras = append(h.Cameras, &Camera{
			Name: string(rune('a' + i)), Eyes: drawn{{1, life}}, Scorer: func() Scorer { return byScore{} }, Alarm: quickly, Blind: DefaultBlind,
		})
	}
	return h, func(camera string) (kinds []string) {
		for _, r := range b.reports {
			if r.Camera == camera && (r.Kind == alarm.Suspected || r.Kind == alarm.Confirmed || r.Kind == alarm.Recovered) {
				kinds = append(kinds, r.Kind+"@"+r.Time.Sub(noon).String())
			}
		}
		return kinds
	}
}

// TestTogetherIsLikeAlone: each camera tells what it tells alone, at the same times, and reports
// come in the order of time.
func TestTogetherIsLikeAlone(t *testing.T) {
	lives := []string{
		times("u", 20) + times("F", 12) + times("l", 10) + times("u", 60),
		times("u", 30) + times("F", 3) + times("u", 40),
		times("u", 5) + times("F", 20),
	}
	all, told := houseOf(lives...)
	last := noon
	all.Told = func(r alarm.Report) {
		if r.Time.Before(last) {
			t.Errorf("%s of %s is told after a later report", r.Kind, r.Camera)
		}
		last = r.Time
	}
	if err := all.Together(t.Context()); err != nil {
		t.Fatal(err)
	}
	for i, life := range lives {
		one, alone := houseOf(life)
		if err := one.Watch(t.Context(), one.Cameras[0]); err != nil {
			t.Fatal(err)
		}
		got, want := told(all.Cameras[i].Name), alone("a")
		if len(want) == 0 || !slices.Equal(got, want) {
			t.Errorf("camera %d tells %v, and alone %v", i, got, want)
		}
	}
}

// failing eyes see half of a drawing.
type failing struct{ drawn }

var errTorn = errors.New("the film is torn")

func (f failing) Watch(ctx context.Context, each func(View)) error {
	f.drawn[0].life = f.drawn[0].life[:len(f.drawn[0].life)/2]
	return errors.Join(f.drawn.Watch(ctx, each), errTorn)
}

// TestTogetherOneFails: the others are seen to their end, and the fault is told.
func TestTogetherOneFails(t *testing.T) {
	h, told := houseOf(times("u", 40), times("u", 20)+times("F", 20))
	h.Cameras[0].Eyes = failing{drawn{{1, times("u", 40)}}}
	if err := h.Together(t.Context()); !errors.Is(err, errTorn) {
		t.Errorf("%v", err)
	}
	if got := strings.Join(told("b"), " "); got != "suspected@2.2s confirmed@2.7s" {
		t.Errorf("the other camera tells %s", got)
	}
}

// TestTogetherEnds when it is told to, with all that was seen kept.
func TestTogetherEnds(t *testing.T) {
	h, told := houseOf(times("u", 5)+times("F", 40), times("u", 100))
	ctx, cancel := context.WithCancel(t.Context())
	h.Told = func(r alarm.Report) {
		if r.Kind == alarm.Confirmed {
			cancel()
		}
	}
	if err := h.Together(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
	if len(told("a")) != 2 {
		t.Errorf("told %v", told("a"))
	}
}
