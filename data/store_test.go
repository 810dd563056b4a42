package data

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestStoreKeepsWhatItIsGiven(t *testing.T) {
	s := Store{Dir: filepath.Join(t.TempDir(), "not", "there", "yet")}
	r := steadyRecording(20, 4)
	o := Origin{VideoSHA256: sha("v"), Engine: "e", FPS: 12.5}
	if s.Has(o.Key()) {
		t.Error("the store has poses before they are saved")
	}
	if _, err := s.Load(o.Key()); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("Load of nothing: %v", err)
	}
	if err := s.Put(o, r); err != nil {
		t.Fatal(err)
	}
	if err := s.Save(Key("other", "e", 12.5), r); err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{o.Key(), Key("other", "e", 12.5)} {
		got, err := s.Load(key)
		if err != nil || !s.Has(key) {
			t.Fatalf("Load: %v, Has: %v", err, s.Has(key))
		}
		if d := cmp.Diff(r, got, bitwise); d != "" {
			t.Error(d)
		}
	}
	if left := s.unfinishedFiles(); len(left) > 0 {
		t.Errorf("unfinished files: %v", left)
	}
}

func TestKeysDifferInEverythingThatPosesDependOn(t *testing.T) {
	keys := map[string]bool{}
	for _, o := range []Origin{{"a", "e", 12.5}, {"b", "e", 12.5}, {"a", "f", 12.5}, {"a", "e", 12.4}, {"a", "e\"\nfps 1", 12.5}, {"a", "e", 1}} {
		keys[o.Key()] = true
	}
	if len(keys) != 6 {
		t.Errorf("%d keys of 6 origins", len(keys))
	}
	// Keys stand in stores on people's disks: another one makes all of them worthless.
	if k := Key("00", "movenet", 12.5); k != "a68009c787ebf303d2be19f1e1f66996761e929ec7c5d5f2e487b67ed4cc17fb" {
		t.Errorf("the same poses have another key now: %s", k)
	}
}

func TestStoreRefusesDamage(t *testing.T) {
	s := Store{Dir: t.TempDir()}
	key := Key("v", "e", 12.5)
	if err := s.Save(key, steadyRecording(20, 4)); err != nil {
		t.Fatal(err)
	}
	text, _ := os.ReadFile(s.Path(key))
	write(t, s.Path(key), string(text[:len(text)/2]))
	if s.Has(key) {
		t.Error("the store has half a file")
	}
	_, err := s.Load(key)
	if !errors.Is(err, ErrDamaged) || !strings.Contains(err.Error(), s.Path(key)) || !strings.Contains(err.Error(), `run "falltrain extract"`) {
		t.Errorf("Load of half a file: %v", err)
	}
}

// TestFilesAreReplacedNotWritten holds the old file by a second name: whoever writes into it
// instead of replacing it changes what that name shows.
func TestFilesAreReplacedNotWritten(t *testing.T) {
	path := filepath.Join(t.TempDir(), "labels.csv")
	write(t, path, "old")
	if err := os.Link(path, path+".held"); err != nil {
		t.Skipf("this file system has no second names: %v", err)
	}
	if err := replaceFile(path, []byte("new")); err != nil {
		t.Fatal(err)
	}
	held, _ := os.ReadFile(path + ".held")
	now, _ := os.ReadFile(path)
	if string(held) != "old" || string(now) != "new" {
		t.Errorf("the old file says %q, the new one %q", held, now)
	}
}

// TestFailedWritesLeaveNothing asks for a file in the place of a folder.
func TestFailedWritesLeaveNothing(t *testing.T) {
	s := Store{Dir: t.TempDir()}
	key := Key("v", "e", 12.5)
	if err := os.MkdirAll(filepath.Join(s.Path(key), "x"), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := s.Save(key, steadyRecording(20, 4)); err == nil {
		t.Error("a file took the place of a folder")
	}
	if left := s.unfinishedFiles(); len(left) > 0 {
		t.Errorf("unfinished files: %v", left)
	}
}

func TestSweepLeavesTheLivingAlone(t *testing.T) {
	s := Store{Dir: filepath.Join(t.TempDir(), "st[o]re*")}
	dead := filepath.Join(s.Dir, "ab", ".abcd.parquet123")
	write(t, dead, "half")
	write(t, filepath.Join(s.Dir, ".poses.csv77"), "half")
	write(t, filepath.Join(s.Dir, "ab", "abcd.parquet"), "finished")
	unlock, _ := lockShared(s.Dir)
	if err := s.sweep(); err != nil || !exists(dead) {
		t.Errorf("swept while another one writes (%v)", err)
	}
	unlock()
	if err := s.sweep(); err != nil || exists(dead) || exists(filepath.Join(s.Dir, ".poses.csv77")) {
		t.Errorf("not swept (%v)", err)
	}
	if !exists(filepath.Join(s.Dir, "ab", "abcd.parquet")) {
		t.Error("a finished file was swept")
	}
}

func exists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}
