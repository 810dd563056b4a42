package tracktest

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"fallkit/data/simulate"
	"fallkit/pose"
)

// scene is a number of people with something to do, on a stage that a camera sees from 1
// to 2.8 m high and 2.5 to 6 m away.
type scene struct {
	name   string
	actors []simulate.Actor
}

// Whoever walks comes in at one side of the picture and leaves at the other.
func passing(activity string, from, z, pause float64) simulate.Actor {
	turn := 90.0
	if from > 0 {
		turn = -90
	}
	return simulate.Actor{Activity: activity, X: from, Z: z, Turn: turn, Pause: pause}
}

var scenes = []scene{
	{"one walks", []simulate.Actor{passing("pass", -3, 0, 0)}},
	{"two cross, side by side", []simulate.Actor{passing("pass", -3, 0.2, 0), passing("pass", 3, -0.2, 0)}},
	{"two cross, one far behind", []simulate.Actor{passing("pass", -3, 0.9, 0), passing("pass-slowly", 3, -1.2, 0.5)}},
	{"two go behind who stands", []simulate.Actor{{Activity: "stay", Z: 0.7}, passing("pass-slowly", -3, -0.3, 0), passing("pass", 3, -1, 2)}},
	{"one falls among who stand", []simulate.Actor{{Activity: "fall-sideways", X: 0, Z: 0.3, Turn: 40}, {Activity: "stay", X: -0.8, Z: -0.1, Turn: 90}, {Activity: "stay", X: 0.8, Z: -0.3, Turn: -60}}},
	{"one falls, another comes by", []simulate.Actor{{Activity: "fall-tripping", X: -0.4, Z: 0, Turn: 20}, passing("pass", 3, 0.6, 1)}},
	{"falls and gets up, another comes by", []simulate.Actor{{Activity: "fall-and-rise", X: 0, Z: -0.4, Turn: -30}, passing("pass-slowly", -3, 0.5, 1)}},
	{"four cross", []simulate.Actor{passing("pass", -3, 0.8, 0), passing("pass", 3, 0.3, 0), passing("pass-slowly", -3, -0.3, 0), passing("pass-slowly", 3, -0.9, 0)}},
	{"five, one falls", []simulate.Actor{{Activity: "fall-backward", X: 0.2, Z: 0.2, Turn: 10}, {Activity: "stay", X: -1, Z: 0.1}, {Activity: "sit-down", X: 1, Z: -0.6}, passing("pass-slowly", -3, -1, 0), passing("pass", 3, 0.8, 2)}},
}

// crowd lets the scene begin in a room.
func (s *scene) crowd(tb testing.TB, settings simulate.Settings, room string) *simulate.Crowd {
	tb.Helper()
	actors := make([]simulate.Actor, len(s.actors))
	for i, a := range s.actors {
		a.Subject = fmt.Sprint(room, i)
		actors[i] = a
	}
	c, err := simulate.NewCrowd(settings, room, actors...)
	if err != nil {
		tb.Fatal(err)
	}
	return c
}

// longest is how many seconds of a scene are played.
const longest = 10

// perform plays the scene at a rate, and at uneven times: frames come up to 30 % of an
// interval too early or too late, and one in 20 not at all.
func (s *scene) perform(tb testing.TB, room string, rate float64, rng *rand.Rand) (moments []moment) {
	tb.Helper()
	c := s.crowd(tb, simulate.Settings{Clips: 1, Seed: rng.Uint64(), Width: 160, Height: 120, FPS: 25}, room)
	for i := range int(min(c.Seconds(), longest) * rate) {
		if rng.IntN(20) == 0 {
			continue
		}
		m := moment{time: (float64(i) + 0.3 + 0.6*(rng.Float64()-0.5)) / rate}
		m.truth = people(c.At(m.time))
		m.found = find(m.truth, rng)
		moments = append(moments, m)
	}
	return moments
}

func people(truth []simulate.Truth) (p []Person) {
	for i := range truth {
		p = append(p, person(i+1, &truth[i]))
	}
	return p
}

// person has all joints that are in the picture, with score 1 where they are seen and
// 0.5 where they are hidden. Of whom fewer than 6 are seen counts as hidden.
func person(id int, t *simulate.Truth) Person {
	p := Person{ID: id}
	n := 0
	for j, k := range t.People[0].Keypoints {
		score := [...]float32{0, 0.5, 1}[k.Visibility]
		if k.Visibility == simulate.Visible {
			n++
		}
		if score > 0 {
			p.Pose.Keypoints[j] = pose.Keypoint{X: float32(k.X), Y: float32(k.Y), Score: score}
		}
	}
	p.Pose.Box, _ = p.Pose.Extent(0)
	p.Hidden = n < 6
	return p
}
