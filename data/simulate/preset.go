package simulate

import (
	"fmt"
	"math"
	"math/rand/v2"

	"fallkit/data"
	"fallkit/data/simulate/body"
	"fallkit/data/simulate/motion"
)

// The presets.
const (
	// Demo is for a first look: short clips in plain view of one person who falls, and of
	// everyday life, by turns.
	Demo = "demo"
	// Train is for training: falls, by their shares, and everyday activities take turns.
	Train = "train"
	// Hard is what deceives detectors: near-falls and whatever else is done quickly or on
	// the floor, against falls that are slow or hard to see.
	Hard = "hard"
	// LongDay is hours of everyday life with a fall now and then, for false alarms a day.
	LongDay = "long-day"
)

// Presets are all of them.
var Presets = []string{Demo, Train, Hard, LongDay}

const (
	leastHours, mostHours = 0.1, 10_000.0
	hoursOfClip           = 0.5 // of a long day
	clipsOfFall           = 8   // one in so many clips of a long day has a fall

	demoBefore, demoAfter = 2.5, 2.5 // s, that the Demo shows before and after a fall
	demoSeconds           = 8.0      // at most, of everyday life
)

// Count is how many clips the settings ask for.
func (s Settings) Count() int {
	if s.Preset == LongDay {
		return int(math.Ceil(s.Hours/hoursOfClip - 1e-9))
	}
	return s.Clips
}

// secondsOfClip is how long a clip of a long day is.
func (s Settings) secondsOfClip() float64 { return 3600 * s.Hours / float64(s.Count()) }

// demoFalls begin on the feet.
var demoFalls = []string{"fall-sideways", "fall-backward", "fall-tripping", "fall-pushed", "fall-slipping", "collapse", "fall-onto-knees"}

// demoEveryday are plain activities, and some that come near to a fall.
var demoEveryday = []string{
	"walk", "sit-down", "get-up", "stand", "turn-around", "bend", "pick-up", "squat", "reach", "lie-on-bed", "drop-into-chair", "tie-shoes", "walk-slowly", "kneel",
}

// hardFalls are slow, or do not look like falls until late.
var hardFalls = []string{
	"slide-off-chair", "slide-off-bed", "slump-along-wall", "fall-onto-knees", "fall-sitting-down", "fall-getting-up", "fall-out-of-bed", "collapse",
}

// hardEveryday look like falls.
var hardEveryday = []string{
	"stumble", "stumble-onto-table", "nearly-fall-backward", "drop-into-chair", "lie-on-bed", "lie-on-sofa", "lie-on-floor", "sleep", "sit-on-floor",
	"play-on-floor", "kneel", "squat", "clean-floor", "press-ups", "yoga", "tie-shoes", "pick-up", "put-on-trousers", "hide",
}

// Clip is one planned recording. It is only a description.
type Clip struct {
	Name     string // such as "fall-tripping-00003"; unique in its plan
	Activity string
	Label    string // "fall" or "adl"
	Subject  string // "s001" …: whose body
	Camera   string // "c001" …: height, field of view and roll belong to it
	View     View   // how well the camera sees it

	busy     float64 // seconds for which somebody is about before
	soon     float64 // seconds after a fall at which the clip ends; 0 = when all is over
	haste    float64 // how long an activity takes, 1 = as usual
	video    bool    // is what it is made as
	settings Settings
}

// Plan lays out the clips that the settings ask for. Of the presets Train, Hard and
// Demo, falls and everyday activities take turns; subjects and cameras come up about equally often
// with either label. Hard has the same views with either label, too.
func Plan(s Settings) []Clip {
	switch s.Preset {
	case Demo:
		return planDemo(s)
	case Hard:
		return planHard(s)
	case LongDay:
		return planLongDay(s)
	}
	return planTrain(s)
}

// planTrain draws falls by the shares of motion.Falls, to within one clip of each, and lets
// every everyday activity come up about equally often.
func planTrain(s Settings) []Clip {
	rng := s.chance("plan")
	clips := s.pairs(rng)
	falls := rng.Perm((len(clips) + 1) / 2)
	life := newDealer(len(motion.Everyday), rng)
	for i := range clips {
		c := &clips[i]
		if c.Label == data.LabelFall {
			c.soon = soonAfter(rng)
			c.Activity = motion.FallAt((float64(falls[i/2]) + rng.Float64()) / float64(len(falls))).Name
		} else {
			c.Activity = motion.Everyday[life.deal(func(k int) bool { return motion.Everyday[k].Suits(c.body().Person) })].Name
		}
		if rng.Float64() < busyClips {
			c.busy = between(rng, 3, 11)
		}
		c.haste = between(rng, 0.9, 1.5)
		c.name(i)
	}
	return clips
}

// In Train, shares of clips that begin with people who are about, and of falls after which the
// clip soon ends.
const (
	busyClips = 0.75
	soonClips = 0.5
)

// soonAfter draws when a clip ends after its fall.
func soonAfter(rng *rand.Rand) float64 {
	if rng.Float64() < soonClips {
		return between(rng, 0.5, 5)
	}
	return 0
}

