package vision

import (
	"image"
	"math"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"fallkit/pose"
)

var pictureSize = image.Pt(640, 480)

// somebody is a pose of straight limbs, size pixels from hips to neck, turned about the hips.
func somebody(x, y, size, degrees float64) pose.Pose {
	p := pose.Pose{Score: .5}
	sin, cos := math.Sincos(degrees * math.Pi / 180)
	right := [pose.Joints]float64{0, .05, -.05, .1, -.1, .25, -.25, .35, -.35, .35, -.35, .15, -.15, .15, -.15, .15, -.15} // in sizes
	up := [pose.Joints]float64{1.3, 1.35, 1.35, 1.3, 1.3, 1, 1, .5, .5, .1, .1, 0, 0, -.8, -.8, -1.6, -1.6}
	for j := range up {
		p.Keypoints[j] = pose.Keypoint{X: float32(x + size*(right[j]*cos+up[j]*sin)), Y: float32(y + size*(right[j]*sin-up[j]*cos)), Score: .6}
	}
	b, _ := p.Extent(.1)
	p.Box = pose.Box{X0: max(b.X0, 0), Y0: max(b.Y0, 0), X1: min(b.X1, 640), Y1: min(b.Y1, 480)}
	return p
}

var (
	standing     = somebody(320, 260, 80, 0)
	lying        = somebody(320, 400, 80, 90)
	atDoor       = somebody(20, 260, 80, 0)
	lyingOut     = somebody(60, 400, 80, 90) // head or feet beyond the edge
	footless     = somebody(320, 300, 200, 0)
	leavingBelow = somebody(320, 560, 100, 0)
	farOff       = somebody(560, 260, 80, 0)
)

// In a script each rune is one second: '.' nothing, 'm' motion, and who is found if the
// picture is looked at: u upright in the midst of the picture, l lying, d upright at its left
// edge, o lying partly outside, n near the camera, without feet, b leaving at the bottom;
// a capital is another track. 'x' is a second without a picture.
var cast = map[rune]pose.Tracked{
	'u': {Track: 1, Pose: standing}, 'l': {Track: 1, Pose: lying}, 'd': {Track: 1, Pose: atDoor}, 'o': {Track: 1, Pose: lyingOut},
	'n': {Track: 1, Pose: footless}, 'b': {Track: 1, Pose: leavingBelow},
	'U': {Track: 2, Pose: standing}, 'L': {Track: 2, Pose: lying}, 'D': {Track: 2, Pose: atDoor}, 'F': {Track: 2, Pose: farOff},
}

// play gives a rune for each second: 'o' looked at, '-' not.
func play(s GateSettings, script string) string {
	k := newGatekeeper(s)
	var b strings.Builder
	for i, r := range script {
		t := float64(i)
		if r == 'x' {
			b.WriteByte('x')
			continue
		}
		if !k.open(t, r == 'm') {
			b.WriteByte('-')
			continue
		}
		b.WriteByte('o')
		if who, ok := cast[r]; ok {
			k.found(t, []pose.Tracked{who}, pictureSize)
		}
	}
	return b.String()
}

func TestGatekeeper(t *testing.T) {
	s := GateSettings{SettleSeconds: 3, HoldSeconds: 2, LyingSeconds: 12, LookSeconds: 5}
	for _, c := range []struct{ name, script, want string }{
		{"an empty room", "...............", "ooo----o----o--"},
		{"motion opens at once, and for a while", "....m........m.......", "ooo-ooo----o-ooo----o"},
		{"motion that goes on", "....mmmmmm.......", "ooo-oooooooo----o"},
		{"a gap in the pictures", "......xxx.......", "ooo---xxxooo----"},
		{"no gap that matters", "......x.......", "ooo---xo----o-"},
		{"somebody comes and goes by the edge", "....mmuuudddd.......", "ooo-ooooooooooo----o"},
		{"a look finds somebody", ".......uuuudddd.....", "ooo----oooooooooo---"},
		{"somebody lies", "....muulll...............", "ooo-ooooooooooooooooo" + "o---"},
		{"somebody lies and is found again", "....muulll.........l....................", "ooo-" + strings.Repeat("o", 28) + "----o---"},
		{"lost while upright", "....muuu................", "ooo-ooooooooooooooo" + "o----"},
		{"lost near the camera", "....mnnn................", "ooo-ooooooooooooooo" + "o----"},
		{"leaves below the camera", "....mnnbb................", "ooo-ooooooo----o----o----"},
		{"lies half outside", "....muuooo...............", "ooo-ooooooooooooooooo" + "o---"},
		{"stands up and goes", "....muulluuddd...............", "ooo-oooooooooooo----o----o---"},
		{"lay a moment ago, at the edge", "....muullld..............", "ooo-oooooooooooooooooo" + "o--"},
		{"a thing that looks like somebody, twice", ".......uu..............", "ooo----oooo----o----o--"},
		{"upright, a new track goes on", "....muuuUUUDDD............", "ooo-oooooooooooo----o----o"},
		{"upright, another three seconds later", "....muuu...F............", "ooo-oooooooooooooooo" + "----"},
		{"lying, a new track lies there", "....mulllLLLUUDDD........", "ooo-ooooooooooooooo----o-"},
		{"lying, found again in one picture", "....mulll....L....................", "ooo-" + strings.Repeat("o", 22) + "----o---"},
		{"lying, a carer is another", "....mulllUUUDDD...........", "ooo-ooooooooooooooooo----o"},
	} {
		if got := play(s, c.script); got != c.want {
			t.Errorf("%s:\n%s\n%s, want\n%s", c.name, c.script, got, c.want)
		}
	}
}

