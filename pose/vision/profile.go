package vision

import (
	"encoding/json"
	"fmt"
	"math"
	"strings"

	"fallkit/pose"
)

// Profile says how the pose networks share the work of finding people's poses: MultiPose
// finds people in whole pictures, and a single-pose network looks at a crop around each
// of them. All of it decides what poses come out, so all of it is part of an engine's ID.
type Profile struct {
	Name    string `json:"name"`
	Network string `json:"network"` // looks at the crops, by its name among the weights; "" = none: MultiPose alone
	Side    int    `json:"side"`    // of its input, in pixels

	// When MultiPose looks; in between crops follow the people that it found.
	Every  int     `json:"every"`  // at every so many-th picture looked at; 0 = by time:
	Period float64 `json:"period"` // seconds between its looks,
	Idle   float64 `json:"idle"`   // and while nobody is followed
	Lost   float64 `json:"lost"`   // seconds between them while somebody is hardly seen in the crop, where that is sooner

	// How a crop is looked at.
	Seen      float32 `json:"seen"`       // joints from this score on say where a crop lies
	TurnBelow float32 `json:"turn_below"` // where the mean joint score is lower, the crop is tried in other quarter turns
	TurnWins  float32 `json:"turn_wins"`  // and one is kept that is better by this
	Turns     int     `json:"turns"`      // that are tried at most, for a person found by MultiPose
	TurnEvery int     `json:"turn_every"` // of a crop that is followed, one is tried in every so many-th doubtful look; 0 = never
	Agree     float64 `json:"agree"`      // a crop's pose that overlaps (OKS) MultiPose's less is of somebody else

	// Where MultiPose looks at the whole picture again, turned by quarters, for who lies or
	// is head down. In a video it does so once at most for each picture looked at.
	Around     int     `json:"around,omitempty"`      // turns that are tried at most in a still picture; 0 = never, nor in a video
	Weak       float32 `json:"weak,omitempty"`        // whose score is lower is in doubt,
	Vague      float32 `json:"vague,omitempty"`       // and so is whose mean joint score is lower
	AroundNew  float32 `json:"around_new,omitempty"`  // who is seen only turned is believed from this score on,
	AroundSure float32 `json:"around_sure,omitempty"` // and below it from this mean joint score of the crop on
	AroundWins float32 `json:"around_wins,omitempty"` // a turned pose is kept whose score is better by this
	Missed     float64 `json:"missed,omitempty"`      // seconds for which who is gone is looked for,
	Seek       float64 `json:"seek,omitempty"`        // with as many between looks, as where no turn helped

	// How long people are followed.
	KeepCrop    int     `json:"keep_crop"`   // looks without a torso until somebody is lost
	Sure        float32 `json:"sure"`        // from this mean joint score on somebody is followed whom MultiPose does not see,
	Unconfirmed int     `json:"unconfirmed"` // for so many of its looks

	// What comes last.
	Jumps      pose.JumpSettings `json:"jumps,omitzero"`      // which joints are marked missing for a frame; all 0 = none
	Confidence Confidence        `json:"confidence,omitzero"` // what a joint's score means; all 0 = the networks' own
}

// Single-pose networks, by their names among the weights.
const (
	lightning, lightningSide = "lightning192", 192
	thunder, thunderSide     = "thunder256", 256
)

// Plain is MultiPose alone.
var Plain = Profile{Name: "plain"}

// Profiles are those that can be chosen, by what they cost.
var Profiles = []Profile{
	Plain,
	{
		Name: "fast", Network: lightning, Side: lightningSide, Period: 1, Idle: 0.5, Lost: 0.3,
		Seen: 0.2, TurnBelow: 0.45, TurnWins: 0.03, Turns: 1, TurnEvery: 2, Agree: 0.1,
		KeepCrop: 10, Sure: 0.45, Unconfirmed: 1,
		Jumps: pose.DefaultJumps, Confidence: withLightning,
	},
	{
		Name: "balanced", Network: lightning, Side: lightningSide, Every: 3,
		Seen: 0.2, TurnBelow: 0.45, TurnWins: 0.03, Turns: 2, TurnEvery: 2, Agree: 0.1,
		KeepCrop: 10, Sure: 0.45, Unconfirmed: 1,
		Jumps: pose.DefaultJumps, Confidence: withLightning,
	},
	{
		Name: "accurate", Network: lightning, Side: lightningSide, Every: 1,
		Seen: 0.2, TurnBelow: 0.45, TurnWins: 0.03, Turns: 2, Agree: 0.1,
		Around: 3, Weak: 0.25, Vague: 0.25, AroundNew: 0.3, AroundSure: 0.4, AroundWins: 0.05, Missed: 3, Seek: 1,
		Jumps: pose.DefaultJumps, Confidence: withLightning,
	},
	{
		Name: "label", Network: thunder, Side: thunderSide, Every: 1,
		Seen: 0.2, TurnBelow: 1, TurnWins: 0.03, Turns: 3, Agree: 0.1,
		Around: 3, Weak: 0.25, Vague: 0.25, AroundNew: 0.3, AroundSure: 0.4, AroundWins: 0.05, Missed: 3, Seek: 1,
		Jumps: pose.DefaultJumps,
	},
}

