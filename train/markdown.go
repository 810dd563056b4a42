package train

import (
	"errors"
	"fmt"
	"io"
	"strings"
)

// WriteMarkdown writes results side by side as a table for documents, one column for each,
// with what was measured above it.
func WriteMarkdown(w io.Writer, names []string, results []Result) error {
	if len(results) == 0 {
		return nil
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n\n", results[0].head())
	b.WriteString("|")
	for _, name := range names {
		fmt.Fprintf(&b, " | %s", cell(name))
	}
	b.WriteString(" |\n|---" + strings.Repeat("|---", len(results)) + "|\n")
	for _, line := range summaryRows {
		fmt.Fprintf(&b, "| %s", line.name)
		for i := range results {
			fmt.Fprintf(&b, " | %s", cell(line.cell(&results[i].Measures)))
		}
		b.WriteString(" |\n")
	}
	_, err := io.WriteString(w, b.String())
	if err != nil {
		return fmt.Errorf("writing the table: %w", err)
	}
	return nil
}

// WriteMatrixMarkdown writes what each data set's model did on each other data set, one row
// for each pair.
func WriteMatrixMarkdown(w io.Writer, r Result) error {
	if len(r.Matrix) == 0 {
		return errors.New("no pairs of data sets were measured: evaluate with --protocol cross-dataset")
	}
	var b strings.Builder
	b.WriteString("| train → test")
	for _, c := range foldRows {
		fmt.Fprintf(&b, " | %s", c.name)
	}
	b.WriteString(" |\n|---" + strings.Repeat("|---", len(foldRows)) + "|\n")
	for i := range r.Matrix {
		fmt.Fprintf(&b, "| %s", cell(r.Matrix[i].Name))
		for _, c := range foldRows {
			fmt.Fprintf(&b, " | %s", cell(c.cell(&r.Matrix[i].Measures)))
		}
		b.WriteString(" |\n")
	}
	if _, err := io.WriteString(w, b.String()); err != nil {
		return fmt.Errorf("writing the table: %w", err)
	}
	return nil
}

// head says what was measured, in a line.
func (r *Result) head() string {
	return fmt.Sprintf("%s → %s (%s): %s.", r.Train, r.Test, r.protocolText(), r.Counts.Text())
}

// cell is a text that fits into a table of Markdown.
func cell(text string) string { return strings.ReplaceAll(text, "|", `\|`) }
