package modelstore

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"fallkit/internal/selftest"
	"fallkit/model"
	"fallkit/pose"
)

var noon = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

// small is a tiny model that answers as it should.
func small(t testing.TB, seed uint64) *model.Checkpoint {
	t.Helper()
	spec := model.DefaultSpec
	spec.Channels, spec.Dilations = 2, []int{1}
	in := pose.DefaultInput
	spec.Inputs, spec.Steps = in.Channels(), in.Steps()
	c := &model.Checkpoint{
		Spec: spec, Input: in, PoseEngine: "engine", Threshold: 0.5, Parameters: spec.Init(seed),
		Meta: map[string]string{"data": fmt.Sprintf("seed %d", seed)},
	}
	if err := selftest.Record(c); err != nil {
		t.Fatal(err)
	}
	return c
}

func saved(t testing.TB, c *model.Checkpoint, name string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := c.Save(path); err != nil {
		t.Fatal(err)
	}
	return path
}

func fits(c *model.Checkpoint) error {
	if c.PoseEngine != "engine" {
		return fmt.Errorf("it has learned from poses of %q", c.PoseEngine)
	}
	return nil
}

func newStore(t testing.TB) *Store {
	t.Helper()
	return &Store{
		Dir: filepath.Join(t.TempDir(), "models"), Shipped: Shipped{Name: "shipped", Path: saved(t, small(t, 1), "base.safetensors")},
		Checks: Checks{Fits: fits}, Patience: time.Minute,
	}
}

// install puts in a model of a seed.
func (s *Store) install(t testing.TB, seed uint64) {
	t.Helper()
	if _, err := s.Install(saved(t, small(t, seed), fmt.Sprintf("m%d.safetensors", seed)), noon); err != nil {
		t.Fatal(err)
	}
}

