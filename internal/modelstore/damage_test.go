package modelstore

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestEveryFileCutShort: whatever a power cut or a bad disk leaves of any one file, the
// daemon starts with a model that has passed every check, and says what was wrong. With
// FALLKIT_FAULTS set it cuts at every byte, else at some.
func TestEveryFileCutShort(t *testing.T) {
	s := newStore(t)
	s.install(t, 2)
	if err := s.ready(s.started(t)); err != nil {
		t.Fatal(err)
	}
	s.install(t, 3)
	files, err := filepath.Glob(filepath.Join(s.Dir, "*"))
	if err != nil || len(files) != 4 {
		t.Fatalf("%v %v", files, err)
	}
	whole := map[string][]byte{}
	for _, f := range files {
		if whole[f], err = os.ReadFile(f); err != nil {
			t.Fatal(err)
		}
	}
	restore := func() {
		for f, text := range whole {
			if err := os.WriteFile(f, text, 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
	cuts, used := 0, map[string]int{}
	for _, f := range files {
		stride := 1
		if os.Getenv("FALLKIT_FAULTS") == "" {
			stride = 1 + len(whole[f])/50
		}
		for at := 0; at < len(whole[f]); at += stride {
			restore()
			if err := os.Truncate(f, int64(at)); err != nil {
				t.Fatal(err)
			}
			u, err := s.Start(noon)
			if err != nil {
				t.Fatalf("%s cut at %d: %v", f, at, err)
			}
			if len(u.Notes) == 0 && u.Model.Meta["data"] != "seed 3" {
				t.Fatalf("%s cut at %d: uses %s and says nothing", f, at, u.Model.Meta["data"])
			}
			cuts++
			used[u.Model.Meta["data"]]++
		}
	}
	t.Logf("each of %d files cut short, %d cuts: it started every time, %d times with the newest model and %d times with the one before, and then it said why", len(files), cuts, used["seed 3"], used["seed 2"])
	if used["seed 2"] == 0 || used["seed 3"] == 0 || len(used) != 2 {
		t.Errorf("used %v: the newest model or the one before it was to be had each time", used)
	}
}

// TestBothListsDamaged: then the shipped model is used, until a model is installed again.
func TestBothListsDamaged(t *testing.T) {
	s := newStore(t)
	s.install(t, 2)
	s.install(t, 3)
	for _, name := range slots {
		if err := os.WriteFile(filepath.Join(s.Dir, name), []byte("x"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if u := s.started(t); u.Model.Meta["data"] != "seed 1" || len(u.Notes) != 2 {
		t.Errorf("uses %s: %q", u.Model.Meta["data"], u.Notes)
	}
	s.install(t, 4)
	if got := s.letters(t); got != "l! c4? s1" {
		t.Errorf("the store has %s", got)
	}
}

// TestAStoreThatCannotBeWritten: the daemon starts all the same.
func TestAStoreThatCannotBeWritten(t *testing.T) {
	s := newStore(t)
	s.Dir = filepath.Join(s.Shipped.Path, "models") // below a file no folder can be made
	u := s.started(t)
	if u.Model.Meta["data"] != "seed 1" || len(u.Notes) == 0 {
		t.Errorf("uses %s: %q", u.Model.Meta["data"], u.Notes)
	}
	if _, err := s.Install(saved(t, small(t, 2), "m"), noon); err == nil {
		t.Error("a model was installed nowhere")
	}
}

func TestNoModelAtAll(t *testing.T) {
	s := newStore(t)
	s.Shipped.Path = "nowhere"
	if _, err := s.Start(noon); err == nil || !strings.Contains(err.Error(), "no model can be used") {
		t.Error(err)
	}
}

func FuzzState(f *testing.F) {
	good, err := state{Serial: 3, Current: &Entry{SHA256: strings.Repeat("ab", 32), Name: "m"}, Probation: &probation{}}.encode()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(good)
	f.Add([]byte("x\n{}"))
	f.Fuzz(func(t *testing.T, text []byte) {
		s, err := decodeState(text)
		if err != nil {
			return
		}
		if s.Probation != nil && s.Current == nil {
			t.Error("nothing is on probation")
		}
		if s.Current != nil && strings.ContainsAny(s.Current.SHA256, "./") {
			t.Errorf("%q leads out of the folder", s.Current.SHA256)
		}
	})
}
