package simulate

import (
	"fmt"
	"image"
	"iter"

	"gonum.org/v1/gonum/spatial/r3"
)

// EmptyRoom is a planned recording of a furnished room without people. Every other one has
// a cat or a dog that walks about, stands and lies down.
type EmptyRoom struct {
	Name string // such as "empty-0003-dog"; unique in its plan
	Pet  string // "cat", "dog" or "" for none

	settings Settings
}

// emptySeconds is how long an empty room is shown.
const emptySeconds = 8.0

// EmptyRooms plans s.Clips rooms without people, for whoever wants to know whom a pose
// network sees there. The rooms are drawn as those of Plan are.
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
		empty := newCanvas(s.room.camera)
		s.room.paintEmpty(empty, s.furniture())
		work := newCanvas(s.room.camera)
		p := newPet(r.settings.chance("pet/"+r.Name), r.Pet, s.room, func(r3.Vec) float64 { return 1 })
		for i := range int(emptySeconds * r.settings.FPS) {
			work.copyFrom(empty)
			if r.Pet != "" {
				p.paint(work, s.room.light, float64(i)/r.settings.FPS)
			}
			if !yield(s.grime.develop(work, i, 1)) {
				return
			}
		}
	}
}

// stage is a room with the furniture that somebody would use.
func (r EmptyRoom) stage() *scene {
	rng := r.settings.chance("empty/" + r.Name)
	c := Clip{Name: r.Name, Activity: either(rng, "sit-down", "lie-down-bed", "get-up", "walk"), Subject: "s01", Camera: r.Name, settings: r.settings}
	return c.stage()
}