func planDemo(s Settings) []Clip {
	rng := s.chance("plan")
	clips := s.pairs(rng)
	falls, life := newDeck(len(demoFalls), rng), newDeck(len(demoEveryday), rng)
	for i := range clips {
		c := &clips[i]
		if c.Activity = demoEveryday[life.draw()]; c.Label == data.LabelFall {
			c.Activity = demoFalls[falls.draw()]
		}
		c.name(i)
	}
	return clips
}

func planHard(s Settings) []Clip {
	rng := s.chance("plan")
	clips := s.pairs(rng)
	falls, life, views := newDeck(len(hardFalls), rng), newDealer(len(hardEveryday), rng), newDeck(len(Views), rng)
	view := View("")
	for i := range clips {
		c := &clips[i]
		if c.Label == data.LabelFall {
			view = Views[views.draw()]
			c.Activity = hardFalls[falls.draw()]
		} else {
			who := c.body().Person
			c.Activity = hardEveryday[life.deal(func(k int) bool {
				act, _ := motion.ByName(hardEveryday[k])
				return act.Suits(who)
			})]
		}
		c.View, c.haste = view, either(rng, 0.5, 1, 1.5)
		c.name(i)
	}
	return clips
}

// planLongDay has a fall in one of eight clips.
func planLongDay(s Settings) []Clip {
	rng := s.chance("plan")
	n := s.Count()
	people := max(n/8, 1)
	subjects, cameras, falls := newDeck(people, rng), newDeck(people, rng), newDeck(clipsOfFall, rng)
	clips := make([]Clip, n)
	for i := range clips {
		c := &clips[i]
		*c = s.clip(subjects.draw(), cameras.draw(), data.LabelADL)
		c.Activity = motion.EverydayLife
		if falls.draw() == 0 {
			c.Label = data.LabelFall
		}
		c.name(i)
	}
	return clips
}

func (s Settings) clip(who, at int, label string) Clip {
	return Clip{Subject: fmt.Sprintf("s%03d", who+1), Camera: fmt.Sprintf("c%03d", at+1), Label: label, View: Plain, haste: 1, settings: s}
}

// pairs are clips by turns with a fall and without one; both clips of a pair have the same
// subject and camera.
func (s Settings) pairs(rng *rand.Rand) []Clip {
	people := min(max(s.Clips/5, 2), 400)
	subjects, cameras := newDeck(people, rng), newDeck(people, rng)
	clips := make([]Clip, s.Clips)
	who, at := 0, 0
	for i := range clips {
		label := data.LabelADL
		if i%2 == 0 {
			who, at, label = subjects.draw(), cameras.draw(), data.LabelFall
		}
		clips[i] = s.clip(who, at, label)
	}
	return clips
}

func (c *Clip) name(i int) { c.Name = fmt.Sprintf("%s-%05d", c.Activity, i+1) }

// body is the subject's. In the Demo there are no children.
func (c Clip) body() *body.Body {
	rng := c.settings.chance("subject/" + c.Subject)
	who := body.Sample(rng, body.Anyone)
	for c.settings.Preset == Demo && who.Child() {
		who = body.Sample(rng, body.Anyone)
	}
	return who
}

// perform makes the clip's motion; the same one every time.
func (c Clip) perform() (*motion.Take, error) {
	rng := c.settings.chance("motion/" + c.Name)
	if c.Activity == motion.EverydayLife {
		return motion.PlanDay(rng, c.body(), motion.Day{Seconds: c.settings.secondsOfClip(), Fall: c.Label == data.LabelFall}), nil
	}
	if c.busy > 0 {
		return motion.PlanBusy(rng, c.body(), c.Activity, c.haste, c.busy)
	}
	return motion.PlanInHaste(rng, c.body(), c.Activity, c.haste)
}

// span is which part of its take a clip shows, in seconds. A day is cut where the clip ends,
// but not before somebody who fell has come to rest; of a fall in the Demo the seconds around
// it are shown.
func (c Clip) span(take *motion.Take) (from, to float64) {
	to = take.Seconds()
	switch {
	case c.settings.Preset == Demo && len(take.Falls) > 0:
		f := take.Falls[0]
		return max(f.Onset-demoBefore, 0), min(f.Rest+demoAfter, to)
	case c.settings.Preset == Demo:
		return 0, min(to, demoSeconds)
	case c.soon > 0 && len(take.Falls) > 0:
		return 0, min(take.Falls[0].Rest+c.soon, to)
	case c.Activity == motion.EverydayLife:
		length := c.settings.secondsOfClip()
		for _, f := range take.Falls {
			length = max(length, f.Rest+5)
		}
		to = min(length, to)
	}
	return 0, to
}

// dealer deals the numbers 0 to n-1, each about equally often, to whom they suit.
type dealer struct {
	deck
	hand []int // passed over until they suit somebody
}

func newDealer(n int, rng *rand.Rand) *dealer { return &dealer{deck: deck{n: n, rng: rng}} }

// deal gives the number that waits longest of those that suit; at least one must.
func (d *dealer) deal(suits func(k int) bool) int {
	for i, k := range d.hand {
		if suits(k) {
			d.hand = append(d.hand[:i], d.hand[i+1:]...)
			return k
		}
	}
	for {
		k := d.draw()
		if suits(k) {
			return k
		}
		d.hand = append(d.hand, k)
	}
}
