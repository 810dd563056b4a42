package data

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"strconv"

	"github.com/parquet-go/parquet-go"

	"fallkit/pose"
)

// poseFormat is the version of the pose file. It is a part of every key.
const poseFormat = 1

// ErrDamaged says that a file is not a pose file, or not as it was saved.
var ErrDamaged = errors.New("this is not a whole pose file")

// The kinds of rows in a pose file.
const (
	kindFrames = "frames" // times of all frames
	kindPoses  = "poses"  // times of the frames that the pose network looked at
	kindTrack  = "track"  // one person
)

// poseRow is a row of a pose file. Its lists are laid out time by time.
type poseRow struct {
	Kind      string    `parquet:"kind"`
	Track     int64     `parquet:"track"`                                        // ID, -1 where the row is no track
	Times     []float64 `parquet:"times,list" parquet-element:",split,zstd"`     // [time], seconds
	Keypoints []float32 `parquet:"keypoints,list" parquet-element:",split,zstd"` // [time, joint, x y score], pixels
	Boxes     []float32 `parquet:"boxes,list" parquet-element:",split,zstd"`     // [time, x0 y0 x1 y1], pixels
	Scores    []float32 `parquet:"scores,list" parquet-element:",split,zstd"`    // [time]
}

const (
	keypointValues = 3 * pose.Joints
	boxValues      = 4
)

// encodePoses renders a recording as a Parquet file that ends with a seal. The same
// recording always gives the same bytes.
func encodePoses(o Origin, r *pose.Recording) ([]byte, error) {
	if err := r.Check(); err != nil {
		return nil, err
	}
	var file bytes.Buffer
	w := parquet.NewGenericWriter[poseRow](&file, parquet.CreatedBy("fallkit", strconv.Itoa(poseFormat), ""))
	for _, m := range [][2]string{ // in this order always: the library keeps it
		{"fallkit.format", strconv.Itoa(poseFormat)},
		{"fallkit.width", strconv.Itoa(r.Width)},
		{"fallkit.height", strconv.Itoa(r.Height)},
		{"fallkit.engine", o.Engine},
		{"fallkit.fps", strconv.FormatFloat(o.FPS, 'g', -1, 64)},
		{"fallkit.video_sha256", o.VideoSHA256},
	} {
		w.SetKeyValueMetadata(m[0], m[1])
	}
	if _, err := w.Write(poseRows(r)); err != nil {
		return nil, fmt.Errorf("write parquet: %w", err)
	}
	if err := w.Close(); err != nil {
		return nil, fmt.Errorf("write parquet: %w", err)
	}
	return seal(file.Bytes())
}

func poseRows(r *pose.Recording) []poseRow {
	rows := []poseRow{
		{Kind: kindFrames, Track: -1, Times: r.FrameTimes},
		{Kind: kindPoses, Track: -1, Times: r.PoseTimes},
	}
	for i := range r.Tracks {
		rows = append(rows, trackRow(&r.Tracks[i]))
	}
	return rows
}

func trackRow(t *pose.Track) poseRow {
	row := poseRow{Kind: kindTrack, Track: int64(t.ID), Times: t.Times}
	for i := range t.Poses {
		p := &t.Poses[i]
		for _, k := range p.Keypoints {
			row.Keypoints = append(row.Keypoints, k.X, k.Y, k.Score)
		}
		row.Boxes = append(row.Boxes, p.Box.X0, p.Box.Y0, p.Box.X1, p.Box.Y1)
		row.Scores = append(row.Scores, p.Score)
	}
	return row
}

// decodePoses reads what encodePoses wrote. Whatever the bytes are, it gives an error
// that is an ErrDamaged instead of wrong poses.
func decodePoses(file []byte) (o Origin, r *pose.Recording, err error) {
	if err := checkSeal(file); err != nil {
		return o, nil, err
	}
	return decodeSealed(file)
}

