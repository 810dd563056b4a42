// Package config loads settings strictly: a setting that is misspelt, of the wrong kind
// or out of bounds is an error that names it, its value and its place, and all faults
// are told at once. It is the only package that knows viper. It knows no setting by
// name (those are plain structs beside the code that they set), never uses viper's global
// instance and never watches files: whoever wants a new state loads again.
package config

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/go-viper/mapstructure/v2"
	"github.com/spf13/pflag"
	"github.com/spf13/viper"
)

// Loader says where settings come from. Later ones win: defaults, File, Environ, Flags.
type Loader struct {
	File     string // a YAML file, "" for none
	Optional bool   // File may be missing

	Prefix  string   // of environment variables that are settings, such as "FALLKIT_"
	Environ []string // NAME=value, as os.Environ gives it
	Others  []string // names that start with Prefix and are no settings

	Flags *pflag.FlagSet // those added by AddFlag and given by the user count; may be nil
}

// Validator is what settings are that can tell whether they can be. Every fault of
// a joined error should start with the key it is about ("fit.epochs is 0, and must be at
// least 1"): it is then told with the place that set the key.
type Validator interface{ Validate() error }

// Load gives the settings that all layers make together, and where each came from, in the
// order of T's fields. T is a struct of structs; the keys are its yaml tags, and what
// stands at the end is a bool, a number, a text, a time.Duration, a list of these, or a list
// of structs, which only a file can give (see Preset); the keys of its entries are
// "cameras[0].url".
// The error is of type Faults where the user can mend it; T is then not to be used.
// Load panics where T itself is wrong (a field without a tag, a kind it does not know).
func Load[T any](l Loader, defaults T) (T, Origins, error) {
	var settings T
	stack := newStack(schemaOf(reflect.TypeFor[T]()), reflect.ValueOf(defaults))
	faults := l.readFile(stack)
	faults = append(faults, l.readEnviron(stack)...)
	faults = append(faults, l.readFlags(stack)...)
	if err := stack.decode(&settings); err != nil {
		return settings, nil, err
	}
	faults = append(faults, validate(&settings, stack)...)
	if len(faults) > 0 {
		return settings, nil, faults
	}
	return settings, stack.origins(), nil
}

func validate(settings any, s *stack) Faults {
	v, ok := settings.(Validator)
	if !ok {
		return nil
	}
	var faults Faults
	for _, err := range flatten(v.Validate()) {
		faults = append(faults, Fault{s.placeNamedIn(err.Error()), err.Error()})
	}
	return faults
}

// flatten takes joined errors apart. It looks at err itself, not into what err wraps: a
// wrapper's words must not get lost.
func flatten(err error) []error {
	if err == nil {
		return nil
	}
	joined, ok := err.(interface{ Unwrap() []error })
	if !ok {
		return []error{err}
	}
	var all []error
	for _, e := range joined.Unwrap() {
		all = append(all, flatten(e)...)
	}
	return all
}

// stack is the layers on top of each other: viper has the values, places tells which
// layer a value is from.
type stack struct {
	schema *schema
	viper  *viper.Viper
	places map[string]Place
}

func newStack(s *schema, defaults reflect.Value) *stack {
	k := &stack{s, viper.New(), map[string]Place{}}
	for _, leaf := range s.leaves {
		k.viper.SetDefault(leaf.key, defaults.FieldByIndex(leaf.index).Interface())
	}
	return k
}

// put lays a value, of the leaf's own type, over what is there.
func (k *stack) put(l *leaf, value reflect.Value, from Place) {
	k.viper.Set(l.key, value.Interface())
	k.places[l.key] = from
}

// decode is exact: what reaches viper has been checked and has its final type already.
func (k *stack) decode(settings any) error {
	err := k.viper.UnmarshalExact(settings, func(c *mapstructure.DecoderConfig) {
		c.TagName, c.WeaklyTypedInput, c.DecodeHook = "yaml", false, nil
	})
	if err != nil {
		return fmt.Errorf("settings: %w", err)
	}
	return nil
}

func (k *stack) origins() Origins {
	all := make(Origins, 0, len(k.schema.leaves))
	for _, leaf := range k.schema.leaves {
		all = append(all, Origin{Key: leaf.key, Value: k.viper.Get(leaf.key), Place: k.places[leaf.key]})
	}
	return all
}

// placeNamedIn is the place of the key that a sentence starts with.
func (k *stack) placeNamedIn(sentence string) Place {
	word := firstWord(sentence)
	for ; word != ""; word = word[:max(0, strings.LastIndexAny(word, ".["))] {
		if at, known := k.places[word]; known {
			return at
		}
		if slices.ContainsFunc(k.schema.leaves, func(l leaf) bool { return l.key == word }) {
			return Place{}
		}
	}
	return Place{}
}
