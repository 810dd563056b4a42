package plan_test

import (
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"fallkit/internal/plan"
)

var root = filepath.Join("..", "..")

func TestTheHouseKeepsToItsPlan(t *testing.T) {
	found, err := plan.House.Check(os.DirFS(root))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range found {
		t.Error(f)
	}
}

// A plan for rooms that are gone would allow what nobody thought about.
func TestThePlanNamesOnlyRoomsThatAreThere(t *testing.T) {
	rooms := slices.Collect(maps.Keys(plan.House.Rooms))
	for _, r := range plan.House.Rooms {
		rooms = append(append(rooms, r.Imports...), r.Tests...)
	}
	for _, folders := range plan.House.Doors {
		rooms = append(rooms, folders...)
	}
	slices.Sort(rooms)
	for _, room := range slices.Compact(append(rooms, plan.House.Bare...)) {
		if room == plan.Everything {
			continue
		}
		if files, _ := filepath.Glob(filepath.Join(root, room, "*.go")); len(files) == 0 {
			t.Errorf("the plan names %s, and there is no such package", room)
		}
	}
}

// The arrows of the plan go down: it must not allow a circle.
func TestThePlanHasNoCircle(t *testing.T) {
	var visit func(room string, above []string)
	visit = func(room string, above []string) {
		if slices.Contains(above, room) {
			t.Fatalf("circle: %v", append(above, room))
		}
		for _, below := range plan.House.Rooms[room].Imports {
			visit(below, append(slices.Clone(above), room))
		}
	}
	for room := range plan.House.Rooms {
		visit(room, nil)
	}
}

