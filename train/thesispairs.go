package train

import (
	"slices"
)

// The variants that the thesis is about; those of single priors are named after them.
const (
	ThesisGeneralist = "generalist"
	ThesisBodies     = "generalist-bodies"
	ThesisBare       = "specialist-bare"
	ThesisFull       = "specialist"
)

// pairs are the differences that are told: first those of the thesis, then every prior's, then
// the full specialist against each other network.
func (t *thesisTrials) pairs() (pairs [][2]int) {
	at := func(name string) int {
		return slices.IndexFunc(t.variants, func(v ThesisVariant) bool { return v.Name == name })
	}
	add := func(a, b int) {
		if a >= 0 && b >= 0 && a != b && !slices.Contains(pairs, [2]int{a, b}) {
			pairs = append(pairs, [2]int{a, b})
		}
	}
	add(at(ThesisGeneralist), at(ThesisFull))
	add(at(ThesisBodies), at(ThesisFull))
	add(at(ThesisGeneralist), at(ThesisBare))
	add(at(ThesisBare), at(ThesisFull))
	for i, v := range t.variants {
		switch {
		case v.Prior != "" && v.Lacks:
			add(i, at(v.Base))
		case v.Prior != "":
			add(at(v.Base), i)
		}
	}
	for i, v := range t.variants {
		if v.Prior == "" {
			add(i, at(ThesisFull))
		}
	}
	return slices.DeleteFunc(pairs, func(p [2]int) bool { a, _ := t.common(p); return len(a) == 0 })
}

// priors gather what each prior is worth, in the order of the variants.
func (p *ThesisProtocol) priors(variants []ThesisVariant) []ThesisPrior {
	all := []ThesisPrior{}
	for _, v := range variants {
		if v.Prior == "" {
			continue
		}
		k := slices.IndexFunc(all, func(one ThesisPrior) bool { return one.Prior == v.Prior })
		if k < 0 {
			k, all = len(all), append(all, ThesisPrior{Prior: v.Prior})
		}
		if v.Lacks {
			all[k].Last = p.difference(v.Name, v.Base)
		} else {
			all[k].Alone = p.difference(v.Base, v.Name)
		}
	}
	return all
}

func (p *ThesisProtocol) difference(a, b string) *ThesisDifference {
	for i := range p.Differences {
		if d := &p.Differences[i]; d.A == a && d.B == b {
			return d
		}
	}
	return nil
}
