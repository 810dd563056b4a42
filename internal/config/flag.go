package config

import (
	"fmt"
	"reflect"
	"strings"

	"github.com/spf13/pflag"
)

// keyOf is the annotation that makes a flag a setting.
const keyOf = "fallkit.setting"

// AddFlag adds a flag to set that sets a key of T. It takes any text: what is wrong with
// it is found by Load, with all other faults. It panics where there is no such key.
func AddFlag[T any](set *pflag.FlagSet, defaults T, name, key, usage string) {
	l := schemaOf(reflect.TypeFor[T]()).leaf(key)
	if l == nil {
		panic(fmt.Sprintf("config: flag --%s: there is no setting %s", name, key))
	}
	value := &flagValue{typ: l.typ, text: textOf(reflect.ValueOf(defaults).FieldByIndex(l.index))}
	f := set.VarPF(value, name, "", usage)
	f.Annotations = map[string][]string{keyOf: {key}}
	if l.typ.Kind() == reflect.Bool {
		f.NoOptDefVal = "true"
	}
}

func (l Loader) readFlags(k *stack) Faults {
	if l.Flags == nil {
		return nil
	}
	var faults Faults
	l.Flags.Visit(func(f *pflag.Flag) {
		key := f.Annotations[keyOf]
		if len(key) == 0 {
			return
		}
		leaf := k.schema.leaf(key[0])
		if leaf == nil {
			panic(fmt.Sprintf("config: flag --%s: there is no setting %s", f.Name, key[0]))
		}
		if fault := k.putText(leaf, f.Value.String(), Place{Flag: f.Name}); fault != nil {
			faults = append(faults, *fault)
		}
	})
	return faults
}

// flagValue keeps a flag's text until Load reads it.
type flagValue struct {
	typ  reflect.Type
	text string
}

func (v *flagValue) String() string        { return v.text }
func (v *flagValue) Set(text string) error { v.text = text; return nil }

// Type is the word that help shows.
func (v *flagValue) Type() string {
	switch {
	case v.typ == duration:
		return "time"
	case v.typ.Kind() == reflect.Slice:
		return "list"
	case v.typ.Kind() == reflect.Bool:
		return "bool"
	case v.typ.Kind() == reflect.String:
		return "string"
	default:
		return "number"
	}
}

// textOf is the inverse of fromText.
func textOf(v reflect.Value) string {
	if v.Kind() != reflect.Slice {
		return fmt.Sprint(v.Interface())
	}
	parts := make([]string, 0, v.Len())
	for i := range v.Len() {
		parts = append(parts, fmt.Sprint(v.Index(i).Interface()))
	}
	return strings.Join(parts, ",")
}
