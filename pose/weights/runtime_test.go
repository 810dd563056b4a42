package weights_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"testing"

	"fallkit/pose/weights"
)

// smallRuntimes is a table of two libraries, for this machine and for another one, with
// the entries of a tarball that has them between other things.
func smallRuntimes() ([]weights.Runtime, []entry) {
	here := entry{"package/bin/here/libonnxruntime.so.1", bytes.Repeat([]byte("here"), 5000)}
	there := entry{"package/bin/there/libonnxruntime.so.1", bytes.Repeat([]byte("there"), 3000)}
	return []weights.Runtime{
		{File: fileOf(there), OS: runtime.GOOS, Arch: "another"},
		{File: fileOf(here), OS: runtime.GOOS, Arch: runtime.GOARCH},
	}, []entry{{"package/README.md", []byte("read me")}, there, here, {"package/package.json", []byte("{}")}}
}

func TestPullRuntime(t *testing.T) {
	runtimes, entries := smallRuntimes()
	dir := t.TempDir()
	t.Setenv("TARBALL", write(t, filepath.Join(dir, "p.tgz"), pack(t, entries)))
	t.Setenv("CALLS", filepath.Join(dir, "calls"))
	fakeNPM(t, `
echo "$@" >> "$CALLS"
cp "$TARBALL" onnxruntime-node.tgz
`)
	p := weights.Puller{Home: filepath.Join(dir, "new", "home"), Runtimes: runtimes}
	for pass := range 3 { // by npm; there already; by a tarball, after damage
		installed, err := p.PullRuntime(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if installed.New != (pass != 1) || installed.Path != weights.RuntimePath(p.Home) || installed.Arch != runtime.GOARCH {
			t.Errorf("pass %d: %+v", pass, installed)
		}
		wantRuntime(t, p.Home, entries[2].data)
		if pass == 1 {
			write(t, installed.Path, []byte("damaged"))
			p.From = os.Getenv("TARBALL")
		}
	}
	calls, err := os.ReadFile(os.Getenv("CALLS"))
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.HasPrefix(calls, []byte("pack "+weights.RuntimePackage+" ")) || bytes.Count(calls, []byte("\n")) != 1 {
		t.Errorf("npm was called with %q, want one pack of %s", calls, weights.RuntimePackage)
	}
}

// wantRuntime holds a home to having the library, whole, and nothing else.
func wantRuntime(t *testing.T, home string, library []byte) {
	t.Helper()
	got, err := os.ReadFile(weights.RuntimePath(home))
	if err != nil || !bytes.Equal(got, library) {
		t.Errorf("the library has %d bytes, %v", len(got), err)
	}
	if got, want := files(t, home), []string{".", "runtime", filepath.Join("runtime", "libonnxruntime.so.1")}; !slices.Equal(got, want) {
		t.Errorf("the home holds %q, want %q", got, want)
	}
}

func TestPullRuntimeFails(t *testing.T) {
	runtimes, entries := smallRuntimes()
	whole := pack(t, entries)
	other := slices.Clone(entries)
	other[2].data = bytes.Repeat([]byte("ever"), 5000)
	for _, test := range []struct {
		name    string
		tarball []byte
		want    []string
	}{
		{"cut off", whole[:len(whole)/2], []string{"ends too early"}},
		{"no tarball", []byte("<html>not found</html>"), []string{"not a .tgz", weights.RuntimePackage}},
		{"another library", pack(t, other), []string{"has sha256", "instead of", weights.RuntimePackage}},
		{"no library", pack(t, entries[:2]), []string{"it has no package/bin/here/libonnxruntime.so.1"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			p := weights.Puller{Home: t.TempDir(), Runtimes: runtimes, From: write(t, filepath.Join(t.TempDir(), "p.tgz"), test.tarball)}
			_, err := p.PullRuntime(t.Context())
			wantSentence(t, err, append(test.want, "pull ONNX Runtime", p.From)...)
			if left := files(t, filepath.Join(p.Home, "runtime")); len(left) != 1 {
				t.Errorf("left behind: %q", left)
			}
		})
	}
	t.Run("npm", func(t *testing.T) {
		fakeNPM(t, `echo half > half.tgz; echo 'npm error no network' >&2; exit 1`)
		p := weights.Puller{Home: t.TempDir(), Runtimes: runtimes}
		_, err := p.PullRuntime(t.Context())
		wantSentence(t, err, "npm pack "+weights.RuntimePackage+": no network", "--from FILE")
		if left := files(t, filepath.Join(p.Home, "runtime")); len(left) != 1 {
			t.Errorf("left behind: %q", left)
		}
	})
	t.Run("a full disk", func(t *testing.T) {
		if _, err := os.Stat("/dev/full"); err != nil {
			t.Skip("there is no /dev/full here")
		}
		p := weights.Puller{Home: t.TempDir(), Runtimes: runtimes, From: write(t, filepath.Join(t.TempDir(), "p.tgz"), whole)}
		p.CreateWith(func(path string) (*os.File, error) {
			if err := os.Symlink("/dev/full", path); err != nil {
				return nil, err
			}
			return os.OpenFile(path, os.O_WRONLY, 0)
		})
		_, err := p.PullRuntime(t.Context())
		wantSentence(t, err, "no room for ONNX Runtime", "1 MB in "+p.Home, "FALLKIT_HOME")
	})
	t.Run("under a file", func(t *testing.T) {
		p := weights.Puller{Home: filepath.Join(write(t, filepath.Join(t.TempDir(), "file"), nil), "home"), Runtimes: runtimes, From: "unread.tgz"}
		_, err := p.PullRuntime(t.Context())
		wantSentence(t, err, "ONNX Runtime cannot be stored in "+p.Home, "FALLKIT_HOME")
	})
	t.Run("stopped", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		p := weights.Puller{Home: t.TempDir(), Runtimes: runtimes, From: write(t, filepath.Join(t.TempDir(), "p.tgz"), whole)}
		if _, err := p.PullRuntime(ctx); !errors.Is(err, context.Canceled) {
			t.Errorf("the error is %v", err)
		}
	})
	t.Run("another machine", func(t *testing.T) {
		p := weights.Puller{Home: t.TempDir(), Runtimes: runtimes[:1], From: "unread.tgz"}
		_, err := p.PullRuntime(t.Context())
		wantSentence(t, err, "not to be had for "+runtime.GOOS+" on "+runtime.GOARCH, "OpenCV")
		if left := files(t, p.Home); len(left) != 1 {
			t.Errorf("left behind: %q", left)
		}
	})
}