func (s *Store) started(t testing.TB) *Use {
	t.Helper()
	u, err := s.Start(noon)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

// letter tells a list in short: c2? is current, of seed 2, on probation.
func (s *Store) letters(t testing.TB) string {
	t.Helper()
	lines, err := s.List()
	if err != nil {
		t.Fatal(err)
	}
	var short []string
	for _, l := range lines {
		text := l.Role[:1] + strings.TrimPrefix(l.Learned, "seed ")
		if l.Probation {
			text += "?"
		}
		if l.Fault != "" {
			text += "!"
		}
		short = append(short, text)
	}
	return strings.Join(short, " ")
}

// TestALifeOfModels: c current, p previous, s shipped, f failed; ? on probation, ! a fault.
func TestALifeOfModels(t *testing.T) {
	s := newStore(t)
	var u *Use
	start := func() { u = s.started(t) }
	watch := func(wrong error, seconds int) error {
		ticks := make(chan time.Time, 1)
		ticks <- noon.Add(time.Duration(seconds) * time.Second)
		ctx, cancel := context.WithCancel(t.Context())
		return s.Watch(ctx, u, ticks, func() error {
			if wrong != nil && seconds < 60 {
				cancel()
			}
			return wrong
		})
	}
	blind := errors.New("no camera sees")
	for i, step := range []struct {
		do    func() error
		want  string
		uses  string // what the daemon then uses
		fails error
	}{
		{func() error { start(); return nil }, "c1", "seed 1", nil},
		{func() error { s.install(t, 2); return nil }, "c2? s1", "seed 1", nil},
		{func() error { start(); return nil }, "c2? s1", "seed 2", nil},
		{func() error { return watch(nil, 1) }, "c2 s1", "seed 2", nil},
		{func() error { start(); return nil }, "c2 s1", "seed 2", nil},
		{func() error { s.install(t, 3); return nil }, "c3? p2 s1", "seed 2", nil},
		{func() error { start(); return nil }, "c3? p2 s1", "seed 3", nil},
		{func() error { start(); return nil }, "c2 s1 f!", "seed 2", nil}, // crashed before it was ready
		{func() error { s.install(t, 4); return nil }, "c4? p2 s1", "seed 2", nil},
		{func() error { s.install(t, 5); return nil }, "c5? p2 s1", "seed 2", nil}, // 4 has never worked
		{func() error { start(); return nil }, "c5? p2 s1", "seed 5", nil},
		{func() error { return watch(blind, 30) }, "c5? p2 s1", "seed 5", context.Canceled},
		{func() error { return s.Stopped(u) }, "c5? p2 s1", "seed 5", nil}, // on purpose: another chance
		{func() error { start(); return nil }, "c5? p2 s1", "seed 5", nil},
		{func() error { return watch(blind, 61) }, "c2 s1 f!", "seed 5", ErrNotReady},
		{func() error { start(); return nil }, "c2 s1 f!", "seed 2", nil},
		{func() error { s.install(t, 6); start(); return watch(nil, 1) }, "c6 p2 s1", "seed 6", nil},
		{func() error { _, err := s.Rollback(); return err }, "c2 p6 s1", "seed 6", nil},
		{func() error { _, err := s.Rollback(); return err }, "c6 p2 s1", "seed 6", nil},
		{func() error { s.install(t, 7); start(); return nil }, "c7? p6 s1", "seed 7", nil},
		{func() error { s.install(t, 8); return watch(nil, 1) }, "c8? p6 s1", "seed 7", nil}, // 7 is ready, and no longer meant
	} {
		err := step.do()
		if !errors.Is(err, step.fails) || (step.fails == nil && err != nil) {
			t.Fatalf("step %d: %v, want %v", i, err, step.fails)
		}
		if got := s.letters(t); got != step.want {
			t.Fatalf("step %d: %q, want %q", i, got, step.want)
		}
		if got := u.Model.Meta["data"]; got != step.uses {
			t.Fatalf("step %d: the daemon uses %s, want %s", i, got, step.uses)
		}
	}
}

func TestNothingToGoBackTo(t *testing.T) {
	if _, err := newStore(t).Rollback(); err == nil || !strings.Contains(err.Error(), "nothing to go back to") {
		t.Error(err)
	}
}

func TestModelsThatAreRefused(t *testing.T) {
	other := small(t, 2)
	other.PoseEngine = "another"
	silent := small(t, 2)
	delete(silent.Meta, selftest.Key)
	wrong := small(t, 2)
	for name := range wrong.Parameters {
		for i := range wrong.Parameters[name] {
			wrong.Parameters[name][i] += 0.1
		}
	}
	for want, path := range map[string]string{
		`learned from poses of "another"`: saved(t, other, "a"),
		"no answers":                      saved(t, silent, "b"),
		"must answer":                     saved(t, wrong, "c"),
		"no such file":                    "nowhere",
		"not a file":                      t.TempDir(),
		"not a safetensors file":          filepath.Join("..", "..", "go.sum"),
		"more than 64 MB":                 huge(t),
	} {
		s := newStore(t)
		if _, err := s.Install(path, noon); err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), path) {
			t.Errorf("%v, want %s", err, want)
		}
		if got := s.letters(t); got != "c1" {
			t.Errorf("%s: afterwards the store has %s", want, got)
		}
	}
}

