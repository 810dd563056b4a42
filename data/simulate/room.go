package simulate

import (
	"image/color"
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/spatial/r3"
)

// box is a piece of furniture, or a part of one: a block that stands on its base.
type box struct {
	base             r3.Vec // middle of the underside
	wide, high, deep float64
	yaw              float64 // degrees
	paint            color.RGBA
	round            bool // a ball that fills the block
}

// room is where a camera hangs: floor, walls, furniture and light.
type room struct {
	yaw                      float64 // degrees that its walls are turned
	light                    light
	left, right, back, front float64 // walls, metres, along its own axes
	ceiling                  float64
	floor, wall, trim        color.RGBA
	planks                   float64 // width of floor boards, metres; 0 = carpet
	tiles                    float64 // width of tiles, metres; 0 = none
	hangings                 []hanging
	wood, fabric             color.RGBA // of chairs and beds
	salt                     uint32
}

// hanging is a picture, a window or a door on a wall.
type hanging struct {
	wall                     r3.Vec  // the direction that the wall looks in, in the room's axes
	from, to, bottom, height float64 // along the wall and up, metres
	kind                     hangingKind
	paint                    color.RGBA
}

type hangingKind int

const (
	aPicture hangingKind = iota
	aWindow
	aDoor
)

var (
	floorPaints = []color.RGBA{rgb(150, 110, 75), rgb(120, 92, 70), rgb(172, 150, 122), rgb(128, 128, 130), rgb(98, 104, 96), rgb(160, 140, 132), rgb(85, 66, 54), rgb(190, 180, 168), rgb(110, 70, 62), rgb(70, 84, 100)}
	wallPaints  = []color.RGBA{rgb(214, 208, 196), rgb(198, 206, 208), rgb(222, 214, 180), rgb(184, 196, 180), rgb(206, 190, 186), rgb(176, 180, 192), rgb(232, 230, 226), rgb(150, 170, 180), rgb(196, 150, 120), rgb(130, 140, 120)}
	woodPaints  = []color.RGBA{rgb(110, 72, 44), rgb(150, 112, 70), rgb(70, 50, 40), rgb(190, 180, 165), rgb(60, 62, 66), rgb(225, 222, 215)}
)

// decorate chooses colours, floor, what hangs on the walls, and light.
func (r *room) decorate(rng *rand.Rand) {
	r.floor, r.wall, r.trim = either(rng, floorPaints...), either(rng, wallPaints...), either(rng, woodPaints...)
	r.wood, r.fabric = either(rng, woodPaints...), either(rng, fabrics...)
	r.salt = rng.Uint32()
	switch rng.IntN(3) {
	case 0:
		r.planks = between(rng, 0.09, 0.18)
	case 1:
		r.tiles = between(rng, 0.3, 0.6)
	}
	for _, wall := range [...]r3.Vec{{Z: 1}, {X: 1}, {X: -1}, {Z: -1}} {
		r.hang(rng, wall)
	}
	from := r3.Vec{X: between(rng, -0.8, 0.8), Y: 1, Z: between(rng, 0.1, 0.9)}
	r.light = light{from: r.world(r3.Unit(from)), ambient: between(rng, 0.58, 0.72), lamp: between(rng, 0.40, 0.6)}
}

// hang puts something onto a wall, or nothing.
func (r *room) hang(rng *rand.Rand, wall r3.Vec) {
	low, high := r.left, r.right
	if wall.X != 0 {
		low, high = r.back, r.front
	}
	kind, wide, at := hangingKind(rng.IntN(3)), between(rng, 0.5, 1.4), rng.Float64()
	h := hanging{wall: wall, kind: kind, paint: either(rng, fabrics...), bottom: between(rng, 0.9, 1.4), height: between(rng, 0.5, 1.1)}
	if kind == aDoor {
		wide, h.bottom, h.height, h.paint = 0.9, 0, 2.02, either(rng, woodPaints...)
	}
	h.from = low + 0.3 + at*max(high-low-0.6-wide, 0)
	h.to = min(h.from+wide, high-0.1)
	h.height = min(h.height, r.ceiling-0.2-h.bottom)
	if rng.Float64() < 0.75 {
		r.hangings = append(r.hangings, h)
	}
}