func TestVerifyRuntimeSaysWhatToDo(t *testing.T) {
	const remedy = `run "falltrain pull --runtime onnxruntime"`
	home := t.TempDir()
	path := weights.RuntimePath(home)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	runtimes, entries := smallRuntimes()
	verify := func() error { return weights.VerifyRuntimeOf(runtimes, home) }
	wantSentence(t, verify(), "not at "+path, remedy)
	write(t, path, []byte("something else"))
	wantSentence(t, verify(), path+" is damaged", remedy)
	write(t, path, entries[1].data)
	wantSentence(t, verify(), path+" is for "+runtime.GOOS+" on another, and this is "+runtime.GOOS+" on "+runtime.GOARCH, remedy)
	write(t, path, append(slices.Clone(entries[2].data), 'x'))
	wantSentence(t, verify(), path+" is damaged", remedy)
	write(t, path, entries[2].data)
	if err := verify(); err != nil {
		t.Error(err)
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(path, 0o755); err != nil {
		t.Fatal(err)
	}
	wantSentence(t, verify(), "read ONNX Runtime", "is a directory")
}

// TestPullTheRealRuntime needs the tarball that "npm pack" gives.
func TestPullTheRealRuntime(t *testing.T) {
	tarball := os.Getenv("FALLKIT_RUNTIME_TARBALL")
	if tarball == "" {
		t.Skipf("FALLKIT_RUNTIME_TARBALL does not name the tarball of %s", weights.RuntimePackage)
	}
	for _, r := range weights.Runtimes { // of every machine
		r.OS, r.Arch = runtime.GOOS, runtime.GOARCH
		p := weights.Puller{Home: t.TempDir(), From: tarball, Runtimes: []weights.Runtime{r}}
		if _, err := p.PullRuntime(t.Context()); err != nil {
			t.Error(err)
		}
	}
}
