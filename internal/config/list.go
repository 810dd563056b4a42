package config

import (
	"fmt"
	"reflect"

	"go.yaml.in/yaml/v3"
)

// Preset is what an entry of a list can have, on its pointer, to set what stands where the
// file leaves something out; without it that is the zero value.
type Preset interface{ Preset() }

// isList tells lists of structs, which only a file can set, from lists of plain values.
func isList(t reflect.Type) bool {
	return t.Kind() == reflect.Slice && t.Elem().Kind() == reflect.Struct
}

// list reads a list of structs; false where something was wrong, which is then told.
func (d *document) list(key string, t reflect.Type, line int, n *yaml.Node) (reflect.Value, bool) {
	v := reflect.MakeSlice(t, 0, len(n.Content))
	if n.Kind != yaml.SequenceNode {
		if !empty(n) { // nothing but comments in a list is fine
			d.fault(line, "%s is %s, and must be a list: each entry on lines of its own, after a dash", key, inWords(n))
		}
		return v, empty(n)
	}
	ok := true
	for i, c := range n.Content {
		entry := reflect.New(t.Elem())
		if p, has := entry.Interface().(Preset); has {
			p.Preset()
		}
		ok = d.fill(fmt.Sprintf("%s[%d]", key, i), entry.Elem(), c) && ok
		v = reflect.Append(v, entry.Elem())
	}
	return v, ok
}

// fill reads a section into a struct that is an entry of a list, or stands in one.
func (d *document) fill(key string, into reflect.Value, n *yaml.Node) bool {
	d.stack.places[key] = d.at(n.Line)
	if n.Kind != yaml.MappingNode || shared(n) {
		d.fault(n.Line, "%s is %s, and must be settings: %s", key, inWords(n), listed(fieldNames(into.Type())))
		return false
	}
	ok, seen := true, map[string]int{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		name, value := n.Content[i], n.Content[i+1]
		at := join(key, name.Value)
		first, twice := seen[name.Value]
		seen[name.Value] = name.Line
		switch field := fieldNamed(into, name.Value); {
		case name.Kind != yaml.ScalarNode || shared(name) || shared(value):
			d.fault(name.Line, "anchors, aliases and keys that are not words are not supported in settings")
			ok = false
		case twice:
			d.fault(name.Line, "%s is given twice, first on line %d", plain(at), first)
			ok = false
		case !field.IsValid():
			d.fault(name.Line, "there is no setting %s: %s", plain(at), insteadOf(key, name.Value, fieldNames(into.Type())))
			ok = false
		default:
			d.stack.places[at] = d.at(name.Line)
			ok = d.field(at, field, name.Line, value) && ok
		}
	}
	return ok
}

// field reads one setting of an entry.
func (d *document) field(key string, into reflect.Value, line int, n *yaml.Node) bool {
	switch t := into.Type(); {
	case t.Kind() == reflect.Struct:
		return d.fill(key, into, n)
	case isList(t):
		v, ok := d.list(key, t, line, n)
		into.Set(v)
		return ok
	default:
		v, ok := fromNode(t, n)
		if !ok {
			d.fault(line, "%s is %s, and must be %s", key, inWords(n), kind(t))
			return false
		}
		into.Set(v)
		return true
	}
}

func fieldNames(t reflect.Type) (names []string) {
	for i := range t.NumField() {
		if name := nameOf(t, t.Field(i)); name != "-" {
			names = append(names, name)
		}
	}
	return names
}

// fieldNamed is not valid where there is no such setting.
func fieldNamed(v reflect.Value, name string) reflect.Value {
	for i := range v.NumField() {
		if nameOf(v.Type(), v.Type().Field(i)) == name && name != "-" {
			return v.Field(i)
		}
	}
	return reflect.Value{}
}

func insteadOf(section, name string, names []string) string {
	if near := nearest(name, names); near != "" {
		return "did you mean " + join(section, near) + "?"
	}
	return section + " has " + listed(names)
}
