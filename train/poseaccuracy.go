package train

import "fallkit/pose"

// PoseAccuracyFormat is the version of the JSON of a PoseAccuracy.
const PoseAccuracyFormat = 1

// PoseAccuracy is how near poses come to joints placed by hand, the pictures as they are and
// turned.
type PoseAccuracy struct {
	Format   int         `json:"format"`
	Engine   string      `json:"engine"` // the pose engine's ID
	Pictures int         `json:"pictures"`
	Turns    []PoseTurn  `json:"turns"`
	Losses   []PoseLoss  `json:"losses,omitempty"` // of each other turn against the first
	Interval Interval    `json:"interval"`
	Scores   Reliability `json:"scores"` // of the joints of people found, all turns together
}

// PoseTurn is what was found with the pictures turned by so many degrees, clockwise.
type PoseTurn struct {
	Turn   int         `json:"turn"`
	AP     Metric      `json:"ap"`    // COCO's, of still pictures
	False  Metric      `json:"false"` // poses that are nobody's, a picture
	Groups []PoseGroup `json:"groups"`
}

// PoseGroup is how well some of the people were found. PCK is the share of labelled joints
// that lie within a tenth of the body's length (BodyLength) of where they are.
type PoseGroup struct {
	Name      string              `json:"name"`
	Persons   int                 `json:"persons"`    // with labelled joints
	Found     Metric              `json:"found"`      // of them: OKS of 0.5 or more
	FoundBox  Metric              `json:"found_box"`  // of them: overlap of the boxes of 0.5 or more
	OKS       Metric              `json:"oks"`        // mean over all; who is missed counts 0
	OKSFound  Metric              `json:"oks_found"`  // mean over those with OKS of 0.5 or more
	PCK       Metric              `json:"pck"`        // of all people's joints
	PCKTaken  Metric              `json:"pck_taken"`  // of the joints of people who have a pose at all
	Torso     Metric              `json:"torso"`      // people of whom all shoulders and hips are right
	TorsoLine Metric              `json:"torso_line"` // people of whom the middles of shoulders and of hips are right
	Joints    [pose.Joints]Metric `json:"joints"`     // PCK of each joint, of all people
}

// PoseLoss is what a turn costs.
type PoseLoss struct {
	Turn int    `json:"turn"`
	OKS  Metric `json:"oks"` // mean OKS of all in the first turn less that in this one
	PCK  Metric `json:"pck"`
}

// PoseLooks are the same pictures, turned by so many degrees.
type PoseLooks struct {
	Turn  int
	Looks []PoseLook
}

// Names of the groups that a PoseTurn tells apart, beside the states of a person.
const (
	GroupAll    = "all"
	GroupSmall  = "small (below 64 px of the network's 256)"
	GroupMedium = "medium (64 to 128 px)"
	GroupLarge  = "large (128 px or more)"
)

// MeasurePoses compares poses with the truth. All turns have the same pictures in the same
// order; unit names what pictures are drawn together by for the intervals: the picture, or
// the clip that it is a frame of.
func MeasurePoses(turns []PoseLooks, unit func(i int) string, resamples int, seed uint64) PoseAccuracy {
	n := len(turns[0].Looks)
	b := pictureBootstrap(n, unit, resamples, seed)
	a := PoseAccuracy{Format: PoseAccuracyFormat, Pictures: n, Interval: b.made}
	var sightings [][]sighting
	var joints []scoredJoint
	for _, t := range turns {
		people, strangers := sightAll(t.Looks)
		sightings = append(sightings, people)
		joints = append(joints, scoredJoints(people)...)
		a.Turns = append(a.Turns, measureTurn(b, &t, people, strangers))
	}
	for i := range turns[1:] {
		a.Losses = append(a.Losses, lossOf(b, n, turns[i+1].Turn, sightings[0], sightings[i+1]))
	}
	a.Scores = jointReliability(joints)
	return a
}

// pictureBootstrap draws pictures by unit.
func pictureBootstrap(n int, unit func(i int) string, resamples int, seed uint64) *bootstrap {
	b := &bootstrap{seed: seed, made: Interval{Level: 0.95, Unit: "picture", Resamples: resamples}}
	at := map[string]int{}
	for i := range n {
		b.alone = append(b.alone, 1)
		name := unit(i)
		if _, known := at[name]; !known {
			at[name] = len(b.units)
			b.units = append(b.units, nil)
		}
		b.units[at[name]] = append(b.units[at[name]], i)
	}
	if b.made.Units = len(b.units); b.made.Units < n {
		b.made.Unit = "clip"
	}
	return b
}

func sightAll(looks []PoseLook) (people []sighting, strangers []float64) {
	for i := range looks {
		some, others := sight(i, &looks[i])
		people, strangers = append(people, some...), append(strangers, float64(others))
	}
	return people, strangers
}

