package vision

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/jpeg"
	"io"
	"os"
	"path/filepath"
	"strings"

	"gocv.io/x/gocv"

	"fallkit/pose"
)

// SheetRow is one row of a sheet: frames of one video, by ascending time, with the poses
// that are to be painted on them.
type SheetRow struct {
	Video string // a file
	Title string // in ASCII
	Shots []pose.Shot
}

// A shot's size on the sheet, in pixels, without the word under it.
const shotWidth, shotHeight = 240, 180

// PoseSheet writes a contact sheet, JPEG or PNG by its name: a row of frames for each video,
// with their skeletons painted on, its title above. report hears of rows done and of how many
// there are; it may be nil.
func PoseSheet(ctx context.Context, rows []SheetRow, out string, report func(done, total int)) error {
	if len(rows) == 0 {
		return errors.New("sheet of poses: there is no clip to show")
	}
	var s sheet
	defer s.close()
	for i, r := range rows {
		if err := s.add(ctx, r); err != nil {
			return fmt.Errorf("sheet of poses: %w", err)
		}
		if report != nil {
			report(i+1, len(rows))
		}
	}
	return s.save(out)
}

// sheet is rows of pictures below each other.
type sheet struct{ rows []gocv.Mat }

func (s *sheet) close() {
	for i := range s.rows {
		s.rows[i].Close()
	}
}

// add reads the row's frames: the first at or after each shot's time.
func (s *sheet) add(ctx context.Context, r SheetRow) error {
	f, err := openFile(r.Video)
	if err != nil {
		return err
	}
	defer f.close()
	row := gocv.NewMatWithSize(shotHeight+3*lineHeight, max(1, len(r.Shots))*shotWidth, gocv.MatTypeCV8UC3)
	s.rows = append(s.rows, row)
	row.SetTo(gocv.NewScalar(255, 255, 255, 0))
	b := brush{canvas: &row, unit: 1}
	b.text(r.Title, image.Pt(4, lineHeight-4), dark)
	picture := gocv.NewMat()
	defer picture.Close()
	for i := 0; i < len(r.Shots); {
		t, err := f.next(ctx)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		for i < len(r.Shots) && t+slack >= r.Shots[i].Frame.Time {
			if err := expose(f, &picture, &row, i, r.Shots[i]); err != nil {
				return err
			}
			i++
		}
	}
	return nil
}

// lineHeight is that of a line of text, in pixels.
const lineHeight = 16

// expose puts the frame that f stands at into column i of the row.
func expose(f *file, picture, row *gocv.Mat, i int, shot pose.Shot) error {
	ok, err := f.picture(picture)
	if err != nil || !ok {
		return err
	}
	zoom := min(float64(shotWidth-4)/float64(picture.Cols()), float64(shotHeight)/float64(picture.Rows()))
	width, height := max(1, int(zoom*float64(picture.Cols()))), max(1, int(zoom*float64(picture.Rows())))
	small := gocv.NewMat()
	defer small.Close()
	if err := resize(picture, &small, width, height); err != nil {
		return err
	}
	b := brush{canvas: &small, zoom: zoom, unit: 1}
	for k := range shot.Frame.People {
		b.box(&shot.Frame.People[k])
		b.skeleton(&shot.Frame.People[k].Pose)
	}
	corner := image.Pt(i*shotWidth+(shotWidth-width)/2, lineHeight)
	part := row.Region(image.Rectangle{corner, corner.Add(image.Pt(width, height))})
	defer part.Close()
	small.CopyTo(&part)
	b = brush{canvas: row, unit: 1}
	b.text(shot.Label, image.Pt(i*shotWidth+4, lineHeight+height+lineHeight-3), dark)
	return nil
}

func (s *sheet) save(out string) error {
	width, height := 0, 0
	for i := range s.rows {
		width, height = max(width, s.rows[i].Cols()), height+s.rows[i].Rows()
	}
	all := gocv.NewMatWithSize(height, width, gocv.MatTypeCV8UC3)
	defer all.Close()
	all.SetTo(gocv.NewScalar(255, 255, 255, 0))
	top := 0
	for i := range s.rows {
		part := all.Region(image.Rect(0, top, s.rows[i].Cols(), top+s.rows[i].Rows()))
		s.rows[i].CopyTo(&part)
		part.Close()
		top += s.rows[i].Rows()
	}
	picture, err := all.ToImage()
	if err != nil {
		return fmt.Errorf("sheet of poses: %w", err)
	}
	return savePicture(out, picture)
}

// savePicture replaces a file: JPEG where its name says so, else PNG.
func savePicture(path string, picture image.Image) error {
	ext := strings.ToLower(filepath.Ext(path))
	if ext != ".jpg" && ext != ".jpeg" {
		return savePNG(path, picture)
	}
	var text bytes.Buffer
	if err := jpeg.Encode(&text, picture, &jpeg.Options{Quality: 88}); err != nil {
		return err
	}
	temp, err := beside(path, ext)
	if err != nil {
		return err
	}
	err = os.WriteFile(temp, text.Bytes(), 0o644)
	if err == nil {
		err = replace(temp, path)
	}
	if err != nil {
		os.Remove(temp)
	}
	return err
}
