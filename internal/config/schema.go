package config

import (
	"fmt"
	"reflect"
	"strings"
	"time"
)

// leaf is one setting of a struct of settings.
type leaf struct {
	key   string // names joined by dots
	index []int  // for reflect.Value.FieldByIndex
	typ   reflect.Type
}

// schema is all that can be set.
type schema struct {
	leaves   []leaf              // in the order of the fields
	sections map[string][]string // what stands in a section, by its key; "" is the whole
}

func schemaOf(t reflect.Type) *schema {
	s := &schema{sections: map[string][]string{}}
	s.add(t, "", nil)
	return s
}

func (s *schema) add(t reflect.Type, section string, index []int) {
	if t.Kind() != reflect.Struct {
		panic(fmt.Sprintf("config: settings are structs, and %s is a %v", t, t.Kind()))
	}
	for i := range t.NumField() {
		f := t.Field(i)
		name := nameOf(t, f)
		if name == "-" {
			continue
		}
		at := append(append([]int{}, index...), i)
		key := join(section, name)
		s.sections[section] = append(s.sections[section], name)
		if f.Type.Kind() == reflect.Struct {
			s.add(f.Type, key, at)
			continue
		}
		if !settable(f.Type) {
			panic(fmt.Sprintf("config: %s.%s is a %s, which is no kind of setting", t, f.Name, f.Type))
		}
		s.leaves = append(s.leaves, leaf{key, at, f.Type})
	}
}

// nameOf is the yaml tag: lower case, because viper knows no other, and with neither
// a dot nor two underscores, because these join names.
func nameOf(t reflect.Type, f reflect.StructField) string {
	name, _, _ := strings.Cut(f.Tag.Get("yaml"), ",")
	if name == "" || name != strings.ToLower(name) || strings.Contains(name, ".") || strings.Contains(name, "__") {
		panic(fmt.Sprintf("config: %s.%s needs a yaml tag in lower case, without a dot or two underscores, and has %q", t, f.Name, name))
	}
	return name
}

var duration = reflect.TypeFor[time.Duration]()

func settable(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.Slice:
		return t.Elem().Kind() != reflect.Slice && (isList(t) && settableEntry(t.Elem()) || settable(t.Elem()))
	case reflect.Bool, reflect.String, reflect.Float32, reflect.Float64:
		return true
	}
	return t.Kind() >= reflect.Int && t.Kind() <= reflect.Uint64
}

// settableEntry tells whether a struct can be an entry of a list.
func settableEntry(t reflect.Type) bool {
	for i := range t.NumField() {
		f := t.Field(i)
		if nameOf(t, f) == "-" {
			continue
		}
		if f.Type.Kind() == reflect.Struct && settableEntry(f.Type) {
			continue
		}
		if !settable(f.Type) {
			return false
		}
	}
	return true
}

func (s *schema) leaf(key string) *leaf {
	for i := range s.leaves {
		if s.leaves[i].key == key {
			return &s.leaves[i]
		}
	}
	return nil
}

func join(section, name string) string {
	if section == "" {
		return name
	}
	return section + "." + name
}

// variable is the name of the environment variable of a key.
func variable(prefix, key string) string {
	return prefix + strings.ToUpper(strings.ReplaceAll(key, ".", "__"))
}
