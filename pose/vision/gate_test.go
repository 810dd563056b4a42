package vision

import (
	"context"
	"image"
	"image/color"
	"image/draw"
	"math"
	"strings"
	"testing"

	"gocv.io/x/gocv"

	"fallkit/pose"
)

// watched plays pictures to a gate at 12.5 a second, with people who are found as a test
// scripts it.
type watched struct {
	t     *testing.T
	s     *sentry
	frame int
}

func watchRoom(t *testing.T, s GateSettings) *watched { return &watched{t: t, s: sentryFor(t, s)} }

const interval = 1 / defaultFPS

// show plays one picture and tells whether it was looked at; people are found if it was.
func (w *watched) show(picture *gocv.Mat, people ...pose.Tracked) bool {
	w.t.Helper()
	now := float64(w.frame) * interval
	w.frame++
	pass, err := w.s.passes(now, picture)
	if err != nil {
		w.t.Fatal(err)
	}
	if pass {
		w.s.found(now, people, image.Pt(picture.Cols(), picture.Rows()))
	}
	return pass
}

// play shows pictures in turn for some seconds and tells how many were looked at.
func (w *watched) play(seconds float64, pictures []gocv.Mat, people ...pose.Tracked) (looked int) {
	w.t.Helper()
	for i := range frames(seconds) {
		if w.show(&pictures[i%len(pictures)], people...) {
			looked++
		}
	}
	return looked
}

func frames(seconds float64) int { return int(math.Round(seconds * defaultFPS)) }

// closed fails where more than the looks of a closed gate are taken in some seconds.
func (w *watched) closed(seconds float64, pictures []gocv.Mat) {
	w.t.Helper()
	most := int(seconds/w.s.gate.Settings.LookSeconds) + 1
	if n := w.play(seconds, pictures); n > most {
		w.t.Errorf("%d of %d pictures are looked at, want at most %d", n, frames(seconds), most)
	}
}

// opens fails where the picture is not looked at.
func (w *watched) opens(picture gocv.Mat, what string) {
	w.t.Helper()
	if !w.show(&picture) {
		w.t.Errorf("%s: not looked at", what)
	}
	picture.Close()
}

// rested is a gate that has closed before a room's own pictures. Its next look is far off, so
// that what opens it is what is seen.
func rested(t *testing.T, room *stillRoom) (*watched, []gocv.Mat) {
	t.Helper()
	w := watchRoom(t, DefaultGate)
	still := room.film(t, 32)
	w.play(17, still)
	for !w.show(&still[w.frame%len(still)]) { // up to a look
	}
	w.closed(1, still)
	return w, still
}

var smallPicture, usualPicture = image.Pt(320, 240), image.Pt(640, 480)

func TestGateOfAnEmptyRoom(t *testing.T) {
	for name, noise := range map[string]float64{"no noise": 0, "a sensor's noise": 3, "a bad sensor's": 10} {
		t.Run(name, func(t *testing.T) {
			room := emptyRoom(smallPicture)
			room.noise = noise
			w, still := rested(t, room)
			w.closed(120, still)
			if c := w.s.gate.Counts(); c.Looked+c.Spared != w.frame || c.Looked == 0 || c.Spared < c.Looked*5 {
				t.Errorf("%+v of %d pictures", c, w.frame)
			}
		})
	}
}

// A camera's compression makes blocks that change from picture to picture.
func TestGateOfACompressedRoom(t *testing.T) {
	w := watchRoom(t, DefaultGate)
	still := emptyRoom(smallPicture).film(t, 32)
	for i := range still {
		if err := compressJPEG(&still[i], 25+i%3*10); err != nil {
			t.Fatal(err)
		}
	}
	w.play(17, still)
	w.closed(60, still)
}

func TestGateAndLight(t *testing.T) {
	room := emptyRoom(smallPicture)
	w, still := rested(t, room)
	room.light = .35
	dark := room.film(t, 32)
	for _, step := range []struct {
		name     string
		pictures []gocv.Mat
	}{{"lights off", dark}, {"lights on", still}, {"lights off again", dark}} {
		if !w.show(&step.pictures[0]) {
			t.Errorf("%s: not looked at", step.name)
		}
		w.play(17, step.pictures)
		w.closed(30, step.pictures)
	}
}