func measureTurn(b *bootstrap, t *PoseLooks, people []sighting, strangers []float64) PoseTurn {
	n := len(t.Looks)
	turn := PoseTurn{Turn: t.Turn, AP: undefined("frames of a video have not everybody labelled")}
	ones := make([]float64, n)
	for i := range ones {
		ones[i] = 1
	}
	turn.False = b.measure([]statistic{ratio(strangers, ones)})[0]
	if allLabelled(t.Looks) {
		turn.AP = b.measure([]statistic{newCocoAP(t.Looks).value})[0].or("nobody is labelled")
	}
	for _, g := range poseGroups(people) {
		if some := chosen(people, g.of); len(some) > 0 || g.name == GroupAll {
			turn.Groups = append(turn.Groups, measureGroup(b, n, g.name, some))
		}
	}
	return turn
}

type poseGroup struct {
	name string
	of   func(*sighting) bool
}

func poseGroups(people []sighting) []poseGroup {
	groups := []poseGroup{
		{GroupAll, func(*sighting) bool { return true }},
		{GroupSmall, func(s *sighting) bool { return s.size < 64 }},
		{GroupMedium, func(s *sighting) bool { return s.size >= 64 && s.size < 128 }},
		{GroupLarge, func(s *sighting) bool { return s.size >= 128 }},
	}
	seen := map[string]bool{"": true}
	for i := range people {
		if state := people[i].state; !seen[state] {
			seen[state] = true
			groups = append(groups, poseGroup{state, func(s *sighting) bool { return s.state == state }})
		}
	}
	return groups
}

func chosen(people []sighting, of func(*sighting) bool) (some []sighting) {
	for i := range people {
		if of(&people[i]) {
			some = append(some, people[i])
		}
	}
	return some
}

func measureGroup(b *bootstrap, pictures int, name string, people []sighting) PoseGroup {
	column := func(f func(*sighting) float64) []float64 { return columnOf(people, pictures, f) }
	one := func(*sighting) float64 { return 1 }
	isFound := func(s *sighting) float64 { return count(s.oks >= foundAt) }
	judged := func(get func(*sighting) verdictOn) statistic {
		return ratio(column(func(s *sighting) float64 { return count(get(s) == right) }), column(func(s *sighting) float64 { return count(get(s) != notJudged) }))
	}
	statistics := []statistic{
		ratio(column(isFound), column(one)),
		ratio(column(func(s *sighting) float64 { return count(s.box >= foundAt) }), column(one)),
		ratio(column(func(s *sighting) float64 { return s.oks }), column(one)),
		ratio(column(func(s *sighting) float64 { return s.oks * isFound(s) }), column(isFound)),
		pckOf(people, pictures, func(*sighting) bool { return true }),
		pckOf(people, pictures, func(s *sighting) bool { return s.taken }),
		judged((*sighting).torso),
		judged(func(s *sighting) verdictOn { return s.torsoLine }),
	}
	for j := range pose.Joints {
		statistics = append(statistics, judged(func(s *sighting) verdictOn { return s.right[j] }))
	}
	m := b.measure(statistics)
	for i := range m {
		if m[i] = m[i].or("none"); i < 2 || i == 6 || i == 7 {
			m[i] = boundShare(m[i], len(people))
		}
	}
	return PoseGroup{
		Name: name, Persons: len(people), Found: m[0], FoundBox: m[1], OKS: m[2], OKSFound: m[3],
		PCK: m[4], PCKTaken: m[5], Torso: m[6], TorsoLine: m[7], Joints: [pose.Joints]Metric(m[8:]),
	}
}

// columnOf sums f over the people of each picture.
func columnOf(people []sighting, pictures int, f func(*sighting) float64) []float64 {
	sums := make([]float64, pictures)
	for i := range people {
		sums[people[i].image] += f(&people[i])
	}
	return sums
}

// pckOf is the share of the right ones among the judged joints of people.
func pckOf(people []sighting, pictures int, of func(*sighting) bool) statistic {
	sum := func(counts func(verdictOn) bool) []float64 {
		return columnOf(people, pictures, func(s *sighting) (n float64) {
			for _, v := range s.right {
				n += count(of(s) && counts(v))
			}
			return n
		})
	}
	return ratio(sum(func(v verdictOn) bool { return v == right }), sum(func(v verdictOn) bool { return v != notJudged }))
}

func lossOf(b *bootstrap, pictures, turn int, first, other []sighting) PoseLoss {
	oks := func(people []sighting) statistic {
		return ratio(columnOf(people, pictures, func(s *sighting) float64 { return s.oks }), columnOf(people, pictures, func(*sighting) float64 { return 1 }))
	}
	all := func(*sighting) bool { return true }
	m := b.measure([]statistic{difference(oks(first), oks(other)), difference(pckOf(first, pictures, all), pckOf(other, pictures, all))})
	return PoseLoss{Turn: turn, OKS: m[0], PCK: m[1]}
}
