package train

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
)

// worstClips is how many clips the table shows.
const worstClips = 10

// WriteTable writes the check for people: shares as "somebody / torso" in percent.
func (c *PoseCheck) WriteTable(w io.Writer) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintf(w, "%s, %d frames looked at: frames with somebody found / with a whole torso, in percent. A frame\nwith nobody found may show nobody: only during a fall and just after it somebody is surely there.\n\n",
		plural(c.All.Clips, "clip"), c.All.Any.Frames)
	column := ""
	rows := append([]PoseCheckGroup{c.All}, c.Groups...)
	for i := range rows {
		if i == 0 || rows[i].Column != column {
			column = rows[i].Column
			head(t, column)
		}
		rows[i].row(t)
	}
	if n := min(worstClips, len(c.Clips)); n > 1 {
		head(t, "worst clips")
		for i := range n {
			c.Clips[i].row(t)
		}
	}
	if err := t.Flush(); err != nil {
		return fmt.Errorf("writing the table: %w", err)
	}
	return c.writeVerdicts(w)
}

func head(w io.Writer, name string) {
	fmt.Fprintf(w, "%s\tclips\tfalls\tbefore\tduring\tafter\twithout falls\tjoints\tsize\tat edge\n", strings.TrimSpace(name))
}

func (g *PoseCheckGroup) row(w io.Writer) {
	value := g.Value
	if value == "" {
		value = "(none)"
	}
	size := "–"
	if g.Any.Poses > 0 {
		size = fmt.Sprintf("%.0f px", g.Any.Size)
	}
	fmt.Fprintf(w, "%s\t%d\t%d\t%s\t%s\t%s\t%s\t%.2f\t%s\t%s\n", value, g.Clips, g.Falls,
		g.Before.cell(), g.During.cell(), g.After.cell(), g.Without.cell(), g.Any.Confidence, size, percent(g.Any.EdgeShare()))
}

func (s *Sight) cell() string {
	if s.Frames == 0 {
		return "–"
	}
	return fmt.Sprintf("%.0f / %.0f", 100*s.FoundShare(), 100*s.TorsoShare())
}

func (c *PoseCheck) writeVerdicts(w io.Writer) error {
	var b strings.Builder
	b.WriteString("\nIs the camera's place any good")
	if c.Profile != "" {
		fmt.Fprintf(&b, ", for the profile %s", c.Profile)
	}
	b.WriteString("?\n")
	for i := range c.Cameras {
		fmt.Fprintf(&b, "  %s: %s\n", c.Cameras[i].Value, c.Cameras[i].Verdict)
	}
	if _, err := io.WriteString(w, b.String()); err != nil {
		return fmt.Errorf("writing the verdicts: %w", err)
	}
	return nil
}
