package config_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"fallkit/internal/config"
)

// Whatever a file holds, Load answers with settings that load again from what is
// printed, or with faults of one readable line each that name the file.
func FuzzFile(f *testing.F) {
	paths, _ := filepath.Glob(filepath.Join("testdata", "*.yml"))
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
	}
	path := filepath.Join(f.TempDir(), "oven.yaml")
	f.Fuzz(func(t *testing.T, text []byte) {
		if err := os.WriteFile(path, text, 0o600); err != nil {
			t.Fatal(err)
		}
		settings, origins, err := config.Load(config.Loader{File: path}, warm())
		if err == nil {
			loadsAgain(t, settings, origins)
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

func loadsAgain(t *testing.T, settings oven, origins config.Origins) {
	t.Helper()
	text, err := origins.YAML()
	if err != nil {
		t.Fatal(err)
	}
	again, _, err := config.Load(config.Loader{File: file(t, string(text))}, oven{})
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	if again.Bread.Name != settings.Bread.Name || again.Heat.Degrees != settings.Heat.Degrees || len(again.Bread.Turns) != len(settings.Bread.Turns) {
		t.Errorf("%+v became %+v by\n%s", settings, again, text)
	}
}
