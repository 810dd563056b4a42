package main

import (
	"fmt"
	"slices"
	"strings"

	"fallkit/model"
	"fallkit/pose"
	"fallkit/train"
)

// thesisVariant is a detector of the thesis and the settings that make it.
type thesisVariant struct {
	train.ThesisVariant
	network string
	priors  []string
}

// needs are the priors that another one changes nothing without: more scales are of speeds,
// and what outlasts a gap is the decoder of the phases.
var needs = map[string]string{"scales": "kinematics", "lookback": "phases"}

// thesisVariants are all that the thesis is about, in the order in which they are trained: what
// it rests on first.
func thesisVariants() []thesisVariant {
	all := pose.PriorNames()
	bodies := model.BodyPriors.Names()
	list := []thesisVariant{
		{train.ThesisVariant{Name: train.ThesisGeneralist, About: "every activity that the labels name, no prior"}, model.Generalist, []string{}},
		{train.ThesisVariant{Name: train.ThesisBodies, About: "every activity, and the priors that hold of any movement: " + strings.Join(bodies, ", ")}, model.Generalist, bodies},
		{train.ThesisVariant{Name: train.ThesisBare, About: "falls only, no prior"}, model.Specialist, []string{}},
		{train.ThesisVariant{Name: train.ThesisFull, About: "falls only, all priors"}, model.Specialist, all},
	}
	for _, prior := range all {
		list = append(list, onlyVariant(prior))
	}
	for _, prior := range all {
		list = append(list, withoutVariant(prior))
	}
	return list
}

// onlyVariant has one prior, and what that needs.
func onlyVariant(prior string) thesisVariant {
	v := train.ThesisVariant{Name: "only-" + prior, About: "falls only, no prior but " + prior, Prior: prior, Base: train.ThesisBare}
	priors := []string{prior}
	if need := needs[prior]; need != "" {
		v.About, v.Base = fmt.Sprintf("falls only, %s, and %s, without which it does nothing", prior, need), "only-"+need
		priors = append(priors, need)
	}
	return thesisVariant{v, model.Specialist, priors}
}

// withoutVariant has all priors but one.
func withoutVariant(prior string) thesisVariant {
	v := train.ThesisVariant{Name: "without-" + prior, About: "falls only, all priors but " + prior, Prior: prior, Base: train.ThesisFull, Lacks: true}
	return thesisVariant{v, model.Specialist, slices.DeleteFunc(pose.PriorNames(), func(p string) bool { return p == prior })}
}

// besideVariants are networks that are held against them.
func besideVariants(names []string) (list []thesisVariant, err error) {
	for _, name := range names {
		if !slices.Contains(otherNetworks(), name) {
			return nil, usage("--beside has %q, and must be networks that are not among the variants already, of %s", name, strings.Join(otherNetworks(), ", "))
		}
		n, _ := model.NetworkNamed(name)
		list = append(list, thesisVariant{train.ThesisVariant{Name: name, About: n.About}, name, pose.PriorNames()})
	}
	return list, nil
}

func otherNetworks() []string {
	return slices.DeleteFunc(networkNames(), func(n string) bool { return n == model.Specialist || n == model.Generalist })
}

// chosenVariants are those that the user named, or all, and then the networks beside them.
func chosenVariants(names, beside []string) ([]thesisVariant, error) {
	all := thesisVariants()
	chosen := slices.Clone(all)
	if len(names) > 0 {
		chosen = nil
		for _, name := range names {
			i := slices.IndexFunc(all, func(v thesisVariant) bool { return v.Name == name })
			if i < 0 {
				return nil, usage("--variants has %q: choose of %s", name, strings.Join(variantNames(all), ", "))
			}
			chosen = append(chosen, all[i])
		}
	}
	others, err := besideVariants(beside)
	if err != nil {
		return nil, err
	}
	chosen = append(chosen, others...)
	for i, v := range chosen {
		if slices.ContainsFunc(chosen[:i], func(o thesisVariant) bool { return o.Name == v.Name }) {
			return nil, usage("%s is named twice", v.Name)
		}
	}
	return chosen, nil
}

func variantNames(list []thesisVariant) (names []string) {
	for _, v := range list {
		names = append(names, v.Name)
	}
	return names
}

// with are the settings that make a variant with a seed.
func (v thesisVariant) with(s Settings, seed uint64) Settings {
	s.Model.Network, s.Model.Priors, s.Fit.Seed = v.network, v.priors, seed
	return s
}
