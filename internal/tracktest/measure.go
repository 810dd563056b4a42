package tracktest

import (
	"math"
	"slices"

	"fallkit/pose"
)

// Measure compares who was followed with who was there, over the frames of one scene.
func Measure(frames []Frame) Score {
	m := measurement{last: map[int]int{}, lost: map[int]bool{}, pairs: map[[2]int]int{}, people: map[int]int{}, tracks: map[int]int{}}
	for i := range frames {
		m.frame(visible(&frames[i]))
	}
	m.identities()
	return m.Score
}

type measurement struct {
	Score
	last           map[int]int    // the track that last followed a person
	lost           map[int]bool   // who was not followed in their last frame
	pairs          map[[2]int]int // frames in which a person and a track are at the same place
	people, tracks map[int]int    // frames of each
}

// visible leaves out hidden people, and the poses that are theirs and nobody else's.
func visible(f *Frame) Frame {
	everyone := match(f, func(*Person, *pose.Tracked) float64 { return 0 })
	var v Frame
	for i := range f.Truth {
		if !f.Truth[i].Hidden {
			v.Truth = append(v.Truth, f.Truth[i])
		}
	}
	for j := range f.Found {
		if i := slices.Index(everyone, j); i < 0 || !f.Truth[i].Hidden {
			v.Found = append(v.Found, f.Found[j])
		}
	}
	return v
}

// match pairs people with poses that lie on them, as alike as can be: the pose of each
// person, -1 for none. more is added to a pair's likeness.
func match(f *Frame, more func(*Person, *pose.Tracked) float64) []int {
	gain := make([]float64, 0, len(f.Truth)*len(f.Found))
	for i := range f.Truth {
		for j := range f.Found {
			g := likeness(&f.Truth[i].Pose, &f.Found[j].Pose)
			if g > 0 {
				g += more(&f.Truth[i], &f.Found[j])
			}
			gain = append(gain, g)
		}
	}
	return pose.BestPairs(gain, len(f.Truth), len(f.Found))
}

// frame counts one frame: pairs go on as long as they can (CLEAR MOT), and only then are
// others made.
func (m *measurement) frame(f Frame) {
	m.Truths += len(f.Truth)
	m.Found += len(f.Found)
	matched := 0
	pairs := match(&f, func(p *Person, t *pose.Tracked) float64 {
		if m.last[p.ID] == t.Track {
			return 10
		}
		return 0
	})
	for i, j := range pairs {
		person := f.Truth[i].ID
		m.people[person]++
		if j < 0 {
			m.miss(person)
			continue
		}
		matched++
		m.follow(person, f.Found[j].Track)
	}
	m.Matches += matched
	m.False += len(f.Found) - matched
	m.meet(&f)
}

func (m *measurement) miss(person int) {
	m.Misses++
	m.lost[person] = true
}

func (m *measurement) follow(person, track int) {
	before := m.last[person]
	if before != 0 && before != track {
		m.Switches++
	}
	if before != 0 && m.lost[person] {
		m.Fragments++
	}
	m.last[person] = track
	delete(m.lost, person)
}

// meet notes who could be whom.
func (m *measurement) meet(f *Frame) {
	for j := range f.Found {
		m.tracks[f.Found[j].Track]++
		for i := range f.Truth {
			if likeness(&f.Truth[i].Pose, &f.Found[j].Pose) > 0 {
				m.pairs[[2]int{f.Truth[i].ID, f.Found[j].Track}]++
			}
		}
	}
}

// identities pairs people with tracks for good, so that the most frames agree.
func (m *measurement) identities() {
	people, tracks := keys(m.people), keys(m.tracks)
	gain := make([]float64, 0, len(people)*len(tracks))
	for _, p := range people {
		for _, t := range tracks {
			gain = append(gain, float64(m.pairs[[2]int{p, t}]))
		}
	}
	for i, j := range pose.BestPairs(gain, len(people), len(tracks)) {
		if j >= 0 {
			m.IDTP += m.pairs[[2]int{people[i], tracks[j]}]
		}
	}
	m.IDFP, m.IDFN = m.Found-m.IDTP, m.Truths-m.IDTP
}

func keys(m map[int]int) (k []int) {
	for key := range m {
		k = append(k, key)
	}
	slices.Sort(k)
	return k
}

func distance(a, b pose.Keypoint) float64 {
	return math.Hypot(float64(a.X)-float64(b.X), float64(a.Y)-float64(b.Y))
}
