package plan

import (
	"cmp"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
)

// Finding is one breach of the plan or of a rule.
type Finding struct {
	Path string
	Line int
	Text string
}

// String is as compilers tell it.
func (f Finding) String() string { return fmt.Sprintf("%s:%d: %s", f.Path, f.Line, f.Text) }

// Check reads every file of a repository and lists what is against the plan and the
// rules, in the order of the files. An error is a file that cannot be read or parsed.
func (p *Plan) Check(repository fs.FS) ([]Finding, error) {
	paths, err := files(repository)
	if err != nil {
		return nil, err
	}
	var all []Finding
	for _, name := range paths {
		text, err := fs.ReadFile(repository, name)
		if err != nil {
			return nil, fmt.Errorf("plan: %w", err)
		}
		if isText(text) {
			all = append(all, ruleText(name, text)...)
		}
		if path.Ext(name) != ".go" {
			continue
		}
		file, err := parse(name, text)
		if err != nil {
			return nil, err
		}
		all = append(all, p.imports(file)...)
		all = append(all, ruleCalls(file)...)
	}
	slices.SortStableFunc(all, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(a.Path, b.Path), cmp.Compare(a.Line, b.Line))
	})
	return all, nil
}

// files is every file but git's own and what the root's .gitignore leaves out.
func files(repository fs.FS) ([]string, error) {
	ignored := ignores(repository)
	var paths []string
	err := fs.WalkDir(repository, ".", func(name string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && (name == ".git" || ignored(name)):
			return fs.SkipDir
		case entry.Type().IsRegular() && !ignored(name):
			paths = append(paths, name)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("plan: %w", err)
	}
	return paths, nil
}

// ignores knows two forms of .gitignore's lines: /folder/ in the root and *.ending anywhere.
func ignores(repository fs.FS) func(name string) bool {
	text, _ := fs.ReadFile(repository, ".gitignore") // none ignores nothing
	lines := strings.Fields(string(text))
	return func(name string) bool {
		return slices.ContainsFunc(lines, func(line string) bool {
			if strings.HasPrefix(line, "*.") {
				return strings.HasSuffix(name, line[1:])
			}
			return strings.HasPrefix(line, "/") && strings.Trim(line, "/") == name
		})
	}
}

// imports holds one file's imports against the plan.
func (p *Plan) imports(f *goFile) []Finding {
	room, named := p.Rooms[f.room]
	if !named {
		return []Finding{f.finding(f.syntax.Package, "the plan names no room %s", f.room)}
	}
	var found []Finding
	for _, i := range f.imports {
		if fault := p.arrow(f, room, i.path); fault != "" {
			found = append(found, f.finding(i.pos, "%s", fault))
		}
	}
	return found
}

// arrow says what is wrong with an import, "" where nothing is.
func (p *Plan) arrow(f *goFile, room Room, target string) string {
	if inner, ours := strings.CutPrefix(target, Module+"/"); ours {
		allowed := room.Imports
		if f.isTest {
			allowed = slices.Concat(allowed, room.Tests, []string{f.room})
		}
		if _, named := p.Rooms[inner]; !named {
			return fmt.Sprintf("the plan names no room %s", inner)
		}
		if !holds(allowed, inner) {
			return fmt.Sprintf("%s must not import %s", f.room, inner)
		}
		return ""
	}
	switch {
	case standard(target), f.isTest && slices.ContainsFunc(p.Testing, within(target)):
		return ""
	case slices.Contains(p.Bare, f.room):
		return fmt.Sprintf("%s knows the standard library alone, and must not import %s", f.room, target)
	}
	return p.door(f.room, target)
}

// door looks at the most exact entry for a dependency.
func (p *Plan) door(room, target string) string {
	best := ""
	for start := range p.Doors {
		if within(target)(start) && len(start) > len(best) {
			best = start
		}
	}
	if best == "" {
		return fmt.Sprintf("the plan names no door for %s", target)
	}
	if doors := p.Doors[best]; !holds(doors, room) {
		return fmt.Sprintf("%s is behind %s, and %s must not import it", target, strings.Join(doors, " and "), room)
	}
	return ""
}

func holds(list []string, name string) bool {
	return slices.Contains(list, name) || slices.Contains(list, Everything)
}

// within tells whether an import path lies at or below a start.
func within(target string) func(start string) bool {
	return func(start string) bool {
		return target == start || strings.HasPrefix(target, strings.TrimSuffix(start, "/")+"/")
	}
}

// standard tells the standard library by its first name, which has no dot. "C" is not of it.
func standard(target string) bool {
	first, _, _ := strings.Cut(target, "/")
	return target != "C" && !strings.Contains(first, ".")
}
