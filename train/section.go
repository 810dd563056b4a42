package train

import (
	"errors"
	"fmt"
	"html/template"
	"io/fs"
	"os"
)

// section is a part of the report about a file that another measurement left in a run's
// folder. A measurement that wants one adds it to sections.
type section struct {
	id, heading string
	file        string // in the run's folder; a run without it has nothing to say here
	about       string // one sentence for the reader: what is shown
	read        func(path string) (*sectionPart, error)
}

// sectionPart is what a section says of one run.
type sectionPart struct {
	Run    string
	Text   string // in words; "" = nothing
	Charts []*chart
	Small  bool // the charts are many and stand close
	Tables []*table
}

// sections are in the order in which they stand on the page.
var sections = []section{stressPart, attackPart}

// pageSection is a section with what it says of each run that has something.
type pageSection struct {
	ID, Heading, About string
	Parts              []*sectionPart
}

func readSections(runs []*Run) (all []pageSection, err error) {
	for _, s := range sections {
		out := pageSection{ID: s.id, Heading: s.heading, About: s.about}
		for _, r := range runs {
			if r.Dir == "" {
				continue
			}
			if _, err := os.Stat(r.path(s.file)); errors.Is(err, fs.ErrNotExist) {
				continue
			}
			part, err := s.read(r.path(s.file))
			if err != nil {
				return nil, fmt.Errorf("the section %q of the report: %w", s.heading, err)
			}
			part.Run = r.Name
			out.Parts = append(out.Parts, part)
		}
		if len(out.Parts) > 0 {
			all = append(all, out)
		}
	}
	return all, nil
}

// drawnChart is a chart of an <svg> element that was drawn elsewhere.
func drawnChart(title, label, svg string, keys ...key) *chart {
	return &chart{Title: title, SVG: template.HTML(labelled(svg, label)), Keys: keys}
}
