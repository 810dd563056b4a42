package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"fallkit/model"
	"fallkit/train"
)

func newReportCommand(a *app) *cobra.Command {
	var page, title string
	c := &cobra.Command{
		Use:   "report RUN...",
		Short: "Make a page of one run, or of several side by side",
		Long: `Make one page that opens from disk and needs no network. A run is a folder that evaluate --out or fit --out
made, with what stress --out and attack --out left there, too. Several runs stand side by side: the first is
what the others are compared with, on the clips that both have, with intervals of the differences.`,
		Args: wants("RUN..."),
		RunE: func(c *cobra.Command, args []string) error {
			if page == "" {
				page = reportName
				if len(args) == 1 {
					page = filepath.Join(args[0], reportName)
				}
			}
			return a.report(args, page, title)
		},
	}
	c.Flags().StringVar(&page, "html", "", "the page's file (default: report.html, in the folder of an only run)")
	c.Flags().StringVar(&title, "title", "", "the page's heading")
	return c
}

const reportName = "report.html"

func (a *app) report(dirs []string, page, title string) error {
	runs := make([]*train.Run, len(dirs))
	for i, dir := range dirs {
		if slices.ContainsFunc(dirs[:i], func(d string) bool { return filepath.Clean(d) == filepath.Clean(dir) }) {
			return usage("%s is named twice", dir)
		}
		r, err := train.OpenRun(dir)
		if err != nil {
			return err
		}
		if r.Facts, err = trainingFacts(dir); err != nil {
			return err
		}
		runs[i] = r
	}
	if err := writable(page); err != nil {
		return err
	}
	if title == "" {
		title = titleOf(runs)
	}
	if err := (train.Report{Title: title, Runs: runs}).Write(page); err != nil {
		return err
	}
	_, err := fmt.Fprintln(a.stdout, page)
	return err
}

func titleOf(runs []*train.Run) string {
	if len(runs) > 1 {
		var names []string
		for _, r := range runs {
			names = append(names, r.Name)
		}
		return strings.Join(names[:len(names)-1], ", ") + " and " + names[len(names)-1] + ", side by side"
	}
	if sets := runs[0].Datasets(); len(sets) > 0 {
		return "Falls in " + strings.Join(sets, " + ")
	}
	return "The run " + runs[0].Name
}

// trainingFacts are what a training left in its folder: the model, and its settings as used.
func trainingFacts(dir string) (facts []train.Facts, err error) {
	path := filepath.Join(dir, train.BestName)
	if c, err := model.Load(path); err == nil {
		hash, err := hashOfFile(path)
		if err != nil {
			return nil, err
		}
		facts = append(facts, modelFacts("The model of the training", c, path, hash))
	} else if !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	text, err := os.ReadFile(filepath.Join(dir, settingsName))
	if errors.Is(err, fs.ErrNotExist) {
		return facts, nil
	}
	if err != nil {
		return nil, err
	}
	var tree any
	if err := json.Unmarshal(text, &tree); err != nil {
		return nil, fmt.Errorf("%s is no settings file of a run: %w", filepath.Join(dir, settingsName), err)
	}
	return append(facts, train.Facts{Heading: "Settings of the training", Rows: leaves("", tree, nil)}), nil
}

// leaves are the values of a tree by their keys, as "fit.seed".
func leaves(key string, tree any, rows [][2]string) [][2]string {
	branches, ok := tree.(map[string]any)
	if !ok {
		text, _ := json.Marshal(tree) // it was read from JSON
		return append(rows, [2]string{key, strings.Trim(string(text), `"`)})
	}
	names := make([]string, 0, len(branches))
	for name := range branches {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		rows = leaves(strings.TrimPrefix(key+"."+name, "."), branches[name], rows)
	}
	return rows
}
