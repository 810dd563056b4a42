package vision

import (
	"context"
	"errors"
	"fmt"
	"io"

	"gocv.io/x/gocv"
)

// sheetSeverities are what a sheet shows beside the picture as it is.
var sheetSeverities = []int{1, 3, 5}

// HarmSheet writes a PNG of what each kind of harm does to the middle of a video: a row
// for each kind, with the picture as it is and at severities 1, 3 and 5. report hears of
// pictures done and of how many there will be; it may be nil.
func HarmSheet(ctx context.Context, video string, seed uint64, out string, report func(done, total int)) error {
	when, err := halfway(ctx, video)
	if err != nil {
		return err
	}
	s := &strip{columns: 1 + len(sheetSeverities)}
	defer s.close()
	for _, k := range harmKinds {
		for _, severity := range append([]int{0}, sheetSeverities...) {
			if err := s.addHarmed(ctx, Source{Path: video, Harm: Harm{k.Name, severity, seed}}, when); err != nil {
				return err
			}
			if report != nil {
				report(len(s.tiles), s.columns*len(harmKinds))
			}
		}
	}
	if err := s.save(out); err != nil {
		return fmt.Errorf("sheet of %s: %w", video, err)
	}
	return nil
}

// halfway is the time of a video's middle frame.
func halfway(ctx context.Context, video string) (float64, error) {
	r, err := Source{Path: video}.open(ctx)
	if err != nil {
		return 0, err
	}
	defer r.close()
	var times []float64
	for {
		t, err := r.next(ctx)
		if errors.Is(err, io.EOF) {
			return times[len(times)/2], nil
		}
		if err != nil {
			return 0, err
		}
		times = append(times, t)
	}
}

// addHarmed adds the picture that is there at a time: what the pose network would have
// seen last.
func (s *strip) addHarmed(ctx context.Context, src Source, when float64) error {
	r, err := src.open(ctx)
	if err != nil {
		return err
	}
	defer r.close()
	picture := gocv.NewMat()
	defer picture.Close()
	ticks, shown := grid{Rate: defaultFPS}, 0.0
	for {
		t, err := r.next(ctx)
		if errors.Is(err, io.EOF) || (err == nil && t > when) {
			break
		}
		if err == nil && ticks.due(t) {
			shown = t
			_, err = r.picture(&picture)
		}
		if err != nil {
			return err
		}
	}
	if picture.Empty() {
		return fmt.Errorf("read video %s: %w: no frame can be decoded", src.Path, ErrCorrupt)
	}
	return s.add(&picture, src.Harm.label(shown))
}

// label is for a picture of the harm.
func (h Harm) label(shown float64) string {
	if h.none() {
		return "as it is, " + seconds(shown)
	}
	return fmt.Sprintf("%s %d, %s", h.Kind, h.Severity, seconds(shown))
}
