package simulate

import (
	"gonum.org/v1/gonum/spatial/r3"

	"fallkit/data/simulate/body"
	"fallkit/data/simulate/motion"
)

// player is somebody in a shot: what they do, and where.
type player struct {
	take  *motion.Take
	since float64 // seconds into the take at which the shot begins
	turn  float64 // degrees that the take is turned
	to    r3.Vec  // where the take's own middle comes to be

	used  []box        // the furniture that is there now, in pieces
	boxes []motion.Box // and as a whole
	now   []motion.Box // the same in the take's own coordinates
	some  bool         // furnish was called
}

// at is the player's state at a time of the shot, and brings the furniture that is there.
func (p *player) at(time float64) motion.State {
	s := p.take.At(p.since + time)
	if p.turn != 0 || p.to != (r3.Vec{}) {
		turn := body.Turn(body.AxisY, p.turn)
		s.Pose.Root = p.place(s.Pose.Root)
		for i, t := range s.Pose.Turn {
			s.Pose.Turn[i] = body.Mul(turn, t)
		}
		s.Points = p.take.Body.Place(&s.Pose)
		s.Joints = s.Points.Joints()
		tools := s.Tools
		s.Tools = nil
		for _, t := range tools {
			s.Tools = append(s.Tools, motion.Stick{From: p.place(t.From), To: p.place(t.To)})
		}
	}
	p.furnish(p.since + time)
	return s
}

// place is a point of the take in the room.
func (p *player) place(at r3.Vec) r3.Vec {
	return r3.Add(p.to, body.Turn(body.AxisY, p.turn).Rotate(at))
}

// furnish brings the furniture that is there at a time of the take.
func (p *player) furnish(time float64) {
	have := p.take.BoxesAt(time)
	if p.some && len(have) == len(p.now) && (len(have) == 0 || &have[0] == &p.now[0]) {
		return
	}
	p.now, p.used, p.boxes, p.some = have, nil, nil, true
	for _, b := range have {
		b.Base, b.Yaw = p.place(b.Base), b.Yaw+p.turn
		p.boxes, p.used = append(p.boxes, b), append(p.used, pieces(b)...)
	}
}
