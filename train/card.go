package train

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/template"

	"fallkit/internal/alarm"
	"fallkit/model"
)

// Card is what a model's card is made of.
type Card struct {
	File       string // the model's, as a user names it
	SHA256     string
	Bytes      int64
	Network    string // what kind it is, for people
	Profile    string // of the poses that it learned from
	Checkpoint *model.Checkpoint
	Sets       []CardSet    // what it learned from; nil = not told
	Results    []CardResult // what was measured
	Notes      string       // what people add to the known failures, in Markdown
}

// CardSet is a data set that a model learned from.
type CardSet struct {
	Name        string
	Falls, ADL  int
	Source      string // who made it
	Licence     string // "" = not told
	Commercial  bool   // whether its licence lets a model of it be used commercially
	LicenceTold bool
}

// CardResult is a result with a name for its column.
type CardResult struct {
	Name   string
	Result Result
}

//go:embed card.md
var cardText string

var cardTemplate = template.Must(template.New("card").Parse(cardText))

// Write writes the card as Markdown. The same card gives the same text.
func (c *Card) Write(w io.Writer) error {
	m := c.Checkpoint
	var settings alarm.Settings
	if m.Alarm != nil {
		if err := json.Unmarshal(m.Alarm, &settings); err != nil {
			return fmt.Errorf("writing a model card: alarm settings: %w", err)
		}
	}
	measured, err := c.measured()
	if err != nil {
		return err
	}
	name, _, _ := strings.Cut(c.File[strings.LastIndexAny(c.File, `/\`)+1:], ".")
	err = cardTemplate.Execute(w, map[string]any{
		"Name": name, "File": c.File, "SHA256": c.SHA256, "Bytes": c.Bytes, "Network": c.Network, "Profile": c.Profile,
		"Parameters": m.Spec.Parameters(), "Seconds": fmt.Sprintf("%.3g", lookback(m)), "Rate": m.Input.RateHz, "Engine": m.PoseEngine,
		"Threshold": fmt.Sprintf("%.3f", m.Threshold), "Calibration": calibrationText(m.Calibration), "Alarm": settings,
		"Meta": c.meta(), "Learned": c.learned(), "Sets": c.sets(), "Terms": c.terms(),
		"Measured": measured, "Failures": c.failures(), "Notes": strings.TrimSpace(c.Notes),
	})
	if err != nil {
		return fmt.Errorf("writing a model card: %w", err)
	}
	return nil
}

// lookback is how many seconds a model looks back: a window, or a network's reach.
func lookback(m *model.Checkpoint) float64 {
	if m.Spec.Kind == model.Causal {
		return float64(m.Spec.Reach()+1) / m.Input.RateHz
	}
	return m.Input.Seconds
}

func calibrationText(c *model.Calibration) string {
	switch {
	case c == nil:
		return "none: scores are the network's own"
	case len(c.Knots) > 0:
		return fmt.Sprintf("isotonic, %s", plural(len(c.Knots), "knot"))
	}
	return fmt.Sprintf("log-odds = %.4g × logit %+.4g", c.Slope, c.Offset)
}

type cardMeta struct{ Key, Value string }

// meta is what the checkpoint tells of its training and a reader may want.
func (c *Card) meta() (rows []cardMeta) {
	for _, m := range []cardMeta{{"seed", "seed"}, {"clips and labels, sha256", "data_sha256"}} {
		if v := c.Checkpoint.Meta[m.Value]; v != "" {
			rows = append(rows, cardMeta{m.Key, v})
		}
	}
	return rows
}

// learned tells the clips.
func (c *Card) learned() string {
	meta := c.Checkpoint.Meta
	text := fmt.Sprintf("%s clips of %s. A part of them was kept aside to stop the training, to calibrate the scores and to choose the threshold.", or(meta["clips"], "An unknown number of"), or(meta["data"], "unknown data"))
	total := 0
	for _, s := range c.Sets {
		total += s.Falls + s.ADL
	}
	if total > 0 && fmt.Sprint(total) != meta["clips"] {
		text += fmt.Sprintf(" The data folders have %d clips of these data sets.", total)
	}
	return text
}

func or(text, other string) string {
	if text == "" {
		return other
	}
	return text
}

type cardSetRow struct{ Name, Clips, Source, Licence, Commercial string }

func (c *Card) sets() (rows []cardSetRow) {
	for _, s := range c.Sets {
		r := cardSetRow{cell(s.Name), "not counted", cell(or(s.Source, "not told")), "not told", "not told"}
		if s.Falls+s.ADL > 0 {
			r.Clips = fmt.Sprintf("%s, %s", plural(s.Falls, "fall"), plural(s.ADL, "other"))
		}
		if s.LicenceTold {
			r.Licence, r.Commercial = cell(s.Licence), "no"
			if s.Commercial {
				r.Commercial = "yes"
			}
		}
		rows = append(rows, r)
	}
	return rows
}

// terms say what the licences of the data mean for the model.
func (c *Card) terms() string {
	var forbid, unknown []string
	for _, s := range c.Sets {
		switch {
		case !s.LicenceTold:
			unknown = append(unknown, s.Name)
		case !s.Commercial:
			forbid = append(forbid, s.Name)
		}
	}
	switch {
	case len(c.Sets) == 0:
		return "**The licences of the data were not told to this card**: ask whoever trained the model before you use it for more than trying it out."
	case len(forbid) > 0:
		return fmt.Sprintf("**Because of %s this model is for non-commercial use.** The program is Apache-2.0; train it on clips of your own to be free of this.", strings.Join(forbid, " and "))
	case len(unknown) > 0:
		return fmt.Sprintf("**The licence of %s was not told to this card**: ask before you use the model commercially.", strings.Join(unknown, " and "))
	}
	return "The licences of all its data let the model be used commercially."
}

type cardMeasured struct {
	Title, About, Table string
	Sentences           []string
}

// measured puts results side by side that were measured alike, such as those of several seeds.
func (c *Card) measured() (all []cardMeasured, err error) {
	var heads []string
	for i := range c.Results {
		if h := c.Results[i].Result.head(); !slices.Contains(heads, h) {
			heads = append(heads, h)
		}
	}
	for _, head := range heads {
		var names []string
		var results []Result
		for i := range c.Results {
			if r := &c.Results[i]; r.Result.head() == head {
				names, results = append(names, r.Name), append(results, r.Result)
			}
		}
		var table strings.Builder
		if err := WriteMarkdown(&table, names, results); err != nil {
			return nil, err
		}
		first := &results[0]
		one := cardMeasured{Title: cardTitle(first), About: cardAbout(first), Table: table.String(), Sentences: first.Sentences()}
		if len(results) > 1 {
			one.Sentences = append(one.Sentences, fmt.Sprintf("The sentences above are about %s; the table has all %d results.", names[0], len(results)))
		}
		all = append(all, one)
	}
	return all, nil
}

func cardTitle(r *Result) string {
	switch r.Protocol {
	case CrossDataset:
		return "On data sets that were not learned from"
	case Within:
		return fmt.Sprintf("On each %s that was not learned from", r.Cut)
	}
	return fmt.Sprintf("%s on %s", r.Detector, r.Test)
}

// cardAbout says whether the figures are of this very model.
func cardAbout(r *Result) string {
	if r.Protocol == Fixed {
		return fmt.Sprintf("Of `%s`, which learned from %s, with the threshold %.3f.", r.Detector, r.Train, r.Threshold)
	}
	return "Not of this very model, which has seen these clips: of models that were trained in the same way without the clips that they are measured on, nor was their threshold chosen there."
}

// failures are what the results show, the worst groups of clips first.
func (c *Card) failures() (list []string) {
	for i := range c.Results {
		r := &c.Results[i].Result
		if missed := r.Event.Counts.Falls - r.Event.Counts.Found; missed > 0 {
			list = append(list, fmt.Sprintf("%s: it missed %d of %s.", c.Results[i].Name, missed, plural(r.Event.Counts.Falls, "fall")))
		}
		if n := r.Event.Counts.FalseAlarms; n > 0 {
			list = append(list, fmt.Sprintf("%s: it raised %s in %.2f h of footage without falls.", c.Results[i].Name, plural(n, "false alarm"), r.Event.Counts.Hours))
		}
		list = append(list, groupFailures(c.Results[i].Name, r.Groups)...)
	}
	if len(list) == 0 {
		list = append(list, "None were measured.")
	}
	return list
}

// groupFailures name the groups of clips of which a fifth or more was judged wrongly.
func groupFailures(name string, groups []GroupResult) (list []string) {
	const leastClips, leastShare = 5, 0.2
	for i := range groups {
		g := &groups[i]
		if g.Counts.Clips >= leastClips && g.Share >= leastShare {
			list = append(list, fmt.Sprintf("%s: %s %s: %d of %d clips were judged wrongly.", name, g.Column, or(g.Value, "(none)"), g.Wrong, g.Counts.Clips))
		}
	}
	return list
}
