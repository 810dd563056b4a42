package config

import (
	"fmt"
	"math"
	"reflect"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

// kind says what a setting of a type may be, for a sentence that ends in "must be".
func kind(t reflect.Type) string {
	switch {
	case t == duration:
		return "a time such as 1.5s or 2m"
	case t.Kind() == reflect.Slice:
		return "a list, each entry " + kind(t.Elem())
	case t.Kind() == reflect.Bool:
		return "true or false"
	case t.Kind() == reflect.String:
		return "text"
	case t.Kind() == reflect.Float32 || t.Kind() == reflect.Float64:
		return "a number"
	case t.Kind() >= reflect.Uint && t.Bits() == 64:
		return "a whole number, 0 or above"
	case t.Kind() >= reflect.Uint:
		return fmt.Sprintf("a whole number from 0 to %d", uint64(1)<<t.Bits()-1)
	case t.Bits() < 64:
		return fmt.Sprintf("a whole number from %d to %d", -(int64(1) << (t.Bits() - 1)), int64(1)<<(t.Bits()-1)-1)
	default:
		return "a whole number"
	}
}

// fromText reads what an environment variable or a flag says; the entries of a list are
// parted by commas.
func fromText(t reflect.Type, text string) (reflect.Value, bool) {
	v := reflect.New(t).Elem()
	if t.Kind() != reflect.Slice {
		return v, setText(v, text)
	}
	v.Set(reflect.MakeSlice(t, 0, 0))
	if strings.TrimSpace(text) == "" {
		return v, true
	}
	for part := range strings.SplitSeq(text, ",") {
		entry := reflect.New(t.Elem()).Elem()
		if !setText(entry, strings.TrimSpace(part)) {
			return v, false
		}
		v.Set(reflect.Append(v, entry))
	}
	return v, true
}

func setText(v reflect.Value, text string) bool {
	t := v.Type()
	switch {
	case t == duration:
		d, err := time.ParseDuration(text)
		v.SetInt(int64(d))
		return err == nil
	case v.CanInt():
		n, err := strconv.ParseInt(text, 10, t.Bits())
		v.SetInt(n)
		return err == nil
	case v.CanUint():
		n, err := strconv.ParseUint(text, 10, t.Bits())
		v.SetUint(n)
		return err == nil
	case v.CanFloat():
		f, err := strconv.ParseFloat(text, t.Bits())
		v.SetFloat(f)
		return err == nil && finite(f)
	case t.Kind() == reflect.Bool:
		v.SetBool(text == "true")
		return text == "true" || text == "false"
	default:
		v.SetString(text)
		return utf8.ValidString(text)
	}
}

// fromNode reads what a file says. The yaml package alone would take 3.7 for 3.
func fromNode(t reflect.Type, n *yaml.Node) (reflect.Value, bool) {
	v := reflect.New(t).Elem()
	if t.Kind() != reflect.Slice {
		return v, setNode(v, n)
	}
	if n.Kind != yaml.SequenceNode {
		return v, false
	}
	v.Set(reflect.MakeSlice(t, 0, len(n.Content)))
	for _, c := range n.Content {
		entry := reflect.New(t.Elem()).Elem()
		if !setNode(entry, c) {
			return v, false
		}
		v.Set(reflect.Append(v, entry))
	}
	return v, true
}

func setNode(v reflect.Value, n *yaml.Node) bool {
	if n.Kind != yaml.ScalarNode || !fits(v.Type(), n.ShortTag()) {
		return false
	}
	if v.Type() == duration {
		return setText(v, n.Value)
	}
	if err := n.Decode(v.Addr().Interface()); err != nil {
		return false
	}
	return !v.CanFloat() || finite(v.Float())
}

// fits tells whether YAML's own idea of a scalar is the kind that the setting needs.
func fits(t reflect.Type, tag string) bool {
	switch {
	case t == duration || t.Kind() == reflect.String:
		return tag == "!!str"
	case t.Kind() == reflect.Bool:
		return tag == "!!bool"
	case t.Kind() == reflect.Float32 || t.Kind() == reflect.Float64:
		return tag == "!!float" || tag == "!!int"
	default:
		return tag == "!!int"
	}
}

func finite(f float64) bool { return !math.IsNaN(f) && !math.IsInf(f, 0) }

// inWords is a value as a fault shows it: short, on one line, text in quotes.
func inWords(n *yaml.Node) string {
	switch {
	case n.Kind == yaml.SequenceNode:
		parts := make([]string, 0, len(n.Content))
		for _, c := range n.Content {
			parts = append(parts, strings.TrimPrefix(inWords(c), "the text "))
		}
		return short("[" + strings.Join(parts, ", ") + "]")
	case n.Kind != yaml.ScalarNode:
		return "a section"
	case n.ShortTag() == "!!null":
		return "empty"
	case n.ShortTag() == "!!str":
		return "the text " + strconv.Quote(short(n.Value))
	default:
		return plain(n.Value)
	}
}

const longest = 60 // bytes of outside text in a fault

func short(s string) string {
	if len(s) <= longest {
		return s
	}
	cut := longest
	for cut > 0 && !utf8.RuneStart(s[cut]) {
		cut--
	}
	return s[:cut] + "…"
}

// plain is a text as it is, or in quotes where it would not show as it is.
func plain(s string) string {
	s = short(s)
	quoted := strconv.Quote(s)
	if quoted == `"`+s+`"` && s != "" && !strings.Contains(s, " ") {
		return s
	}
	return quoted
}
