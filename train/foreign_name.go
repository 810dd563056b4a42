package train

import (
	"fmt"
	"strings"
)

// clipNames finds clips by "clip", where that is the name of one, and by "dataset/clip".
type clipNames struct {
	known []KnownClip
	full  map[string]int   // by dataset/clip
	short map[string][]int // by clip
	told  map[string]bool  // names that a fault was told of
}

func newClipNames(known []KnownClip) *clipNames {
	n := &clipNames{known: known, full: map[string]int{}, short: map[string][]int{}, told: map[string]bool{}}
	for i, c := range known {
		n.full[c.Dataset+"/"+c.Clip] = i
		n.short[c.Clip] = append(n.short[c.Clip], i)
	}
	return n
}

// find gives the index of a clip. Where there is none, fault says what is wrong, the first
// time that a name comes; it is "" from then on.
func (n *clipNames) find(name string) (i int, ok bool, fault string) {
	if i, ok := n.full[name]; ok {
		return i, true, ""
	}
	if some := n.short[name]; len(some) == 1 {
		return some[0], true, ""
	}
	if n.told[name] {
		return 0, false, ""
	}
	n.told[name] = true
	return 0, false, n.fault(name)
}

func (n *clipNames) fault(name string) string {
	var full []string
	for _, i := range n.short[name] {
		full = append(full, n.known[i].Dataset+"/"+name)
	}
	switch {
	case name == "":
		return "clip is empty, and must be a name of labels.csv"
	case len(full) > 0:
		return fmt.Sprintf("clip %q is in several data sets: write %s", name, strings.Join(full, " or "))
	}
	return fmt.Sprintf("clip is %q, and no clip of the data folder has that name: the nearest is %q", name, n.nearest(name))
}

// nearest is the known name that takes the fewest changes of a letter.
func (n *clipNames) nearest(name string) (best string) {
	least := -1
	for _, c := range n.known {
		candidate := c.Clip
		if strings.Contains(name, "/") || len(n.short[c.Clip]) > 1 {
			candidate = c.Dataset + "/" + c.Clip
		}
		if d := changes(name, candidate); least < 0 || d < least {
			best, least = candidate, d
		}
	}
	return best
}

// changes is the edit distance of two texts (Levenshtein 1966), by bytes.
func changes(a, b string) int {
	const longest = 200 // no name that anybody meant
	a, b = a[:min(len(a), longest)], b[:min(len(b), longest)]
	row := make([]int, len(b)+1)
	for k := range row {
		row[k] = k
	}
	for i := range len(a) {
		before := row[0]
		row[0] = i + 1
		for k := range len(b) {
			put := before
			if a[i] != b[k] {
				put++
			}
			before = row[k+1]
			row[k+1] = min(put, row[k]+1, row[k+1]+1)
		}
	}
	return row[len(b)]
}