// ProfileNamed finds one; "" is Plain, as of poses from before there was a choice.
func ProfileNamed(name string) (Profile, error) {
	if name == "" {
		return Plain, nil
	}
	for _, p := range Profiles {
		if p.Name == name {
			return p, nil
		}
	}
	return Profile{}, fmt.Errorf("profile is %q, and must be one of %s", name, strings.Join(ProfileNames(), ", "))
}

// ProfileNames are in the order of Profiles.
func ProfileNames() []string {
	var names []string
	for _, p := range Profiles {
		names = append(names, p.Name)
	}
	return names
}

// plain tells whether MultiPose works alone.
func (p *Profile) plain() bool { return p.Network == "" }

// text is all of it, in one line.
func (p *Profile) text() string {
	b, err := json.Marshal(p)
	if err != nil {
		panic(err) // check lets no number through that JSON does not know
	}
	return string(b)
}

// check reports the first parameter that cannot be.
func (p *Profile) check() error {
	if p.plain() {
		if *p != Plain && *p != (Profile{}) {
			return fmt.Errorf("profile %s has no network for crops", p.Name)
		}
		return nil
	}
	for _, v := range []struct {
		name  string
		value float64
		most  float64
	}{
		{"every", float64(p.Every), 1000},
		{"period", p.Period, 60},
		{"idle", p.Idle, 60},
		{"lost", p.Lost, 60},
		{"seen", float64(p.Seen), 1},
		{"turn_below", float64(p.TurnBelow), 1},
		{"turn_wins", float64(p.TurnWins), 1},
		{"turns", float64(p.Turns), 3},
		{"turn_every", float64(p.TurnEvery), 1000},
		{"agree", p.Agree, 1},
		{"around", float64(p.Around), 3},
		{"weak", float64(p.Weak), 1},
		{"vague", float64(p.Vague), 1},
		{"around_new", float64(p.AroundNew), 1},
		{"around_sure", float64(p.AroundSure), 1},
		{"around_wins", float64(p.AroundWins), 1},
		{"missed", p.Missed, 60},
		{"seek", p.Seek, 60},
		{"keep_crop", float64(p.KeepCrop), 1000},
		{"sure", float64(p.Sure), 1},
		{"unconfirmed", float64(p.Unconfirmed), 1000},
		{"jumps.reach", p.Jumps.Reach, 1000},
		{"jumps.speed", p.Jumps.Speed, 1000},
		{"jumps.max_gap", p.Jumps.MaxGap, 60},
		{"jumps.min_score", float64(p.Jumps.MinScore), 1},
		{"confidence.whole.slope", p.Confidence.Whole.Slope, 100},
		{"confidence.whole.top", p.Confidence.Whole.Top, 1},
		{"confidence.crop.slope", p.Confidence.Crop.Slope, 100},
		{"confidence.crop.top", p.Confidence.Crop.Top, 1},
	} {
		if !(v.value >= 0 && v.value <= v.most) || math.IsNaN(v.value) {
			return fmt.Errorf("profile %s: %s is %g, and must be from 0 to %g", p.Name, v.name, v.value, v.most)
		}
	}
	switch {
	case !p.Confidence.Whole.rises() || !p.Confidence.Crop.rises():
		return fmt.Errorf("profile %s: confidence must rise with the score", p.Name)
	case p.Side < 32 || p.Side > 2048 || p.Side%32 != 0:
		return fmt.Errorf("profile %s: side is %d, and must be a multiple of 32 from 32 to 2048", p.Name, p.Side)
	case p.Every == 0 && !(p.Period > 0 && p.Idle > 0 && p.Lost > 0):
		return fmt.Errorf("profile %s: MultiPose must look at times or at every so many-th picture", p.Name)
	}
	return nil
}
