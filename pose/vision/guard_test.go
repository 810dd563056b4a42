package vision

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gocv.io/x/gocv"
)

// Every test here would end the process with SIGABRT if an exception came through.

func TestOpenEngineRefusesBadNetworks(t *testing.T) {
	good := standin(256)
	few, many := make([]float32, 10), make([]float32, channels)
	for _, c := range []struct {
		name string
		file []byte
		want string
	}{
		{"empty", nil, "is empty"},
		{"text", []byte("this is not a network\n"), "cannot be loaded"},
		{"html page", []byte("<!DOCTYPE html><title>404</title>"), "cannot be loaded"},
		{"half", good[:len(good)/2], "cannot be loaded"},
		{"all but one byte", good[:len(good)-1], "cannot be loaded"},
		{"zeros", make([]byte, 10000), "cannot be loaded"},
		{"too few channels", onnx(256, 3, few, few), "[1 10 64 64] instead of [1 90 64 64]"},
		{"five colours", onnx(256, 5, many, many), "multiple of 5 but got 3"},
	} {
		path := filepath.Join(t.TempDir(), "net.onnx")
		os.WriteFile(path, c.file, 0o644)
		e, err := OpenEngine(path, DefaultEngine)
		if err == nil {
			e.Close()
			t.Errorf("%s: opens", c.name)
			continue
		}
		if m := err.Error(); !strings.Contains(m, c.want) || !strings.Contains(m, path) || strings.Contains(m, "\n") {
			t.Errorf("%s: error is %q, want one line with %q and the path", c.name, m, c.want)
		}
	}
}

func TestOpenEngineRefusesWhatIsNoFile(t *testing.T) {
	if _, err := OpenEngine(filepath.Join(t.TempDir(), "none.onnx"), DefaultEngine); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("missing file: %v", err)
	}
	if _, err := OpenEngine(t.TempDir(), DefaultEngine); err == nil {
		t.Error("a folder opens")
	}
	s := DefaultEngine
	s.SHA256 = strings.Repeat("0", 64)
	if _, err := OpenEngine(standinFile(t), s); err == nil || !strings.Contains(err.Error(), "sha256") {
		t.Errorf("wrong sha256: %v", err)
	}
}

