package simulate

import (
	"fmt"
	"image"
	"iter"

	"gonum.org/v1/gonum/spatial/r3"
)

// EmptyRoom is a planned recording of a furnished room without people. Every other one has
// a cat or a dog that walks about, stays and lies down.
type EmptyRoom struct {
	Name string // such as "empty-0003-dog"; unique in its plan
	Pet  string // "cat", "dog" or "" for none

	settings Settings
}

// emptySeconds is how long an empty room is shown.
const emptySeconds = 8.0

// EmptyRooms plans s.Clips rooms without people, for whoever wants to know whom a pose
// network sees there. The rooms are those that the clips of Plan are filmed in.
func EmptyRooms(s Settings) []EmptyRoom {
	rooms := make([]EmptyRoom, s.Clips)
	for i := range rooms {
		r := EmptyRoom{Name: fmt.Sprintf("empty-%04d", i+1), settings: s}
		if i%2 == 1 {
			r.Pet = []string{"cat", "dog"}[i/2%2]
			r.Name += "-" + r.Pet
		}
		rooms[i] = r
	}
	return rooms
}

// Frames draws the room, frame by frame. Every picture is an *image.RGBA of its own.
func (r EmptyRoom) Frames() iter.Seq[image.Image] {
	return func(yield func(image.Image) bool) {
		s := r.stage()
		d := newPainter(s, r.settings.chance("grime/"+r.Name))
		for i := range int(emptySeconds * r.settings.FPS) {
			if !yield(d.paint(&instant{shot: s, number: i, time: float64(i) / r.settings.FPS})) {
				return
			}
		}
	}
}

// stage is a room with the furniture that somebody would use.
func (r EmptyRoom) stage() *shot {
	rng := r.settings.chance("empty/" + r.Name)
	activity := either(rng, "sit-down", "lie-on-bed", "get-up", "walk", "lie-on-sofa", "stumble-onto-table")
	c := Clip{Name: r.Name, Activity: activity, Subject: "s001", Camera: r.Name, View: Plain, haste: 1, settings: r.settings}
	s := c.mustShoot()
	for _, p := range s.people {
		p.furnish(p.take.Seconds())
	}
	s.pet = nil
	if r.Pet != "" {
		clear := s.clear(nil)
		s.pet = newPet(r.settings.chance("pet/"+r.Name), r.Pet, s.room, func(p r3.Vec) float64 {
			if !s.camera.holds(p, 0.05) {
				return -1
			}
			return clear(p)
		})
	}
	return s
}
