package vision

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/png"
	"io"
	"os"
	"slices"

	"gocv.io/x/gocv"
)

const (
	tileHeight   = 240 // pixels of one picture of a strip, without the time under it
	stripColumns = 8   // after as many pictures a strip goes on in a new row
)

// Strip writes a PNG of the frames of a video at these times (seconds), side by side in
// time's order, each with its own time under it. A time past the end gives the last frame.
func Strip(video string, times []float64, out string) error {
	if len(times) == 0 {
		return fmt.Errorf("strip of %s: no times given", video)
	}
	f, err := openFile(video)
	if err != nil {
		return err
	}
	defer f.close()
	s := &strip{columns: stripColumns}
	defer s.close()
	if err := s.fill(f, slices.Sorted(slices.Values(times))); err != nil {
		return err
	}
	if err := s.save(out); err != nil {
		return fmt.Errorf("strip of %s: %w", video, err)
	}
	return nil
}

// strip is rows of tiles, each a picture with a word under it.
type strip struct {
	columns int
	tiles   []gocv.Mat
}

func (s *strip) close() {
	for i := range s.tiles {
		s.tiles[i].Close()
	}
}

// fill reads until all wanted times (ascending) have their frame: the first that is not
// earlier, or the last of all.
func (s *strip) fill(f *file, wanted []float64) error {
	picture := gocv.NewMat()
	defer picture.Close()
	shown, seen := 0.0, false
	for len(wanted) > 0 {
		t, err := f.next(context.Background())
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		ok, err := f.picture(&picture)
		if err != nil {
			return err
		}
		if !ok {
			continue
		}
		shown, seen = t, true
		for len(wanted) > 0 && t+slack >= wanted[0] {
			wanted = wanted[1:]
			if err := s.add(&picture, seconds(t)); err != nil {
				return err
			}
		}
	}
	if !seen {
		return fmt.Errorf("read video %s: %w: no frame can be decoded", f.path, ErrCorrupt)
	}
	if len(wanted) > 0 {
		return s.add(&picture, seconds(shown))
	}
	return nil
}

func seconds(t float64) string { return fmt.Sprintf("%.2f s", t) }

// add puts a picture at the strip's end; label is in ASCII.
func (s *strip) add(picture *gocv.Mat, label string) error {
	width := max(1, picture.Cols()*tileHeight/picture.Rows())
	small := gocv.NewMat()
	defer small.Close()
	if err := resize(picture, &small, width, tileHeight); err != nil {
		return err
	}
	b := brush{unit: 2}
	size := b.textSize(label)
	tile := gocv.NewMatWithSize(tileHeight+size.Y+8*b.unit, max(width, size.X)+2*b.unit, gocv.MatTypeCV8UC3)
	tile.SetTo(gocv.NewScalar(255, 255, 255, 0))
	part := tile.Region(image.Rect(b.unit, b.unit, b.unit+width, b.unit+tileHeight))
	defer part.Close()
	small.CopyTo(&part)
	b.canvas = &tile
	b.text(label, image.Pt((tile.Cols()-size.X)/2, tile.Rows()-3*b.unit), dark)
	s.tiles = append(s.tiles, tile)
	return nil
}

// save lays the tiles out and replaces out.
func (s *strip) save(out string) error {
	width, height := s.tiles[0].Cols(), s.tiles[0].Rows()
	columns := min(len(s.tiles), s.columns)
	rows := (len(s.tiles) + columns - 1) / columns
	sheet := gocv.NewMatWithSize(rows*height, columns*width, gocv.MatTypeCV8UC3)
	defer sheet.Close()
	sheet.SetTo(gocv.NewScalar(255, 255, 255, 0))
	for i := range s.tiles {
		corner := image.Pt(i%columns*width, i/columns*height)
		part := sheet.Region(image.Rectangle{corner, corner.Add(image.Pt(width, height))})
		err := resize(&s.tiles[i], &part, width, height)
		part.Close()
		if err != nil {
			return err
		}
	}
	picture, err := sheet.ToImage()
	if err != nil {
		return err
	}
	return savePNG(out, picture)
}

func savePNG(path string, picture image.Image) error {
	var file bytes.Buffer
	if err := png.Encode(&file, picture); err != nil {
		return err
	}
	temp, err := beside(path, ".png")
	if err != nil {
		return err
	}
	err = os.WriteFile(temp, file.Bytes(), 0o644)
	if err == nil {
		err = replace(temp, path)
	}
	if err != nil {
		os.Remove(temp)
	}
	return err
}
