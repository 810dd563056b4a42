package data

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"
)

func sha(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

// sumOf asks a freshly opened videoSums for a file's sha256, a while after now.
func sumOf(t *testing.T, s Store, path string, later time.Duration) string {
	t.Helper()
	v := openSums(s)
	v.now = func() time.Time { return time.Now().Add(later) }
	sum, _, err := v.of(context.Background(), path)
	if err != nil {
		t.Fatal(err)
	}
	if err := v.save(); err != nil {
		t.Fatal(err)
	}
	return sum
}

func TestSumsAreKept(t *testing.T) {
	s := Store{Dir: t.TempDir()}
	path := filepath.Join(t.TempDir(), "v.mp4")
	write(t, path, "one")
	if sum := sumOf(t, s, path, 0); sum != sha("one") || len(readSums(s)) != 0 {
		t.Errorf("a file that was written just now: sum %s, kept %v", sum, readSums(s))
	}
	if sum := sumOf(t, s, path, time.Hour); sum != sha("one") || readSums(s)[path].SHA256 != sum {
		t.Errorf("a file that was left alone: sum %s, kept %v", sum, readSums(s))
	}
	marked := readSums(s)[path]
	marked.SHA256 = "known"
	v := &videoSums{store: s, fresh: map[string]videoSum{path: marked}}
	if err := v.save(); err != nil {
		t.Fatal(err)
	}
	if sum := sumOf(t, s, path, time.Hour); sum != "known" {
		t.Errorf("an unchanged file was read again: %s", sum)
	}
}

func TestSumsSeeEveryChange(t *testing.T) {
	for name, change := range map[string]func(t *testing.T, path string, was os.FileInfo){
		"longer": func(t *testing.T, path string, was os.FileInfo) { write(t, path, "two and more") },
		"written over": func(t *testing.T, path string, was os.FileInfo) {
			write(t, path, "two")
			setTime(t, path, was.ModTime().Add(time.Minute))
		},
		"another file with its time": func(t *testing.T, path string, was os.FileInfo) {
			write(t, path+"new", "two")
			setTime(t, path+"new", was.ModTime())
			if err := os.Rename(path+"new", path); err != nil {
				t.Fatal(err)
			}
		},
		"written over, time set back": func(t *testing.T, path string, was os.FileInfo) {
			if runtime.GOOS != "linux" {
				t.Skip("only Linux says when a file was changed last")
			}
			write(t, path, "two")
			_, changed := systemMarks(was)
			for now := changed; now == changed; { // the clock of changes ticks every few ms
				setTime(t, path, was.ModTime())
				info, err := os.Stat(path)
				if err != nil {
					t.Fatal(err)
				}
				_, now = systemMarks(info)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := Store{Dir: t.TempDir()}
			path := filepath.Join(t.TempDir(), "v.mp4")
			write(t, path, "one")
			setTime(t, path, time.Now().Add(-time.Hour))
			was, err := os.Stat(path)
			if err != nil {
				t.Fatal(err)
			}
			sumOf(t, s, path, time.Hour)
			change(t, path, was)
			text, _ := os.ReadFile(path)
			if sum := sumOf(t, s, path, time.Hour); sum != sha(string(text)) {
				t.Errorf("the sum is that of the old file")
			}
		})
	}
}

func setTime(t *testing.T, path string, when time.Time) {
	t.Helper()
	if err := os.Chtimes(path, when, when); err != nil {
		t.Fatal(err)
	}
}

func TestSumsOfWhatIsNoVideo(t *testing.T) {
	v := openSums(Store{Dir: t.TempDir()})
	if _, _, err := v.of(context.Background(), t.TempDir()); err == nil || err.Error() != "this is not a file" {
		t.Errorf("a folder: %v", err)
	}
	path := filepath.Join(t.TempDir(), "v.mp4")
	write(t, path, "one")
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, _, err := v.of(ctx, path); !errors.Is(err, context.Canceled) {
		t.Errorf("stopped: %v", err)
	}
}
