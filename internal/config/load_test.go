package config_test

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/spf13/pflag"

	"fallkit/internal/config"
)

var update = flag.Bool("update", false, "write the golden files anew")

// oven is a set of settings with every kind of value.
type oven struct {
	Heat struct {
		Degrees float64       `yaml:"degrees"`
		Exact   float32       `yaml:"exact"`
		Wait    time.Duration `yaml:"wait"`
		Fan     bool          `yaml:"fan"`
	} `yaml:"heat"`
	Bread struct {
		Loaves  int       `yaml:"loaves"`
		Seed    uint64    `yaml:"seed"`
		Rows    uint8     `yaml:"rows"`
		Name    string    `yaml:"name"`
		Turns   []int     `yaml:"turns"`
		Weights []float64 `yaml:"weights"`
		Crust   struct {
			Colour string `yaml:"colour"`
		} `yaml:"crust"`
	} `yaml:"bread"`
	Hidden func() `yaml:"-"`
}

func (o *oven) Validate() error {
	var faults []error
	if o.Heat.Degrees > 300 {
		faults = append(faults, fmt.Errorf("heat.degrees is %g, and must be at most 300", o.Heat.Degrees))
	}
	if o.Bread.Loaves > 100 {
		faults = append(faults, fmt.Errorf("bread.loaves is %d, and must be at most 100", o.Bread.Loaves))
	}
	if o.Heat.Degrees < 100 && o.Bread.Loaves > 10 {
		faults = append(faults, errors.New("that many loaves need more heat"))
	}
	return errors.Join(errors.Join(faults...), nil)
}

func warm() oven {
	var o oven
	o.Heat.Degrees, o.Heat.Exact, o.Heat.Wait, o.Heat.Fan = 220, 0.15, 90*time.Second, true
	o.Bread.Loaves, o.Bread.Seed, o.Bread.Rows, o.Bread.Name = 4, 1, 2, "rye"
	o.Bread.Turns, o.Bread.Weights = []int{1, 2, 4}, []float64{0.5}
	o.Bread.Crust.Colour = "brown"
	return o
}

func flags(t *testing.T, args ...string) *pflag.FlagSet {
	t.Helper()
	set := pflag.NewFlagSet("bake", pflag.ContinueOnError)
	config.AddFlag(set, warm(), "loaves", "bread.loaves", "how many")
	config.AddFlag(set, warm(), "degrees", "heat.degrees", "how hot")
	config.AddFlag(set, warm(), "fan", "heat.fan", "blow")
	config.AddFlag(set, warm(), "turns", "bread.turns", "when to turn")
	config.AddFlag(set, warm(), "wait", "heat.wait", "before it starts")
	config.AddFlag(set, warm(), "colour", "bread.crust.colour", "of the crust")
	set.Bool("verbose", false, "no setting")
	if err := set.Parse(args); err != nil {
		t.Fatal(err)
	}
	return set
}

func file(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "oven.yaml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func placeOf(t *testing.T, o config.Origins, key string) string {
	t.Helper()
	for _, origin := range o {
		if origin.Key == key {
			return origin.Place.String()
		}
	}
	t.Fatalf("no origin of %s in %v", key, o)
	return ""
}

func TestLaterLayersWin(t *testing.T) {
	path := file(t, "bread:\n  loaves: 5\n")
	for _, c := range []struct {
		name   string
		loader config.Loader
		loaves int
		place  string
	}{
		{"default", config.Loader{}, 4, "default"},
		{"file", config.Loader{File: path}, 5, path + ":2"},
		{"environment", config.Loader{File: path, Environ: []string{"OVEN_BREAD__LOAVES=6"}}, 6, "OVEN_BREAD__LOAVES"},
		{"flag", config.Loader{File: path, Environ: []string{"OVEN_BREAD__LOAVES=6"}, Flags: flags(t, "--loaves=7", "--verbose")}, 7, "--loaves"},
		{"flag at its default", config.Loader{File: path, Flags: flags(t, "--loaves=4")}, 4, "--loaves"},
		{"flag of another setting", config.Loader{File: path, Flags: flags(t, "--degrees=7")}, 5, path + ":2"},
		{"environment of others", config.Loader{Environ: []string{"HOME=/", "BREAD__LOAVES=6", "OVEN_HOME=x"}}, 4, "default"},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.loader.Prefix, c.loader.Others = "OVEN_", []string{"OVEN_HOME"}
			got, origins, err := config.Load(c.loader, warm())
			if err != nil {
				t.Fatal(err)
			}
			if got.Bread.Loaves != c.loaves || placeOf(t, origins, "bread.loaves") != c.place {
				t.Errorf("%d from %s, want %d from %s", got.Bread.Loaves, placeOf(t, origins, "bread.loaves"), c.loaves, c.place)
			}
			if placeOf(t, origins, "bread.name") != "default" {
				t.Errorf("the name is not from the default")
			}
		})
	}
}

