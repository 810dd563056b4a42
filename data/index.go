package data

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// poses.csv tells people which file of the store belongs to which clip. No program reads
// poses by it: it is made of what the manifest and the videos say.
const indexFile = "poses.csv"

var indexColumns = []string{"dataset", "clip", "key", "video_sha256", "engine", "fps"}

// indexRow is a line of poses.csv.
type indexRow [6]string

// subject is what a store has one line for.
func (r indexRow) subject() string { return strings.Join([]string{r[0], r[1], r[4], r[5]}, "\x00") }

func newIndexRow(c *Clip, o Origin) indexRow {
	return indexRow{c.Dataset, c.ID, o.Key(), o.VideoSHA256, o.Engine, strconv.FormatFloat(o.FPS, 'g', -1, 64)}
}

// record puts lines into poses.csv, in the place of those that it has for the same clips.
// Lines of other clips stay. A file that says all that already is left alone.
func (s Store) record(rows []indexRow) error {
	unlock, _ := lockAlone(s.Dir, true)
	defer unlock()
	path := filepath.Join(s.Dir, indexFile)
	old, _ := os.ReadFile(path) // whatever is wrong with it, it is made anew
	all := map[string]indexRow{}
	for _, r := range append(parseIndex(old), rows...) {
		all[r.subject()] = r
	}
	text := encodeIndex(all)
	if bytes.Equal(text, old) {
		return nil
	}
	if err := replaceFile(path, text); err != nil {
		return fmt.Errorf("write %s: %w", indexFile, err)
	}
	return nil
}

func parseIndex(text []byte) (rows []indexRow) {
	r := csv.NewReader(bytes.NewReader(text))
	r.FieldsPerRecord = len(indexColumns)
	lines, err := r.ReadAll()
	if err != nil || len(lines) == 0 || !slices.Equal(lines[0], indexColumns) {
		return nil
	}
	for _, line := range lines[1:] {
		rows = append(rows, indexRow(line))
	}
	return rows
}

func encodeIndex(all map[string]indexRow) []byte {
	rows := make([]indexRow, 0, len(all))
	for _, r := range all {
		rows = append(rows, r)
	}
	slices.SortFunc(rows, func(a, b indexRow) int { return slices.Compare(a[:], b[:]) })
	var text bytes.Buffer
	w := csv.NewWriter(&text)
	_ = w.Write(indexColumns) // into memory: nothing can go wrong
	for _, r := range rows {
		_ = w.Write(r[:])
	}
	w.Flush()
	return text.Bytes()
}
