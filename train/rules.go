package train

// NamedRule is an untrained detector that is run by name: a baseline for models to beat.
// The numbers of a rule are set once, from the source that it names, and never on test clips.
type NamedRule struct {
	Name      string
	Alias     string  // another name, "" = none
	Title     string  // in tables
	Threshold float64 // in force where none is chosen on training clips
	Reach     float64 // seconds that it looks back at most
	Scorer    func(least float32) TrackScorer
}

// Rules are all untrained detectors; Scorer is told the confidence from which a joint is seen.
var Rules = []NamedRule{
	{
		Name: "speed-angle", Alias: "rule", Title: "speed × angle rule", Threshold: RuleThreshold, Reach: ruleSize,
		Scorer: func(least float32) TrackScorer { return Rule{MinScore: least} },
	},
	{
		Name: "torso-angle", Title: "torso angle rule", Threshold: TorsoThreshold, Reach: torsoStep + ruleGap,
		Scorer: func(least float32) TrackScorer { return TorsoRule{MinScore: least} },
	},
	{
		Name: "aspect-ratio", Title: "aspect ratio rule", Threshold: AspectThreshold, Reach: aspectTall,
		Scorer: func(least float32) TrackScorer { return AspectRule{MinScore: least} },
	},
}

// RuleNamed finds a rule by its name or alias.
func RuleNamed(name string) (NamedRule, bool) {
	for _, r := range Rules {
		if name != "" && (r.Name == name || r.Alias == name) {
			return r, true
		}
	}
	return NamedRule{}, false
}
