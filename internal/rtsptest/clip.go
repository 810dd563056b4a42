package rtsptest

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/draw"
	"iter"
	"os/exec"
	"strconv"
)

// Clip is H.264 that a camera plays again and again; it starts with a whole picture.
type Clip struct {
	FPS      int
	pictures [][][]byte // the NAL units of each picture
	sps, pps []byte
}

// Encode makes a clip of pictures of one size, by ffmpeg: every tenth is whole, and none
// refers to a later one.
func Encode(fps int, pictures iter.Seq[image.Image]) (*Clip, error) {
	var raw bytes.Buffer
	var size image.Point
	for p := range pictures {
		b := p.Bounds()
		rgba := image.NewRGBA(image.Rectangle{Max: b.Size()})
		draw.Draw(rgba, rgba.Rect, p, b.Min, draw.Src)
		raw.Write(rgba.Pix)
		size = b.Size()
	}
	rate := strconv.Itoa(fps)
	c := exec.Command("ffmpeg", "-v", "error", "-f", "rawvideo", "-pix_fmt", "rgba", "-s", fmt.Sprintf("%dx%d", size.X, size.Y), "-r", rate, "-i", "-",
		"-c:v", "libx264", "-pix_fmt", "yuv420p", "-preset", "ultrafast", "-tune", "zerolatency", "-threads", "1", "-g", "10", "-f", "h264", "-")
	var out, said bytes.Buffer
	c.Stdin, c.Stdout, c.Stderr = &raw, &out, &said
	if err := c.Run(); err != nil {
		return nil, fmt.Errorf("encode a clip with ffmpeg: %w: %s", err, bytes.TrimSpace(said.Bytes()))
	}
	return split(fps, out.Bytes())
}

// Kinds of NAL units, ITU-T H.264 table 7-1.
const (
	slice           = 1
	wholeSlice      = 5
	supplement      = 6
	sequenceSetting = 7
	pictureSetting  = 8
	delimiter       = 9
)

// split cuts a stream (H.264 annex B) into pictures. A picture may be in several slices,
// as many as x264 has threads: the first one starts at macroblock 0.
func split(fps int, stream []byte) (*Clip, error) {
	c := &Clip{FPS: fps}
	var picture [][]byte
	hasSlice := false
	flush := func() {
		if hasSlice {
			c.pictures = append(c.pictures, picture)
			picture, hasSlice = nil, false
		}
	}
	for _, unit := range units(stream) {
		switch unit[0] & 31 {
		case supplement, delimiter:
			continue
		case sequenceSetting:
			flush()
			c.sps = unit
		case pictureSetting:
			flush()
			c.pps = unit
		case slice, wholeSlice:
			if len(unit) > 1 && unit[1]&0x80 != 0 { // first_mb_in_slice is 0
				flush()
			}
			hasSlice = true
		}
		picture = append(picture, unit)
	}
	flush()
	if c.sps == nil || c.pps == nil || len(c.pictures) == 0 {
		return nil, errors.New("split H.264: no picture in the stream")
	}
	return c, nil
}

func units(stream []byte) (all [][]byte) {
	for part := range bytes.SplitSeq(stream, []byte{0, 0, 1}) {
		if part = bytes.TrimRight(part, "\x00"); len(part) > 0 {
			all = append(all, part)
		}
	}
	return all
}

// annexB is picture i as one piece.
func (c *Clip) annexB(i int) (piece []byte) {
	for _, unit := range c.pictures[i%len(c.pictures)] {
		piece = append(append(piece, 0, 0, 0, 1), unit...)
	}
	return piece
}

// Film makes a clip of a video file, by ffmpeg.
func Film(path string, fps int) (*Clip, error) {
	c := exec.Command("ffmpeg", "-v", "error", "-i", path, "-an", "-r", strconv.Itoa(fps),
		"-c:v", "libx264", "-pix_fmt", "yuv420p", "-preset", "ultrafast", "-tune", "zerolatency", "-threads", "1", "-g", "10", "-f", "h264", "-")
	var out, said bytes.Buffer
	c.Stdout, c.Stderr = &out, &said
	if err := c.Run(); err != nil {
		return nil, fmt.Errorf("make a clip of %s with ffmpeg: %w: %s", path, err, bytes.TrimSpace(said.Bytes()))
	}
	return split(fps, out.Bytes())
}