// decodeSealed reads a file whose seal has been looked at. The library panics on some
// files that are no Parquet.
func decodeSealed(file []byte) (o Origin, r *pose.Recording, err error) {
	defer func() {
		if fault := recover(); fault != nil {
			err = fmt.Errorf("%w: %v", ErrDamaged, fault)
		}
	}()
	f, err := parquet.OpenFile(bytes.NewReader(file), int64(len(file)), parquet.SkipBloomFilters(true), parquet.SkipPageIndex(true))
	if err != nil {
		return o, nil, fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	if err := checkShape(f); err != nil {
		return o, nil, err
	}
	o, r, err = decodeMetadata(f)
	if err != nil {
		return o, nil, err
	}
	if err := decodeRows(f, r); err != nil {
		return o, nil, err
	}
	if err := r.Check(); err != nil {
		return o, nil, fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	return o, r, nil
}

// checkShape refuses other people's Parquet files, and sizes that no recording has, before
// memory is taken for them.
func checkShape(f *parquet.File) error {
	const manyRows, manyBytes = 1_000_000, 4 << 30
	if want := parquet.SchemaOf(poseRow{}); !parquet.SameNodes(f.Schema(), want) {
		return fmt.Errorf("%w: its columns are others", ErrDamaged)
	}
	if f.NumRows() > manyRows {
		return fmt.Errorf("%w: it has %d rows", ErrDamaged, f.NumRows())
	}
	total := int64(0)
	for _, g := range f.Metadata().RowGroups {
		for _, c := range g.Columns {
			total += max(c.MetaData.TotalUncompressedSize, 0)
		}
	}
	if total > manyBytes {
		return fmt.Errorf("%w: it claims to hold %d bytes", ErrDamaged, total)
	}
	return nil
}

func decodeMetadata(f *parquet.File) (o Origin, r *pose.Recording, err error) {
	number := func(key string) int {
		text, _ := f.Lookup(key)
		n, bad := strconv.Atoi(text)
		if bad != nil && err == nil {
			err = fmt.Errorf("%w: %s is %q", ErrDamaged, key, text)
		}
		return n
	}
	if v := number("fallkit.format"); err == nil && v != poseFormat {
		return o, nil, fmt.Errorf("%w of this version: its format is %d, and this program reads %d", ErrDamaged, v, poseFormat)
	}
	r = &pose.Recording{Width: number("fallkit.width"), Height: number("fallkit.height")}
	o.Engine, _ = f.Lookup("fallkit.engine")
	o.VideoSHA256, _ = f.Lookup("fallkit.video_sha256")
	fps, _ := f.Lookup("fallkit.fps")
	o.FPS, _ = strconv.ParseFloat(fps, 64)
	return o, r, err
}

func decodeRows(f *parquet.File, r *pose.Recording) error {
	reader := parquet.NewGenericReader[poseRow](f)
	defer reader.Close()
	rows := make([]poseRow, 16)
	for {
		n, err := reader.Read(rows)
		for i := range rows[:n] {
			if err := rows[i].into(r); err != nil {
				return err
			}
			rows[i] = poseRow{} // the lists belong to the recording now
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("%w: %w", ErrDamaged, err)
		}
		if n == 0 {
			return fmt.Errorf("%w: rows are missing", ErrDamaged)
		}
	}
}

// into adds a row to a recording.
func (row *poseRow) into(r *pose.Recording) error {
	switch row.Kind {
	case kindFrames:
		r.FrameTimes = row.Times
	case kindPoses:
		r.PoseTimes = row.Times
	case kindTrack:
		n := len(row.Times)
		if len(row.Keypoints) != n*keypointValues || len(row.Boxes) != n*boxValues || len(row.Scores) != n {
			return fmt.Errorf("%w: track %d has %d times, %d keypoint values, %d box values, %d scores",
				ErrDamaged, row.Track, n, len(row.Keypoints), len(row.Boxes), len(row.Scores))
		}
		r.Tracks = append(r.Tracks, row.track())
	default:
		return fmt.Errorf("%w: a row is of kind %q", ErrDamaged, row.Kind)
	}
	return nil
}

func (row *poseRow) track() pose.Track {
	t := pose.Track{ID: int(row.Track), Times: row.Times, Poses: make([]pose.Pose, len(row.Times))}
	for i := range t.Poses {
		p := &t.Poses[i]
		k := row.Keypoints[i*keypointValues:]
		for j := range p.Keypoints {
			p.Keypoints[j] = pose.Keypoint{X: k[3*j], Y: k[3*j+1], Score: k[3*j+2]}
		}
		b := row.Boxes[i*boxValues:]
		p.Box = pose.Box{X0: b[0], Y0: b[1], X1: b[2], Y1: b[3]}
		p.Score = row.Scores[i]
	}
	return t
}

// footerTail is what every Parquet file ends with: the footer's length and the magic.
const footerTail = 8

// footerStart is where a Parquet file's footer begins.
func footerStart(file []byte) (int, error) {
	const magic = "PAR1"
	n := len(file)
	if n < len(magic)+footerTail || string(file[:4]) != magic || string(file[n-4:]) != magic {
		return 0, ErrDamaged
	}
	length := int64(binary.LittleEndian.Uint32(file[n-footerTail:]))
	if length > int64(n-len(magic)-footerTail) {
		return 0, ErrDamaged
	}
	return n - footerTail - int(length), nil
}
