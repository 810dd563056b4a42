package train

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"math"
	"strconv"

	"github.com/google/renameio/v2"
)

// ClipScores are the scores of a clip's tracks.
type ClipScores struct {
	Clip   string
	Tracks []TrackScores
}

// WriteEvents replaces a file events.csv: clip,track,event,start_s,confirmed_s,score, one row
// for each event, times in seconds from the clip's first frame.
func WriteEvents(path string, events []Detection) error {
	rows := [][]string{{"clip", "track", "event", "start_s", "confirmed_s", "score"}}
	for _, e := range events {
		rows = append(rows, []string{e.Clip, strconv.Itoa(e.Track), e.Event, decimal(e.Start, 3), decimal(e.Confirmed, 3), decimal(e.Score, 6)})
	}
	return writeCSV(path, rows)
}

// WriteScores replaces a file scores.csv: clip,track,time_s,score. The score is empty where
// too little was seen to say.
func WriteScores(path string, clips []ClipScores) error {
	rows := [][]string{{"clip", "track", "time_s", "score"}}
	for _, c := range clips {
		for _, t := range c.Tracks {
			for i, time := range t.Times {
				rows = append(rows, []string{c.Clip, strconv.Itoa(t.Track), decimal(time, 3), decimal(t.Scores[i], 6)})
			}
		}
	}
	return writeCSV(path, rows)
}

func writeCSV(path string, rows [][]string) error {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	if err := w.WriteAll(rows); err != nil {
		return fmt.Errorf("writing %s: %w", path, err)
	}
	if err := renameio.WriteFile(path, b.Bytes(), 0o644); err != nil {
		return fmt.Errorf("writing %s: %w", path, err)
	}
	return nil
}

// decimal writes a number with so many places, nothing where it is not one.
func decimal(v float64, places int) string {
	if math.IsNaN(v) {
		return ""
	}
	return strconv.FormatFloat(v, 'f', places, 64)
}
