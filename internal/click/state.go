package click

import (
	"math"
	"slices"

	"fallkit/data"
)

// lyingWords are the words of segments.csv for a body on the ground.
var lyingWords = []string{"fallen", "lying", "down"}

// surelyLying is how long after a fall's end the body is taken to lie there still, where
// segments.csv does not say, in seconds; usualFPS is taken where nobody gave a pace.
const (
	surelyLying = 1.0
	usualFPS    = 25
)

// stretches says in which frames of a clip the person falls, lies, or does something else.
// What segments.csv leaves out of a clip is in none of them, because there nobody may be.
func stretches(c *data.Clip, segments []data.Segment) []*stretch {
	if c.Frames < 1 {
		return nil
	}
	last := c.Frames - 1
	var spans map[string][]span
	switch {
	case len(segments) > 0:
		spans = bySegments(c, segments)
	case c.Label != data.LabelFall:
		spans = map[string][]span{data.StateElse: {{0, last}}}
	case !c.Timed():
		spans = map[string][]span{"": {{0, last}}}
	default:
		spans = map[string][]span{
			data.StateElse:    {{0, c.FallStart - 1}},
			data.StateFalling: {{c.FallStart, c.FallEnd}},
			data.StateLying:   {{c.FallEnd + 1, c.FallEnd + lyingFrames(c)}},
		}
	}
	var all []*stretch
	for _, state := range []string{data.StateFalling, data.StateLying, data.StateElse, ""} {
		if s := (&stretch{clip: c, state: state, spans: united(spans[state], last)}); len(s.spans) > 0 {
			all = append(all, s)
		}
	}
	return all
}

// bySegments goes by segments.csv, but for the fall's own frames where they are given.
func bySegments(c *data.Clip, segments []data.Segment) map[string][]span {
	spans := map[string][]span{}
	if c.Timed() {
		spans[data.StateFalling] = []span{{c.FallStart, c.FallEnd}}
	}
	for _, s := range segments {
		state := data.StateElse
		switch {
		case slices.Contains(lyingWords, s.State):
			state = data.StateLying
		case s.State == data.StateFalling && c.Timed():
			continue
		case s.State == data.StateFalling && c.Label == data.LabelFall: // else somebody lets themselves down
			state = data.StateFalling
		}
		spans[state] = append(spans[state], without(span{s.Start, s.End}, c)...)
	}
	return spans
}

// without takes the fall's frames away.
func without(s span, c *data.Clip) []span {
	if !c.Timed() {
		return []span{s}
	}
	return []span{{s.first, min(s.last, c.FallStart-1)}, {max(s.first, c.FallEnd+1), s.last}}
}

func lyingFrames(c *data.Clip) int {
	fps := c.FPS
	if fps == 0 {
		fps = usualFPS
	}
	return int(math.Ceil(surelyLying * fps))
}

// united sorts spans, cuts them at the clip's last frame, and joins those that overlap.
func united(spans []span, last int) []span {
	slices.SortFunc(spans, func(a, b span) int { return a.first - b.first })
	var all []span
	for _, s := range spans {
		s.last = min(s.last, last)
		if n := len(all); n > 0 {
			s.first = max(s.first, all[n-1].last+1)
		}
		if s.first <= s.last {
			all = append(all, s)
		}
	}
	return all
}
