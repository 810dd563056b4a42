package pose

import (
	"fmt"
	"math"
	"strings"
)

// Strip draws poses side by side as one SVG picture, to be read like a film. All poses are
// drawn to one scale and keep their height in the picture, so that a fall is seen to go down.
type Strip struct {
	MinScore float32 // joints below this are not drawn
	Height   float64 // of the drawing, in SVG units; 0 = 120
	Frames   []StripFrame
}

// StripFrame is one drawing of a strip.
type StripFrame struct {
	Label string // written under it; without anything to draw, it stands alone
	Pose  *Pose  // nil = nobody was seen
	Mark  bool   // stressed: it lies within a fall, say
}

// Sizes of a strip, in SVG units.
const (
	stripHeight = 120.0
	stripMargin = 8.0
	stripLabel  = 16.0
	stripLeast  = 46.0 // a cell's least width: room for its label
)

// The person's left is orange and the right is blue, head and torso have the colour of the
// text, on light paper and on dark.
const (
	leftColour  = "#e07b22"
	rightColour = "#2f8fdd"
	midColour   = "currentColor"
	markColour  = "#d9480f"
)

// SVG gives the strip as an <svg> element that can stand in an HTML page or in a file.
func (s Strip) SVG() string {
	height := s.Height
	if height <= 0 {
		height = stripHeight
	}
	top, bottom, widest := s.extent()
	scale := (height - 2*stripMargin) / math.Max(bottom-top, 1)
	cell := math.Max(widest*scale+2*stripMargin, stripLeast)
	full := cell * float64(max(len(s.Frames), 1))
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" class="strip" viewBox="0 0 %s %s" width="%s" height="%s" role="img">`,
		short(full), short(height+stripLabel), short(full), short(height+stripLabel))
	for i, f := range s.Frames {
		s.frame(&b, f, float64(i)*cell, cell, height, top, scale)
	}
	b.WriteString("</svg>")
	return b.String()
}

// extent is the highest and the lowest seen point of all poses, and the widest pose's width,
// in pixels.
func (s Strip) extent() (top, bottom, widest float64) {
	top, bottom = math.Inf(1), math.Inf(-1)
	for _, f := range s.Frames {
		if f.Pose == nil {
			continue
		}
		if box, ok := f.Pose.Extent(s.MinScore); ok {
			top, bottom = min(top, float64(box.Y0)), max(bottom, float64(box.Y1))
			widest = max(widest, float64(box.Width()))
		}
	}
	if top > bottom {
		return 0, 1, 0
	}
	return top, bottom, widest
}

func (s Strip) frame(b *strings.Builder, f StripFrame, left, cell, height, top, scale float64) {
	if f.Mark {
		fmt.Fprintf(b, `<rect x="%s" y="0" width="%s" height="%s" fill="%s" fill-opacity="0.12"/>`, short(left), short(cell), short(height), markColour)
	}
	if f.Pose != nil {
		if box, ok := f.Pose.Extent(s.MinScore); ok {
			middle := float64(box.X0+box.X1) / 2
			s.body(b, f.Pose, func(k Keypoint) (string, string) {
				return short(left + cell/2 + (float64(k.X)-middle)*scale), short(stripMargin + (float64(k.Y)-top)*scale)
			})
		}
	}
	fmt.Fprintf(b, `<text x="%s" y="%s" text-anchor="middle" font-family="sans-serif" font-size="10" fill="currentColor">%s</text>`,
		short(left+cell/2), short(height+stripLabel-4), escape(f.Label))
}

func (s Strip) body(b *strings.Builder, p *Pose, at func(Keypoint) (x, y string)) {
	for _, bone := range Bones {
		if !p.Seen(bone.From, s.MinScore) || !p.Seen(bone.To, s.MinScore) {
			continue
		}
		x1, y1 := at(p.Keypoints[bone.From])
		x2, y2 := at(p.Keypoints[bone.To])
		fmt.Fprintf(b, `<path d="M%s %sL%s %s" stroke="%s" stroke-width="2.2" stroke-linecap="round"/>`, x1, y1, x2, y2, bone.colour())
	}
	if p.Seen(Nose, s.MinScore) {
		x, y := at(p.Keypoints[Nose])
		fmt.Fprintf(b, `<circle cx="%s" cy="%s" r="2.8" fill="%s"/>`, x, y, midColour)
	}
}

// colour tells left from right; what joins the two sides is neither.
func (b Bone) colour() string {
	switch {
	case b.From == Nose || b.From.side() != b.To.side():
		return midColour
	case b.From.side() == 'l':
		return leftColour
	}
	return rightColour
}

func (j Joint) side() byte {
	if j%2 == 1 {
		return 'l'
	}
	return 'r'
}

// short writes a number with at most one place.
func short(v float64) string {
	return strings.TrimSuffix(fmt.Sprintf("%.1f", v), ".0")
}

var escaper = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;")

func escape(s string) string { return escaper.Replace(s) }
