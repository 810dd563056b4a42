package data

import (
	"io"
	"math"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// labelColumns are the columns that labels.csv must have, in the order that Save writes.
var labelColumns = []string{
	"dataset", "clip", "path", "subject", "camera", "fps", "frames",
	"label", "activity", "fall_start_frame", "fall_end_frame",
}

// What labels.csv may say at most: more than any clip has, two days at 60 frames a second.
const (
	manyFrames = 10_000_000
	mostFPS    = 1000
)

// readLabels reads labels.csv; path is what faults call it.
func readLabels(r io.Reader, path string) (*Manifest, error) {
	t, err := openTable(r, path, labelColumns)
	if err != nil {
		return nil, err
	}
	m := &Manifest{Columns: t.columns}
	lines := map[string]int{}
	for r := range t.rows {
		clip := r.clip()
		if first, twice := lines[clip.String()]; twice {
			r.fault("clip %q of data set %q is in line %d already", clip.ID, clip.Dataset, first)
			continue
		}
		lines[clip.String()] = r.line
		m.Clips = append(m.Clips, clip)
	}
	if len(m.Clips) == 0 && len(t.faults) == 0 {
		t.fault(1, "no clip follows the line of column names")
	}
	return m, t.faults.err()
}

// clip reads a row of labels.csv.
func (r *row) clip() Clip {
	c := Clip{
		Dataset:  r.word("dataset"),
		ID:       r.word("clip"),
		Path:     r.path("path"),
		Subject:  r.text("subject"),
		Camera:   r.text("camera"),
		FPS:      r.rate("fps"),
		Frames:   r.whole("frames", 1, 0),
		Label:    r.label("label"),
		Activity: r.text("activity"),
		Extra:    r.extra(labelColumns),
		Line:     r.line,
	}
	c.FallStart = r.whole("fall_start_frame", 0, -1)
	c.FallEnd = r.whole("fall_end_frame", 0, -1)
	r.checkFall(&c)
	return c
}

// checkFall looks at what the fall's frames, the label and the number of frames say of
// each other. Values that were refused on their own are empty here.
func (r *row) checkFall(c *Clip) {
	start, end := r.text("fall_start_frame"), r.text("fall_end_frame")
	switch {
	case c.Label == LabelADL && start+end != "":
		r.fault("an adl clip has fall frames (%q to %q): leave them empty, or set label to fall", start, end)
	case start == "" && end != "":
		r.fault("fall_start_frame is empty where fall_end_frame is %q: give both or neither", end)
	case start != "" && end == "":
		r.fault("fall_end_frame is empty where fall_start_frame is %q: give both or neither", start)
	case !c.Timed():
	case c.FallStart > c.FallEnd:
		r.fault("fall_start_frame %d lies after fall_end_frame %d", c.FallStart, c.FallEnd)
	case c.Frames > 0 && c.FallEnd >= c.Frames:
		r.fault("fall_end_frame is %d, and the last of %d frames is number %d", c.FallEnd, c.Frames, c.Frames-1)
	}
}

// word is a name that can be a part of a file name.
func (r *row) word(column string) string {
	v := r.text(column)
	if what := badWord(v); what != "" {
		r.fault("%s is %q, and must be %s", column, v, what)
	}
	return v
}

// badWord says what a name must be that cannot be one, "" where it can.
func badWord(v string) string {
	switch {
	case v == "" || v == "." || v == "..":
		return "a name"
	case strings.ContainsAny(v, `/\`):
		return "a name without slashes"
	case strings.ContainsFunc(v, unicode.IsControl):
		return "a name without line breaks or other control characters"
	}
	return ""
}

// path is a file in the manifest's folder.
func (r *row) path(column string) string {
	v := r.text(column)
	switch {
	case v == "":
		r.fault("%s is empty, and must name the clip's video, seen from the folder of %s", column, labelsFile)
	case strings.Contains(v, `\`):
		r.fault("%s is %q, and must have / between folders", column, v)
	case strings.ContainsFunc(v, unicode.IsControl):
		r.fault("%s is %q, and must have no line breaks or other control characters", column, v)
	case !filepath.IsLocal(filepath.FromSlash(v)):
		r.fault("%s is %q, and must lie in the folder of %s: neither absolute nor with ..", column, v, labelsFile)
	}
	return v
}

func (r *row) label(column string) string {
	v := strings.ToLower(r.text(column))
	if v != LabelFall && v != LabelADL {
		r.fault("%s is %q, and must be %s or %s", column, v, LabelFall, LabelADL)
	}
	return v
}

// rate is a number of frames a second, 0 where it is not given.
func (r *row) rate(column string) float64 {
	v := r.text(column)
	if v == "" {
		return 0
	}
	f, err := strconv.ParseFloat(v, 64)
	if err != nil || !(f > 0 && f <= mostFPS) {
		r.fault("%s is %q, and must be a number above 0 and at most %d, or empty", column, v, mostFPS)
		return 0
	}
	return f
}

// whole is a whole number that is at least least, or absent where nothing is given.
func (r *row) whole(column string, least, absent int) int {
	v := r.text(column)
	if v == "" {
		return absent
	}
	n, ok := parseWhole(v, least)
	if !ok {
		r.fault("%s is %q, and must be a whole number from %d to %d, or empty", column, v, least, manyFrames)
		return absent
	}
	return n
}

// parseWhole takes what spreadsheets and pandas make of whole numbers (47.0) for one too.
func parseWhole(v string, least int) (n int, ok bool) {
	f, err := strconv.ParseFloat(v, 64)
	if err != nil || f != math.Trunc(f) || f < float64(least) || f > manyFrames {
		return 0, false
	}
	return int(f), true
}

// extra gives the values of columns that are not among known.
func (r *row) extra(known []string) map[string]string {
	var extra map[string]string
	for i, column := range r.table.columns {
		if column == "" || slices.Contains(known, strings.ToLower(column)) {
			continue
		}
		if extra == nil {
			extra = map[string]string{}
		}
		extra[column] = r.values[i]
	}
	return extra
}
