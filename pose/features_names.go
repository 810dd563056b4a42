package pose

// featureTexts say for people and other programs what the numbers of a step are.
var featureTexts = map[Features]featureText{
	Skeleton:     skeletonText,
	skeletonName: skeletonText,
	Pendulum:     pendulumText,
	Fall:         fallText,
}

type featureText struct {
	names func() []string
	about string
}

// Names are those of a step's numbers, in their order; nil where they have none.
func (f Features) Names() []string {
	if t, known := featureTexts[f]; known {
		return t.names()
	}
	return nil
}

// About tells in a few sentences how poses become a window, "" where nobody has written it.
func (f Features) About() string { return featureTexts[f].about }

var skeletonText = featureText{
	about: "Poses (x, y in pixels and a score for each joint, y downwards) are put on a grid of input.rate_hz time steps a second, " +
		"the last one at the window's end: between two poses at most input.max_gap seconds apart by linear interpolation, joint by joint where both show it; " +
		"else the last pose counts where it is no older than half a step. A joint of a score below input.min_score is missing. " +
		"x and y are taken from the median (nearest rank) of the middle of the hips (of the middle of the joints' box where no hip is seen) over all poses from input.max_gap before the window's first step to its end, " +
		"and divided by the 80th percentile (nearest rank) of the body's size over these poses, at least 3 pixels. The body's size is the greater of the torso's length and " +
		"0.3 times the diagonal of the joints' box. NAME.seen is 1 where a joint is there, else it and x and y are 0. " +
		"A bone is its second joint minus its first one, 0 where one of them is missing. " +
		"A window that shows the person in less than input.min_seen of its steps has no answer.",
	names: skeletonNames,
}

func skeletonNames() []string {
	var names []string
	for j := range Joint(Joints) {
		names = append(names, j.String()+".x", j.String()+".y", j.String()+".seen")
	}
	for _, b := range Bones {
		bone := b.From.String() + "-" + b.To.String()
		names = append(names, bone+".x", bone+".y")
	}
	return names
}

var fallText = featureText{
	about: "Poses (x, y in pixels and a score for each joint, y downwards) are put on a grid of input.rate_hz time steps a second: " +
		"between two poses at most input.max_gap seconds apart by linear interpolation; a longer gap begins a person anew. " +
		"A joint of a score below input.min_score is missing. Each step is made of the present pose and of what a memory of some seconds holds of those before: " +
		"joints and bones seen from the middle of the hips and divided by the 80th percentile of the body's size over 5 s, " +
		"speeds, angles and heights in body sizes, and the log-odds of the speed × angle rule. input.priors says which of them are made, and the others are 0. " +
		"What each number is, and how the camera's roll is taken out, says the source of package pose, features_fall.go.",
	names: func() []string {
		return append(skeletonNames(),
			"hip_drop_0.16s", "hip_drop_0.4s", "hip_drop_0.8s", "head_drop_0.16s", "head_drop_0.4s", "head_drop_0.8s", "hip_aside_0.4s",
			"lean_sine", "lean_cosine", "lean_rate_0.4s", "hip_height", "head_height", "fall_acceleration", "log_aspect", "extent", "unrest_0.4s",
			"greatest_drop_1.5s", "greatest_drop_since", "turned_0.4s", "sunk_2.4s", "age", "seen_share", "hips_seen", "head_seen", "rule_log_odds")
	},
}

var pendulumText = featureText{
	about: "Poses are put on a grid of input.rate_hz time steps a second, the last one at the window's end, as for joints and bones. " +
		"Of each step the body is taken as a double inverted pendulum with the hips as its pivot: the trunk up to the middle of the shoulders, " +
		"and the neck up to the head. The five numbers are width ÷ height of the joints' box; log(1 + the trunk's angle from upright in radians); " +
		"rotational energy about the hips for its moment of inertia, ÷ 10; the first number's change a second; and the generalised forces of trunk and neck added up. " +
		"After Taufeeque et al. 2021; the source of package pose has every formula.",
	names: func() []string {
		return []string{"box_ratio", "log_trunk_angle", "rotational_energy", "box_ratio_change", "force"}
	},
}