// A sun that takes 15 % of the light away within two minutes.
func TestGateAndDaylight(t *testing.T) {
	room := emptyRoom(image.Pt(160, 120))
	w, _ := rested(t, room)
	looked, all := 0, frames(135)
	for i := range all {
		room.light = 1 - .15*float64(i)/float64(all)
		p := room.seen(room.picture)
		if w.show(&p) {
			looked++
		}
		p.Close()
	}
	if looked > all/20 {
		t.Errorf("%d of %d pictures are looked at", looked, all)
	}
}

// A curtain that swings in the wind opens the gate, and is part of the room after a while.
func TestGateAndACurtain(t *testing.T) {
	room := emptyRoom(smallPicture)
	w, _ := rested(t, room)
	var swing []gocv.Mat
	for i := range 40 {
		m := room.copied()
		edge := 60 + int(12*math.Sin(2*math.Pi*float64(i)/40))
		draw.Draw(m, image.Rect(20, 30, edge, 150), image.NewUniform(color.RGBA{120, 60, 60, 255}), image.Point{}, draw.Src)
		p := room.seen(m)
		defer p.Close()
		swing = append(swing, p)
	}
	if !w.show(&swing[0]) {
		t.Error("a curtain that was not there before: not looked at")
	}
	w.play(180, swing)
	w.closed(60, swing)
	// and it does not hide whoever stands before it
	m := room.copied()
	draw.Draw(m, image.Rect(20, 30, 60, 150), image.NewUniform(color.RGBA{120, 60, 60, 255}), image.Point{}, draw.Src)
	drawFigure(m, image.Pt(40, 130), 60, 0)
	w.opens(room.seen(m), "somebody before the curtain")
}

// What is as large as a cat opens the gate: it is cheaper than to be wrong.
func TestGateAndAPet(t *testing.T) {
	room := emptyRoom(usualPicture)
	w, _ := rested(t, room)
	m := room.copied()
	draw.Draw(m, image.Rect(400, 400, 450, 430), image.NewUniform(color.RGBA{60, 55, 50, 255}), image.Point{}, draw.Src)
	w.opens(room.seen(m), "a pet")
}

// Somebody of whom 10 pixels of 640 are in the picture is looked at in that very picture,
// from whichever side they come.
func TestGateOpensForWhoEnters(t *testing.T) {
	const inside, size = 10, 100.
	for name, hip := range map[string]image.Point{
		"left": {}, "right": {}, "below": {320, 480 + 86 - inside}, "above": {320, -98 + inside},
	} {
		t.Run(name, func(t *testing.T) {
			room := emptyRoom(usualPicture)
			m := room.copied()
			switch name {
			case "left": // the elbow leads
				hip = image.Pt(inside-38, 250)
			case "right":
				hip = image.Pt(640-inside+38, 250)
			}
			drawFigure(m, hip, size, 0)
			if n := extent(m, room.picture, name); n < inside-3 || n > inside+1 {
				t.Fatalf("the test draws %d pixels of somebody, want %d", n, inside)
			}
			w, _ := rested(t, room)
			w.opens(room.seen(m), "somebody")
		})
	}
}

// In a room at night, with a noise that is stronger than a picture there differs.
func TestGateOpensInTheDark(t *testing.T) {
	room := emptyRoom(usualPicture)
	room.light, room.noise = .12, 5
	w, _ := rested(t, room)
	m := room.copied()
	drawFigure(m, image.Pt(520, 250), 60, 0)
	w.opens(room.seen(m), "somebody in the dark")
}

// extent is how far from a side the pictures differ, in pixels.
func extent(a, b *image.RGBA, side string) (n int) {
	for y := range a.Rect.Dy() {
		for x := range a.Rect.Dx() {
			if a.RGBAAt(x, y) != b.RGBAAt(x, y) {
				n = max(n, map[string]int{"left": x + 1, "right": a.Rect.Dx() - x, "above": y + 1, "below": a.Rect.Dy() - y}[side])
			}
		}
	}
	return n
}

// who is a pose as the network would find it for a figure.
func who(joints [pose.Joints]image.Point, score float32) pose.Tracked {
	p := pose.Pose{Score: score}
	for j, at := range joints {
		p.Keypoints[j] = pose.Keypoint{X: float32(at.X), Y: float32(at.Y), Score: score}
	}
	p.Box, _ = p.Extent(.05)
	return pose.Tracked{Track: 1, Pose: p}
}

