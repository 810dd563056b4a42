package main

import (
	"fmt"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"fallkit/train"
)

func newTableCommand(a *app) *cobra.Command {
	var names []string
	var matrix bool
	c := &cobra.Command{
		Use:   "table RUN…",
		Short: "Print evaluations side by side as a table for documents",
		Long: `Print the evaluations that "evaluate --out RUN" and "score --out RUN" kept, side by side, as a table
in Markdown. Each RUN is a column, named after its folder or by --names. For plots and for what is
beyond chance see the report verb.`,
		Args: func(c *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usage("table of what? Name the folders that evaluate --out kept: %s", seeHelp(c))
			}
			return nil
		},
		RunE: func(_ *cobra.Command, runs []string) error {
			if len(names) == 0 {
				for _, run := range runs {
					names = append(names, filepath.Base(filepath.Clean(run)))
				}
			}
			if len(names) != len(runs) {
				return usage("--names gives %s for %s", plural(len(names), "name"), plural(len(runs), "folder"))
			}
			var results []train.Result
			for _, run := range runs {
				r, err := train.ReadResult(filepath.Join(run, train.ResultName))
				if err != nil {
					return err
				}
				results = append(results, r)
			}
			if matrix {
				return tableOfPairs(a, runs, results)
			}
			return train.WriteMarkdown(a.stdout, trimmed(names), results)
		},
	}
	c.Flags().StringSliceVar(&names, "names", nil, "of the columns, in the order of the folders")
	c.Flags().BoolVar(&matrix, "matrix", false, "instead, the pairs of data sets of one RUN that --protocol cross-dataset measured")
	return c
}

func tableOfPairs(a *app, runs []string, results []train.Result) error {
	if len(runs) != 1 {
		return usage("--matrix shows the pairs of one RUN, and there are %d", len(runs))
	}
	if err := train.WriteMatrixMarkdown(a.stdout, results[0]); err != nil {
		return fmt.Errorf("%s: %w", runs[0], err)
	}
	return nil
}

func trimmed(names []string) []string {
	out := make([]string, len(names))
	for i, n := range names {
		out[i] = strings.TrimSpace(n)
	}
	return out
}
