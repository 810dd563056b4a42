package train

import (
	"fmt"
	"io"
	"math"
	"text/tabwriter"
)

// inputScore is the default of input.min_score.
const inputScore = 0.15

// WriteTable writes the curves for people, and as the lines of code that hold them.
func (f JointFit) WriteTable(w io.Writer) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	f.Whole.write(t, "whole picture", "Whole")
	f.Crop.write(t, "crop", "Crop")
	if err := t.Flush(); err != nil {
		return fmt.Errorf("writing the table: %w", err)
	}
	return nil
}

// String is – where the pictures are too few to hold any out.
func (e CurveError) String() string {
	if math.IsNaN(e.ECE) || math.IsNaN(e.Loss) {
		return "–"
	}
	return fmt.Sprintf("%.3f, %.3f", e.ECE, e.Loss)
}

func (n *NetworkFit) write(w io.Writer, name, field string) {
	if len(n.Sets) == 0 {
		fmt.Fprintf(w, "joints seen in the %s: none\n\n", name)
		return
	}
	fmt.Fprintf(w, "joints seen in the %s\tjoints\tpictures or videos\tright\n", name)
	for _, s := range n.Sets {
		fmt.Fprintf(w, "%s\t%d\t%d\t%.3f\n", s.Name, s.Joints, s.Units, s.Right)
	}
	fmt.Fprint(w, "\ncalibration error, log loss on what was not fitted")
	for _, s := range n.Sets {
		fmt.Fprintf(w, "\t%s", s.Name)
	}
	for _, h := range n.Held {
		fmt.Fprintf(w, "\n%s", h.Kind)
		for _, e := range h.On {
			fmt.Fprintf(w, "\t%s", e)
		}
	}
	fmt.Fprintf(w, "\n\ncurve of\ta score of %g means\ta chance of %[1]g is a score of\n", inputScore)
	for _, p := range n.Curves {
		c := p.Curve
		fmt.Fprintf(w, "%s\t%.2f\t%.2f\t%s: Curve{Slope: %.2f, Offset: %.2f, Top: %.2f}\n", p.Of, c.chance(inputScore), c.score(inputScore), field, c.slope, c.offset, c.top)
	}
	fmt.Fprintln(w)
}
