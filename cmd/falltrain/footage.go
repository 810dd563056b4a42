package main

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"strings"

	"fallkit/data"
	"fallkit/pose"
)

// footageKey is where a checkpoint names the footages that it has learned from.
const footageKey = "footages"

// footage names what a recording shows by its poses: no two videos have the same ones to
// the last bit, and a copy of a video has.
func footage(r *pose.Recording) string {
	h := sha256.New()
	for _, part := range []any{r.FrameTimes, r.PoseTimes} {
		_ = binary.Write(h, binary.LittleEndian, part) // a hash takes everything
	}
	for i := range r.Tracks {
		_ = binary.Write(h, binary.LittleEndian, r.Tracks[i].Poses)
	}
	return hex.EncodeToString(h.Sum(nil)[:6])
}

func footages(examples []data.Example) string {
	names := make([]string, len(examples))
	for i := range examples {
		names[i] = footage(examples[i].Recording)
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
		if learned[footage(examples[i].Recording)] {
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
		c, name := examples[i].Clip, footage(examples[i].Recording)
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
