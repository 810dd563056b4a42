package train

import (
	"fmt"
	"strings"
)

// What a camera's place is judged by. The limits are judgement, not measurement: gaps of a
// third of a second (input.max_gap) are bridged, so one frame in ten without anybody does no
// harm, while with three in ten such gaps meet, and where half of the torsos are missing the
// features that tell a fall (speed of the hips, the torso's angle) are guesses for half of it.
const (
	goodFound, goodTorso = 0.9, 0.75 // of the frames during and after falls
	poorFound, poorTorso = 0.7, 0.5
	fewFalls             = 3    // with fewer, a place is not judged
	smallPerson          = 0.15 // of the picture's longer side: 38 pixels of what the pose network sees
	muchEdge             = 0.5  // of the poses
	muchLost             = 0.2  // less found after a fall than before it
)

// verdict is one sentence for who asks whether a camera's place is any good.
func (g *PoseCheckGroup) verdict() string {
	if g.Falls < fewFalls {
		return g.unjudged()
	}
	d := together(g.During, g.After)
	found, torso := d.FoundShare(), d.TorsoShare()
	var word string
	switch {
	case found >= goodFound && torso >= goodTorso:
		word = "good"
	case found < poorFound || torso < poorTorso:
		word = "poor"
	default:
		word = "fair"
	}
	text := fmt.Sprintf("%s: during and after %s somebody is found in %s of the frames, and a whole torso in %s",
		word, plural(g.Falls, "fall"), percent(found), percent(torso))
	return text + g.advice()
}

// unjudged says what can be said without falls.
func (g *PoseCheckGroup) unjudged() string {
	falls := "no fall is"
	if g.Falls > 0 {
		falls = fmt.Sprintf("only %s with a known time %s", plural(g.Falls, "fall"), map[bool]string{true: "is", false: "are"}[g.Falls == 1])
	}
	if g.Any.Found == 0 {
		return fmt.Sprintf("not judged: %s labelled here, and nobody was found in %s", falls, plural(g.Any.Frames, "frame"))
	}
	return fmt.Sprintf("not judged: %s labelled here; somebody is found in %s of the frames (the others may be empty), and then a whole torso in %s",
		falls, percent(g.Any.FoundShare()), percent(partOf(g.Any.Torso, g.Any.Found))) + g.advice()
}

// advice names what is wrong with the place, "" where nothing is seen to be.
func (g *PoseCheckGroup) advice() string {
	var notes []string
	if g.Any.Poses > 0 && g.Any.Share < smallPerson {
		notes = append(notes, fmt.Sprintf("people are small (%.0f pixels, %s of the picture's longer side): hang it nearer", g.Any.Size, percent(g.Any.Share)))
	}
	if g.Any.EdgeShare() > muchEdge {
		notes = append(notes, fmt.Sprintf("%s of the poses touch the picture's edge: turn it so that the floor is in the middle", percent(g.Any.EdgeShare())))
	}
	if g.Before.FoundShare()-g.After.FoundShare() > muchLost {
		notes = append(notes, "who lies is lost more than who stands: hang it higher, or mind what stands in front of the floor")
	}
	if len(notes) == 0 {
		return "."
	}
	return "; " + strings.Join(notes, "; ") + "."
}
