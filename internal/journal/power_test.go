package journal

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"fallkit/internal/alarm"
)

// sector is what a disk writes whole or not at all, in bytes.
const sector = 512

// TestPowerCut plays every way in which a cut of power can leave the file in the middle of accepting
// a report. bbolt writes the pages of a transaction, waits for the disk, writes one meta page, and
// waits again: so either any part of the pages is there and the meta page is not, or all of the
// pages and any part of the meta page. What was accepted before must be there whatever happens, without damage.
func TestPowerCut(t *testing.T) {
	rounds, cuts := 4, 30
	if os.Getenv(everywhere) != "" {
		rounds, cuts = 40, 400
	}
	chance := rand.New(rand.NewPCG(7, 8))
	folder := inMemory(t)
	path, cut := filepath.Join(folder, "journal"), filepath.Join(folder, "cut")
	j, err := Open(path)
	must(t, err)
	tried, kept := 0, 0
	for round := range rounds {
		before, err := os.ReadFile(path)
		must(t, err)
		r := report(fmt.Sprint("i", round), alarm.Confirmed, 1)
		must(t, j.Accept([]alarm.Report{r}, []byte(fmt.Sprintf(`{"round":%d}`, round)), to("mail")))
		after, err := os.ReadFile(path)
		must(t, err)
		for range cuts {
			must(t, os.WriteFile(cut, torn(before, after, chance), 0o600))
			must(t, os.Truncate(cut, int64(len(after)))) // the reserve
			got := whole(t, cut)
			if got != round && got != round+1 {
				t.Fatalf("of %d accepted reports %d are there", round, got)
			}
			tried++
			kept += got - round
		}
	}
	must(t, j.Close())
	t.Logf("%d cuts of power while a report was being accepted: nothing accepted before was lost, no file was damaged; in %d the report was there", tried, kept)
}

// torn is a file between before and after.
func torn(before, after []byte, chance *rand.Rand) []byte {
	newest := pages{bytes.NewReader(after), int64(len(after))}.metas()[0]
	page := int(newest.pageBytes)
	after = after[:int(newest.end)*page]
	file := make([]byte, len(after))
	copy(file, before)
	all := chance.IntN(2) == 0 // the pages are on the disk, and the meta page is next
	for at := 0; at < len(after); at += sector {
		next := min(at+sector, len(after))
		switch isMeta := at < 2*page; {
		case isMeta && !all, !isMeta && !all && chance.IntN(2) == 0:
		case isMeta: // written byte by byte, for all that is known
			copy(file[at:next], after[at:at+chance.IntN(next-at+1)])
		default:
			copy(file[at:next], after[at:next])
		}
	}
	return file
}

// whole opens a file that must not be damaged, and counts its reports.
func whole(t *testing.T, path string) int {
	t.Helper()
	j, err := Open(path)
	must(t, err)
	defer j.Close()
	if j.Damage() != "" {
		t.Fatal(j.Damage())
	}
	records, err := j.Incidents(1000, "")
	must(t, err)
	if depth := j.Depth()["mail"]; depth != len(records) {
		t.Fatalf("%d reports and %d deliveries", len(records), depth)
	}
	desk, err := j.Desk()
	must(t, err)
	if want := fmt.Sprintf(`{"round":%d}`, len(records)-1); len(records) > 0 && string(desk) != want {
		t.Fatalf("%d reports, and the desk is %s", len(records), desk)
	}
	return len(records)
}

// TestMuchAtOnce is for the race detector.
func TestMuchAtOnce(t *testing.T) {
	j := opened(t, filepath.Join(t.TempDir(), "journal"))
	j.db.NoSync = true
	const each = 30
	var all sync.WaitGroup
	do := func(f func(n int)) {
		all.Go(func() {
			for n := range each {
				f(n)
			}
		})
	}
	for _, who := range []string{"a", "b"} {
		do(func(n int) {
			must(t, j.Accept([]alarm.Report{report(fmt.Sprint(who, n), alarm.Cleared, 1)}, nil, to("mail", "hook")))
		})
	}
	do(func(int) {
		pending, err := j.Pending("mail", 10)
		must(t, err)
		for _, d := range pending {
			must(t, j.Done("mail", d.Report.ID, "delivered"))
		}
	})
	do(func(n int) {
		pending, err := j.Pending("hook", 1)
		must(t, err)
		for _, d := range pending {
			must(t, j.Failed("hook", d.Report.ID, os.ErrDeadlineExceeded, noon.Add(time.Duration(n)*time.Second)))
		}
	})
	do(func(int) {
		_, err := j.Incidents(10, "")
		must(t, err)
		j.Depth()
		j.Bytes()
	})
	do(func(int) {
		_, err := j.Prune(noon.Add(-time.Hour), 0)
		must(t, err)
		_, err = j.Hurry("hook")
		must(t, err)
	})
	all.Wait()
	same(t, "deliveries of hook", j.Depth()["hook"], 2*each)
}
