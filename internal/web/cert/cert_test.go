package cert

import (
	"crypto/ecdsa"
	"crypto/tls"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

var begin = time.Date(2026, 11, 24, 3, 0, 0, 0, time.UTC)

type clock struct{ at time.Time }

func (c *clock) now() time.Time { return c.at }

func quiet(t *testing.T) *slog.Logger { return slog.New(slog.NewTextHandler(t.Output(), nil)) }

func made(t *testing.T, folder string, c *clock, names ...string) *Keeper {
	t.Helper()
	k, err := Made(folder, names, c.now, quiet(t))
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func get(t *testing.T, k *Keeper) *tls.Certificate {
	t.Helper()
	c, err := k.GetCertificate(nil)
	if err != nil || c == nil {
		t.Fatal(c, err)
	}
	return c
}

func TestMade(t *testing.T) {
	folder := t.TempDir()
	k := made(t, folder, &clock{begin}, "house.example", "192.0.2.17")
	leaf := get(t, k).Leaf
	if _, ok := leaf.PublicKey.(*ecdsa.PublicKey); !ok {
		t.Errorf("the key is a %T", leaf.PublicKey)
	}
	for _, name := range []string{"house.example", "192.0.2.17", "localhost", "127.0.0.1", "::1"} {
		if err := leaf.VerifyHostname(name); err != nil {
			t.Error(err)
		}
	}
	if leaf.VerifyHostname("elsewhere.example") == nil || leaf.IsCA {
		t.Error("the certificate is for too much")
	}
	if whole := leaf.NotAfter.Sub(leaf.NotBefore); whole > 398*24*time.Hour || leaf.NotBefore.After(begin) {
		t.Errorf("valid from %v for %v", leaf.NotBefore, whole)
	}
	for name, want := range map[string]os.FileMode{"tls.key": 0o600, "tls.crt": 0o644} {
		if info, err := os.Stat(filepath.Join(folder, name)); err != nil || info.Mode().Perm() != want {
			t.Errorf("%s: %v, %v", name, info, err)
		}
	}
	if f := k.Fingerprint(); len(f) != 32*3-1 || strings.Trim(f, "0123456789ABCDEF:") != "" {
		t.Error(f)
	}
}

func TestMadeOnceAndRenewedInTime(t *testing.T) {
	folder, c := t.TempDir(), &clock{begin}
	first := made(t, folder, c)
	if made(t, folder, c).Fingerprint() != first.Fingerprint() {
		t.Error("a second start made another certificate")
	}
	ends := get(t, first).Leaf.NotAfter
	for _, step := range []struct {
		at    time.Time
		again bool
	}{
		{ends.Add(-early), false},
		{ends.Add(-early + 2*again), true}, // while it runs
		{ends.Add(24 * time.Hour), false},
	} {
		before := first.Fingerprint()
		c.at = step.at
		leaf := get(t, first).Leaf
		if renewed := before != first.Fingerprint(); renewed != step.again || !leaf.NotAfter.After(c.at) {
			t.Errorf("at %v: renewed %v", step.at, renewed)
		}
	}
	if made(t, folder, c).Fingerprint() != first.Fingerprint() {
		t.Error("what was renewed is not in the files")
	}
}

func TestMadeAnewForAnotherName(t *testing.T) {
	folder, c := t.TempDir(), &clock{begin}
	before := made(t, folder, c).Fingerprint()
	k := made(t, folder, c, "other.example")
	if k.Fingerprint() == before || get(t, k).Leaf.VerifyHostname("other.example") != nil {
		t.Error("the certificate is not for the new name")
	}
}

func TestClockThatIsSetBack(t *testing.T) {
	folder, c := t.TempDir(), &clock{begin}
	k := made(t, folder, c)
	before := k.Fingerprint()
	if c.at = begin.Add(-time.Hour); get(t, k) == nil || k.Fingerprint() != before {
		t.Error("an hour is enough for a new certificate")
	}
}

// TestCutOff takes every beginning of each file for the file, as after a power cut.
func TestCutOff(t *testing.T) {
	folder, c := t.TempDir(), &clock{begin}
	made(t, folder, c)
	for _, name := range []string{"tls.crt", "tls.key"} {
		path := filepath.Join(folder, name)
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, n := range []int{0, 1, 10, len(text) / 2, len(text) - 30} {
			if err := os.WriteFile(path, text[:n], 0o600); err != nil {
				t.Fatal(err)
			}
			if k := made(t, folder, c); get(t, k).Leaf.VerifyHostname("localhost") != nil {
				t.Errorf("%s of %d bytes", name, n)
			}
		}
	}
	if info, err := os.Stat(filepath.Join(folder, "tls.key")); err != nil || info.Mode().Perm() != 0o600 {
		t.Error(info, err)
	}
}

func TestOwn(t *testing.T) {
	a, b, c := t.TempDir(), t.TempDir(), &clock{begin}
	first, second := made(t, a, c), made(t, b, c)
	own, err := Own(filepath.Join(a, "tls.crt"), filepath.Join(a, "tls.key"), c.now, quiet(t))
	if err != nil || own.Fingerprint() != first.Fingerprint() {
		t.Fatal(err)
	}
	replace := func(name string, text []byte) {
		path := filepath.Join(a, name)
		if err := os.WriteFile(path, text, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(path, c.at, c.at); err != nil {
			t.Fatal(err)
		}
	}
	c.at = c.at.Add(2 * again)
	replace("tls.crt", []byte("half a certifi"))
	if get(t, own); own.Fingerprint() != first.Fingerprint() {
		t.Error("a damaged file took the certificate away")
	}
	for _, name := range []string{"tls.crt", "tls.key"} {
		text, err := os.ReadFile(filepath.Join(b, name))
		if err != nil {
			t.Fatal(err)
		}
		replace(name, text)
	}
	if get(t, own); own.Fingerprint() != first.Fingerprint() {
		t.Error("the files are looked at with every connection")
	}
	c.at = c.at.Add(again)
	if get(t, own); own.Fingerprint() != second.Fingerprint() {
		t.Error("a new certificate in the files is not taken up")
	}
}

func TestKeyThatAllCanRead(t *testing.T) {
	folder, c := t.TempDir(), &clock{begin}
	made(t, folder, c)
	key := filepath.Join(folder, "tls.key")
	for mode, warned := range map[os.FileMode]bool{0o600: false, 0o640: false, 0o644: true, 0o602: true} {
		if err := os.Chmod(key, mode); err != nil {
			t.Fatal(err)
		}
		var said strings.Builder
		if _, err := Own(filepath.Join(folder, "tls.crt"), key, c.now, slog.New(slog.NewTextHandler(&said, nil))); err != nil {
			t.Fatal(err)
		}
		if strings.Contains(said.String(), key) != warned {
			t.Errorf("mode %v: %q", mode, said.String())
		}
	}
}

func TestOwnThatIsMissing(t *testing.T) {
	_, err := Own("none.crt", "none.key", (&clock{begin}).now, quiet(t))
	if err == nil || !strings.Contains(err.Error(), "none.crt") {
		t.Error(err)
	}
}

func TestMachine(t *testing.T) {
	if names := Machine(); !slices.Contains(names, "localhost") || slices.Contains(names, "") {
		t.Error(names)
	}
}
