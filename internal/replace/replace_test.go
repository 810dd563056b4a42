package replace

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

func TestWhatIsReplacedIsWholeAndItsOwnersAlone(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "state")
	if err := Dir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := Dir(dir, 0o755); err != nil {
		t.Errorf("a folder that is there: %v", err)
	}
	path := filepath.Join(dir, "accounts")
	for _, text := range []string{"one", "another"} {
		if err := File(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		got, err := os.ReadFile(path)
		info, missing := os.Stat(path)
		if err != nil || missing != nil || string(got) != text || info.Mode().Perm() != 0o600 {
			t.Errorf("%q, %v, %v, %v", got, info, err, missing)
		}
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) != 1 {
		t.Errorf("%v is left behind, %v", left, err)
	}
	if err := File(filepath.Join(dir, "nowhere", "x"), nil, 0o600); err == nil {
		t.Error("a file is written into a folder that is not there")
	}
}

// TestRootWritesForTheFoldersOwner: what root changes in a daemon's folder the daemon can read.
func TestRootWritesForTheFoldersOwner(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root can give files away")
	}
	const daemon = 65534
	dir := t.TempDir()
	if err := os.Chown(dir, daemon, daemon); err != nil {
		t.Fatal(err)
	}
	below := filepath.Join(dir, "models")
	path := filepath.Join(below, "x")
	if err := Dir(below, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := File(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, p := range []string{below, path} {
		info, err := os.Stat(p)
		if err != nil {
			t.Fatal(err)
		}
		if s := info.Sys().(*syscall.Stat_t); s.Uid != daemon || s.Gid != daemon {
			t.Errorf("%s belongs to %d:%d", p, s.Uid, s.Gid)
		}
	}
}