// The checker must be able to fail: each line of bad is a file, and what is to be found.
func TestABadTreeIsFound(t *testing.T) {
	small := plan.Plan{
		Rooms: map[string]plan.Room{
			"pose":         {},
			"pose/vision":  {Imports: []string{"pose"}, Tests: []string{"pose/weights"}},
			"pose/weights": {},
			"cmd/fall":     {Imports: []string{plan.Everything}},
		},
		Doors: map[string][]string{
			"gocv.io/x/gocv":    {"pose/vision"},
			"C":                 {"pose/vision"},
			"example.org/":      {"cmd/fall"},
			"example.org/plain": {plan.Everything},
		},
		Bare:    []string{"pose"},
		Testing: []string{"pgregory.net/rapid"},
	}
	later := "TO" + "DO"
	for _, c := range []struct{ name, file, text, want string }{
		{"arrow down", "pose/vision/a.go", "package vision\nimport \"fallkit/pose\"", ""},
		{"arrow up", "pose/a.go", "package pose\nimport \"fallkit/pose/vision\"", "pose/a.go:2: pose must not import pose/vision"},
		{"arrow sideways", "pose/vision/a.go", "package vision\nimport \"fallkit/pose/weights\"", "pose/vision/a.go:2: pose/vision must not import pose/weights"},
		{"allowed to tests", "pose/vision/a_test.go", "package vision\nimport \"fallkit/pose/weights\"", ""},
		{"not to all tests", "pose/a_test.go", "package pose\nimport \"fallkit/pose/weights\"", "pose/a_test.go:2: pose must not import pose/weights"},
		{"a test's own room", "pose/a_test.go", "package pose_test\nimport \"fallkit/pose\"", ""},
		{"everything", "cmd/fall/a.go", "package main\nimport (\n\"fallkit/pose\"\n\"fallkit/pose/weights\"\n)", ""},
		{"unknown room", "data/a.go", "package data", "data/a.go:1: the plan names no room data"},
		{"unknown room imported", "cmd/fall/a.go", "package main\nimport \"fallkit/data\"", "cmd/fall/a.go:2: the plan names no room data"},
		{"through the door", "pose/vision/a.go", "package vision\nimport \"gocv.io/x/gocv/contrib\"\nimport \"C\"", ""},
		{"beside the door", "cmd/fall/a.go", "package main\nimport \"gocv.io/x/gocv\"", "cmd/fall/a.go:2: gocv.io/x/gocv is behind pose/vision, and cmd/fall must not import it"},
		{"beside the door in a test", "cmd/fall/a_test.go", "package main\nimport \"gocv.io/x/gocv\"", "cmd/fall/a_test.go:2: gocv.io/x/gocv is behind pose/vision, and cmd/fall must not import it"},
		{"behind a build tag", "cmd/fall/a.go", "//go:build never\npackage main\nimport cv \"gocv.io/x/gocv\"", "cmd/fall/a.go:3: gocv.io/x/gocv is behind pose/vision, and cmd/fall must not import it"},
		{"C beside the door", "cmd/fall/a.go", "package main\nimport \"C\"", "cmd/fall/a.go:2: C is behind pose/vision, and cmd/fall must not import it"},
		{"no door", "cmd/fall/a.go", "package main\nimport \"gorgonia.org/tensor\"", "cmd/fall/a.go:2: the plan names no door for gorgonia.org/tensor"},
		{"a name that only starts alike", "pose/vision/a.go", "package vision\nimport \"gocv.io/x/gocvx\"", "pose/vision/a.go:2: the plan names no door for gocv.io/x/gocvx"},
		{"the more exact door", "pose/vision/a.go", "package vision\nimport \"example.org/plain\"\nimport \"example.org/other\"", "pose/vision/a.go:3: example.org/other is behind cmd/fall, and pose/vision must not import it"},
		{"bare", "pose/a.go", "package pose\nimport \"example.org/plain\"\nimport \"net/http\"", "pose/a.go:2: pose knows the standard library alone, and must not import example.org/plain"},
		{"for tests", "pose/a_test.go", "package pose\nimport \"pgregory.net/rapid\"", ""},
		{"for tests alone", "pose/vision/a.go", "package vision\nimport \"pgregory.net/rapid\"", "pose/vision/a.go:2: the plan names no door for pgregory.net/rapid"},
		{"sleep in a test", "pose/a_test.go", "package pose\nimport clock \"time\"\nvar _ = clock.Now\nfunc f() { clock.Sleep(1) }", "pose/a_test.go:4: a test sleeps: give the code its time as an argument"},
		{"sleep in code", "pose/a.go", "package pose\nimport \"time\"\nfunc f() { time.Sleep(1) }", ""},
		{"exit", "cmd/fall/run.go", "package main\nimport \"os\"\nfunc f() { os.Exit(1) }", "cmd/fall/run.go:3: os.Exit ends the process: give an error back"},
		{"fatal", "pose/a.go", "package pose\nimport \"log\"\nfunc f() { log.Fatalf(\"\") }", "pose/a.go:3: log.Fatalf ends the process: give an error back"},
		{"exit in main", "cmd/fall/main.go", "package main\nimport \"os\"\nfunc main() { os.Exit(1) }", ""},
		{"exit in another main", "pose/main.go", "package pose\nimport \"os\"\nfunc main() { os.Exit(1) }", "pose/main.go:3: os.Exit ends the process: give an error back"},
		{"a method of that name", "pose/a.go", "package pose\ntype t struct{}\nfunc (t) Exit(int) {}\nfunc f() { var os t; os.Exit(1) }", ""},
		{"machine path", "docs/a.md", "one\nsee `/" + "root/x y`", "docs/a.md:2: names a path of one machine: /" + "root/x"},
		{"machine path in Go", "pose/a.go", "package pose\nconst p = \"/" + "tmp/x\"", "pose/a.go:2: names a path of one machine: /" + "tmp/x"},
		{"no machine path", "docs/a.md", "internal/root/x ./tmp/y $DIR/work/z /home/me https://a.org/root/", ""},
		{"put off", "Makefile", "all:\n\t# " + later + ": later", "Makefile:2: puts something off: " + later},
		{"part of a word", "docs/a.md", "mas" + later + "n", ""},
		{"binary", "models/a.bin", "\x00\x01 " + later, ""},
		{"ignored", "bin/a.md", later, ""},
		{"ignored ending", "docs/a.test", later, ""},
		{"git's own", ".git/a", later, ""},
		{"hidden", ".ci/run", later, ".ci/run:1: puts something off: " + later},
		{"of testdata", "pose/testdata/a.txt", later, "pose/testdata/a.txt:1: puts something off: " + later},
	} {
		t.Run(c.name, func(t *testing.T) {
			found, err := small.Check(fstest.MapFS{
				".gitignore": {Data: []byte("/bin/\n*.test\n")},
				c.file:       {Data: []byte(c.text)},
			})
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, f := range found {
				got = append(got, f.String())
			}
			if diff := cmp.Diff(c.want, strings.Join(got, "\n")); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestAFileThatDoesNotParseIsAnError(t *testing.T) {
	if _, err := plan.House.Check(fstest.MapFS{"pose/a.go": {Data: []byte("pack")}}); err == nil {
		t.Error("passes")
	}
}

// The walk must reach what it is to check: an empty one would pass.
func TestTheWalkReachesEveryRoom(t *testing.T) {
	seen := &counting{FS: os.DirFS(root), opened: map[string]int{}}
	if _, err := plan.House.Check(seen); err != nil {
		t.Fatal(err)
	}
	for room := range plan.House.Rooms {
		if seen.opened[room] == 0 {
			t.Errorf("no file of %s was read", room)
		}
	}
}

// counting notes the folders of the Go files that are read.
type counting struct {
	fs.FS
	opened map[string]int
}

func (c *counting) Open(name string) (fs.File, error) {
	if strings.HasSuffix(name, ".go") {
		c.opened[filepath.Dir(name)]++
	}
	return c.FS.Open(name)
}