// world turns a direction of the room's own axes into the world's.
func (r *room) world(d r3.Vec) r3.Vec { return turn{axisY, r.yaw}.rotation().Rotate(d) }

// own turns a direction of the world into the room's axes.
func (r *room) own(d r3.Vec) r3.Vec { return turn{axisY, -r.yaw}.rotation().Rotate(d) }

// paintShell draws floor, walls and ceiling in a light.
func (r *room) paintShell(c *canvas, l light) {
	forth, back := turn{axisY, r.yaw}.rotation(), turn{axisY, -r.yaw}.rotation()
	eye := back.Rotate(c.camera.at)
	for y := range c.camera.height {
		for x := range c.camera.width {
			at := y*c.camera.width + x
			way := c.camera.ray(float64(x)+0.5, float64(y)+0.5)
			hit, depth, normal := r.hit(eye, back.Rotate(way))
			paint, shine := r.texture(hit, normal)
			c.pixels[at] = pack(paint, shine*l.on(forth.Rotate(normal))*r.corner(hit))
			c.near[at] = float32(1 / depth)
		}
	}
}

// boxes paints lists of blocks and darkens the floor around them.
func (c *canvas) boxes(l light, lists ...[]box) {
	for _, list := range lists {
		for _, b := range list {
			c.underside(b)
		}
		for _, b := range list {
			if b.round {
				half := r3.Vec{X: b.wide / 2, Y: b.high / 2, Z: b.deep / 2}
				c.ball(l, r3.Add(b.base, r3.Vec{Y: half.Y}), turn{axisY, b.yaw}.rotation(), half, b.paint)
				continue
			}
			c.box(l, b)
		}
	}
}

// hit is where a ray from inside the room meets its walls.
func (r *room) hit(from, way r3.Vec) (at r3.Vec, depth float64, normal r3.Vec) {
	depth = math.Inf(1)
	try := func(start, step, low, high float64, n r3.Vec) {
		wall, sign := high, -1.0
		if step < 0 {
			wall, sign = low, 1
		}
		if d := (wall - start) / step; step != 0 && d > 0 && d < depth {
			depth, normal = d, r3.Scale(sign, n)
		}
	}
	try(from.X, way.X, r.left, r.right, axisX)
	try(from.Y, way.Y, 0, r.ceiling, axisY)
	try(from.Z, way.Z, r.back, r.front, axisZ)
	return r3.Add(from, r3.Scale(depth, way)), depth, normal
}

// texture is the colour of the room's shell at a point, and its brightness.
func (r *room) texture(p, normal r3.Vec) (color.RGBA, float64) {
	switch {
	case normal.Y > 0.5:
		return r.floor, r.flooring(p.X, p.Z)
	case normal.Y < -0.5:
		return rgb(232, 230, 226), 1
	}
	along := p.X
	if normal.X != 0 {
		along = p.Z
	}
	for i := range r.hangings {
		h := &r.hangings[i]
		if r3.Dot(h.wall, normal) > 0.5 && along > h.from && along < h.to && p.Y > h.bottom && p.Y < h.bottom+h.height {
			return r.hanging(h, along, p.Y)
		}
	}
	if p.Y < 0.09 {
		return r.trim, 1
	}
	return r.wall, 0.97 + 0.05*r.grain(along*14, p.Y*14) + 0.03*(p.Y/r.ceiling-0.5)
}