func TestEveryKindComesFromEveryLayer(t *testing.T) {
	want := warm()
	want.Heat.Degrees, want.Heat.Wait, want.Heat.Fan = 1, 3*time.Minute, false
	want.Bread.Turns, want.Bread.Crust.Colour = []int{8}, "5"
	text := "heat: {degrees: 1, wait: 3m, fan: false}\nbread:\n  turns: [8]\n  crust: {colour: '5'}\n"
	for name, l := range map[string]config.Loader{
		"file": {File: file(t, text)},
		"environment": {Environ: []string{
			"HEAT__DEGREES=1", "HEAT__WAIT=3m", "HEAT__FAN=false", "BREAD__TURNS= 8", "BREAD__CRUST__COLOUR=5",
		}},
		"flags": {Flags: flags(t, "--degrees=1", "--wait=3m", "--fan=false", "--turns=8", "--colour=5")},
	} {
		for i := range l.Environ {
			l.Environ[i] = "OVEN_" + l.Environ[i]
		}
		l.Prefix = "OVEN_"
		got, _, err := config.Load(l, warm())
		if diff := cmp.Diff(want, got, cmp.Comparer(func(a, b func()) bool { return (a == nil) == (b == nil) })); err != nil || diff != "" {
			t.Errorf("%s: %v\n%s", name, err, diff)
		}
	}
}

func TestAListReplacesTheWholeDefault(t *testing.T) {
	for text, want := range map[string][]int{"[9]": {9}, "[]": {}, "[1, 2, 3, 4, 5]": {1, 2, 3, 4, 5}} {
		got, _, err := config.Load(config.Loader{File: file(t, "bread: {turns: "+text+"}")}, warm())
		if err != nil || !cmp.Equal(got.Bread.Turns, want) {
			t.Errorf("%s: %v, %v", text, got.Bread.Turns, err)
		}
	}
	got, _, err := config.Load(config.Loader{Prefix: "OVEN_", Environ: []string{"OVEN_BREAD__TURNS="}}, warm())
	if err != nil || len(got.Bread.Turns) != 0 {
		t.Errorf("empty variable: %v, %v", got.Bread.Turns, err)
	}
}

func TestLoadLeavesTheDefaultsAlone(t *testing.T) {
	defaults := warm()
	got, _, err := config.Load(config.Loader{}, defaults)
	if err != nil {
		t.Fatal(err)
	}
	got.Bread.Turns[0] = 99
	if defaults.Bread.Turns[0] == 99 {
		t.Error("settings share a list with the defaults")
	}
}

func TestTheEffectiveSettingsLoadAgain(t *testing.T) {
	l := config.Loader{File: filepath.Join("testdata", "full.good.yml"), Prefix: "OVEN_", Environ: []string{"OVEN_BREAD__NAME=a: #b"}, Flags: flags(t, "--loaves=7")}
	first, origins, err := config.Load(l, warm())
	if err != nil {
		t.Fatal(err)
	}
	text, err := origins.YAML()
	if err != nil {
		t.Fatal(err)
	}
	golden(t, filepath.Join("testdata", "full.effective"), string(text))
	second, _, err := config.Load(config.Loader{File: file(t, string(text))}, oven{})
	if diff := cmp.Diff(first, second, cmp.Comparer(func(a, b func()) bool { return true })); err != nil || diff != "" {
		t.Errorf("%v\n%s", err, diff)
	}
}

func golden(t *testing.T, path, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got; -update writes it anew):\n%s", path, diff)
	}
}

