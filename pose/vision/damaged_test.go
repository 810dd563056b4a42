package vision

import (
	"context"
	"errors"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

func TestRunRefusesWhatIsNoVideo(t *testing.T) {
	e := standinEngine(t)
	dir := t.TempDir()
	put := func(name string, content []byte) string {
		path := filepath.Join(dir, name)
		os.WriteFile(path, content, 0o644)
		return path
	}
	good, err := os.ReadFile(film(t, 25, walk(256, 192, 50)))
	if err != nil {
		t.Fatal(err)
	}
	noise := make([]byte, 50000)
	rand.NewChaCha8([32]byte{}).Read(noise)
	for _, c := range []struct {
		name    string
		path    string
		corrupt bool
	}{
		{"missing", filepath.Join(dir, "none.mp4"), false},
		{"folder", dir, false},
		{"empty", put("empty.mp4", nil), true},
		{"text", put("text.mp4", []byte(strings.Repeat("walk, sit, fall\n", 100))), true},
		{"noise", put("noise.mp4", noise), true},
		{"noise named avi", put("noise.avi", noise), true},
		{"cut in half", put("half.mp4", good[:len(good)/2]), true},
		{"cut by one byte", put("nearly.mp4", good[:len(good)-1]), true},
		{"only a head", put("head.mp4", good[:32]), true},
		{"zeroed index", put("zeroed.mp4", append(append([]byte(nil), good[:len(good)-1500]...), make([]byte, 1500)...)), true},
	} {
		r, err := Run(context.Background(), Source{Path: c.path}, e, Options{}, nil)
		if err == nil || r != nil {
			t.Errorf("%s: no error", c.name)
			continue
		}
		if errors.Is(err, ErrCorrupt) != c.corrupt || !strings.Contains(err.Error(), c.path) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %v", c.name, err)
		}
	}
	if _, err := Run(context.Background(), Source{Path: filepath.Join(dir, "none.mp4")}, e, Options{}, nil); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("missing file: %v", err)
	}
}

// A damaged video may give fewer frames or an error, in any case a sound recording.
func TestRunOnDamagedVideos(t *testing.T) {
	e := standinEngine(t)
	for _, source := range containers(t) {
		good, err := os.ReadFile(source)
		if err != nil {
			t.Fatal(err)
		}
		rng := rand.New(rand.NewPCG(3, 4))
		path := filepath.Join(t.TempDir(), "bad"+filepath.Ext(source))
		played, refused := 0, 0
		for i := range 60 {
			bad := append([]byte(nil), good...)
			for range 1 + rng.IntN(30) {
				bad[rng.IntN(len(bad))] ^= 1 << rng.IntN(8)
			}
			if i%3 == 0 {
				bad = bad[:rng.IntN(len(bad))]
			}
			os.WriteFile(path, bad, 0o644)
			r, err := Run(context.Background(), Source{Path: path}, e, Options{FPS: 5}, nil)
			if err != nil {
				refused++
				continue
			}
			played++
			if err := r.Check(); err != nil {
				t.Error(err)
			}
		}
		t.Logf("of 60 damaged %s videos %d play and %d are refused", filepath.Ext(source), played, refused)
	}
}

// containers are one film in several kinds of file: mp4, and others where ffmpeg is.
func containers(t *testing.T) []string {
	all := []string{film(t, 25, walk(256, 192, 30))}
	for name, codec := range map[string]string{"mjpeg.avi": "mjpeg", "mpeg4.avi": "mpeg4", "h264.mkv": "libx264", "vp8.webm": "libvpx"} {
		path := filepath.Join(t.TempDir(), name)
		if exec.Command("ffmpeg", "-v", "error", "-i", all[0], "-c:v", codec, path).Run() == nil {
			all = append(all, path)
		}
	}
	return all
}
