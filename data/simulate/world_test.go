package simulate

import (
	"math"
	"testing"

	"gonum.org/v1/gonum/spatial/r3"
)

// Around what people do there is room: walls and clutter keep away, clutter hides next to
// nothing of the first person, the camera is inside, and people keep apart.
func TestTheWorldKeepsClear(t *testing.T) {
	several, pets, cluttered := 0, 0, 0
	clips := Plan(Settings{Preset: Train, Clips: 60, Seed: 3, Width: 320, Height: 240, FPS: 2})
	for _, c := range clips {
		s := c.mustShoot()
		r := s.room
		if at := r.own(s.camera.at); !r.holds(at) {
			t.Errorf("%s: the camera is outside of the room", c.Name)
		}
		hidden, all := 0, 0
		for m := range s.moments(2) {
			for i := range m.states {
				hips := m.states[i].Points.Hips
				for _, p := range m.states[i].Joints {
					if at := r.own(p); !r.holds(at) {
						t.Fatalf("%s, %.1f s: a joint is outside of the room", c.Name, m.time)
					}
					if i == 0 {
						if all++; blocked(s.clutter, s.camera.at, p) {
							hidden++
						}
					}
				}
				for k := range s.clutter {
					if b := &s.clutter[k]; b.high > 0.02 && b.base.Y < 0.5 && b.inside(hips) > -0.1 {
						t.Fatalf("%s, %.1f s: somebody is in the clutter", c.Name, m.time)
					}
				}
				for k := range i {
					if d := r3.Sub(hips, m.states[k].Points.Hips); math.Hypot(d.X, d.Z) < 0.45 {
						t.Fatalf("%s, %.1f s: two people are %.2f m apart", c.Name, m.time, r3.Norm(d))
					}
				}
			}
		}
		if hidden*10 > all {
			t.Errorf("%s: clutter hides %d of %d joints", c.Name, hidden, all)
		}
		several += min(len(s.people)-1, 1)
		if cluttered += min(len(s.clutter), 1); s.pet != nil {
			pets++
		}
	}
	if n := len(clips); several < n/12 || several > n/3 || pets == 0 || pets > n/4 || cluttered < n/2 {
		t.Errorf("of %d clips %d show several people, %d a pet and %d clutter", n, several, pets, cluttered)
	}
}

func (r *room) holds(p r3.Vec) bool {
	return p.X > r.left && p.X < r.right && p.Z > r.back && p.Z < r.front && p.Y < r.ceiling
}
