package pose

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"math"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// elements counts a drawing's elements by name, and fails where it is not XML.
func elements(t interface{ Fatalf(string, ...any) }, svg string) map[string]int {
	found := map[string]int{}
	d := xml.NewDecoder(strings.NewReader(svg))
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return found
		}
		if err != nil {
			t.Fatalf("not XML: %v in %s", err, svg)
		}
		if start, ok := token.(xml.StartElement); ok {
			found[start.Name.Local]++
		}
	}
}

func TestStripDrawsWhatIsSeen(t *testing.T) {
	whole, hidden := standing(100, 120, 40), standing(100, 120, 40)
	hidden.Keypoints[LeftAnkle].Score = 0.1
	strip := Strip{MinScore: 0.15, Frames: []StripFrame{{Label: "1.0 s", Pose: &whole}, {Label: "2.0 s", Pose: &hidden, Mark: true}, {Label: "<3> & more"}}}
	svg := strip.SVG()
	got := elements(t, svg)
	if got["path"] != 2*len(Bones)-1 || got["circle"] != 2 || got["text"] != 3 || got["rect"] != 1 {
		t.Errorf("drawn: %v, want %d bones, 2 noses, 3 labels, 1 mark", got, 2*len(Bones)-1)
	}
	if !strings.Contains(svg, "&lt;3&gt; &amp; more") {
		t.Error("a label is not escaped")
	}
}

func TestStripKeepsHeights(t *testing.T) {
	high, low := standing(50, 100, 20), standing(250, 160, 20)
	svg := Strip{Height: 100, Frames: []StripFrame{{Pose: &high}, {Pose: &low}}}.SVG()
	var first, second float64
	noses := strings.Split(svg, `cy="`)
	if len(noses) != 3 {
		t.Fatalf("%d noses, want 2", len(noses)-1)
	}
	for i, y := range []*float64{&first, &second} {
		if _, err := fmt.Sscanf(noses[i+1], "%f", y); err != nil {
			t.Fatal(err)
		}
	}
	// 60 pixels lower; the whole strip shows 60 pixels more than one body on 84 units
	box, _ := high.Extent(0)
	if want := 60 * 84 / float64(box.Height()+60); math.Abs(second-first-want) > 0.2 {
		t.Errorf("the noses are %.1f and %.1f from the top: %.1f apart, want %.1f", first, second, second-first, want)
	}
}

func TestStripOfNobody(t *testing.T) {
	var nobody Pose
	for _, s := range []Strip{{}, {Frames: []StripFrame{{}}}, {Frames: []StripFrame{{Pose: &nobody}}}} {
		if got := elements(t, s.SVG()); got["svg"] != 1 || got["path"] != 0 {
			t.Errorf("drawn: %v", got)
		}
	}
}

func TestStripIsXMLWhateverIsDrawn(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var strip Strip
		for range rapid.IntRange(0, 4).Draw(t, "frames") {
			p := standing(rapid.Float32Range(-100, 1000).Draw(t, "x"), rapid.Float32Range(-100, 1000).Draw(t, "y"), rapid.Float32Range(0, 300).Draw(t, "torso"))
			strip.Frames = append(strip.Frames, StripFrame{Label: rapid.StringMatching(`[ -~]*`).Draw(t, "label"), Pose: &p})
		}
		svg := strip.SVG()
		elements(t, svg)
		if strings.Contains(svg, "NaN") || strings.Contains(svg, "Inf") {
			t.Fatalf("a number is none: %s", svg)
		}
	})
}
