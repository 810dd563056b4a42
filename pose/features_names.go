package pose

// featureTexts say for people and other programs what the numbers of a step are.
var featureTexts = map[Features]featureText{
	Skeleton:     skeletonText,
	skeletonName: skeletonText,
	Pendulum:     pendulumText,
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
	names: func() []string {
		var names []string
		for j := range Joint(Joints) {
			names = append(names, j.String()+".x", j.String()+".y", j.String()+".seen")
		}
		for _, b := range Bones {
			bone := b.From.String() + "-" + b.To.String()
			names = append(names, bone+".x", bone+".y")
		}
		return names
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
