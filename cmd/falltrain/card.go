package main

import (
	"bytes"
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/google/renameio/v2"
	"github.com/spf13/cobra"

	"fallkit/data"
	"fallkit/model"
	"fallkit/pose"
	"fallkit/pose/vision"
	"fallkit/train"
)

// carding is what the user asked the card verb for.
type carding struct {
	*job
	out, sources, notes string
	data, results       []string
}

func newCardCommand(a *app) *cobra.Command {
	var k carding
	c := &cobra.Command{
		Use:   "card MODEL",
		Short: "Write the card of a model: its data, figures, failures and use",
		Long: `Write a model's card, in Markdown: what the model is, what it learned from on which terms, how good it
is with intervals, known failures, and what it is and is not meant for. Nothing is measured here: the
figures are those of results that evaluate --json wrote; results of several seeds stand side by side. What
is not told to the card it says it does not know.

--sources names a CSV file with the columns dataset, source, licence and commercial (yes or no).`,
		Args: wants("MODEL"),
		RunE: func(c *cobra.Command, args []string) (err error) {
			if k.job, err = a.job(c); err != nil {
				return err
			}
			return k.run(args[0])
		},
	}
	f := c.Flags()
	f.StringVar(&k.out, "out", "", "file to write, such as MODEL_CARD.md (default: print it)")
	f.StringSliceVar(&k.results, "results", nil, "what evaluate --json wrote, such as within.json,cross.json")
	f.StringSliceVar(&k.data, "data", nil, "the data folders that the model learned from, to count their clips")
	f.StringVar(&k.sources, "sources", "", "CSV file: where the data sets come from, on which terms")
	f.StringVar(&k.notes, "notes", "", "Markdown file: what else is known of its failures")
	return c
}

func (k *carding) run(path string) error {
	if err := writable(k.out); err != nil {
		return err
	}
	c, err := model.Load(path)
	if err != nil {
		return err
	}
	card, err := k.card(path, c)
	if err != nil {
		return err
	}
	var text bytes.Buffer
	if err := card.Write(&text); err != nil {
		return err
	}
	if k.out == "" {
		_, err := k.stdout.Write(text.Bytes())
		return err
	}
	if err := renameio.WriteFile(k.out, text.Bytes(), 0o644, renameio.WithTempDir(filepath.Dir(k.out))); err != nil {
		return fmt.Errorf("write %s: %w", k.out, err)
	}
	fmt.Fprintln(k.stdout, k.out)
	return nil
}

func (k *carding) card(path string, c *model.Checkpoint) (*train.Card, error) {
	d, err := modelDetector(c, path)
	if err != nil {
		return nil, err
	}
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	card := &train.Card{File: path, Bytes: info.Size(), Network: networkAbout(c), Profile: cmp.Or(d.extract.Profile, vision.Plain.Name), Checkpoint: c}
	if card.SHA256, err = hashOfFile(path); err != nil {
		return nil, err
	}
	if card.Sets, err = k.sets(c); err != nil {
		return nil, err
	}
	if card.Results, err = k.measured(); err != nil {
		return nil, err
	}
	if k.notes != "" {
		notes, err := os.ReadFile(k.notes)
		if err != nil {
			return nil, err
		}
		card.Notes = string(notes)
	}
	return card, nil
}

// networkAbout is the phrase of the network that a checkpoint has, or else its kind.
func networkAbout(c *model.Checkpoint) string {
	for _, n := range model.Networks {
		if n.Features == c.Input.Features && n.Spec(model.DefaultSpec, pose.AllPriors).Kind == c.Spec.Kind {
			return n.About
		}
	}
	return fmt.Sprintf("a network of kind %q", c.Spec.Kind)
}

// measured reads the results; each is called after its file.
func (k *carding) measured() (all []train.CardResult, err error) {
	for _, path := range k.results {
		r, err := train.ReadResult(path)
		if err != nil {
			return nil, err
		}
		all = append(all, train.CardResult{Name: strings.TrimSuffix(filepath.Base(path), filepath.Ext(path)), Result: r})
	}
	return all, nil
}

// sets are the data sets that the model says it learned from: their clips where --data was
// given, their terms where --sources was.
func (k *carding) sets(c *model.Checkpoint) ([]train.CardSet, error) {
	if len(k.data) == 0 && k.sources == "" {
		return nil, nil
	}
	var sets []train.CardSet
	for _, name := range strings.Split(c.Meta["data"], " + ") {
		sets = append(sets, train.CardSet{Name: name})
	}
	if err := k.terms(sets); err != nil {
		return nil, err
	}
	return sets, k.count(sets)
}

func (k *carding) terms(sets []train.CardSet) error {
	if k.sources == "" {
		return nil
	}
	sources, err := data.ReadSources(k.sources)
	if err != nil {
		return err
	}
	for i := range sets {
		at := slices.IndexFunc(sources, func(s data.Source) bool { return s.Dataset == sets[i].Name })
		if at < 0 {
			k.warn("%s says nothing of %s, which the model learned from", k.sources, sets[i].Name)
			continue
		}
		s := sources[at]
		sets[i].Source, sets[i].Licence, sets[i].Commercial, sets[i].LicenceTold = s.Source, s.Licence, s.Commercial, true
	}
	return nil
}

func (k *carding) count(sets []train.CardSet) error {
	if len(k.data) == 0 {
		return nil
	}
	var clips []data.Clip
	for _, dir := range k.data {
		m, err := data.Open(dir)
		if err != nil {
			return err
		}
		clips = append(clips, m.Clips...)
	}
	for i := range clips {
		for n := range sets {
			switch c := &clips[i]; {
			case c.Dataset != sets[n].Name:
			case c.Label == data.LabelFall:
				sets[n].Falls++
			default:
				sets[n].ADL++
			}
		}
	}
	for _, s := range sets {
		if s.Falls+s.ADL == 0 {
			return fmt.Errorf("%s has no clip of %s, which the model learned from: name the folders that it was trained on", strings.Join(k.data, ", "), s.Name)
		}
	}
	return nil
}
