package vision

import (
	"context"
	"errors"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Every frame has a grey of its own, so that the right one is known.
func TestStill(t *testing.T) {
	size := image.Pt(64, 48)
	path := film(t, 20, func(yield func(image.Image) bool) {
		for i := range 12 {
			m := image.NewRGBA(image.Rectangle{Max: size})
			draw.Draw(m, m.Rect, image.NewUniform(color.Gray{uint8(20 + 18*i)}), image.Point{}, draw.Src)
			if !yield(m) {
				return
			}
		}
	})
	for _, frame := range []int{0, 1, 7, 11} {
		out := filepath.Join(t.TempDir(), "still.png")
		got, err := Still(t.Context(), path, frame, out)
		if err != nil || got != size {
			t.Fatalf("frame %d: %v, %v", frame, got, err)
		}
		file, err := os.Open(out)
		if err != nil {
			t.Fatal(err)
		}
		picture, err := png.Decode(file)
		file.Close()
		if err != nil || picture.Bounds().Size() != size {
			t.Fatalf("frame %d: %v, %v", frame, picture, err)
		}
		grey := color.GrayModel.Convert(picture.At(30, 20)).(color.Gray).Y
		if want := 20 + 18*frame; int(grey) < want-5 || int(grey) > want+5 {
			t.Errorf("frame %d is of grey %d, and must be of %d", frame, grey, want)
		}
		onlyFiles(t, filepath.Dir(out), "still.png")
	}
}

func TestStillThatCannotBe(t *testing.T) {
	path := film(t, 20, func(yield func(image.Image) bool) {
		for range 2 {
			if !yield(image.NewRGBA(image.Rect(0, 0, 64, 48))) {
				return
			}
		}
	})
	dir := t.TempDir()
	out := filepath.Join(dir, "still.png")
	if _, err := Still(t.Context(), path, 2, out); err == nil || !strings.HasSuffix(err.Error(), "has no frame 2: its last one is number 1") {
		t.Errorf("past the end: %v", err)
	}
	if _, err := Still(t.Context(), path, 0, filepath.Join(dir, "none", "still.png")); err == nil || !strings.Contains(err.Error(), "write frame 0 of") {
		t.Errorf("no folder: %v", err)
	}
	stopped, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Still(stopped, path, 0, out); !errors.Is(err, context.Canceled) {
		t.Errorf("stopped: %v", err)
	}
	text := filepath.Join(dir, "text.mp4")
	if err := os.WriteFile(text, []byte("no video"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := Still(t.Context(), text, 0, out); !errors.Is(err, ErrCorrupt) {
		t.Errorf("no video: %v", err)
	}
	onlyFiles(t, dir, "text.mp4")
}
