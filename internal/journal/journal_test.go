package journal

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	bolt "go.etcd.io/bbolt"

	"fallkit/internal/alarm"
)

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func report(incident, kind string, n int) alarm.Report {
	return alarm.Report{
		ID: fmt.Sprintf("%s-%d", incident, n), Incident: incident, Kind: kind, Camera: "hall",
		Start: noon, Time: noon.Add(time.Duration(n) * time.Second), Score: 0.9,
	}
}

func to(channels ...string) func(alarm.Report) []string {
	return func(alarm.Report) []string { return channels }
}

// fatal is a test of the standard library or of rapid.
type fatal interface {
	Helper()
	Fatal(args ...any)
}

func must(t fatal, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// inMemory is a folder for tests that open files by the hundred and are not about the disk.
func inMemory(t testing.TB) string {
	t.Helper()
	folder, err := os.MkdirTemp("/dev/shm", "journal")
	if err != nil { // not every system has it
		return t.TempDir()
	}
	t.Cleanup(func() { os.RemoveAll(folder) })
	return folder
}

func opened(t testing.TB, path string) *Journal {
	t.Helper()
	j, err := Open(path)
	must(t, err)
	t.Cleanup(func() { j.Close() })
	return j
}

func ids(t testing.TB, j *Journal, channel string) []string {
	t.Helper()
	pending, err := j.Pending(channel, 1000)
	must(t, err)
	var ids []string
	for _, d := range pending {
		ids = append(ids, d.Report.ID)
	}
	return ids
}

func same(t testing.TB, what string, got, want any) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

func TestWhatIsAcceptedIsThereAfterARestart(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state", "journal")
	j, err := Open(path)
	must(t, err)
	reports := []alarm.Report{report("i1", alarm.Suspected, 1), report("i1", alarm.Confirmed, 2)}
	must(t, j.Accept(reports, json.RawMessage(`{"open":1}`), to("mail", "mqtt")))
	must(t, j.PutEvidence("i1", json.RawMessage(`{"poses":[]}`), []byte("PNG")))
	must(t, j.Audit(Entry{Time: noon, Who: "anna", Action: "acknowledge", Detail: "i1"}))
	must(t, j.SetVerdict("i1", True, "anna", noon))
	must(t, j.Close())

	j = opened(t, path)
	same(t, "damage", j.Damage(), "")
	desk, err := j.Desk()
	must(t, err)
	same(t, "desk", string(desk), `{"open":1}`)
	same(t, "pending", ids(t, j, "mail"), []string{"i1-1", "i1-2"})
	raw, png, err := j.Evidence("i1")
	must(t, err)
	same(t, "evidence", string(raw)+string(png), `{"poses":[]}PNG`)
	all, err := j.Incidents(10, "")
	must(t, err)
	want := []IncidentRecord{{
		ID: "i1", Camera: "hall", Start: noon, Open: true, Reports: reports, Verdict: True, VerdictBy: "anna", VerdictAt: noon,
		Deliveries: []DeliveryRecord{
			{Report: "i1-1", Channel: "mail"},
			{Report: "i1-1", Channel: "mqtt"},
			{Report: "i1-2", Channel: "mail"},
			{Report: "i1-2", Channel: "mqtt"},
		},
	}}
	same(t, "incidents", all, want)
	audits, err := j.Audits(10)
	must(t, err)
	same(t, "audits", audits, []Entry{{Time: noon, Who: "anna", Action: "acknowledge", Detail: "i1"}})
}

func TestAcceptingAgainChangesNothing(t *testing.T) {
	j := opened(t, filepath.Join(t.TempDir(), "journal"))
	r := []alarm.Report{report("i1", alarm.Confirmed, 1)}
	must(t, j.Accept(r, nil, to("mail")))
	must(t, j.Done("mail", "i1-1", "delivered"))
	must(t, j.Accept(append(r, report("i1", alarm.Escalated, 2)), nil, to("mail")))
	same(t, "pending", ids(t, j, "mail"), []string{"i1-2"})
	record, err := j.Incident("i1")
	must(t, err)
	same(t, "reports", len(record.Reports), 2)
	same(t, "result", record.Deliveries[0].Result, "delivered")
}

func TestDeliveriesComeInOrder(t *testing.T) {
	j := opened(t, filepath.Join(t.TempDir(), "journal"))
	for n := 1; n <= 4; n++ {
		must(t, j.Accept([]alarm.Report{report("i1", alarm.Escalated, n)}, nil, to("mail")))
	}
	must(t, j.Failed("mail", "i1-1", errors.New("busy"), noon.Add(time.Minute)))
	must(t, j.Refuse("mail", "i1-2", errors.New("no such user"), noon.Add(time.Second)))
	same(t, "new ones first, then by time", ids(t, j, "mail"), []string{"i1-3", "i1-4", "i1-2", "i1-1"})
	hurried, err := j.Hurry("mail")
	must(t, err)
	same(t, "hurried", hurried, 1)
	same(t, "hurried ones in order", ids(t, j, "mail"), []string{"i1-1", "i1-3", "i1-4", "i1-2"})
	pending, err := j.Pending("mail", 1)
	must(t, err)
	same(t, "attempt", []any{pending[0].Attempt, pending[0].Error, pending[0].Open}, []any{1, "busy", true})
	same(t, "depth", j.Depth(), map[string]int{"mail": 4})
	must(t, j.Done("mail", "nobody knows this", "delivered"))
	same(t, "another channel", ids(t, j, "mqtt"), []string(nil))
}

func TestProgress(t *testing.T) {
	for _, c := range []struct {
		kinds string
		open  bool
	}{
		{"suspected", true},
		{"suspected cleared", false},
		{"suspected confirmed", true},
		{"suspected confirmed recovered", true}, // latched until somebody answers
		{"suspected confirmed acknowledged", true},
		{"suspected confirmed recovered acknowledged", false},
		{"suspected confirmed acknowledged recovered", false},
		{"suspected confirmed acknowledged recovered cleared", false},
		{"suspected confirmed acknowledged cleared", false},
		{"blind", true},
		{"blind seeing", false},
		{"blind escalated seeing", true},
		{"blind escalated seeing acknowledged", false},
		{"drill", false}, // only a reminder
		{"drill confirmed", true},
		{"drill confirmed acknowledged recovered", false},
	} {
		var p Progress
		for _, kind := range strings.Fields(c.kinds) {
			p.Follow(kind)
		}
		if p.Open() != c.open {
			t.Errorf("%s: open is %t, want %t", c.kinds, p.Open(), c.open)
		}
	}
}

func TestIncidentsPageByPage(t *testing.T) {
	j := opened(t, filepath.Join(t.TempDir(), "journal"))
	for n := range 5 {
		must(t, j.Accept([]alarm.Report{report(fmt.Sprint("i", n), alarm.Confirmed, 1)}, nil, to()))
	}
	var got []string
	for before := ""; ; {
		page, err := j.Incidents(2, before)
		must(t, err)
		if len(page) == 0 {
			break
		}
		for _, r := range page {
			got = append(got, r.ID)
		}
		before = got[len(got)-1]
	}
	same(t, "incidents", got, []string{"i4", "i3", "i2", "i1", "i0"})
	if _, err := j.Incidents(2, "none"); !errors.Is(err, ErrUnknown) {
		t.Errorf("before an unknown incident: %v", err)
	}
	if err := j.SetVerdict("none", True, "", noon); !errors.Is(err, ErrUnknown) {
		t.Errorf("verdict on an unknown incident: %v", err)
	}
	if err := j.SetVerdict("i1", "perhaps", "", noon); err == nil {
		t.Error("a verdict that is none was taken")
	}
}

func TestPruneKeepsWhatIsOpenOrPending(t *testing.T) {
	j := opened(t, filepath.Join(t.TempDir(), "journal"))
	closed := func(id string) []alarm.Report {
		return []alarm.Report{report(id, alarm.Suspected, 1), report(id, alarm.Cleared, 2)}
	}
	must(t, j.Accept(closed("old"), nil, to()))
	must(t, j.Accept([]alarm.Report{report("open", alarm.Confirmed, 1)}, nil, to()))
	must(t, j.Accept(closed("pending"), nil, to("mail")))
	must(t, j.PutEvidence("old", json.RawMessage(`{}`), []byte("PNG")))
	must(t, j.Audit(Entry{Time: noon}))
	must(t, j.Audit(Entry{Time: noon.Add(time.Hour)}))
	removed, err := j.Prune(noon.Add(time.Minute), 0)
	must(t, err)
	same(t, "removed", removed, 1)
	left, err := j.Incidents(10, "")
	must(t, err)
	same(t, "left", []string{left[0].ID, left[1].ID}, []string{"pending", "open"})
	if raw, png, err := j.Evidence("old"); raw != nil || png != nil || err != nil {
		t.Errorf("evidence is left: %q %q %v", raw, png, err)
	}
	audits, err := j.Audits(10)
	must(t, err)
	same(t, "audits", len(audits), 1)

	removed, err = j.Prune(time.Time{}, 1) // nothing is that old, and the file can never be that small
	must(t, err)
	same(t, "removed by size", removed, 0)
	for _, id := range []string{"pending-1", "pending-2"} {
		must(t, j.Done("mail", id, "delivered"))
	}
	removed, err = j.Prune(time.Time{}, 1)
	must(t, err)
	same(t, "removed by size when delivered", removed, 1)
}

func TestPruneBySizeStopsWhenItIsSmallEnough(t *testing.T) {
	j := opened(t, filepath.Join(t.TempDir(), "journal"))
	for n := range 40 {
		id := fmt.Sprintf("i%02d", n)
		must(t, j.Accept([]alarm.Report{report(id, alarm.Suspected, 1), report(id, alarm.Cleared, 2)}, nil, to()))
		must(t, j.PutEvidence(id, nil, make([]byte, 20<<10)))
	}
	const most = 500 << 10
	if used := j.Bytes(); used < most {
		t.Fatalf("only %d bytes are in use", used)
	}
	removed, err := j.Prune(time.Time{}, most)
	must(t, err)
	if used := j.Bytes(); removed == 0 || removed == 40 || used > most {
		t.Errorf("%d removed, %d bytes left", removed, used)
	}
	left, err := j.Incidents(100, "")
	must(t, err)
	same(t, "the newest is kept", left[0].ID, "i39")
}

func TestAFileMostlyFreeBecomesSmaller(t *testing.T) {
	path := filepath.Join(t.TempDir(), "journal")
	j, err := Open(path)
	must(t, err)
	for n := range 10 {
		id := fmt.Sprint("i", n)
		must(t, j.Accept([]alarm.Report{report(id, alarm.Cleared, 1)}, nil, to()))
		must(t, j.PutEvidence(id, nil, make([]byte, 5<<20)))
	}
	removed, err := j.Prune(noon.Add(time.Hour), 0)
	must(t, err)
	same(t, "removed", removed, 10)
	must(t, j.Accept([]alarm.Report{report("new", alarm.Confirmed, 1)}, nil, to("mail")))
	must(t, j.Close())
	j = opened(t, path)
	info, err := os.Stat(path)
	must(t, err)
	if info.Size() > 2*Reserve {
		t.Errorf("the file is still of %d bytes", info.Size())
	}
	same(t, "pending", ids(t, j, "mail"), []string{"new-1"})
	must(t, j.Accept([]alarm.Report{report("newer", alarm.Confirmed, 1)}, nil, to("mail")))
	same(t, "order goes on", ids(t, j, "mail"), []string{"new-1", "newer-1"})
}

func TestASecondOneIsRefused(t *testing.T) {
	path := filepath.Join(t.TempDir(), "journal")
	opened(t, path)
	_, err := Open(path)
	if !errors.Is(err, ErrInUse) || !strings.Contains(err.Error(), fmt.Sprint(os.Getpid())) {
		t.Errorf("a second one: %v", err)
	}
}

func TestOpenSaysWhatCannotBe(t *testing.T) {
	folder := t.TempDir()
	must(t, os.Mkdir(filepath.Join(folder, "journal"), 0o700))
	if _, err := Open(filepath.Join(folder, "journal")); err == nil || !strings.Contains(err.Error(), "not a file") {
		t.Errorf("a folder: %v", err)
	}
	must(t, os.WriteFile(filepath.Join(folder, "file"), nil, 0o600))
	if _, err := Open(filepath.Join(folder, "file", "journal")); err == nil {
		t.Error("a file for a folder was taken")
	}
	path := filepath.Join(folder, "newer")
	j, err := Open(path)
	must(t, err)
	must(t, j.update(func(tx *bolt.Tx) error {
		return box{tx.Bucket([]byte(stateBucket)), stateBucket}.put([]byte(formatKey), []byte("2"))
	}))
	must(t, j.Close())
	if _, err := Open(path); !errors.Is(err, ErrForeign) {
		t.Errorf("a newer one's: %v", err)
	}
}

func TestListenersAreWoken(t *testing.T) {
	j := opened(t, filepath.Join(t.TempDir(), "journal"))
	woken := make(chan struct{}, 1)
	stop := j.Listen(woken)
	for n := range 3 { // nobody looks
		must(t, j.Accept([]alarm.Report{report("i1", alarm.Confirmed, n)}, nil, to("mail")))
	}
	<-woken
	stop()
	must(t, j.Accept([]alarm.Report{report("i2", alarm.Confirmed, 1)}, nil, to("mail")))
	select {
	case <-woken:
		t.Error("woken after it was stopped")
	default:
	}
}

func TestBadReportsAreRefusedWhole(t *testing.T) {
	j := opened(t, filepath.Join(t.TempDir(), "journal"))
	good := report("i1", alarm.Confirmed, 1)
	for what, c := range map[string]struct {
		r  alarm.Report
		to string
	}{
		"no ID":         {alarm.Report{Incident: "i1"}, "mail"},
		"no incident":   {alarm.Report{ID: "x"}, "mail"},
		"a long ID":     {alarm.Report{ID: strings.Repeat("x", maxKey+1), Incident: "i1"}, "mail"},
		"no channel":    {report("i1", alarm.Confirmed, 2), ""},
		"not a channel": {report("i1", alarm.Confirmed, 2), "a\x00b"},
	} {
		if err := j.Accept([]alarm.Report{good, c.r}, nil, to(c.to)); err == nil {
			t.Errorf("%s was accepted", what)
		}
	}
	same(t, "pending", ids(t, j, "mail"), []string(nil))
	same(t, "depth", len(j.Depth()), 0)
}

func BenchmarkAccept(b *testing.B) {
	j := opened(b, filepath.Join(b.TempDir(), "journal"))
	for n := 0; b.Loop(); n++ {
		must(b, j.Accept([]alarm.Report{report(fmt.Sprint("i", n), alarm.Confirmed, 1)}, json.RawMessage(`{"open":[]}`), to("mail", "mqtt", "hook")))
	}
}
