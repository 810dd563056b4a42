package account

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// TestALostPasswordIsMadeAnew: a program that runs takes it up, whoever has tried too many
// passwords need not wait, and the audit log hears of it once.
func TestALostPasswordIsMadeAnew(t *testing.T) {
	d := open(t)
	must(t, d.AddUser("Anna", Read, "a password for Anna"))
	for range mostPerAddress {
		_, _ = d.SignIn("192.0.2.1", "Anna", "is it this one?")
	}
	var wait Wait
	if _, err := d.SignIn("192.0.2.1", "Anna", "a password for Anna"); !errors.As(err, &wait) {
		t.Fatalf("wrong passwords are not limited: %v", err)
	}
	password, err := ResetPassword(d.folder, "Anna", "user root", false, d.at)
	must(t, err)
	for _, restart := range []bool{false, true} {
		if restart {
			d.again(t)
		}
		key, err := d.SignIn("192.0.2.1", "Anna", password)
		if err != nil {
			t.Fatalf("restart %v: %v", restart, err)
		}
		if who, ok := d.Session(key); !ok || who.Scope != Admin || !who.Generated {
			t.Errorf("restart %v: %+v, %v", restart, who, ok)
		}
	}
	deaf := errors.New("no space left on device")
	d.TellResets(func(Reset) error { return deaf })
	d.again(t)
	var told []Reset
	hear := func(r Reset) error { told = append(told, r); return nil }
	d.TellResets(hear)
	d.TellResets(hear)
	d.again(t)
	d.TellResets(hear)
	if want := (Reset{"Anna", "user root", begin}); len(told) != 1 || told[0] != want {
		t.Errorf("told %+v, want %+v once", told, want)
	}
}

func TestResetsThatAreRefused(t *testing.T) {
	var refused Refusal
	empty := t.TempDir()
	if _, err := ResetPassword(empty, FirstUser, "", false, begin); !errors.As(err, &refused) || !strings.Contains(err.Error(), "has no accounts yet") {
		t.Errorf("no accounts: %v", err)
	}
	if left, err := os.ReadDir(empty); err != nil || len(left) > 0 {
		t.Errorf("a refusal leaves %v behind", left)
	}
	d := open(t)
	if _, err := ResetPassword(d.folder, "anna", "", false, begin); !errors.As(err, &refused) || !strings.Contains(err.Error(), `no user "anna", only admin`) {
		t.Errorf("no such user: %v", err)
	}
	must(t, os.WriteFile(filepath.Join(d.folder, fileName), []byte("{"), 0o600))
	if _, err := ResetPassword(d.folder, FirstUser, "", false, begin); err == nil || !strings.Contains(err.Error(), "is damaged") {
		t.Errorf("a damaged file: %v", err)
	}
	must(t, os.RemoveAll(d.folder))
	if _, err := ResetPassword(d.folder, FirstUser, "", false, begin); err == nil {
		t.Error("a folder that is not there has a password")
	}
	if os.Geteuid() != 0 {
		locked := filepath.Join(t.TempDir(), fileName)
		must(t, os.WriteFile(locked, nil, 0o000))
		if _, err := ResetPassword(filepath.Dir(locked), FirstUser, "", false, begin); !errors.Is(err, fs.ErrPermission) || !strings.Contains(err.Error(), "run this as root") {
			t.Errorf("somebody else's file: %v", err)
		}
	}
}

// TestTurns: what two programs change at the same time is there in the end.
func TestTurns(t *testing.T) {
	d := open(t)
	var all sync.WaitGroup
	all.Go(func() {
		for i := range 20 {
			_, _, err := d.AddToken("program "+string(rune('a'+i)), Read)
			must(t, err)
		}
	})
	for range 3 {
		_, err := ResetPassword(d.folder, FirstUser, "user root", false, time.Now())
		must(t, err)
	}
	all.Wait()
	f, _, err := read(filepath.Join(d.folder, fileName))
	if err != nil || len(f.Tokens) != 20 || len(f.Resets) != 3 {
		t.Errorf("%d tokens and %d resets are left, of 20 and 3; %v", len(f.Tokens), len(f.Resets), err)
	}
}
