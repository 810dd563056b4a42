package main

import (
	"fmt"
	"slices"
	"strings"

	"fallkit/data"
)

const alsoHelp = "data folders to learn from, too, such as generated clips: they neither watch a training nor choose its threshold"

// extraClips are the clips of --also with their poses; clips of two of its folders may have
// the same name. A clip that is among the others, too, is an error: it would be learned from
// and measured, or watch.
func (j *job) extraClips(f front, dirs []string, others []data.Example, skipMissing bool) (more []data.Example, err error) {
	for _, dir := range dirs {
		_, some, err := j.folders(f, []string{dir}, nil, skipMissing)
		if err != nil {
			return nil, fmt.Errorf("--also: %w", err)
		}
		more = append(more, some...)
	}
	known := map[string]*data.Clip{}
	for i := range others {
		known[footage(&others[i])] = others[i].Clip
	}
	for i := range more {
		if c := known[footage(&more[i])]; c != nil && footage(&more[i]) != "" {
			return nil, fmt.Errorf("--also: %s shows the same as %s of the data folder: leave it out of one of them", more[i].Clip, c)
		}
	}
	return more, nil
}

// with names what is learned from, the extra clips among it.
func with(name string, extra []data.Example) string {
	if len(extra) == 0 {
		return name
	}
	names := strings.Split(name, " + ")
	for i := range extra {
		if d := extra[i].Clip.Dataset; !slices.Contains(names, d) {
			names = append(names, d)
		}
	}
	return strings.Join(names, " + ")
}
