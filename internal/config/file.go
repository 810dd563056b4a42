package config

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

// largest is how many bytes of settings are read: more is another file by mistake.
const largest = 1 << 20

func (l Loader) readFile(k *stack) Faults {
	if l.File == "" {
		return nil
	}
	text, err := slurp(l.File)
	switch {
	case l.Optional && errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return Faults{{Place{File: l.File}, err.Error()}}
	}
	return parse(l.File, text, k)
}

func slurp(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("cannot be opened: %w", cause(err))
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, largest+1))
	switch {
	case err != nil:
		return nil, fmt.Errorf("cannot be read: %w", cause(err))
	case len(text) > largest:
		return nil, fmt.Errorf("is longer than %d bytes, and settings are short: is it the right file?", largest)
	case !utf8.Valid(text) || bytes.IndexByte(text, 0) >= 0:
		return nil, errors.New("is not a text in UTF-8: is it the right file?")
	}
	return text, nil
}

// cause leaves out the path that an error of os repeats.
func cause(err error) error {
	var path *fs.PathError
	if errors.As(err, &path) {
		return path.Err
	}
	return err
}

// document is one file of settings while it is read into the stack.
type document struct {
	name   string
	stack  *stack
	faults Faults
}

func parse(name string, text []byte, k *stack) Faults {
	d := &document{name: name, stack: k}
	decoder := yaml.NewDecoder(bytes.NewReader(text))
	var root yaml.Node
	if err := decoder.Decode(&root); err != nil {
		if !errors.Is(err, io.EOF) {
			d.syntax(err)
		}
		return d.faults
	}
	d.top(root.Content[0])
	var second yaml.Node
	switch err := decoder.Decode(&second); {
	case err == nil:
		d.fault(second.Content[0].Line, "a second document starts here, and settings are one document")
	case !errors.Is(err, io.EOF):
		d.syntax(err)
	}
	return d.faults
}

func (d *document) fault(line int, format string, args ...any) {
	d.faults = append(d.faults, Fault{d.at(line), fmt.Sprintf(format, args...)})
}

func (d *document) at(line int) Place { return Place{File: d.name, Line: line} }

var yamlLine = regexp.MustCompile(`^(?:yaml: )?(?:line (\d+): )?`)

// syntax tells a fault of the YAML itself, with the line moved to where ours stands.
func (d *document) syntax(err error) {
	text := err.Error()
	match := yamlLine.FindStringSubmatch(text)
	line, _ := strconv.Atoi(match[1]) // 0, that is no line, where it names none
	d.fault(line, "is not valid YAML: %s", text[len(match[0]):])
}

func (d *document) top(n *yaml.Node) {
	switch {
	case empty(n):
	case n.Kind != yaml.MappingNode:
		d.fault(n.Line, "holds %s, and must hold sections of settings: %s", inWords(n), listed(d.stack.schema.sections[""]))
	default:
		d.section("", n)
	}
}

func empty(n *yaml.Node) bool { return n.Kind == yaml.ScalarNode && n.ShortTag() == "!!null" }

func (d *document) section(key string, n *yaml.Node) {
	seen := map[string]int{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		name, value := n.Content[i], n.Content[i+1]
		if name.Kind != yaml.ScalarNode || shared(name) || shared(value) {
			d.fault(name.Line, "anchors, aliases and keys that are not words are not supported in settings")
			continue
		}
		if first, twice := seen[name.Value]; twice {
			d.fault(name.Line, "%s is given twice, first on line %d", plain(join(key, name.Value)), first)
			continue
		}
		seen[name.Value] = name.Line
		d.entry(key, name, value)
	}
}

func shared(n *yaml.Node) bool { return n.Anchor != "" || n.Kind == yaml.AliasNode }

func (d *document) entry(section string, name, value *yaml.Node) {
	key := join(section, name.Value)
	switch schema := d.stack.schema; {
	case strings.Contains(name.Value, "."):
		d.fault(name.Line, "%s has a dot: write the section on a line of its own and the setting below it, indented", plain(key))
	case schema.leaf(key) != nil:
		d.setting(schema.leaf(key), name.Line, value)
	case schema.sections[key] == nil:
		d.fault(name.Line, "there is no setting %s: %s", plain(key), schema.instead(section, name.Value))
	case value.Kind == yaml.MappingNode:
		d.section(key, value)
	case !empty(value): // nothing but comments in a section is fine
		d.fault(name.Line, "%s is %s, and must be a section with settings of its own: %s", key, inWords(value), listed(schema.sections[key]))
	}
}

func (d *document) setting(l *leaf, line int, value *yaml.Node) {
	for _, c := range value.Content {
		if shared(c) {
			d.fault(line, "anchors and aliases are not supported in settings")
			return
		}
	}
	if isList(l.typ) {
		if v, ok := d.list(l.key, l.typ, line, value); ok {
			d.stack.put(l, v, d.at(line))
		}
		return
	}
	v, ok := fromNode(l.typ, value)
	if !ok {
		d.fault(line, "%s is %s, and must be %s", l.key, inWords(value), kind(l.typ))
		return
	}
	d.stack.put(l, v, d.at(line))
}
