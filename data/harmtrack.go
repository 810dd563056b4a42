package data

import (
	"cmp"
	"math/rand/v2"
	"slices"

	"fallkit/pose"
)

// missPoses leaves poses out. As the tracker does, it goes on under a new number where
// somebody was away for too long.
func missPoses(percent float64, r *pose.Recording, rng *rand.Rand) []pose.Track {
	const length = 0.4 // seconds
	n := numbersOf(r)
	for k := range r.Tracks {
		t, away := &r.Tracks[k], newSpell(length, rng)
		number, last := t.ID, 0.0
		for i, time := range t.Times {
			if away.on(time, percent/100, rng) {
				continue
			}
			if n.tracks[number] != nil && time-last > pose.DefaultTracker.MaxGap {
				number = n.fresh()
			}
			n.add(number, time, &t.Poses[i])
			last = time
		}
	}
	return n.sorted()
}

// mostSwitches is how many switches a minute are drawn; a milder harm uses some of them.
const mostSwitches = 60

// switchPeople exchanges the numbers of all who are there, in a circle, so many times a
// minute. Who is alone goes on under a new number.
func switchPeople(aMinute float64, r *pose.Recording, rng *rand.Rand) []pose.Track {
	n := numbersOf(r)
	number := make([]int, len(r.Tracks)) // that each track goes under
	next := make([]int, len(r.Tracks))   // the first pose of each that has no number yet
	for k := range r.Tracks {
		number[k] = r.Tracks[k].ID
	}
	for time := range switches(aMinute, r.Duration(), rng) {
		n.addUntil(r, next, number, time)
		n.turn(number, present(r, next))
	}
	n.addUntil(r, next, number, r.Duration()+1)
	return n.sorted()
}

// switches are moments that come by chance, so many a minute.
func switches(aMinute, seconds float64, rng *rand.Rand) func(yield func(time float64) bool) {
	return func(yield func(time float64) bool) {
		for time := 0.0; ; {
			time += rng.ExpFloat64() * 60 / mostSwitches
			used := rng.Float64() < aMinute/mostSwitches
			if time > seconds || used && !yield(time) {
				return
			}
		}
	}
}

// present are the tracks that were seen already and will be seen again.
func present(r *pose.Recording, next []int) (who []int) {
	for k, i := range next {
		if i > 0 && i < len(r.Tracks[k].Times) {
			who = append(who, k)
		}
	}
	return who
}

// numbers are tracks in the making, by their number.
type numbers struct {
	tracks map[int]*pose.Track
	last   int // the highest number given out
}

func numbersOf(r *pose.Recording) *numbers {
	n := &numbers{tracks: map[int]*pose.Track{}}
	for k := range r.Tracks {
		n.last = max(n.last, r.Tracks[k].ID)
	}
	return n
}

func (n *numbers) fresh() int {
	n.last++
	return n.last
}

func (n *numbers) add(number int, time float64, p *pose.Pose) {
	t := n.tracks[number]
	if t == nil {
		t = &pose.Track{ID: number}
		n.tracks[number] = t
	}
	t.Times, t.Poses = append(t.Times, time), append(t.Poses, *p)
}

// addUntil adds each track's poses before a time, under the number that it goes under.
func (n *numbers) addUntil(r *pose.Recording, next, number []int, time float64) {
	for k := range r.Tracks {
		t := &r.Tracks[k]
		for ; next[k] < len(t.Times) && t.Times[next[k]] < time; next[k]++ {
			n.add(number[k], t.Times[next[k]], &t.Poses[next[k]])
		}
	}
}

// turn hands the numbers of some tracks on, each to the next; one alone gets a new one.
func (n *numbers) turn(number, who []int) {
	switch len(who) {
	case 0:
	case 1:
		number[who[0]] = n.fresh()
	default:
		first := number[who[0]]
		for i := range who[1:] {
			number[who[i]] = number[who[i+1]]
		}
		number[who[len(who)-1]] = first
	}
}

func (n *numbers) sorted() []pose.Track {
	out := make([]pose.Track, 0, len(n.tracks))
	for _, t := range n.tracks {
		out = append(out, *t)
	}
	slices.SortFunc(out, func(a, b pose.Track) int { return cmp.Compare(a.ID, b.ID) })
	return out
}
