package simulate

import (
	"fmt"
	"image"
	"image/color"
	"iter"
	"math"
	"math/rand/v2"

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
		p := newPet(r.settings.chance("pet/"+r.Name), r.Pet, s.room)
		for i := range int(emptySeconds * r.settings.FPS) {
			work.copyFrom(empty)
			if r.Pet != "" {
				p.paint(work, s.room.light, float64(i)/r.settings.FPS)
			}
			if !yield(s.grime.develop(work, i)) {
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

// pet is an animal on four legs, and its way through a room.
type pet struct {
	tall       float64 // at the shoulder, metres
	fur, dark  color.RGBA
	from, to   r3.Vec
	rest       float64 // seconds at the end of which it goes on
	walk       float64 // seconds of a way
	lies, wags bool
}

func newPet(rng *rand.Rand, kind string, in *room) *pet {
	p := &pet{tall: between(rng, 0.23, 0.3), walk: between(rng, 2, 4), rest: between(rng, 1, 2.5), lies: rng.Float64() < 0.5, wags: rng.Float64() < 0.7}
	if kind == "dog" {
		p.tall = between(rng, 0.4, 0.65)
	}
	p.fur = either(rng, rgb(60, 52, 46), rgb(188, 150, 104), rgb(225, 218, 205), rgb(120, 112, 106), rgb(172, 104, 54))
	p.dark = mixed(p.fur, rgb(15, 12, 10), 0.5)
	spot := func() r3.Vec {
		return r3.Vec{X: between(rng, in.left+0.6, in.right-0.6), Z: between(rng, in.back+0.6, 0.8)}
	}
	p.from, p.to = spot(), spot()
	return p
}

// at is where the pet is, the way that it faces (radians about the upright axis), how far
// its legs are in their stride, and how far it lies, from 0 to 1.
func (p *pet) at(time float64) (place r3.Vec, facing, stride, lying float64) {
	round := p.walk + p.rest
	leg, t := math.Floor(time/round), math.Mod(time, round)
	from, to := p.from, p.to
	if int(leg)%2 == 1 {
		from, to = to, from
	}
	way := r3.Sub(to, from)
	part := min(t/p.walk, 1)
	place = r3.Add(from, r3.Scale(part, way))
	facing = math.Atan2(way.X, way.Z)
	if part < 1 {
		stride = 2 * math.Pi * part * r3.Norm(way) / (1.4 * p.tall)
	} else if p.lies {
		since := t - p.walk
		lying = smooth(min(since/0.5, (p.rest-since)/0.5, 1))
	}
	return place, facing, stride, lying
}

// paint draws the pet as it is at a time.
func (p *pet) paint(c *canvas, l light, time float64) {
	place, facing, stride, lying := p.at(time)
	h := p.tall
	r := turn{axisY, facing / degree}.rotation()
	low := 0.55 * lying * h
	at := func(x, y, z float64) r3.Vec { return r3.Add(place, r.Rotate(r3.Vec{X: x * h, Y: y*h - low, Z: z * h})) }
	c.ball(l, at(0, 0.80, 0), r, r3.Vec{X: 0.19 * h, Y: 0.22 * h, Z: 0.62 * h}, p.fur)
	c.ball(l, at(0, 1.02, 0.62), r, r3.Vec{X: 0.11 * h, Y: 0.22 * h, Z: 0.16 * h}, p.fur)
	c.ball(l, at(0, 1.22, 0.76), r, r3.Vec{X: 0.13 * h, Y: 0.14 * h, Z: 0.17 * h}, p.fur)
	c.ball(l, at(0, 1.15, 0.95), r, r3.Vec{X: 0.06 * h, Y: 0.06 * h, Z: 0.12 * h}, p.dark)
	for _, side := range [...]float64{-1, 1} {
		c.ball(l, at(side*0.09, 1.37, 0.7), r, r3.Vec{X: 0.04 * h, Y: 0.09 * h, Z: 0.03 * h}, p.dark)
		for i, z := range [...]float64{0.42, -0.42} {
			swing := 0.22 * math.Sin(stride+math.Pi*(side+1)/2+math.Pi*float64(i))
			foot := at(side*0.11, 0.03, z+swing)
			foot.Y = max(foot.Y, 0.02)
			c.limb(l, at(side*0.11, 0.7, z), foot, r, 0.055*h, p.fur)
		}
	}
	wag := 0.0
	if p.wags {
		wag = 0.2 * math.Sin(9*time)
	}
	c.limb(l, at(0, 0.88, -0.58), at(wag, 1.15, -0.95), r, 0.04*h, p.fur)
}

// ball paints an ellipsoid with half-axes in metres.
func (c *canvas) ball(l light, at r3.Vec, r rotation, half r3.Vec, fur color.RGBA) {
	var rings [9]ring
	for i := range rings {
		y, k := cosines[i], sines[i]
		rings[i] = ring{r3.Add(at, r.Rotate(r3.Vec{Y: y * half.Y})), r.Rotate(r3.Vec{X: k * half.X}), r.Rotate(r3.Vec{Z: k * half.Z}), fur}
	}
	c.loft(l, 0, rings[:]...)
}

// limb paints a round bar between two points.
func (c *canvas) limb(l light, a, b r3.Vec, r rotation, thick float64, fur color.RGBA) {
	u, v := r.Rotate(r3.Vec{X: thick}), r.Rotate(r3.Vec{Z: thick})
	c.loft(l, 0, ring{a, r3.Scale(1.2, u), r3.Scale(1.2, v), fur}, ring{r3.Scale(0.5, r3.Add(a, b)), u, v, fur}, ring{b, r3.Scale(0.9, u), r3.Scale(0.9, v), fur})
}
