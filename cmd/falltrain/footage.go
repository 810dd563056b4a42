package main

import (
	"strings"

	"fallkit/data"
)

// footageKey is where a checkpoint names the footages that it has learned from.
const footageKey = "footages"

// footage names what a clip shows by its video's bytes, "" where there is no video: a copy
// under another name is the same footage, whatever found the poses.
func footage(e *data.Example) string { return e.Video[:min(12, len(e.Video))] }

func footages(examples []data.Example) string {
	names := make([]string, len(examples))
	for i := range examples {
		names[i] = footage(&examples[i])
	}
	return strings.Join(names, " ")
}

// knows counts the clips that a detector has learned from.
func (d detector) knows(examples []data.Example) (n int) {
	learned := map[string]bool{}
	for _, name := range strings.Fields(d.clips) {
		learned[name] = true
	}
	for i := range examples {
		if learned[footage(&examples[i])] {
			n++
		}
	}
	return n
}

// copies warns of clips that show the same footage: folds and splits may part them. It is
// worse where one says fall and the other does not.
func (j *job) copies(examples []data.Example) {
	first := map[string]*data.Clip{}
	for i := range examples {
		c, name := examples[i].Clip, footage(&examples[i])
		other := first[name]
		switch {
		case other == nil:
			first[name] = c
		case other.Label != c.Label:
			j.warn("%s and %s are the same footage, one labelled %s and the other %s: correct labels.csv", other, c, other.Label, c.Label)
		default:
			j.warn("%s and %s are the same footage: leave one of them out", other, c)
		}
	}
}
