package vision

import (
	"context"
	"fmt"
	"math/rand/v2"

	"gocv.io/x/gocv"
)

// fate is what becomes of a frame.
type fate int

const (
	arrives fate = iota
	lost         // nobody ever hears of it
	stuck        // its time comes, with the picture that was there when the picture froze
)

// droppedFrames loses each frame but the first by chance.
func droppedFrames(percent float64, rng *rand.Rand) (wound, error) {
	first := true
	return wound{fate: func(float64) fate {
		gone := rng.Float64() < percent/100 && !first
		if first = false; gone {
			return lost
		}
		return arrives
	}}, nil
}

// lowFrameRate keeps the first frame at or after each tick.
func lowFrameRate(fps float64, _ *rand.Rand) (wound, error) {
	ticks := grid{Rate: fps}
	return wound{fate: func(t float64) fate {
		if ticks.due(t) {
			return arrives
		}
		return lost
	}}, nil
}

// frozenFrames stops the picture for so many seconds, again and again. What lies between
// two stops is drawn by chance, such that the picture stands still for a share of the time
// that grows with their length: 10 % for 0.2 s, 50 % for 2 s.
func frozenFrames(seconds float64, rng *rand.Rand) (wound, error) {
	share := 0.1 + 0.4*(seconds-0.2)/1.8
	gap := func() float64 { return seconds * (1 - share) / share * (0.5 + rng.Float64()) }
	from := gap()
	return wound{fate: func(t float64) fate {
		for t >= from+seconds {
			from += seconds + gap()
		}
		if t >= from {
			return stuck
		}
		return arrives
	}}, nil
}

// harmed is a reader whose frames come to harm.
type harmed struct {
	reader
	wound
	name   string
	frozen bool
	held   gocv.Mat // the picture that is shown while frozen
}

func harm(r reader, h Harm, path string) (reader, error) {
	w, err := h.inflict(path)
	if err != nil {
		r.close()
		return nil, err
	}
	return &harmed{reader: r, wound: w, name: h.Kind, held: gocv.NewMat()}, nil
}

func (h *harmed) next(ctx context.Context) (float64, error) {
	for {
		t, err := h.reader.next(ctx)
		if err != nil || h.fate == nil {
			return t, err
		}
		switch h.fate(t) {
		case arrives:
			h.frozen = false
			return t, nil
		case stuck:
			return t, h.freeze()
		}
	}
}

// freeze keeps the picture with which the stop begins.
func (h *harmed) freeze() error {
	if h.frozen {
		return nil
	}
	ok, err := h.reader.picture(&h.held)
	h.frozen = ok
	return err
}

func (h *harmed) picture(into *gocv.Mat) (bool, error) {
	if h.frozen {
		h.held.CopyTo(into)
		return true, nil
	}
	ok, err := h.reader.picture(into)
	if !ok || err != nil || h.spoil == nil {
		return ok, err
	}
	if err := h.spoil(into); err != nil {
		return false, fmt.Errorf("%s: %w", h.name, err)
	}
	return true, nil
}

func (h *harmed) close() {
	if h.wound.close != nil {
		h.wound.close()
	}
	h.held.Close()
	h.reader.close()
}