// huge is a file of nothing that takes no room.
func huge(t *testing.T) string {
	path := filepath.Join(t.TempDir(), "huge")
	if err := errors.Join(os.WriteFile(path, nil, 0o644), os.Truncate(path, mostBytes+1)); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestInstallingTheSameTwice(t *testing.T) {
	s := newStore(t)
	path := saved(t, small(t, 2), "m")
	if _, err := s.Install(path, noon); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Install(path, noon); err == nil || !strings.Contains(err.Error(), "in use") {
		t.Error(err)
	}
}

func TestSignatures(t *testing.T) {
	dir := t.TempDir()
	in := func(name string) string { return filepath.Join(dir, name) }
	for _, who := range []string{"maker", "other"} {
		if err := NewKey(in(who+".key"), in(who+".pub")); err != nil {
			t.Fatal(err)
		}
	}
	if err := NewKey(in("maker.key"), in("third.pub")); err == nil {
		t.Error("a private key was overwritten")
	}
	if info, err := os.Stat(in("maker.key")); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the private key can be read by others: %v %v", info, err)
	}
	keys, err := ReadKeys([]string{in("maker.pub")})
	if err != nil {
		t.Fatal(err)
	}
	s := newStore(t)
	s.Checks.Keys, s.Checks.Required = keys, true
	path := saved(t, small(t, 2), "m.safetensors")
	refused := func(want string) {
		t.Helper()
		if _, err := s.Install(path, noon); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %s", err, want)
		}
	}
	refused("it is not signed")
	sign := func(key string) {
		t.Helper()
		if _, err := Sign(path, in(key)); err != nil {
			t.Fatal(err)
		}
	}
	sign("other.key")
	refused("none of the keys")
	if err := os.WriteFile(path+".sig", []byte("AAAA"), 0o644); err != nil {
		t.Fatal(err)
	}
	refused("damaged")
	sign("maker.key")
	m, err := s.Install(path, noon)
	if err != nil || m.Signed != "maker.pub" {
		t.Fatalf("%v %v", m, err)
	}
	if u := s.started(t); u.Model.Meta["data"] != "seed 2" {
		t.Errorf("uses %s: %v", u.Model.Meta["data"], u.Notes)
	}
	// The signature is held against the file at every start.
	if err := os.Remove(s.path(m.SHA256) + ".sig"); err != nil {
		t.Fatal(err)
	}
	if err := s.Stopped(&Use{Model: m, Probation: true}); err != nil {
		t.Fatal(err)
	}
	if u := s.started(t); u.Model.Meta["data"] != "seed 1" || !strings.Contains(fmt.Sprint(u.Notes), "not signed") {
		t.Errorf("uses %s: %v", u.Model.Meta["data"], u.Notes)
	}
}

// TestKeysAndSignaturesAreOpenSSLs: a maker needs no tool of ours, nor the other way round.
func TestKeysAndSignaturesAreOpenSSLs(t *testing.T) {
	if _, err := exec.LookPath("openssl"); err != nil {
		t.Skip("openssl is not there")
	}
	dir := t.TempDir()
	path := saved(t, small(t, 2), "m.safetensors")
	run := func(script string) {
		t.Helper()
		c := exec.Command("sh", "-ec", script)
		c.Dir, c.Env = dir, append(os.Environ(), "FILE="+path)
		if out, err := c.CombinedOutput(); err != nil {
			t.Fatalf("%s: %v: %s", script, err, out)
		}
	}
	run(`openssl genpkey -algorithm ed25519 -out maker.key && openssl pkey -in maker.key -pubout -out maker.pub`)
	run(`openssl pkeyutl -sign -rawin -inkey maker.key -in "$FILE" | base64 -w0 >"$FILE.sig"`)
	keys, err := ReadKeys([]string{filepath.Join(dir, "maker.pub")})
	if err != nil {
		t.Fatal(err)
	}
	if m, err := (Checks{Keys: keys, Required: true}).Verify(path); err != nil || m.Signed != "maker.pub" {
		t.Error(err)
	}
	if _, err := Sign(path, filepath.Join(dir, "maker.key")); err != nil {
		t.Fatal(err)
	}
	run(`base64 -d "$FILE.sig" >raw && openssl pkeyutl -verify -rawin -pubin -inkey maker.pub -in "$FILE" -sigfile raw`)
}

func TestKeysThatAreNone(t *testing.T) {
	for _, path := range []string{"nowhere", filepath.Join("..", "..", "go.mod"), t.TempDir()} {
		if _, err := ReadKeys([]string{path}); err == nil || !strings.Contains(err.Error(), path) {
			t.Error(err)
		}
		if _, err := Sign(path, path); err == nil || !strings.Contains(err.Error(), path) {
			t.Error(err)
		}
	}
}

func TestSettings(t *testing.T) {
	if faults := DefaultSettings.Faults(); faults != nil {
		t.Error(faults)
	}
	bad := Settings{RequireSignature: true, Probation: time.Second}
	var got []string
	for _, f := range bad.Faults() {
		got = append(got, strings.Fields(f.Error())[0])
	}
	bad = Settings{Keys: []string{"maker.pub"}, Probation: time.Minute}
	for _, f := range bad.Faults() {
		got = append(got, strings.Fields(f.Error())[0])
	}
	if diff := cmp.Diff([]string{"model.require_signature", "model.probation", "model.keys"}, got); diff != "" {
		t.Error(diff)
	}
}
