package plan

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path"
	"strconv"
	"strings"
)

// goFile is one file of Go, whatever its build tags say.
type goFile struct {
	name    string
	room    string // its folder
	isTest  bool
	imports []imported
	set     *token.FileSet
	syntax  *ast.File
}

type imported struct {
	path  string
	local string // what the file calls it
	pos   token.Pos
}

func parse(name string, text []byte) (*goFile, error) {
	f := &goFile{name: name, room: path.Dir(name), isTest: strings.HasSuffix(name, "_test.go"), set: token.NewFileSet()}
	var err error
	if f.syntax, err = parser.ParseFile(f.set, name, text, parser.SkipObjectResolution); err != nil {
		return nil, fmt.Errorf("plan: %w", err)
	}
	for _, spec := range f.syntax.Imports {
		target, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			return nil, fmt.Errorf("plan: %s: import %s: %w", name, spec.Path.Value, err)
		}
		local := path.Base(target)
		if spec.Name != nil {
			local = spec.Name.Name
		}
		f.imports = append(f.imports, imported{target, local, spec.Pos()})
	}
	return f, nil
}

func (f *goFile) finding(pos token.Pos, format string, args ...any) Finding {
	return Finding{f.name, f.set.Position(pos).Line, fmt.Sprintf(format, args...)}
}

// uses calls each with every mention of a name of another package, called or not.
func (f *goFile) uses(each func(pos token.Pos, target, name string)) {
	byLocal := map[string]string{}
	for _, i := range f.imports {
		byLocal[i.local] = i.path
	}
	ast.Inspect(f.syntax, func(n ast.Node) bool {
		selector, ok := n.(*ast.SelectorExpr)
		if !ok {
			return true
		}
		if x, ok := selector.X.(*ast.Ident); ok && byLocal[x.Name] != "" {
			each(selector.Pos(), byLocal[x.Name], selector.Sel.Name)
		}
		return true
	})
}
