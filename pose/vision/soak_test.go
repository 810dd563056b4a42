package vision

import (
	"context"
	"image"
	"image/color"
	"io"
	"os"
	"runtime"
	"strconv"
	"testing"

	"gocv.io/x/gocv"

	"fallkit/pose"
)

// TestSoak is a day and a night of a camera, as fast as they can be had: FALLKIT_SOAK
// frames go through the whole session (gate, the stand-in as pose network, tracker), and
// memory must not grow by more than 5 % after the first fiftieth. `make soak` runs it, with
// gocv's count of Mats.
func TestSoak(t *testing.T) {
	total, err := strconv.Atoi(os.Getenv("FALLKIT_SOAK"))
	if err != nil || total < 10_000 {
		t.Skip("FALLKIT_SOAK is no number of frames from 10000")
	}
	needsRSS(t)
	gate := &Gate{Settings: DefaultGate}
	gate.Settings.LyingSeconds = 60
	day := newDay(t, total)
	o := Options{Gate: gate, Forget: true}
	if err := o.check(); err != nil {
		t.Fatal(err)
	}
	calls, found := 0, 0
	var first, most int
	s, err := newSession(Source{Live: true}, day, standinEngine(t), o, func(f pose.Frame) Caption {
		calls++
		found += len(f.People)
		if warm := total / 50; calls == warm || calls > warm && calls%(total/10) == 0 {
			now := settled(t)
			if first == 0 {
				first = now
			}
			most = max(most, now)
			c := gate.Counts()
			t.Logf("%8d frames, %.1f h: %d KiB (%+.1f %%), %d goroutines, %d Mats; %d looked at, %d people found",
				calls, f.Time/3600, now, 100*(float64(now)/float64(first)-1), runtime.NumGoroutine(), mats(), c.Looked, found)
		}
		return Caption{}
	})
	if err != nil {
		t.Fatal(err)
	}
	defer s.close()
	if err := s.all(context.Background(), 0); err != nil {
		t.Fatal(err)
	}
	if calls != total || found < day.visible*9/10 {
		t.Errorf("%d of %d frames, and of %d with somebody in them %d", calls, total, day.visible, found)
	}
	if c := gate.Counts(); c.Spared < total/2 {
		t.Errorf("the gate spared only %d of %d frames", c.Spared, total)
	}
	if float64(most) > 1.05*float64(first) {
		t.Errorf("memory grows from %d to %d KiB", first, most)
	}
}

// day is a room that stands empty for most of the time, rendered beforehand: somebody comes
// every few minutes, walks to the middle, stays and goes, or is lost there; now and then the
// light changes or the camera is away for half a minute.
type day struct {
	frames, frame, visible int // all, the next one, and those with somebody well in the picture
	time                   float64
	empty, dark, visit     []gocv.Mat
	now                    *gocv.Mat
}

const (
	dayCycle = 2500 // frames from one visit to the next
	dayWalk  = 40   // frames in which somebody walks in, and out
	dayStay  = 30   // frames in which they stand
)

func newDay(t *testing.T, total int) *day {
	room := emptyRoom(image.Pt(160, 120))
	for i, v := range room.picture.Pix { // darker than what the stand-in takes for people
		room.picture.Pix[i] = v / 3
	}
	d := &day{frames: total, empty: room.film(t, 24)}
	for i := range 2*dayWalk + dayStay {
		m := room.copied()
		x := min(i, dayWalk, 2*dayWalk+dayStay-1-i)
		for r := 12.; r > 0; r-- { // brightest in the middle: the stand-in finds one person
			v := uint8(255 - 14*r)
			spot(m, float64(2*x-10), 60, r, color.RGBA{v, v, v, 255})
		}
		d.visit = append(d.visit, room.noisy(t, m, 1)...)
	}
	room.light = .5
	d.dark = room.film(t, 8)
	return d
}

func (d *day) next(context.Context) (float64, error) {
	if d.frame == d.frames {
		return 0, io.EOF
	}
	cycle, at := d.frame/dayCycle, d.frame%dayCycle-dayCycle/2
	d.time += interval
	if at == 0 && cycle%20 == 5 {
		d.time += 30
	}
	lost := cycle%10 == 9
	switch {
	case at >= 0 && at < len(d.visit) && !(lost && at > dayWalk+dayStay):
		d.now = &d.visit[at]
		if x := min(at, len(d.visit)-1-at); x > 10 {
			d.visible++
		}
	case cycle%7 == 3 && at < -dayCycle/4:
		d.now = &d.dark[d.frame%len(d.dark)]
	default:
		d.now = &d.empty[d.frame%len(d.empty)]
	}
	d.frame++
	return d.time, nil
}

func (d *day) picture(into *gocv.Mat) (bool, error) {
	d.now.CopyTo(into)
	return true, nil
}

func (d *day) rate() float64 { return defaultFPS }
func (d *day) total() int    { return d.frames }
func (d *day) close()        {}