// Somebody walks in, falls and lies still for ten minutes: every picture is looked at,
// though the background has long taken the body in, and also where the pose network loses
// it for the fourth minute, or for good after the second.
func TestGateNeverClosesOnWhoLiesStill(t *testing.T) {
	room := emptyRoom(image.Pt(80, 60)) // so that it is quick
	at := func(hip image.Point, degrees float64) (*image.RGBA, pose.Tracked) {
		m := room.copied()
		return m, who(drawFigure(m, hip, 13, degrees), .4)
	}
	drawn, fallen := at(image.Pt(42, 50), 85)
	floor := room.noisy(t, drawn, 16)
	for name, seen := range map[string]func(minute float64) bool{
		"lost for a minute":           func(m float64) bool { return m < 3 || m >= 4 },
		"lost after two minutes":      func(m float64) bool { return m < 2 },
		"found in three of a hundred": nil,
	} {
		t.Run(name, func(t *testing.T) {
			w, _ := rested(t, room)
			for x := -5; x < 42; x += 2 {
				drawn, upright := at(image.Pt(x, 37), 0)
				step := room.seen(drawn)
				if !w.show(&step, upright) && x > 0 {
					t.Errorf("walking at %d: not looked at", x)
				}
				step.Close()
			}
			for i := range frames(600) {
				var people []pose.Tracked
				if seen == nil && i%100 < 3 || seen != nil && seen(float64(i)*interval/60) {
					people = append(people, fallen)
				}
				if !w.show(&floor[i%len(floor)], people...) {
					t.Fatalf("not looked at after %.1f s on the floor", float64(i)*interval)
				}
			}
		})
	}
}

// Who sits still and is found now and then keeps the gate open; for who is never found it
// closes, but a look is taken every LookSeconds, and the slightest motion opens it.
func TestGateAndWhoSitsStill(t *testing.T) {
	room := emptyRoom(smallPicture)
	m := room.copied()
	found := who(drawFigure(m, image.Pt(160, 150), 50, 0), .3)
	sitting := room.noisy(t, m, 16)
	nods := room.copied()
	drawFigure(nods, image.Pt(162, 152), 50, 2)
	t.Run("found now and then", func(t *testing.T) {
		w, _ := rested(t, room)
		for i := range frames(300) {
			var people []pose.Tracked
			if i%20 == 0 {
				people = append(people, found)
			}
			if !w.show(&sitting[i%len(sitting)], people...) {
				t.Fatalf("not looked at after %.1f s", float64(i)*interval)
			}
		}
	})
	t.Run("never found", func(t *testing.T) {
		w, _ := rested(t, room)
		w.play(15, sitting)
		blind, longest := 0, 0
		for i := range frames(60) {
			blind++
			if w.show(&sitting[i%len(sitting)]) {
				blind = 0
			}
			longest = max(longest, blind)
		}
		if longest > frames(DefaultGate.LookSeconds) {
			t.Errorf("%d pictures pass without a look", longest)
		}
		w.opens(room.seen(nods), "a nod")
	})
	t.Run("walks away", func(t *testing.T) {
		w, _ := rested(t, room)
		w.play(60, sitting) // and is part of the room
		away := room.copied()
		drawFigure(away, image.Pt(175, 150), 50, 0)
		w.opens(room.seen(away), "a step")
	})
}

func TestGateAndACameraThatIsMoved(t *testing.T) {
	room := emptyRoom(smallPicture)
	w, _ := rested(t, room)
	m := image.NewRGBA(room.picture.Rect)
	draw.Draw(m, m.Rect, room.picture, image.Point{}, draw.Src)
	draw.Draw(m, m.Rect, room.picture, image.Pt(14, 9), draw.Src)
	moved := room.noisy(t, m, 32)
	if !w.show(&moved[0]) {
		t.Error("not looked at")
	}
	w.play(17, moved)
	w.closed(60, moved)
}

// A camera that comes back after a gap is looked at until its background is known again.
func TestGateAfterAGap(t *testing.T) {
	w, still := rested(t, emptyRoom(smallPicture))
	w.frame += frames(30)
	settle := frames(DefaultGate.SettleSeconds)
	if n := w.play(DefaultGate.SettleSeconds, still); n != settle {
		t.Errorf("%d of %d pictures are looked at", n, settle)
	}
	w.play(10, still)
	w.closed(30, still)
}