// Whatever happens: a picture with motion is looked at; nobody is let out of sight within
// HoldSeconds, nor who lies within LyingSeconds; no longer than LookSeconds goes by without
// a look; and after long enough with nobody and nothing, only every LookSeconds has one.
func TestGatekeeperNeverLosesAnybody(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := GateSettings{
			SettleSeconds: rapid.Float64Range(.5, 5).Draw(t, "settle"), HoldSeconds: rapid.Float64Range(1, 5).Draw(t, "hold"),
			LyingSeconds: rapid.Float64Range(0, 60).Draw(t, "lying"), LookSeconds: rapid.Float64Range(.5, 5).Draw(t, "look"),
		}
		k := newGatekeeper(s)
		const step = .25
		names := []rune("udlonbUDLF")
		seen := map[int]float64{} // by track
		lay := map[int]float64{}  // when last found lying, of tracks with enough looks
		looks := map[int]int{}
		last, event := 0.0, 0.0 // look; anything that keeps it open
		for i := range rapid.IntRange(1, 400).Draw(t, "pictures") {
			now := float64(i) * step
			moves := rapid.IntRange(0, 30).Draw(t, "motion") == 0
			open := k.open(now, moves)
			kept := moves || now-last >= s.LookSeconds-slack || now < s.SettleSeconds
			for track, then := range seen {
				kept = kept || now-then <= s.HoldSeconds
				if lying, ok := lay[track]; ok {
					kept = kept || lying == then && now-then <= s.LyingSeconds
				}
			}
			if kept && !open {
				t.Fatalf("closed at %g s", now)
			}
			if moves {
				event = now
			}
			if quiet := now - event; quiet > max(s.SettleSeconds, s.HoldSeconds, s.LyingSeconds)+step && open && now-last < s.LookSeconds-slack {
				t.Fatalf("open at %g s, %g s after the last event", now, quiet)
			}
			if !open {
				continue
			}
			last = now
			if rapid.IntRange(0, 8).Draw(t, "anybody") > 0 {
				continue
			}
			who := cast[rapid.SampledFrom(names).Draw(t, "who")]
			k.found(now, []pose.Tracked{who}, pictureSize)
			if then, known := seen[who.Track]; !known || now-then > s.HoldSeconds { // may be taken for one who was lost
				clear(lay)
				looks[who.Track] = 0
			}
			looks[who.Track]++
			seen[who.Track], event = now, now
			if looks[who.Track] >= sureLooks && who.Pose.Lies(seenScore) {
				lay[who.Track] = now
			}
		}
	})
}

func TestWhoLies(t *testing.T) {
	box := pose.Pose{Box: pose.Box{X0: 10, Y0: 10, X1: 110, Y1: 60}}
	for name, c := range map[string]struct {
		pose        pose.Pose
		lies, leave bool
	}{
		"upright": {standing, false, false}, "lying": {lying, true, false}, "at the door": {atDoor, false, true},
		"lying half outside": {lyingOut, true, true}, "near the camera": {footless, false, false}, "leaving below": {leavingBelow, false, true},
		"leaning": {somebody(320, 260, 80, 40), false, false}, "only a box": {box, true, true}, "head downwards": {somebody(320, 200, 80, 180), true, false},
	} {
		if c.pose.Lies(seenScore) != c.lies || atEdge(&c.pose, pictureSize) != c.leave {
			t.Errorf("%s: lies %v, at the edge %v", name, c.pose.Lies(seenScore), atEdge(&c.pose, pictureSize))
		}
	}
}
