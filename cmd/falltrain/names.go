package main

import (
	"fmt"
	"strings"

	"fallkit/model"
	"fallkit/train"
)

// Detectors by name: rules, which learn nothing, and networks, which have to be trained.

func isRule(name string) bool {
	_, ok := train.RuleNamed(name)
	return ok
}

func isNetwork(name string) bool {
	_, ok := model.NetworkNamed(name)
	return ok && name != ""
}

// isName tells names from files.
func isName(name string) bool { return isRule(name) || isNetwork(name) }

func ruleNames() []string {
	var names []string
	for _, r := range train.Rules {
		names = append(names, r.Name)
	}
	return names
}

func networkNames() []string {
	var names []string
	for _, n := range model.Networks {
		names = append(names, n.Name)
	}
	return names
}

// noDetector is the answer to a name that is no file either.
func noDetector(name string) error {
	if isNetwork(name) {
		return fmt.Errorf("%s has to be trained: give the file that fit --network %s wrote, or evaluate with --folds", name, name)
	}
	return fmt.Errorf("%s is no file and no detector's name: there are %s (untrained) and, for evaluate --folds, %s",
		name, strings.Join(ruleNames(), ", "), strings.Join(networkNames(), ", "))
}

// namesHelp lists the detectors that can be run by name.
func namesHelp() string {
	var b strings.Builder
	b.WriteString("Detectors that --model and --beside know by name:\n")
	for _, r := range train.Rules {
		about := "untrained " + r.Title
		if r.Alias != "" {
			about += ", also called " + r.Alias
		}
		fmt.Fprintf(&b, "  %-15s %s\n", r.Name, about)
	}
	for _, n := range model.Networks {
		fmt.Fprintf(&b, "  %-15s %s; trained for each fold, so with --folds only\n", n.Name, n.About)
	}
	return strings.TrimSuffix(b.String(), "\n")
}
