package train

import (
	"math"

	"fallkit/pose"
)

// atEdge is how near to the picture's edge a person's box touches it, in shares of the
// picture's side.
const atEdge = 0.01

// Sight is what was seen in some frames.
type Sight struct {
	Frames     int     `json:"frames"`     // that the pose network looked at
	Found      int     `json:"found"`      // of them, with somebody found
	Torso      int     `json:"torso"`      // of them, with somebody whose shoulders and hips were all found
	Poses      int     `json:"poses"`      // found people, summed over the frames
	Edge       int     `json:"edge"`       // of the poses, whose box touches the picture's edge
	Confidence float64 `json:"confidence"` // mean of the poses' joints, 0 to 1
	Size       float64 `json:"size_px"`    // median of the longer side of a person's box
	Share      float64 `json:"size_share"` // the same, as a share of the picture's longer side

	joints         float64
	sizes, portion []float64
}

func (s *Sight) add(f *pose.Frame, r *pose.Recording, least float32) {
	s.Frames++
	torso := false
	for i := range f.People {
		p := &f.People[i].Pose
		torso = torso || p.HasTorso(least)
		s.pose(p, r)
	}
	if len(f.People) > 0 {
		s.Found++
	}
	if torso {
		s.Torso++
	}
}

func (s *Sight) pose(p *pose.Pose, r *pose.Recording) {
	s.Poses++
	sum := 0.0
	for j := range p.Keypoints {
		sum += float64(p.Keypoints[j].Score)
	}
	s.joints += sum / pose.Joints
	size := float64(max(p.Box.Width(), p.Box.Height()))
	s.sizes = append(s.sizes, size)
	s.portion = append(s.portion, size/float64(max(r.Width, r.Height)))
	if touches(p.Box, r) {
		s.Edge++
	}
}

func touches(b pose.Box, r *pose.Recording) bool {
	x, y := float32(atEdge*float64(r.Width)), float32(atEdge*float64(r.Height))
	return b.X0 < x || b.Y0 < y || b.X1 > float32(r.Width)-x || b.Y1 > float32(r.Height)-y
}

func (s *Sight) settle() {
	if s.Poses > 0 {
		s.Confidence = s.joints / float64(s.Poses)
		s.Size, s.Share = quantileOf(s.sizes, 0.5), quantileOf(s.portion, 0.5)
	}
}

// FoundShare and its like are NaN where there is nothing to have a share of.
func (s *Sight) FoundShare() float64 { return partOf(s.Found, s.Frames) }

// TorsoShare is the share of the frames that show a whole torso.
func (s *Sight) TorsoShare() float64 { return partOf(s.Torso, s.Frames) }

// EdgeShare is the share of the poses at the picture's edge.
func (s *Sight) EdgeShare() float64 { return partOf(s.Edge, s.Poses) }

func partOf(part, whole int) float64 {
	if whole == 0 {
		return math.NaN()
	}
	return float64(part) / float64(whole)
}

// joined2 has the counts of both, and no more.
func together(a, b Sight) Sight {
	return Sight{Frames: a.Frames + b.Frames, Found: a.Found + b.Found, Torso: a.Torso + b.Torso, Poses: a.Poses + b.Poses, Edge: a.Edge + b.Edge}
}
