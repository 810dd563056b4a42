package retention

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

var noon = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

// shelf is a place whose records take 10 MB each of a small disk.
type shelf struct {
	ages   []time.Duration // oldest first
	needed int             // the newest so many are never removed
}

func (s *shelf) Prune(olderThan time.Time, maxBytes int64) (removed int, err error) {
	for len(s.ages) > s.needed {
		tooOld := noon.Add(-s.ages[0]).Before(olderThan)
		tooMuch := maxBytes > 0 && int64(len(s.ages))*10<<20 > maxBytes
		if !tooOld && !tooMuch {
			break
		}
		s.ages = s.ages[1:]
		removed++
	}
	return removed, nil
}

func (s *shelf) free(disk int) func() (uint64, error) {
	return func() (uint64, error) { return uint64(max(disk-10*len(s.ages), 0)) << 20, nil }
}

func days(n ...int) (ages []time.Duration) {
	for _, d := range n {
		ages = append(ages, time.Duration(d)*24*time.Hour)
	}
	return ages
}

func TestRounds(t *testing.T) {
	for _, test := range []struct {
		name     string
		settings Settings
		shelf    shelf
		disk     int // MB in all
		left     int
		early    bool
		full     bool
	}{
		{"nothing to do", Default, shelf{ages: days(80, 40, 1)}, 1000, 3, false, false},
		{"by age", Default, shelf{ages: days(200, 91, 89, 1)}, 1000, 2, false, false},
		{"by size", Settings{Days: 90, Megabytes: 20}, shelf{ages: days(80, 40, 1)}, 1000, 2, false, false},
		{"without end", Settings{}, shelf{ages: days(8000, 1)}, 1000, 2, false, false},
		{"the disk is nearly full", Default, shelf{ages: days(80, 40, 20, 1)}, 220, 2, true, false}, // 80 goes at 45 days, 40 at 22
		{"without end, until the disk is full", Settings{FreeMegabytes: 200}, shelf{ages: days(8000, 1)}, 215, 1, true, false},
		{"somebody else fills the disk", Default, shelf{ages: days(80, 1)}, 100, 0, true, true},
		{"what is needed stays", Default, shelf{ages: days(80, 40, 1), needed: 2}, 100, 2, true, true},
	} {
		k := Keeper{Settings: test.settings, Places: []Place{&test.shelf}, Free: test.shelf.free(test.disk)}
		had := len(test.shelf.ages)
		o := k.Round(noon)
		if len(test.shelf.ages) != test.left || o.Early != test.early || o.Full != test.full || o.Removed != had-test.left || o.Err != nil {
			t.Errorf("%s: %d left, %+v", test.name, len(test.shelf.ages), o)
		}
	}
}

// TestAFileThatDoesNotShrink: history is not thrown away for nothing.
func TestAFileThatDoesNotShrink(t *testing.T) {
	s := &shelf{ages: days(80, 50, 40, 20, 10, 1)}
	k := Keeper{Settings: Default, Places: []Place{s}, Free: func() (uint64, error) { return 100 << 20, nil }}
	if o := k.Round(noon); o.Removed != 2 || !o.Full || !o.Early {
		t.Errorf("%+v, %v left", o, s.ages)
	}
}

func TestADiskThatCannotBeAsked(t *testing.T) {
	s := &shelf{ages: days(80)}
	k := Keeper{Settings: Default, Places: []Place{s}, Free: func() (uint64, error) { return 0, errors.New("no such disk") }}
	if o := k.Round(noon); o.Err == nil || o.Full || len(s.ages) != 1 {
		t.Errorf("%+v", o)
	}
}

func TestRun(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	ticks, told := make(chan time.Time, 1), 0
	s := &shelf{ages: days(95, 89)}
	k := Keeper{Settings: Default, Places: []Place{s}, Free: s.free(1000)}
	k.Told = func(o Outcome) {
		told++
		switch {
		case told == 1 && o.Removed == 1:
			ticks <- noon.AddDate(0, 0, 2)
		case told == 2:
			cancel()
		}
	}
	if err := k.Run(ctx, ticks, noon); !errors.Is(err, context.Canceled) || told != 2 {
		t.Errorf("%v, told %d times", err, told)
	}
}

func TestFolder(t *testing.T) {
	dir := t.TempDir()
	for i, day := range []int{1, 2, 3, 4, 5} { // 1 is the oldest
		path := filepath.Join(dir, fmt.Sprintf("c%d", i+1))
		at := noon.AddDate(0, 0, day)
		if err := errors.Join(os.WriteFile(path, make([]byte, 100), 0o644), os.Chtimes(path, at, at)); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir(filepath.Join(dir, "below"), 0o755); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		older time.Time
		bytes int64
		want  string
	}{
		{time.Time{}, 0, "below c1 c2 c3 c4 c5"},
		{noon.AddDate(0, 0, 2), 0, "below c2 c3 c4 c5"},
		{time.Time{}, 350, "below c3 c4 c5"},
		{noon.AddDate(1, 0, 0), 0, "below"},
	} {
		if _, err := (Folder{Dir: dir}).Prune(test.older, test.bytes); err != nil {
			t.Fatal(err)
		}
		entries, err := os.ReadDir(dir)
		if err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, e := range entries {
			names = append(names, e.Name())
		}
		if got := strings.Join(names, " "); got != test.want {
			t.Errorf("left %s, want %s", got, test.want)
		}
	}
	if n, err := (Folder{Dir: filepath.Join(dir, "nowhere")}).Prune(noon, 1); n != 0 || err != nil {
		t.Error(n, err)
	}
}

// TestWhatIsLeftIsTheNewest: whatever is kept, nothing newer was removed, and a disk that
// could be freed is.
func TestWhatIsLeftIsTheNewest(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		hours := rapid.SliceOfN(rapid.IntRange(0, 5000), 0, 30).Draw(t, "hours")
		slices.Sort(hours)
		slices.Reverse(hours)
		s := &shelf{}
		for _, h := range hours {
			s.ages = append(s.ages, time.Duration(h)*time.Hour)
		}
		all := slices.Clone(s.ages)
		settings := Settings{Days: rapid.IntRange(0, 200).Draw(t, "days"), Megabytes: rapid.IntRange(0, 300).Draw(t, "megabytes"), FreeMegabytes: 200}
		disk := rapid.IntRange(10*len(all), 600).Draw(t, "disk")
		k := Keeper{Settings: settings, Places: []Place{s}, Free: s.free(disk)}
		o := k.Round(noon)
		if !slices.Equal(s.ages, all[len(all)-len(s.ages):]) || o.Removed != len(all)-len(s.ages) {
			t.Fatalf("of %v %v is left: %+v", all, s.ages, o)
		}
		if o.Full && len(s.ages) > 0 && s.ages[0] > time.Hour {
			t.Fatalf("the disk is full, and %v is left", s.ages)
		}
	})
}

func TestSettings(t *testing.T) {
	if faults := Default.Faults(); faults != nil {
		t.Error(faults)
	}
	if faults := (Settings{-1, -1, -1}).Faults(); len(faults) != 3 {
		t.Error(faults)
	}
}