// hanging is the colour of what hangs on a wall at a place along it.
func (r *room) hanging(h *hanging, along, up float64) (color.RGBA, float64) {
	edge := min(along-h.from, h.to-along, h.bottom+h.height-up)
	if h.kind != aDoor {
		edge = min(edge, up-h.bottom)
	}
	switch {
	case edge < 0.05:
		return r.trim, 1
	case h.kind == aWindow && math.Abs(along-(h.from+h.to)/2) < 0.025:
		return r.trim, 1
	case h.kind == aWindow:
		return rgb(205, 222, 240), 1.15
	case h.kind == aDoor:
		return h.paint, 0.95 + 0.06*r.grain(along*30, up*2)
	}
	return h.paint, 0.6 + 0.8*r.grain(along*4, up*4)
}

func (r *room) flooring(x, z float64) float64 {
	switch {
	case r.planks > 0:
		board := math.Floor(x / r.planks)
		shine := 0.92 + 0.12*r.hash(int(board), int(math.Floor(z/1.3+0.37*board)))
		if x/r.planks-board < 0.06 {
			shine *= 0.8
		}
		return shine + 0.05*r.grain(x*40, z*4)
	case r.tiles > 0:
		i, j := math.Floor(x/r.tiles), math.Floor(z/r.tiles)
		if x/r.tiles-i < 0.04 || z/r.tiles-j < 0.04 {
			return 0.78
		}
		return 0.95 + 0.08*r.hash(int(i), int(j))
	}
	return 0.88 + 0.2*r.grain(x*22, z*22)
}

// corner darkens what is near two walls at once, as corners of rooms are.
func (r *room) corner(p r3.Vec) float64 {
	a := min(p.X-r.left, r.right-p.X)
	b := min(p.Z-r.back, r.front-p.Z)
	c := min(p.Y, r.ceiling-p.Y)
	second := max(min(a, b), min(max(a, b), c)) // the middle one of the three
	return 1 - 0.22*math.Exp(-max(second, 0)/0.25)
}

// hash is a fixed number from 0 to 1 for a cell.
func (r *room) hash(i, j int) float64 {
	h := uint32(i)*0x8da6b343 ^ uint32(j)*0xd8163841 ^ r.salt
	h ^= h >> 15
	h *= 0x2c1b3c6d
	h ^= h >> 12
	h *= 0x297a2d39
	h ^= h >> 15
	return float64(h&0xffff) / 0xffff
}

// grain is smooth noise from 0 to 1 with cells of size 1.
func (r *room) grain(x, y float64) float64 {
	i, j := math.Floor(x), math.Floor(y)
	fx, fy := x-i, y-j
	a, b := r.hash(int(i), int(j)), r.hash(int(i)+1, int(j))
	c, d := r.hash(int(i), int(j)+1), r.hash(int(i)+1, int(j)+1)
	return (a+(b-a)*fx)*(1-fy) + (c+(d-c)*fx)*fy
}

// corner gives one of the eight corners of a box: each bit of n chooses a side.
func (b box) corner(n int) r3.Vec {
	x, z := -b.wide/2, -b.deep/2
	y := 0.0
	if n&1 != 0 {
		x = -x
	}
	if n&2 != 0 {
		y = b.high
	}
	if n&4 != 0 {
		z = -z
	}
	s, c := math.Sincos(b.yaw * degree)
	return r3.Add(b.base, r3.Vec{X: x*c + z*s, Y: y, Z: z*c - x*s})
}

// beside tells of most rays that miss a box that they do, without turning them: way has the
// length 1.
func (b *box) beside(from, way r3.Vec) bool {
	const hair = 1e-6 // m²
	to := r3.Sub(from, b.base)
	to.Y -= b.high / 2
	along := r3.Dot(to, way)
	return r3.Dot(to, to)-along*along > (b.wide*b.wide+b.high*b.high+b.deep*b.deep)/4+hair
}

