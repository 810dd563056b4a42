package simulate

import (
	"bytes"
	"encoding/csv"
	"path/filepath"
	"strconv"

	"github.com/google/renameio/v2"

	"fallkit/pose"
)

// writeLists writes labels.csv and segments.csv for clips that are there.
func writeLists(dir string, clips []Clip) error {
	labels := [][]string{{"dataset", "clip", "path", "subject", "camera", "fps", "frames", "label", "activity", "fall_start_frame", "fall_end_frame"}}
	segments := [][]string{{"dataset", "clip", "start_frame", "end_frame", "state"}}
	for _, c := range clips {
		o := c.Outline()
		labels = append(labels, []string{
			Dataset, c.Name, videosFolder + "/" + c.Name + ".mp4", c.Subject, c.Camera, number(c.settings.FPS), strconv.Itoa(o.Frames),
			c.Label, c.Activity, frameOrNone(o.FallStart), frameOrNone(o.FallEnd),
		})
		for _, s := range o.Segments {
			segments = append(segments, []string{Dataset, c.Name, strconv.Itoa(s.Start), strconv.Itoa(s.End), s.State})
		}
	}
	if err := renameio.WriteFile(filepath.Join(dir, segmentsFile), table(segments), 0o644, renameio.WithTempDir(dir)); err != nil {
		return err
	}
	return renameio.WriteFile(filepath.Join(dir, labelsFile), table(labels), 0o644, renameio.WithTempDir(dir))
}

func frameOrNone(frame int) string {
	if frame < 0 {
		return ""
	}
	return strconv.Itoa(frame)
}

func number(v float64) string { return strconv.FormatFloat(v, 'g', -1, 64) }

// truthTable is truth/CLIP.csv: a row for every frame, and for every joint x and y in
// pixels and v, 0 = outside the picture, 1 = hidden, 2 = visible, as COCO has it.
func truthTable(truths []Truth) []byte {
	head := []string{"frame", "time_s", "phase", "state"}
	for j := range pose.Joint(pose.Joints) {
		head = append(head, j.String()+"_x", j.String()+"_y", j.String()+"_v")
	}
	rows := [][]string{head}
	for _, t := range truths {
		row := []string{strconv.Itoa(t.Frame), strconv.FormatFloat(t.Time, 'f', 4, 64), string(t.Phase), t.State}
		for _, k := range t.Keypoints {
			row = append(row, strconv.FormatFloat(k.X, 'f', 2, 64), strconv.FormatFloat(k.Y, 'f', 2, 64), strconv.Itoa(int(k.Visibility)))
		}
		rows = append(rows, row)
	}
	return table(rows)
}

func table(rows [][]string) []byte {
	var text bytes.Buffer
	w := csv.NewWriter(&text)
	_ = w.WriteAll(rows) // a bytes.Buffer takes everything
	return text.Bytes()
}
