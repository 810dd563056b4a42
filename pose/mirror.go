package pose

// origin is where a feature comes from, and with which sign.
type origin struct {
	from int
	sign float32
}

// mirrorOf tells where each Fall feature of a mirrored person comes from.
var mirrorOf = mirrorTable()

func mirrorTable() (table [FallChannels]origin) {
	for c := range table {
		table[c] = origin{c, 1}
	}
	for j := range Joint(Joints) {
		for k, sign := range [...]float32{-1, 1, 1} {
			table[3*int(j)+k] = origin{3*int(j.Mirror()) + k, sign}
		}
	}
	for i, b := range Bones {
		m, sign := mirrorBone(b)
		at, from := 3*Joints+2*i, 3*Joints+2*m
		table[at], table[at+1] = origin{from, -sign}, origin{from + 1, sign}
	}
	for _, c := range [...]int{hipAside, leanSine} {
		table[c].sign = -1
	}
	return table
}

// mirrorBone is the index of the bone on the other side, and -1 where it runs the other way.
func mirrorBone(b Bone) (index int, sign float32) {
	for i, m := range Bones {
		switch {
		case m.From == b.From.Mirror() && m.To == b.To.Mirror():
			return i, 1
		case m.To == b.From.Mirror() && m.From == b.To.Mirror():
			return i, -1
		}
	}
	panic("pose: a bone has no mirror image")
}

// MirrorFall writes the Fall features of a step as the mirrored person has them.
func MirrorFall(dst, step []float32) {
	for c, m := range &mirrorOf {
		dst[c] = m.sign * step[m.from]
	}
}