// crossed gives the distances at which a ray enters and leaves a box; where it misses,
// it would leave before it enters. A ball counts as a smaller block.
func (b *box) crossed(from, way r3.Vec) (enter, leave float64) {
	s, c := math.Sincos(b.yaw * degree)
	p := r3.Sub(from, b.base)
	small, low := 0.5, 0.0
	if b.round {
		small, low = 0.4, 0.1*b.high
	}
	enter, leave = slab(p.X*c-p.Z*s, way.X*c-way.Z*s, -small*b.wide, small*b.wide, math.Inf(-1), math.Inf(1))
	if enter < leave {
		enter, leave = slab(p.X*s+p.Z*c, way.X*s+way.Z*c, -small*b.deep, small*b.deep, enter, leave)
	}
	if enter < leave {
		enter, leave = slab(p.Y, way.Y, low, b.high-low, enter, leave)
	}
	return enter, leave
}

// slab narrows the part of a ray that is within two planes.
func slab(from, way, low, high, enter, leave float64) (float64, float64) {
	one, two := (low-from)/way, (high-from)/way
	return max(enter, min(one, two)), min(leave, max(one, two))
}

// faces of a box: four corners in order, and the direction the face looks in.
var faces = [...]struct {
	corners [4]int
	normal  r3.Vec
}{
	{[4]int{0, 1, 3, 2}, r3.Vec{Z: -1}},
	{[4]int{4, 5, 7, 6}, r3.Vec{Z: 1}},
	{[4]int{0, 4, 6, 2}, r3.Vec{X: -1}},
	{[4]int{1, 5, 7, 3}, r3.Vec{X: 1}},
	{[4]int{2, 3, 7, 6}, r3.Vec{Y: 1}},
	{[4]int{0, 1, 5, 4}, r3.Vec{Y: -1}},
}

// box paints a box.
func (c *canvas) box(l light, b box) {
	turn := turn{axisY, b.yaw}.rotation()
	for _, f := range faces {
		if normal := turn.Rotate(f.normal); r3.Dot(normal, r3.Sub(c.camera.at, b.corner(f.corners[0]))) > 0 {
			c.face(b.paint, l.on(normal), b.corner(f.corners[0]), b.corner(f.corners[1]), b.corner(f.corners[2]), b.corner(f.corners[3]))
		}
	}
}

// face paints a rectangle, darker towards the floor, in parts so small that a lens may bend
// it and its nearest parts may be behind the camera.
func (c *canvas) face(paint color.RGBA, shine float64, v0, v1, v2, v3 r3.Vec) {
	const part = 0.25 // metres
	across, along := cuts(v0, v1, part), cuts(v0, v3, part)
	low, high := min(v0.Y, v2.Y), max(v0.Y, v2.Y)
	at := func(i, j int) vertex {
		p := r3.Add(v0, r3.Add(r3.Scale(float64(i)/float64(across), r3.Sub(v1, v0)), r3.Scale(float64(j)/float64(along), r3.Sub(v3, v0))))
		dark := 1.0
		if high > low {
			dark = 0.85 + 0.15*(p.Y-low)/(high-low)
		}
		return c.vertex(p, shine*dark)
	}
	for i := range across {
		for j := range along {
			a, b, d, e := at(i, j), at(i+1, j), at(i+1, j+1), at(i, j+1)
			c.triangle(paint, a, b, d)
			c.triangle(paint, a, d, e)
		}
	}
}

func cuts(a, b r3.Vec, part float64) int { return max(int(math.Ceil(r3.Norm(r3.Sub(a, b))/part)), 1) }

// underside darkens the floor around a box that stands on it.
func (c *canvas) underside(b box) {
	if b.base.Y > 0.3 || b.high < 0.015 {
		return
	}
	b.base.Y, b.high = 0.003, 0
	wider := b
	wider.wide, wider.deep = b.wide+0.3, b.deep+0.3
	order := [...]int{0, 1, 5, 4}
	var in, out [4]vertex
	for i, n := range order {
		in[i], out[i] = c.vertex(b.corner(n), 0.6), c.vertex(wider.corner(n), 1)
	}
	for i := range in {
		n := (i + 1) % 4
		c.shade(in[i], in[n], out[i])
		c.shade(in[n], out[n], out[i])
	}
}
