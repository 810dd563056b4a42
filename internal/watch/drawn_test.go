package watch

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strings"
	"sync"
	"testing"
	"time"

	"fallkit/internal/alarm"
	"fallkit/pose"
)

// noon is the moment at which tests begin.
var noon = time.Date(2026, time.March, 2, 12, 0, 0, 0, time.UTC)

// byScore takes for a fall's score what a drawing says.
type byScore struct{}

func (byScore) Update(_ float64, p pose.Pose) float64 { return float64(p.Score) }

// missed is as byScore, but takes somebody for falling who was seen lying within the last second
// and is not seen any more; of others who are lost it says nothing.
type missed struct {
	byScore
	last float64
	lies bool
}

func (m *missed) Update(time float64, p pose.Pose) float64 {
	m.last, m.lies = time, p.Lies(seenScore)
	return m.byScore.Update(time, p)
}

func (m *missed) Lost(time float64, width, height int) float64 {
	if away := time - m.last; m.lies && away > 0.2 && away < 1 && width == 100 && height == 100 {
		return 0.9
	}
	return math.NaN()
}

// quickly is an alarm for drawings of ten runes a second.
var quickly = alarm.Settings{Threshold: 0.5, Release: 0.7, SuspectSeconds: 0.2, ConfirmSeconds: 0.5, HoldSeconds: 0.3, CoolDown: 0.1}

// figure draws somebody in 100x100 pixels with the hips at x, y.
func figure(x, y float32, lies bool, score float32) pose.Pose {
	p := pose.Pose{Score: score}
	for j := range p.Keypoints {
		side, up := float32(j%2)*4-2, float32(24-3*j)
		if j == 0 {
			side = 0
		}
		if lies {
			side, up = up, side
		}
		p.Keypoints[j] = pose.Keypoint{X: x + side, Y: y - up, Score: 0.9}
	}
	p.Box, _ = p.Extent(0)
	return p
}

// drawing is one person's life, ten runes a second: 'u' up, 'F' falls or lies and looks like a
// fall, 'l' lies, 'S' stands and looks like a fall, '.' is not seen; 'm' lies elsewhere.
type drawing struct {
	track int
	life  string
}

func (d drawing) at(i int) (pose.Pose, bool) {
	if i >= len(d.life) {
		return pose.Pose{}, false
	}
	switch d.life[i] {
	case 'u':
		return figure(50, 50, false, 0.1), true
	case 'F':
		return figure(50, 90, true, 0.9), true
	case 'l':
		return figure(50, 90, true, 0.1), true
	case 'S':
		return figure(50, 50, false, 0.9), true
	case 'm':
		return figure(15, 50, true, 0.9), true
	}
	return pose.Pose{}, false
}

// drawn eyes see drawings, and are done.
type drawn []drawing

func (d drawn) Counts() Counts  { return Counts{} }
func (d drawn) SetRate(float64) {}

func (d drawn) Watch(ctx context.Context, each func(View)) error {
	steps := 0
	for _, one := range d {
		steps = max(steps, len(one.life))
	}
	for i := range steps {
		if err := ctx.Err(); err != nil {
			return err
		}
		each(d.view(i, noon))
	}
	return nil
}

func (d drawn) view(i int, begin time.Time) View {
	v := View{Frame: pose.Frame{Time: float64(i) / 10}, At: begin.Add(time.Duration(i) * 100 * time.Millisecond), Width: 100, Height: 100}
	for _, one := range d {
		if p, seen := one.at(i); seen {
			v.Frame.People = append(v.Frame.People, pose.Tracked{Track: one.track, Pose: p})
		}
	}
	return v
}

// box is an outbox that remembers.
type box struct {
	mutex    sync.Mutex
	fails    error
	reports  []alarm.Report
	desk     json.RawMessage
	evidence map[string]Evidence
	pngs     map[string][]byte
}

func (b *box) Accept(reports []alarm.Report, desk json.RawMessage) error {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	if b.fails != nil {
		return b.fails
	}
	b.reports, b.desk = append(b.reports, reports...), desk
	return nil
}

func (b *box) PutEvidence(incident string, raw json.RawMessage, png []byte) error {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	var e Evidence
	if err := json.Unmarshal(raw, &e); err != nil {
		return err
	}
	if b.evidence == nil {
		b.evidence, b.pngs = map[string]Evidence{}, map[string][]byte{}
	}
	b.evidence[incident], b.pngs[incident] = e, png
	return nil
}

func (b *box) fail(err error) {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	b.fails = err
}

// told are the reports, as kind@seconds since noon.
func (b *box) told() string {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	var words []string
	for _, r := range b.reports {
		words = append(words, fmt.Sprintf("%s@%.1f", r.Kind, r.Time.Sub(noon).Seconds()))
	}
	return strings.Join(words, " ")
}

// deskFor has one contact and asks for no drills.
func deskFor(change func(*alarm.DeskSettings)) *alarm.Desk {
	s := alarm.DefaultDesk
	s.Contacts, s.DrillDays = []string{"anna"}, 0
	if change != nil {
		change(&s)
	}
	return alarm.NewDesk(s)
}

// simulated is a house with one camera whose time is that of drawings.
func simulated(eyes Eyes, desk *alarm.Desk) (*House, *box) {
	b := new(box)
	c := &Camera{Name: "hall", Eyes: eyes, Scorer: func() Scorer { return byScore{} }, Alarm: quickly, Blind: DefaultBlind}
	return &House{Cameras: []*Camera{c}, Desk: desk, Outbox: b, Simulated: true}, b
}

func play(t *testing.T, desk *alarm.Desk, people ...drawing) (*House, *box) {
	t.Helper()
	h, b := simulated(drawn(people), desk)
	if err := h.Watch(t.Context(), h.Cameras[0]); err != nil {
		t.Fatal(err)
	}
	return h, b
}

func times(what string, n int) string { return strings.Repeat(what, n) }

var errDisk = errors.New("no space left on device")
