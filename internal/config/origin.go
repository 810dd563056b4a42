package config

import (
	"bytes"
	"fmt"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Place is where a setting was given; the zero Place is the default.
type Place struct {
	File     string
	Line     int // of File, from 1; 0 is the file as a whole
	Variable string
	Flag     string
}

// String is how people find the place.
func (p Place) String() string {
	switch {
	case p.Flag != "":
		return "--" + p.Flag
	case p.Variable != "":
		return p.Variable
	case p.File != "" && p.Line > 0:
		return fmt.Sprintf("%s:%d", p.File, p.Line)
	case p.File != "":
		return p.File
	default:
		return "default"
	}
}

// Origin is one setting in force.
type Origin struct {
	Key   string
	Value any
	Place Place
}

// Origins is every setting in force, in the order of the struct's fields.
type Origins []Origin

// YAML is a file that sets all of it again, with the place of each in a comment.
func (o Origins) YAML() ([]byte, error) {
	root := &yaml.Node{Kind: yaml.MappingNode}
	for _, origin := range o {
		if err := origin.into(root); err != nil {
			return nil, err
		}
	}
	var b bytes.Buffer
	encoder := yaml.NewEncoder(&b)
	encoder.SetIndent(2)
	if err := encoder.Encode(root); err != nil {
		return nil, fmt.Errorf("settings as YAML: %w", err)
	}
	return b.Bytes(), encoder.Close()
}

func (o Origin) into(root *yaml.Node) error {
	names := strings.Split(o.Key, ".")
	at := root
	for _, section := range names[:len(names)-1] {
		at = child(at, section)
	}
	value := &yaml.Node{}
	if err := value.Encode(o.Value); err != nil {
		return fmt.Errorf("setting %s as YAML: %w", o.Key, err)
	}
	value.LineComment = o.Place.String()
	key := word(names[len(names)-1])
	switch {
	case value.Kind == yaml.SequenceNode && len(value.Content) > 0 && value.Content[0].Kind == yaml.MappingNode:
		key.LineComment, value.LineComment = value.LineComment, ""
	case value.Kind == yaml.SequenceNode:
		value.Style = yaml.FlowStyle
	}
	at.Content = append(at.Content, key, value)
	return nil
}

// child is the section of that name; only the last one can be open, because keys come
// in the order of the struct's fields.
func child(n *yaml.Node, name string) *yaml.Node {
	if c := n.Content; len(c) > 0 && c[len(c)-2].Value == name {
		return c[len(c)-1]
	}
	section := &yaml.Node{Kind: yaml.MappingNode}
	n.Content = append(n.Content, word(name), section)
	return section
}

func word(s string) *yaml.Node { return &yaml.Node{Kind: yaml.ScalarNode, Value: s} }

// Map gives the place of each key, as text.
func (o Origins) Map() map[string]string {
	m := make(map[string]string, len(o))
	for _, origin := range o {
		m[origin.Key] = origin.Place.String()
	}
	return m
}
