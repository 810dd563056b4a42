package config_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/spf13/pflag"

	"fallkit/internal/config"
)

// market has lists of sections, one within another.
type market struct {
	Stalls []stall `yaml:"stalls"`
	Open   struct {
		Hours []hours `yaml:"hours"`
	} `yaml:"open"`
}

type stall struct {
	Name   string        `yaml:"name"`
	Prices []float64     `yaml:"prices"`
	Wait   time.Duration `yaml:"wait"`
	Owner  struct {
		Name string `yaml:"name"`
	} `yaml:"owner"`
	Fruits []fruit `yaml:"fruits"`
	Sum    float64 `yaml:"-"`
}

type fruit struct {
	Kind string `yaml:"kind"`
	Ripe bool   `yaml:"ripe"`
}

type hours struct {
	From int `yaml:"from"`
}

// Preset makes fruit ripe where nothing else is said.
func (f *fruit) Preset() { f.Ripe = true }

func (m *market) Validate() error {
	for i, s := range m.Stalls {
		for k, f := range s.Fruits {
			if f.Kind == "" {
				return fmt.Errorf("stalls[%d].fruits[%d].kind is empty", i, k)
			}
		}
		if s.Name == "" {
			return fmt.Errorf("stalls[%d].name is empty", i)
		}
	}
	return nil
}

const goodMarket = `stalls:
  - name: north
    prices: [1, 2.5]
    wait: 2m
    owner: {name: anna}
    fruits:
      - kind: apple
      - kind: pear
        ripe: false
  - name: south
open:
  hours:
    - from: 8
    - from: 14
`

func TestListsOfSections(t *testing.T) {
	got, origins, err := config.Load(config.Loader{File: file(t, goodMarket)}, market{})
	if err != nil {
		t.Fatal(err)
	}
	var want market
	north := stall{Name: "north", Prices: []float64{1, 2.5}, Wait: 2 * time.Minute, Fruits: []fruit{{"apple", true}, {"pear", false}}}
	north.Owner.Name = "anna"
	want.Stalls = []stall{north, {Name: "south"}}
	want.Open.Hours = []hours{{8}, {14}}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("want (-) and got (+):\n%s", d)
	}
	text, err := origins.YAML()
	if err != nil {
		t.Fatal(err)
	}
	again, _, err := config.Load(config.Loader{File: file(t, string(text))}, market{})
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	if d := cmp.Diff(got, again, cmp.Transformer("empty", func(v []float64) int { return len(v) }), cmp.Transformer("none", func(v []fruit) string { return fmt.Sprint(v) })); d != "" {
		t.Errorf("printed and read again:\n%s\n%s", d, text)
	}
}

func TestFaultsInLists(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"misspelt", "stalls:\n  - nam: x\n", ":2: there is no setting stalls[0].nam: did you mean stalls[0].name?"},
		{"strange", "stalls:\n  - colour: x\n", ":2: there is no setting stalls[0].colour: stalls[0] has name, prices, wait, owner, fruits"},
		{"wrong kind", "stalls:\n  - name: x\n    prices: cheap\n", `:3: stalls[0].prices is the text "cheap", and must be a list, each entry a number`},
		{"within a list", "stalls:\n  - name: x\n    fruits:\n      - kind: x\n        ripe: perhaps\n", `:5: stalls[0].fruits[0].ripe is the text "perhaps", and must be true or false`},
		{"no list", "stalls: north\n", `:1: stalls is the text "north", and must be a list: each entry on lines of its own, after a dash`},
		{"one section", "stalls:\n  name: x\n", ":1: stalls is a section, and must be a list: each entry on lines of its own, after a dash"},
		{"no section", "stalls:\n  - north\n", `:2: stalls[0] is the text "north", and must be settings: name, prices, wait, owner, fruits`},
		{"twice", "stalls:\n  - name: x\n    name: y\n", ":3: stalls[0].name is given twice, first on line 2"},
		{"anchor", "stalls:\n  - &a {name: x}\n", ":1: anchors and aliases are not supported in settings"},
		{"alias in it", "stalls:\n  - name: &n x\n", ":2: anchors, aliases and keys that are not words are not supported in settings"},
		{"not valid", "stalls:\n  - name: x\n  - name: y\n    fruits:\n      - ripe: true\n", ":5: stalls[1].fruits[0].kind is empty"},
		{"not valid by what is missing", "stalls:\n  - prices: [1]\n", ":2: stalls[0].name is empty"},
	} {
		t.Run(c.name, func(t *testing.T) {
			path := file(t, c.text)
			_, _, err := config.Load(config.Loader{File: path}, market{})
			if err == nil || err.Error() != path+c.want {
				t.Errorf("got\n%v\nwant\n%s", err, path+c.want)
			}
		})
	}
}

func TestListsAreOfFilesAlone(t *testing.T) {
	_, _, err := config.Load(config.Loader{Prefix: "MARKET_", Environ: []string{"MARKET_STALLS=x"}}, market{})
	if err == nil || !strings.HasSuffix(err.Error(), "stalls is a list of sections, and only a file of settings can give it") {
		t.Error(err)
	}
	set := pflag.NewFlagSet("market", pflag.ContinueOnError)
	config.AddFlag(set, market{}, "hours", "open.hours", "of the market")
	if err := set.Parse([]string{"--hours", "8"}); err != nil {
		t.Fatal(err)
	}
	if _, _, err := config.Load(config.Loader{Flags: set}, market{}); err == nil || !strings.Contains(err.Error(), "only a file") {
		t.Error(err)
	}
}

func TestAnEmptyListIsFine(t *testing.T) {
	for _, text := range []string{"stalls: []\n", "stalls:\n# none yet\n", "stalls: # none\nopen:\n"} {
		if got, _, err := config.Load(config.Loader{File: file(t, text)}, market{}); err != nil || len(got.Stalls) != 0 {
			t.Errorf("%q: %v, %+v", text, err, got)
		}
	}
}

func FuzzLists(f *testing.F) {
	f.Add([]byte(goodMarket))
	f.Add([]byte("stalls:\n  - fruits: [{kind: x}, [], 3]\n  - {}\nopen: {hours: [{from: 1}]}\n"))
	path := filepath.Join(f.TempDir(), "market.yaml")
	f.Fuzz(func(t *testing.T, text []byte) {
		if err := os.WriteFile(path, text, 0o600); err != nil {
			t.Fatal(err)
		}
		_, origins, err := config.Load(config.Loader{File: path}, market{})
		if err == nil {
			printed, err := origins.YAML()
			if err != nil {
				t.Fatal(err)
			}
			if _, _, err := config.Load(config.Loader{File: file(t, string(printed))}, market{}); err != nil {
				t.Fatalf("%v\n%s", err, printed)
			}
			return
		}
		var faults config.Faults
		if !errors.As(err, &faults) {
			t.Fatalf("not a list of faults: %v", err)
		}
		for _, fault := range faults {
			if s := fault.Error(); strings.ContainsAny(s, "\n\r") || !utf8.ValidString(s) || len(s) > 1000 {
				t.Errorf("not a readable line: %q", s)
			}
		}
	})
}