func TestGoodFiles(t *testing.T) {
	for _, path := range fixtures(t, "*.good.yml") {
		if _, _, err := config.Load(config.Loader{File: path}, warm()); err != nil {
			t.Errorf("%s: %v", path, err)
		}
	}
}

// Every bad file has the exact message beside it.
func TestBadFiles(t *testing.T) {
	for _, path := range fixtures(t, "*.bad.yml") {
		t.Run(filepath.Base(path), func(t *testing.T) {
			_, origins, err := config.Load(config.Loader{File: path}, warm())
			if err == nil {
				t.Fatal("loads")
			}
			if origins != nil {
				t.Error("has origins beside the error")
			}
			golden(t, strings.TrimSuffix(path, ".yml")+".message", strings.ReplaceAll(err.Error(), "testdata/", "")+"\n")
		})
	}
}

func fixtures(t *testing.T, pattern string) []string {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join("testdata", pattern))
	if err != nil || len(paths) == 0 {
		t.Fatalf("no testdata/%s: %v", pattern, err)
	}
	return paths
}

func TestFaultsOutsideTheFile(t *testing.T) {
	for _, c := range []struct {
		name    string
		environ []string
		args    []string
		want    string
	}{
		{"misspelt variable", []string{"OVEN_BREAD__LOAFS=3"}, nil, "environment variable OVEN_BREAD__LOAFS names no setting: did you mean OVEN_BREAD__LOAVES?"},
		{"one underscore", []string{"OVEN_BREAD_LOAVES=3"}, nil, "environment variable OVEN_BREAD_LOAVES names no setting: did you mean OVEN_BREAD__LOAVES?"},
		{"small letters", []string{"OVEN_bread__loaves=3"}, nil, "environment variable OVEN_bread__loaves names no setting: did you mean OVEN_BREAD__LOAVES?"},
		{"no section", []string{"OVEN_LOAVES=3"}, nil, "environment variable OVEN_LOAVES names no setting: did you mean OVEN_BREAD__LOAVES?"},
		{"other's name misspelt", []string{"OVEN_HOMES=x"}, nil, "environment variable OVEN_HOMES names no setting: did you mean OVEN_HOME?"},
		{"nothing like it", []string{"OVEN_QUANTUM=3"}, nil, "environment variable OVEN_QUANTUM names no setting: names are OVEN_SECTION__SETTING"},
		{"a section", []string{"OVEN_BREAD=3"}, nil, "environment variable OVEN_BREAD names no setting: names are OVEN_SECTION__SETTING"},
		{"3.7 for an integer", []string{"OVEN_BREAD__LOAVES=3.7"}, nil, `OVEN_BREAD__LOAVES: bread.loaves is "3.7", and must be a whole number`},
		{"empty number", []string{"OVEN_BREAD__LOAVES="}, nil, `OVEN_BREAD__LOAVES: bread.loaves is "", and must be a whole number`},
		{"yes for true", []string{"OVEN_HEAT__FAN=yes"}, nil, `OVEN_HEAT__FAN: heat.fan is "yes", and must be true or false`},
		{"infinite", []string{"OVEN_HEAT__DEGREES=inf"}, nil, `OVEN_HEAT__DEGREES: heat.degrees is "inf", and must be a number`},
		{"too large for its kind", []string{"OVEN_HEAT__EXACT=1e60"}, nil, `OVEN_HEAT__EXACT: heat.exact is "1e60", and must be a number`},
		{"negative", []string{"OVEN_BREAD__SEED=-1"}, nil, `OVEN_BREAD__SEED: bread.seed is "-1", and must be a whole number, 0 or above`},
		{"no time", []string{"OVEN_HEAT__WAIT=90"}, nil, `OVEN_HEAT__WAIT: heat.wait is "90", and must be a time such as 1.5s or 2m`},
		{"list", nil, []string{"--turns=1,x"}, `--turns: bread.turns is "1,x", and must be a list, each entry a whole number`},
		{"flag", nil, []string{"--loaves=many"}, `--loaves: bread.loaves is "many", and must be a whole number`},
		{"out of bounds", nil, []string{"--loaves=101"}, "--loaves: bread.loaves is 101, and must be at most 100"},
		{"a fault of no one key", nil, []string{"--loaves=11", "--degrees=20"}, "that many loaves need more heat"},
		{"all at once", []string{"OVEN_X=1", "OVEN_HEAT__FAN=1"}, []string{"--degrees=301", "--loaves=x"}, `4 faults in the settings:
  OVEN_HEAT__FAN: heat.fan is "1", and must be true or false
  environment variable OVEN_X names no setting: names are OVEN_SECTION__SETTING
  --loaves: bread.loaves is "x", and must be a whole number
  --degrees: heat.degrees is 301, and must be at most 300`},
	} {
		t.Run(c.name, func(t *testing.T) {
			l := config.Loader{Prefix: "OVEN_", Others: []string{"OVEN_HOME"}, Environ: c.environ, Flags: flags(t, c.args...)}
			_, _, err := config.Load(l, warm())
			if err == nil {
				t.Fatal("loads")
			}
			if diff := cmp.Diff(c.want, err.Error()); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestFilesThatAreNoSettings(t *testing.T) {
	dir := t.TempDir()
	video := file(t, "\x00\x00\x00\x20ftypisom")
	huge := file(t, "a: "+strings.Repeat("x", 1<<20))
	latin := file(t, "bread: {name: br\xf6d}")
	for _, c := range []struct{ name, path, want string }{
		{"missing", filepath.Join(dir, "no.yaml"), "cannot be opened: no such file or directory"},
		{"folder", dir, "cannot be read: is a directory"},
		{"binary", video, "is not a text in UTF-8: is it the right file?"},
		{"another encoding", latin, "is not a text in UTF-8: is it the right file?"},
		{"huge", huge, "is longer than 1048576 bytes, and settings are short: is it the right file?"},
	} {
		_, _, err := config.Load(config.Loader{File: c.path}, warm())
		if err == nil || err.Error() != c.path+": "+c.want {
			t.Errorf("%s: %v, want %s: %s", c.name, err, c.path, c.want)
		}
	}
	if _, _, err := config.Load(config.Loader{File: filepath.Join(dir, "no.yaml"), Optional: true}, warm()); err != nil {
		t.Errorf("optional: %v", err)
	}
}

func TestStructsThatCannotBeSettingsPanic(t *testing.T) {
	for name, load := range map[string]func(){
		"no tag": func() { _, _, _ = config.Load(config.Loader{}, struct{ A int }{}) },
		"upper case": func() {
			_, _, _ = config.Load(config.Loader{}, struct {
				A int `yaml:"A"`
			}{})
		},
		"map": func() {
			_, _, _ = config.Load(config.Loader{}, struct {
				A map[string]int `yaml:"a"`
			}{})
		},
		"list of list": func() {
			_, _, _ = config.Load(config.Loader{}, struct {
				A [][]int `yaml:"a"`
			}{})
		},
		"no struct": func() { _, _, _ = config.Load(config.Loader{}, 3) },
		"flag of no key": func() {
			config.AddFlag(pflag.NewFlagSet("", 0), warm(), "x", "bread.x", "")
		},
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: no panic", name)
				}
			}()
			load()
		}()
	}
}

func TestHelpShowsKindAndDefault(t *testing.T) {
	golden(t, filepath.Join("testdata", "flags.help"), flags(t).FlagUsages())
}

// What help shows as a flag's default is what sets the default.
func TestAFlagAtItsDefaultChangesNothing(t *testing.T) {
	_, origins, err := config.Load(config.Loader{}, warm())
	if err != nil {
		t.Fatal(err)
	}
	set := pflag.NewFlagSet("bake", pflag.ContinueOnError)
	for _, o := range origins {
		config.AddFlag(set, warm(), o.Key, o.Key, "")
	}
	set.VisitAll(func(f *pflag.Flag) {
		if err := set.Set(f.Name, f.DefValue); err != nil {
			t.Error(err)
		}
	})
	_, again, err := config.Load(config.Loader{Flags: set}, oven{})
	if err != nil {
		t.Fatal(err)
	}
	for i, o := range again {
		if !cmp.Equal(o.Value, origins[i].Value) || o.Place.Flag != o.Key {
			t.Errorf("%s is %v from %v, want %v", o.Key, o.Value, o.Place, origins[i].Value)
		}
	}
}
