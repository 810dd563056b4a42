package pose

// Lies tells whether a torso is nearer to level than to upright; where none is seen, whether
// the body is wider than high. Joints below least are not seen.
func (p *Pose) Lies(least float32) bool {
	if degrees, ok := p.TorsoAngle(least); ok {
		return degrees > 45
	}
	b := p.Outline(least)
	return b.Width() > b.Height()
}

// Stands tells whether the torso is upright and the body clearly higher than wide: who sits on
// the floor does not stand.
func (p *Pose) Stands(least float32) bool {
	degrees, ok := p.TorsoAngle(least)
	b, _ := p.Extent(least)
	return ok && degrees <= 40 && b.Height() >= 1.3*b.Width()
}

// Outline is the box around all that is seen of somebody.
func (p *Pose) Outline(least float32) Box {
	b, ok := p.Extent(least)
	switch {
	case !ok:
		return p.Box
	case p.Box.Width() == 0 || p.Box.Height() == 0:
		return b
	}
	return Box{X0: min(b.X0, p.Box.X0), Y0: min(b.Y0, p.Box.Y0), X1: max(b.X1, p.Box.X1), Y1: max(b.Y1, p.Box.Y1)}
}

// Centre is the middle of the torso's seen joints, else of all seen joints, else of the box.
func (p *Pose) Centre(least float32) (x, y float64) { return p.centre(least) }