func TestEngineSettingsCheck(t *testing.T) {
	for name, spoil := range map[string]func(*EngineSettings){
		"input_":           func(s *EngineSettings) { s.InputWidth = 250 },
		"input ":           func(s *EngineSettings) { s.InputHeight = 0 },
		"min_person_score": func(s *EngineSettings) { s.MinPersonScore = 1 },
		"keep_person":      func(s *EngineSettings) { s.KeepPersonScore = 0 },
		"max_people":       func(s *EngineSettings) { s.MaxPeople = 7 },
		"same_overlap":     func(s *EngineSettings) { s.SameOverlap = 0 },
	} {
		s := DefaultEngine
		spoil(&s)
		_, err := OpenEngine("unread", s)
		if err == nil || !strings.Contains(err.Error(), strings.Trim(name, " _")) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A network that is cut off anywhere is an error.
func TestCutNetworks(t *testing.T) {
	good := standin(256)
	rng := rand.New(rand.NewPCG(1, 2))
	path := filepath.Join(t.TempDir(), "net.onnx")
	for range 300 {
		at := rng.IntN(len(good))
		os.WriteFile(path, good[:at], 0o644)
		if e, err := OpenEngine(path, DefaultEngine); err == nil {
			e.Close()
			t.Errorf("a network cut at byte %d opens", at)
		}
	}
}

// OpenCV may read a network with flipped bits, and some such make it follow a null
// pointer: where the sha256 is known it never sees them.
func TestFlippedNetworks(t *testing.T) {
	good := standin(256)
	digest := sha256.Sum256(good)
	s := DefaultEngine
	s.SHA256 = hex.EncodeToString(digest[:])
	path := filepath.Join(t.TempDir(), "net.onnx")
	os.WriteFile(path, good, 0o644)
	e, err := OpenEngine(path, s)
	if err != nil {
		t.Fatal(err)
	}
	e.Close()
	rng := rand.New(rand.NewPCG(3, 4))
	for range 100 {
		bad := append([]byte(nil), good...)
		bad[rng.IntN(len(bad))] ^= 1 << rng.IntN(8)
		os.WriteFile(path, bad, 0o644)
		if e, err := OpenEngine(path, s); err == nil || !strings.Contains(err.Error(), "damaged") {
			t.Fatalf("a flipped bit: engine %v, error %v", e, err)
		}
	}
}

func TestEngineRefusesBadPictures(t *testing.T) { both(t, engineRefusesBadPictures) }

func engineRefusesBadPictures(t *testing.T, runtime string) {
	e := standinEngineIn(t, runtime)
	empty := gocv.NewMat()
	defer empty.Close()
	grey := gocv.NewMatWithSize(100, 100, gocv.MatTypeCV8UC1)
	defer grey.Close()
	for name, m := range map[string]*gocv.Mat{"empty": &empty, "grey": &grey} {
		if _, err := e.poses(m); err == nil {
			t.Errorf("%s picture: no error", name)
		}
	}
	for _, size := range [][2]int{{1, 1}, {1, 3000}, {3000, 1}, {7, 5}} {
		m := gocv.NewMatWithSize(size[0], size[1], gocv.MatTypeCV8UC3)
		if _, err := e.poses(&m); err != nil {
			t.Errorf("picture of %v: %v", size, err)
		}
		m.Close()
	}
	if _, err := e.in.fill(&grey, 0, 256, 256); err == nil {
		t.Error("a grey picture is taken")
	}
}

// The network for 256 pixels gets other sizes: 64 fits a convolution but not the heads.
func TestWrongBlobSize(t *testing.T) { both(t, wrongBlobSize) }

func wrongBlobSize(t *testing.T, runtime string) {
	e := standinEngineIn(t, runtime)
	m := gocv.NewMatWithSize(100, 100, gocv.MatTypeCV8UC3)
	defer m.Close()
	for _, size := range []int{0, -5, 2, 64, 1024} {
		if _, err := e.in.fill(&m, 0, size, size); err != nil {
			continue
		}
		if err := e.net.load(e.in); err != nil {
			continue
		}
		out, err := e.net.forward()
		if h, err2 := e.heads(out); err == nil && err2 == nil {
			t.Errorf("size %d gives heads of %dx%d", size, h.columns, h.rows)
		}
	}
	if _, err := e.poses(&m); err != nil {
		t.Errorf("the engine does not work any more: %v", err)
	}
}

func TestClosedEngine(t *testing.T) { both(t, closedEngine) }

func closedEngine(t *testing.T, runtime string) {
	e := standinEngineIn(t, runtime)
	e.Close()
	if err := e.Close(); err != nil {
		t.Errorf("second close: %v", err)
	}
	m := gocv.NewMatWithSize(100, 100, gocv.MatTypeCV8UC3)
	defer m.Close()
	if _, err := e.poses(&m); err == nil {
		t.Error("a closed engine finds poses")
	}
}

func TestEngineID(t *testing.T) {
	path := standinFile(t)
	id := func(change func(*EngineSettings)) string {
		s := DefaultEngine
		change(&s)
		e, err := OpenEngine(path, s)
		if err != nil {
			t.Fatal(err)
		}
		defer e.Close()
		return e.ID()
	}
	same := id(func(*EngineSettings) {})
	if id(func(*EngineSettings) {}) != same {
		t.Error("the same engine has two IDs")
	}
	for name, change := range map[string]func(*EngineSettings){
		"min score": func(s *EngineSettings) { s.MinPersonScore = .2 },
		"keep":      func(s *EngineSettings) { s.KeepPersonScore = .1 },
		"people":    func(s *EngineSettings) { s.MaxPeople = 2 },
		"overlap":   func(s *EngineSettings) { s.SameOverlap = .9 },
	} {
		if id(change) == same {
			t.Errorf("%s does not change the ID", name)
		}
	}
}