func TestGateSettingsCheck(t *testing.T) {
	for name, spoil := range map[string]func(*GateSettings){
		"settle": func(s *GateSettings) { s.SettleSeconds = 0 },
		"hold":   func(s *GateSettings) { s.HoldSeconds = math.NaN() },
		"lying":  func(s *GateSettings) { s.LyingSeconds = -1 },
		"look":   func(s *GateSettings) { s.LookSeconds = 61 },
	} {
		s := DefaultGate
		spoil(&s)
		_, err := Run(t.Context(), Source{Path: "unread"}, nil, Options{Gate: &Gate{Settings: s}}, nil)
		if err == nil || !strings.Contains(err.Error(), name+" seconds") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Pictures that cannot be are an error and do not end the process; odd ones are none.
func TestBackgroundOfOddPictures(t *testing.T) {
	b, err := openBackground()
	if err != nil {
		t.Fatal(err)
	}
	defer b.close()
	empty, grey := gocv.NewMat(), gocv.NewMatWithSize(9, 9, gocv.MatTypeCV8UC1)
	defer empty.Close()
	defer grey.Close()
	for _, bad := range []*gocv.Mat{&empty, &grey} {
		if _, err := b.sees(0, bad, false); err == nil {
			t.Errorf("%dx%d: no error", bad.Cols(), bad.Rows())
		}
	}
	for i, size := range []image.Point{{1, 1}, {1, 2000}, {2000, 1}, {7, 3}, {161, 90}, {480, 640}} {
		m := gocv.NewMatWithSize(size.Y, size.X, gocv.MatTypeCV8UC3)
		if _, err := b.sees(float64(i), &m, false); err != nil {
			t.Errorf("%v: %v", size, err)
		}
		m.Close()
	}
}

// The whole road: with the gate, the same people in the same frames; what is spared is the
// room before they come and after they have gone.
func TestRunWithAGate(t *testing.T) {
	const before, during, after = 500, 200, 600
	empty := image.NewRGBA(image.Rectangle{Max: smallPicture})
	draw.Draw(empty, empty.Rect, image.NewUniform(color.RGBA{30, 30, 30, 255}), image.Point{}, draw.Src)
	path := film(t, 25, func(yield func(image.Image) bool) {
		for i := range before + during + after {
			m := empty
			if n := i - before; n >= 0 && n < during {
				m = image.NewRGBA(empty.Rect)
				draw.Draw(m, m.Rect, empty, image.Point{}, draw.Src)
				spot(m, float64(-20+2*n), 120, 20, color.RGBA{255, 255, 255, 255})
			}
			if !yield(m) {
				return
			}
		}
	})
	run := func(o Options) (*pose.Recording, []pose.Frame) {
		var all []pose.Frame
		r, err := Run(context.Background(), Source{Path: path}, standinEngine(t), o, func(f pose.Frame) Caption {
			all = append(all, f)
			return Caption{}
		})
		if err != nil {
			t.Fatal(err)
		}
		return r, all
	}
	_, without := run(Options{})
	g := &Gate{}
	r, with := run(Options{Gate: g})
	found := 0
	for i := range without {
		if with[i].Time != without[i].Time || len(with[i].People) != len(without[i].People) {
			t.Fatalf("at %.2f s %d people, without the gate %d", with[i].Time, len(with[i].People), len(without[i].People))
		}
		for p := range with[i].People {
			found++
			if with[i].People[p] != without[i].People[p] {
				t.Fatalf("at %.2f s another pose or track than without the gate", with[i].Time)
			}
		}
	}
	c := g.Counts()
	if len(with) != len(without) || len(r.PoseTimes) != len(with) || c.Looked+c.Spared != len(with) || found < 60 {
		t.Errorf("%d and %d frames, %d pose times, %+v, %d people", len(with), len(without), len(r.PoseTimes), c, found)
	}
	if c.Spared < len(with)/3 {
		t.Errorf("only %d of %d spared", c.Spared, len(with))
	}
	r, forgot := run(Options{Gate: &Gate{}, Forget: true})
	if len(forgot) != len(with) || len(r.FrameTimes)+len(r.PoseTimes)+len(r.Tracks) != 0 || r.Width != smallPicture.X {
		t.Errorf("a run that keeps nothing kept %d frames, %d poses, %d tracks", len(r.FrameTimes), len(r.PoseTimes), len(r.Tracks))
	}
}
