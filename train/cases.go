package train

import (
	"fmt"
	"html/template"
	"math"

	"gonum.org/v1/plot/vg"

	"fallkit/data"
	"fallkit/pose"
)

// Cases are the clips that went worst, drawn.
type Cases struct {
	Missed []Case `json:"missed"` // falls, lowest score first
	False  []Case `json:"false"`  // false alarms, highest score first
}

// Case is one clip that went wrong: Score is a plot of its score over time and Strip its
// skeletons, both <svg> elements.
type Case struct {
	Clip  string        `json:"clip"`
	Text  string        `json:"text"`
	Score template.HTML `json:"score"`
	Strip template.HTML `json:"strip"`
}

// mostCases is how many misses and how many false alarms are shown.
const mostCases = 10

// Illustrator draws cases from judged clips that have their recordings.
type Illustrator struct {
	Measuring Measuring
	MinScore  float32 // joints below this are not drawn
}

// Cases draws the clips that were judged worst.
func (r Illustrator) Cases(clips []Judged) (all Cases, err error) {
	missed, wrong := r.Measuring.Worst(clips, mostCases)
	for i := range missed {
		c, err := r.missCase(&missed[i])
		if err != nil {
			return all, err
		}
		all.Missed = append(all.Missed, c)
	}
	for i := range wrong {
		c, err := r.falseCase(&wrong[i])
		if err != nil {
			return all, err
		}
		all.False = append(all.False, c)
	}
	return all, nil
}

// missCase shows the time around the first fall that no event found.
func (r Illustrator) missCase(j *Judged) (Case, error) {
	const before, after = 1.0, 1.5
	from, to := 0.0, j.Seconds
	events := j.events(r.Measuring.alarmOf(j))
	for _, f := range j.Falls {
		if _, ok := firstAlarm(f, events); !ok {
			from, to = f.Start-before, f.End+after
			break
		}
	}
	return r.clipCase(j, from, to)
}

// falseCase shows the time around the clip's highest score.
func (r Illustrator) falseCase(j *Judged) (Case, error) {
	const before, after = 2.0, 1.0
	when := highestAt(j)
	return r.clipCase(j, when-before, when+after)
}

func highestAt(j *Judged) (when float64) {
	highest := math.Inf(-1)
	for _, t := range j.Scores {
		for i, s := range t.Scores {
			if s > highest { // false for NaN
				highest, when = s, t.Times[i]
			}
		}
	}
	return when
}

func (r Illustrator) clipCase(j *Judged, from, to float64) (Case, error) {
	score, known := j.Highest()
	text := fmt.Sprintf("highest score %.3f, threshold %.3f", score, j.Threshold)
	if !known {
		text = "nothing could be scored: too little of a person was seen"
	}
	if j.Activity != "" {
		text = j.Activity + " · " + text
	}
	drawn, err := scorePlot(j, j.events(r.Measuring.alarmOf(j)))
	if err != nil {
		return Case{}, err
	}
	svg, err := svgOf(figureWidth, 1.6*vg.Inch, drawn)
	if err != nil {
		return Case{}, err
	}
	strip := stripOf(j, max(from, 0), min(to, j.Seconds), r.MinScore)
	return Case{Clip: j.Clip, Text: text, Score: template.HTML(svg), Strip: template.HTML(strip)}, nil
}

// stripOf draws the person with the highest score in a time.
func stripOf(j *Judged, from, to float64, least float32) string {
	const frames = 10
	if j.Recording == nil || to <= from {
		return ""
	}
	who := shownBest(j, from, to)
	if who < 0 {
		return ""
	}
	strip := pose.Strip{MinScore: least}
	for i := range frames {
		time := from + (to-from)*float64(i)/(frames-1)
		strip.Frames = append(strip.Frames, pose.StripFrame{
			Label: fmt.Sprintf("%.1f s", time), Pose: near(&j.Recording.Tracks[who], time), Mark: within(j.Falls, time),
		})
	}
	return strip.SVG()
}

// shownBest is the index of the track with the highest known score in a time, or of the
// longest one seen there, -1 where nobody was.
func shownBest(j *Judged, from, to float64) int {
	who, best := -1, math.Inf(-1)
	for k := range j.Recording.Tracks {
		part := j.Recording.Tracks[k].Between(from, to)
		if len(part.Times) == 0 {
			continue
		}
		value := float64(len(part.Times)) * 1e-6 // decides only where no score does
		for _, time := range part.Times {
			if s := j.scoreOf(k, time); s > value { // false for NaN
				value = s
			}
		}
		if value > best {
			who, best = k, value
		}
	}
	return who
}

// near is the pose closest to a time, nil where none is within a fifth of a second.
func near(t *pose.Track, time float64) *pose.Pose {
	const reach = 0.2
	part := t.Between(time-reach, time+reach)
	var closest *pose.Pose
	least := math.Inf(1)
	for i := range part.Times {
		if d := math.Abs(part.Times[i] - time); d < least {
			closest, least = &part.Poses[i], d
		}
	}
	return closest
}

func within(falls []data.Span, time float64) bool {
	for _, f := range falls {
		if time >= f.Start && time <= f.End {
			return true
		}
	}
	return false
}
