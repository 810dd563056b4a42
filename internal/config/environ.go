package config

import (
	"fmt"
	"slices"
	"strings"
)

// readEnviron takes every variable that starts with the prefix for a setting: one that
// is none is misspelt, and silence about it would leave the default in force.
func (l Loader) readEnviron(k *stack) Faults {
	if l.Prefix == "" {
		return nil
	}
	byVariable := map[string]*leaf{}
	for i := range k.schema.leaves {
		byVariable[variable(l.Prefix, k.schema.leaves[i].key)] = &k.schema.leaves[i]
	}
	var faults Faults
	for _, entry := range slices.Sorted(slices.Values(l.Environ)) {
		name, text, _ := strings.Cut(entry, "=")
		if !strings.HasPrefix(name, l.Prefix) || slices.Contains(l.Others, name) {
			continue
		}
		leaf := byVariable[name]
		if leaf == nil {
			faults = append(faults, Fault{Text: fmt.Sprintf("environment variable %s names no setting%s", plain(name), l.nearVariable(k.schema, name))})
			continue
		}
		if fault := k.putText(leaf, text, Place{Variable: name}); fault != nil {
			faults = append(faults, *fault)
		}
	}
	return faults
}

func (l Loader) nearVariable(s *schema, name string) string {
	names := []string{}
	for _, other := range l.Others {
		names = append(names, strings.TrimPrefix(other, l.Prefix))
	}
	for _, leaf := range s.leaves {
		names = append(names, variable("", leaf.key))
	}
	word := strings.ToUpper(strings.TrimPrefix(name, l.Prefix))
	if near := nearest(word, names); near != "" {
		return ": did you mean " + l.Prefix + near + "?"
	}
	if same := s.named(word[strings.LastIndexByte(word, '_')+1:]); len(same) > 0 {
		return ": did you mean " + variable(l.Prefix, same[0]) + "?"
	}
	return fmt.Sprintf(": names are %sSECTION__SETTING", l.Prefix)
}

// putText lays a text over what is there; nil where it fits.
func (k *stack) putText(l *leaf, text string, from Place) *Fault {
	if isList(l.typ) {
		return &Fault{from, fmt.Sprintf("%s is a list of sections, and only a file of settings can give it", l.key)}
	}
	v, ok := fromText(l.typ, text)
	if !ok {
		return &Fault{from, fmt.Sprintf("%s is %q, and must be %s", l.key, short(text), kind(l.typ))}
	}
	k.put(l, v, from)
	return nil
}
