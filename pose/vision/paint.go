package vision

import (
	"fmt"
	"image"
	"image/color"
	"math"
	"strconv"

	"gocv.io/x/gocv"

	"fallkit/pose"
)

var (
	leftColour   = color.RGBA{255, 150, 30, 255}
	rightColour  = color.RGBA{40, 170, 255, 255}
	middleColour = color.RGBA{240, 240, 240, 255}
	boxColour    = color.RGBA{130, 220, 130, 255}
	calmColour   = color.RGBA{70, 180, 90, 255}
	alarmColour  = color.RGBA{215, 40, 40, 255}
	dark         = color.RGBA{25, 25, 25, 255}
	white        = color.RGBA{255, 255, 255, 255}
)

// drawnScore is the score from which a joint is drawn.
const drawnScore = 0.15

// brush paints on a canvas that is zoom times as large as the picture.
type brush struct {
	canvas *gocv.Mat
	zoom   float64
	unit   int // thickness of a line, in canvas pixels
}

// paint draws people, the time, and (c not nil) score bar and banner.
func paint(canvas *gocv.Mat, zoom float64, frame pose.Frame, c *Caption) {
	b := brush{canvas, zoom, max(1, canvas.Rows()/240)}
	for i := range frame.People {
		b.box(&frame.People[i])
		b.skeleton(&frame.People[i].Pose)
	}
	b.bar(frame.Time, c)
	if c != nil && c.Banner != "" {
		b.banner(c.Banner)
	}
}

// at is where a point of the picture lies on the canvas, kept near it: OpenCV clips
// lines, but does its sums in 32 bits.
func (b *brush) at(x, y float32) image.Point {
	put := func(v float32) int {
		return int(math.Round(math.Max(-8000, math.Min(8000, float64(v)*b.zoom))))
	}
	return image.Pt(put(x), put(y))
}

func (b *brush) skeleton(p *pose.Pose) {
	for _, bone := range pose.Bones {
		if p.Seen(bone.From, drawnScore) && p.Seen(bone.To, drawnScore) {
			from, to := p.Keypoints[bone.From], p.Keypoints[bone.To]
			b.line(b.at(from.X, from.Y), b.at(to.X, to.Y), boneColour(bone))
		}
	}
	for j := range pose.Joint(pose.Joints) {
		if p.Seen(j, drawnScore) {
			k := p.Keypoints[j]
			gocv.CircleWithParams(b.canvas, b.at(k.X, k.Y), b.unit+1, jointColour(j), -1, gocv.LineAA, 0)
		}
	}
}

// line has a dark rim, to be seen on any ground.
func (b *brush) line(from, to image.Point, c color.RGBA) {
	gocv.Line(b.canvas, from, to, dark, b.unit+2)
	gocv.Line(b.canvas, from, to, c, b.unit)
}

func jointColour(j pose.Joint) color.RGBA {
	switch {
	case j == pose.Nose:
		return middleColour
	case j%2 == 1:
		return leftColour
	}
	return rightColour
}

// boneColour is the side's, or the middle's where a bone joins both sides.
func boneColour(b pose.Bone) color.RGBA {
	from, to := jointColour(b.From), jointColour(b.To)
	switch {
	case b.From == pose.Nose:
		return to
	case from != to:
		return middleColour
	}
	return from
}

// box shows the person's box with the track number in its corner.
func (b *brush) box(t *pose.Tracked) {
	r := image.Rectangle{b.at(t.Pose.Box.X0, t.Pose.Box.Y0), b.at(t.Pose.Box.X1, t.Pose.Box.Y1)}
	gocv.Rectangle(b.canvas, r, boxColour, max(1, b.unit/2))
	number := strconv.Itoa(t.Track)
	size := b.textSize(number)
	corner := image.Pt(r.Min.X, max(r.Min.Y, size.Y+2*b.unit))
	b.fill(image.Rectangle{corner.Sub(image.Pt(0, size.Y+2*b.unit)), corner.Add(image.Pt(size.X+2*b.unit, 0))}, boxColour)
	b.text(number, corner.Add(image.Pt(b.unit, -b.unit)), dark)
}

// bar is at the bottom: the time, and the score with a tick at the threshold.
func (b *brush) bar(time float64, c *Caption) {
	width, height := b.canvas.Cols(), b.canvas.Rows()
	tall := max(b.textSize("0").Y+4*b.unit, height/24)
	b.fill(image.Rect(0, height-tall, width, height), dark)
	label := fmt.Sprintf("%7.2f s", time)
	left := b.textSize("0000.00 s").X + 4*b.unit
	base := height - (tall-b.textSize("0").Y)/2
	b.text(label, image.Pt(2*b.unit, base), white)
	if c == nil || math.IsNaN(c.Score) {
		return
	}
	right := width - b.textSize("0.00").X - 4*b.unit
	b.text(fmt.Sprintf("%.2f", c.Score), image.Pt(right+2*b.unit, base), white)
	if right <= left {
		return
	}
	x := func(v float64) int { return left + int(math.Round(math.Max(0, math.Min(1, v))*float64(right-left))) }
	track := image.Rect(left, height-tall+2*b.unit, right, height-2*b.unit)
	b.fill(track, color.RGBA{75, 75, 75, 255})
	fill := track
	fill.Max.X = x(c.Score)
	b.fill(fill, scoreColour(c))
	if c.Threshold > 0 {
		b.fill(image.Rect(x(c.Threshold)-b.unit, height-tall, x(c.Threshold)+b.unit, height), white)
	}
}

func scoreColour(c *Caption) color.RGBA {
	if c.Threshold > 0 && c.Score >= c.Threshold {
		return alarmColour
	}
	return calmColour
}

// banner is at the top, over the whole width.
func (b *brush) banner(text string) {
	big := brush{b.canvas, b.zoom, 2 * b.unit}
	size := big.textSize(text)
	tall := size.Y + 8*b.unit
	b.fill(image.Rect(0, 0, b.canvas.Cols(), tall), alarmColour)
	big.text(text, image.Pt(max(2*b.unit, (b.canvas.Cols()-size.X)/2), tall-4*b.unit), white)
}

func (b *brush) fill(r image.Rectangle, c color.RGBA) {
	if !r.Empty() {
		r.Max = r.Max.Sub(image.Pt(1, 1)) // OpenCV fills both corners
		gocv.Rectangle(b.canvas, r, c, -1)
	}
}

const font = gocv.FontHersheySimplex

// scale makes capitals about 8 units high.
func (b *brush) scale() float64 { return 0.38 * float64(b.unit) }

func (b *brush) textSize(text string) image.Point {
	return gocv.GetTextSize(text, font, b.scale(), max(1, b.unit/2))
}

func (b *brush) text(text string, at image.Point, c color.RGBA) {
	gocv.PutTextWithParams(b.canvas, text, at, font, b.scale(), c, max(1, b.unit/2), gocv.LineAA, false)
}
