package config

import (
	"fmt"
	"strings"
)

// Fault is one thing that is wrong with the settings, and where.
type Fault struct {
	Place Place
	Text  string
}

// Error is one line.
func (f Fault) Error() string {
	if f.Place == (Place{}) {
		return f.Text
	}
	return f.Place.String() + ": " + f.Text
}

// Faults is all that is wrong with the settings, in the order of file, environment, flags.
type Faults []Fault

// Error is one sentence for one fault, else a heading and one line for each.
func (f Faults) Error() string {
	if len(f) == 1 {
		return f[0].Error()
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%d faults in the settings:", len(f))
	for _, fault := range f {
		b.WriteString("\n  " + fault.Error())
	}
	return b.String()
}

// Unwrap gives each fault.
func (f Faults) Unwrap() []error {
	all := make([]error, 0, len(f))
	for _, fault := range f {
		all = append(all, fault)
	}
	return all
}

// instead says what a key that does not exist in a section should have been.
func (s *schema) instead(section, name string) string {
	if near := nearest(strings.ToLower(name), s.sections[section]); near != "" {
		return "did you mean " + join(section, near) + "?"
	}
	if same := s.named(name); len(same) > 0 {
		return "did you mean " + strings.Join(same, " or ") + "?"
	}
	if section == "" {
		return "the sections are " + listed(s.sections[""])
	}
	return section + " has " + listed(s.sections[section])
}

// named is the keys of that name in all sections.
func (s *schema) named(name string) []string {
	var same []string
	for _, l := range s.leaves {
		if strings.HasSuffix(l.key, "."+strings.ToLower(name)) {
			same = append(same, l.key)
		}
	}
	return same
}

func listed(names []string) string { return strings.Join(names, ", ") }

func firstWord(s string) string {
	word, _, _ := strings.Cut(s, " ")
	return word
}

// nearest is the name that takes the fewest changes to get to, "" where all take too
// many to be meant. Of equals it is the first in the alphabet.
func nearest(word string, names []string) string {
	if len(word) > longest {
		return ""
	}
	best, fewest := "", min(2, (len(word)+1)/3)+1
	for _, name := range names {
		if d := changes(word, name); d < fewest || d == fewest && best != "" && name < best {
			best, fewest = name, d
		}
	}
	return best
}

// changes is the Levenshtein distance in bytes.
func changes(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			replace := diagonal
			if a[i] != b[j] {
				replace++
			}
			diagonal = row[j+1]
			row[j+1] = min(replace, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
