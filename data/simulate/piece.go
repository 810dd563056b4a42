package simulate

import (
	"image/color"

	"gonum.org/v1/gonum/spatial/r3"

	"fallkit/data/simulate/motion"
)

// Furniture that a motion uses is painted in the room's colours: these stand for them
// until the room is known.
var (
	woodwork = color.RGBA{1, 0, 0, 0}
	cover    = color.RGBA{2, 0, 0, 0}
	plaster  = color.RGBA{3, 0, 0, 0}
	linen    = rgb(228, 226, 220)
)

// pieces are the blocks that a take's furniture is built of.
func pieces(b motion.Box) []box {
	whole := box{base: b.Base, yaw: b.Yaw, wide: b.Wide, high: b.High, deep: b.Deep, paint: woodwork}
	switch b.Kind {
	case "chair":
		return whole.legged(0.05, 0.045, cover)
	case "table":
		return whole.legged(0.04, 0.06, woodwork)
	case "bed":
		return whole.bedded()
	case "sofa", "pillow":
		whole.paint = map[string]color.RGBA{"sofa": cover, "pillow": linen}[b.Kind]
	case "ball":
		whole.paint, whole.round = rgb(210, 60, 50), true
	case "brick":
		whole.paint = rgb(60, 110, 190)
	case "bucket":
		whole.paint = rgb(70, 130, 170)
	case "wall":
		whole.paint = plaster
	case "back":
		if b.Deep > 0.1 { // a sofa's
			whole.paint = cover
		}
	}
	return []box{whole}
}

// part is a block of a box: its middle to the left, up and forward from the box's base.
func (b box) part(left, up, forward, wide, high, deep float64, paint color.RGBA) box {
	turn := turn{axisY, b.yaw}.rotation()
	at := turn.Rotate(r3.Vec{X: left, Y: up, Z: forward})
	return box{base: r3.Add(b.base, at), wide: wide, high: high, deep: deep, yaw: b.yaw, paint: paint}
}

// legged is a plate on four legs that is as large as the box.
func (b box) legged(plate, leg float64, paint color.RGBA) []box {
	all := []box{b.part(0, b.high-plate, 0, b.wide, plate, b.deep, paint)}
	for _, x := range [...]float64{-1, 1} {
		for _, z := range [...]float64{-1, 1} {
			all = append(all, b.part(x*(b.wide-leg)/2, 0, z*(b.deep-leg)/2, leg, b.high-plate, leg, woodwork))
		}
	}
	return all
}

// bedded is a mattress on a frame that is as large as the box.
func (b box) bedded() []box {
	const mattress = 0.18
	return []box{
		b.part(0, 0.1, 0, b.wide, b.high-0.1-mattress, b.deep, woodwork),
		b.part(0, b.high-mattress, 0, b.wide-0.03, mattress, b.deep-0.03, cover),
	}
}

// painted is a piece of furniture in a room's colours.
func (r *room) painted(b box) box {
	switch b.paint {
	case woodwork:
		b.paint = r.wood
	case cover:
		b.paint = r.fabric
	case plaster:
		b.paint = r.wall
	}
	return b
}
