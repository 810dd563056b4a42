package tracktest

import (
	"fmt"
	"strings"

	"fallkit/pose"
)

// follower is a tracker.
type follower interface {
	Update(time float64, poses []pose.Pose) []pose.Tracked
}

// sureFrom is the score from which a pose is believed by itself.
const sureFrom = 0.15

// contenders make trackers that know nobody yet.
var contenders = []struct {
	name  string
	fresh func() follower
}{
	{"greedy", func() follower { return &greedy{} }},
	{"boxes", func() follower { return &boxes{} }},
	{"Tracker", func() follower {
		s := pose.DefaultTracker
		s.MinNew = sureFrom
		return &pose.Tracker{Settings: s}
	}},
}

const greedyIs, trackerIs = 0, 2 // among contenders

// moment is what is so, and what a pose network made of it.
type moment struct {
	time  float64
	truth []Person
	found []pose.Pose
}

// contest shows the same moments to all contenders.
func contest(moments []moment) []Score {
	scores := make([]Score, len(contenders))
	for i, c := range contenders {
		by := c.fresh()
		var frames []Frame
		for _, m := range moments {
			frames = append(frames, Frame{m.truth, by.Update(m.time, m.found)})
		}
		scores[i] = Measure(frames)
	}
	return scores
}

// table is the scores of each contender, by name of what they were shown.
type table struct {
	names []string
	rows  map[string][]Score
}

func (t *table) add(name string, scores []Score) {
	if t.rows == nil {
		t.rows = map[string][]Score{}
	}
	if t.rows[name] == nil {
		t.names = append(t.names, name)
		t.rows[name] = make([]Score, len(scores))
	}
	for i := range scores {
		t.rows[name][i].Add(scores[i])
	}
}

func (t *table) all() []Score {
	sum := make([]Score, len(contenders))
	for _, row := range t.rows {
		for i := range row {
			sum[i].Add(row[i])
		}
	}
	return sum
}

func (t *table) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "\n%-37s", "IDF1 / switches / MOTA")
	for _, c := range contenders {
		fmt.Fprintf(&b, "  %-20s", c.name)
	}
	line := func(name string, row []Score) {
		fmt.Fprintf(&b, "\n%-37s", name)
		for _, s := range row {
			fmt.Fprintf(&b, "  %.3f / %3d / %.3f ", s.IDF1(), s.Switches, s.MOTA())
		}
	}
	for _, name := range t.names {
		line(name, t.rows[name])
	}
	line("all", t.all())
	return b.String()
}
