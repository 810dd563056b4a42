package simulate_test

import (
	"bytes"
	"image"
	"testing"

	"fallkit/data/simulate"
)

func TestEmptyRooms(t *testing.T) {
	s := simulate.DefaultSettings
	s.Clips, s.FPS, s.Width, s.Height = 4, 5, 160, 120
	rooms := simulate.EmptyRooms(s)
	if rooms[0].Pet != "" || rooms[1].Pet != "cat" || rooms[3].Pet != "dog" || rooms[3].Name != "empty-0004-dog" {
		t.Fatalf("%+v", rooms)
	}
	for _, r := range rooms {
		first, differ := pictures(r)
		again, _ := pictures(r)
		if len(first) != 40 {
			t.Errorf("%s has %d frames", r.Name, len(first))
		}
		for i := range first {
			if !bytes.Equal(first[i].Pix, again[i].Pix) {
				t.Fatalf("%s: frame %d is another one the second time", r.Name, i)
			}
		}
		// Noise changes a pixel a little, and a pet that comes or goes changes many much.
		if moved := differ > 8; moved != (r.Pet != "") {
			t.Errorf("%s: %d pixels differ between two moments", r.Name, differ)
		}
	}
}

func pictures(r simulate.EmptyRoom) (all []*image.RGBA, differ int) {
	for m := range r.Frames() {
		all = append(all, m.(*image.RGBA))
	}
	for _, late := range []int{5, 10, 20} {
		n := 0
		for i := 0; i < len(all[0].Pix); i += 4 {
			if d := int(all[0].Pix[i]) - int(all[late].Pix[i]); d > 40 || d < -40 {
				n++
			}
		}
		differ = max(differ, n)
	}
	return all, differ
}
