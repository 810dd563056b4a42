package journal

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"

	bolt "go.etcd.io/bbolt"
	"pgregory.net/rapid"

	"fallkit/internal/alarm"
)

// everywhere: with this set, files are damaged at every offset, not at a sample. `make faults` sets it.
const everywhere = "FALLKIT_FAULTS"

// small makes a journal of some ten kilobytes less its reserve, by pages of one kilobyte, and
// gives its bytes.
func small(t testing.TB) []byte {
	t.Helper()
	path := filepath.Join(inMemory(t), "journal")
	db, err := bolt.Open(path, 0o600, &bolt.Options{PageSize: minPage})
	must(t, err)
	must(t, db.Close())
	j, err := Open(path)
	must(t, err)
	for n := range smallIncidents {
		id := fmt.Sprint("i", n)
		must(t, j.Accept([]alarm.Report{report(id, alarm.Confirmed, 1), report(id, alarm.Recovered, 2)}, json.RawMessage(`{"desk":true}`), to("mail", "hook")))
		must(t, j.PutEvidence(id, json.RawMessage(`{"poses":[1,2,3]}`), bytes.Repeat([]byte("PNG"), 500)))
		must(t, j.Done("mail", id+"-1", "delivered"))
		must(t, j.Failed("hook", id+"-1", errors.New("busy"), noon.Add(time.Minute)))
	}
	must(t, j.Close())
	whole, err := os.ReadFile(path)
	must(t, err)
	metas := pages{bytes.NewReader(whole), int64(len(whole))}.metas()
	return whole[:metas[0].end*metas[0].pageBytes]
}

// smallIncidents each have two reports, on two channels, of which three are still to be delivered.
const smallIncidents = 4

// usable opens a damaged file, and holds the journal to its promises: it opens, says when something
// was wrong, gives what it has without a fault, and takes new reports.
func usable(t testing.TB, path string, damaged []byte) (pending int, told bool) {
	t.Helper()
	must(t, os.WriteFile(path, damaged, 0o600))
	j, err := Open(path)
	if err != nil {
		t.Fatalf("it does not open: %v", err)
	}
	defer j.Close()
	if aside, _ := filepath.Glob(path + ".damaged-*"); len(aside) > 0 {
		kept, err := os.ReadFile(aside[0])
		must(t, err)
		if !bytes.Equal(kept, damaged) || j.Damage() == "" {
			t.Error("the damaged file was not set aside as it was, or nothing was said")
		}
		must(t, os.Remove(aside[0]))
	} else if j.Damage() != "" {
		t.Errorf("nothing was set aside: %s", j.Damage())
	}
	deliveries, err := j.Pending("hook", 100)
	must(t, err)
	incidents, err := j.Incidents(100, "")
	must(t, err)
	for _, i := range incidents {
		if _, _, err := j.Evidence(i.ID); err != nil {
			t.Error(err)
		}
	}
	if _, err := j.Desk(); err != nil {
		t.Error(err)
	}
	must(t, j.Accept([]alarm.Report{report("after", alarm.Confirmed, 1)}, nil, to("hook")))
	return len(deliveries), j.Damage() != ""
}

func TestAFileCutOffAtAnyByteOpens(t *testing.T) {
	whole := small(t)
	step := 997 // a prime: offsets within pages of all kinds
	if os.Getenv(everywhere) != "" {
		step = 1
	}
	path := filepath.Join(inMemory(t), "journal")
	opened, lost := 0, 0
	for at := 0; at < len(whole); at += step {
		pending, told := usable(t, path, whole[:at])
		if !told && at > 0 {
			t.Errorf("cut off at %d: nothing was said", at)
		}
		if pending < 2*smallIncidents {
			lost++
		}
		opened++
		if t.Failed() {
			t.Fatalf("cut off at %d of %d", at, len(whole))
		}
	}
	t.Logf("%d files of up to %d bytes: all open and say that they were cut off; %d of them had lost pending deliveries with the bytes", opened, len(whole), lost)
}

func TestAFileWithDamagedBytesOpens(t *testing.T) {
	whole := small(t)
	rounds := 60
	if os.Getenv(everywhere) != "" {
		rounds = 8_000
	}
	path := filepath.Join(inMemory(t), "journal")
	chance := rand.New(rand.NewPCG(1, 2))
	newest := pages{bytes.NewReader(whole), int64(len(whole))}.metas()[0].txid
	untold, older := 0, 0
	for range rounds {
		damaged := bytes.Clone(whole)
		at, n := chance.IntN(len(whole)), 1+chance.IntN(64)
		for i := at; i < min(at+n, len(damaged)); i++ {
			damaged[i] ^= byte(1 + chance.IntN(255))
		}
		metas := pages{bytes.NewReader(damaged), int64(len(damaged))}.metas()
		_, told := usable(t, path, damaged)
		switch {
		case told:
		case metas[0].txid < newest: // as after a cut of power
			older++
		default:
			untold++
			same(t, "what is there where nothing was said", contents(damaged), contents(whole))
		}
		if t.Failed() {
			t.Fatalf("%d bytes damaged at %d", n, at)
		}
	}
	t.Logf("%d damaged files: all open, and %d of them hold all that they held, since they were damaged where nothing is; in %d the last transaction is as if it had never been", rounds, untold, older)
}

// contents is every value of a file, by its place.
func contents(file []byte) map[string]string {
	values := map[string]string{}
	p := pages{bytes.NewReader(file), int64(len(file))}
	for i := range p.tree(p.metas()[0]).items() {
		values[i.place()+"\x00"+string(i.key)] = string(i.value)
	}
	return values
}

func TestWhatCanBeReadIsKept(t *testing.T) {
	whole := small(t)
	damaged := bytes.ReplaceAll(whole, []byte(`"id":"i3-1"`), []byte(`"id":"i9-1"`)) // one report, wherever it was once written
	path := filepath.Join(inMemory(t), "journal")
	must(t, os.WriteFile(path, damaged, 0o600))
	j := opened(t, path)
	if j.Damage() == "" {
		t.Fatal("nothing was said")
	}
	got := ids(t, j, "hook")
	if len(got) < 2*smallIncidents-1 {
		t.Errorf("of the pending deliveries, one damaged, these are left: %v", got)
	}
	same(t, "delivered ones stay so", len(ids(t, j, "mail")), smallIncidents)
	must(t, j.Accept([]alarm.Report{report("i3", alarm.Confirmed, 1)}, nil, to("hook"))) // its maker may try again
	if got := ids(t, j, "hook"); len(got) < 2*smallIncidents {
		t.Errorf("after accepting it again: %v", got)
	}
}

func TestALostRowIsPendingAgain(t *testing.T) {
	path := filepath.Join(inMemory(t), "journal")
	j, err := Open(path)
	must(t, err)
	must(t, j.Accept([]alarm.Report{report("i1", alarm.Confirmed, 1)}, nil, to("mail", "hook")))
	must(t, j.Done("mail", "i1-1", "delivered"))
	must(t, j.update(func(tx *bolt.Tx) error { // as if a page were unreadable
		return tx.Bucket([]byte(rowBucket)).Bucket([]byte("hook")).Put(number(1), []byte("nonsense"))
	}))
	if _, err := j.Pending("hook", 10); !errors.Is(err, ErrDamaged) {
		t.Errorf("a damaged row was not told: %v", err)
	}
	must(t, j.Close())
	j = opened(t, path)
	same(t, "pending", ids(t, j, "hook"), []string{"i1-1"})
	same(t, "delivered", ids(t, j, "mail"), []string(nil))
}

// TestTheTreeOfOldTransactions: where the newest meta page is torn, the state before it counts.
// TestAPageThatForgets: every page in use is made to have fewer entries than it has, one after the other.
func TestAPageThatForgets(t *testing.T) {
	whole := small(t)
	m := pages{bytes.NewReader(whole), int64(len(whole))}.metas()[0]
	used := pages{bytes.NewReader(whole), int64(len(whole))}.tree(m)
	for range used.items() {
	}
	path := filepath.Join(inMemory(t), "journal")
	forgot := 0
	for page := range used.seen { // some of them go on from another: there it is the middle of a value
		at := page*m.pageBytes + 10
		if count := order.Uint16(whole[at:]); page > 1 && count > 0 {
			damaged := bytes.Clone(whole)
			order.PutUint16(damaged[at:], count-1)
			pending, told := usable(t, path, damaged)
			if !told {
				t.Errorf("page %d: nothing was said, %d deliveries are left", page, pending)
			}
			forgot++
		}
	}
	t.Logf("%d pages that have forgotten something were found out", forgot)
}

// TestABranchThatPointsElsewhere: the keys of branches are made smaller and larger, which hides what
// lies below them although all of it is there.
func TestABranchThatPointsElsewhere(t *testing.T) {
	whole := small(t)
	p := pages{bytes.NewReader(whole), int64(len(whole))}
	used := p.tree(p.metas()[0])
	for range used.items() {
	}
	path := filepath.Join(inMemory(t), "journal")
	found := 0
	for page := range used.seen {
		b := whole[page*used.pageBytes:][:used.pageBytes]
		if page < 2 || order.Uint16(b[8:]) != branchKind || order.Uint64(b) != page {
			continue
		}
		for i := range int(order.Uint16(b[10:])) {
			from := headerBytes + i*entryBytes
			key := from + int(order.Uint32(b[from:]))
			for _, by := range []byte{1, 0xFF, 0x80} {
				damaged := bytes.Clone(whole)
				damaged[int(page*used.pageBytes)+key+int(order.Uint32(b[from+4:]))-1] += by
				check := pages{bytes.NewReader(damaged), int64(len(damaged))}.check()
				pending, told := usable(t, path, damaged)
				if told != (check != nil) || pending != 2*smallIncidents {
					t.Errorf("page %d, entry %d, by %d: told %t (%v), %d deliveries are left", page, i, by, told, check, pending)
				}
				found++
			}
		}
	}
	if found == 0 {
		t.Error("there is no branch")
	}
}

func TestATornMetaPageIsNoDamage(t *testing.T) {
	whole := small(t)
	metas := pages{bytes.NewReader(whole), int64(len(whole))}.metas()
	torn := bytes.Clone(whole)
	torn[metas[0].txid%2*metas[0].pageBytes+headerBytes+40]++
	path := filepath.Join(inMemory(t), "journal")
	must(t, os.WriteFile(path, torn, 0o600))
	j := opened(t, path)
	same(t, "damage", j.Damage(), "")
	same(t, "pending", len(ids(t, j, "hook")), 2*smallIncidents)
}

func TestAHalfMadeFileIsMadeAnew(t *testing.T) {
	path := filepath.Join(inMemory(t), "journal")
	must(t, os.WriteFile(path+".new", []byte("of an interrupted mending"), 0o600))
	usable(t, path, nil)
	usable(t, path, small(t)[:3000])
}

// model is the journal in memory.
type model struct {
	order     []string // reports, as accepted
	incident  map[string]string
	pending   map[string]map[string]time.Time // channel -> report -> due
	incidents []string
	progress  map[string]*Progress
}

// TestJournalIsAsItsModel does what can be done in any order, with restarts and cuts of power in
// between, and compares with the model.
func TestJournalIsAsItsModel(t *testing.T) {
	if os.Getenv(everywhere) == "" {
		must(t, flag.Set("rapid.checks", "8")) // each opens the file some dozens of times
	}
	folder := inMemory(t)
	rapid.Check(t, func(t *rapid.T) {
		path := filepath.Join(folder, "journal")
		for _, name := range []string{"", ".lock"} {
			_ = os.Remove(path + name) // of the round before
		}
		j, err := Open(path)
		must(t, err)
		defer func() { j.Close() }()
		j.db.NoSync = true // no power is cut here
		m := model{incident: map[string]string{}, pending: map[string]map[string]time.Time{}, progress: map[string]*Progress{}}
		channels := []string{"mail", "hook", "mqtt"}
		for _, c := range channels {
			m.pending[c] = map[string]time.Time{}
		}
		kinds := []string{alarm.Suspected, alarm.Confirmed, alarm.Cleared, alarm.Acknowledged, alarm.Recovered}
		t.Repeat(map[string]func(*rapid.T){
			"accept": func(t *rapid.T) {
				var batch []alarm.Report
				for range rapid.IntRange(1, 3).Draw(t, "reports") {
					incident := fmt.Sprint("i", rapid.IntRange(0, 5).Draw(t, "incident"))
					batch = append(batch, report(incident, rapid.SampledFrom(kinds).Draw(t, "kind"), rapid.IntRange(0, 9).Draw(t, "n")))
				}
				chosen := rapid.SliceOfDistinct(rapid.SampledFrom(channels), rapid.ID[string]).Draw(t, "channels")
				must(t, j.Accept(batch, nil, to(chosen...)))
				for _, r := range batch {
					m.accept(r, chosen)
				}
			},
			"done": func(t *rapid.T) {
				c, id := rapid.SampledFrom(channels).Draw(t, "channel"), m.any(t)
				must(t, j.Done(c, id, "delivered"))
				delete(m.pending[c], id)
			},
			"failed": func(t *rapid.T) {
				c, id := rapid.SampledFrom(channels).Draw(t, "channel"), m.any(t)
				next := noon.Add(time.Duration(rapid.IntRange(0, 99).Draw(t, "seconds")) * time.Second)
				must(t, j.Failed(c, id, errors.New("busy"), next))
				if _, pending := m.pending[c][id]; pending {
					m.pending[c][id] = next
				}
			},
			"prune": func(t *rapid.T) {
				after := noon.Add(time.Duration(rapid.IntRange(0, 12).Draw(t, "seconds")) * time.Second)
				removed, err := j.Prune(after, 0)
				must(t, err)
				if gone := m.prune(t, j); gone != removed {
					t.Fatalf("%d incidents are gone, and it says %d", gone, removed)
				}
			},
			"restart": func(t *rapid.T) {
				must(t, j.Close())
				j, err = Open(path)
				must(t, err)
				if j.Damage() != "" {
					t.Fatal(j.Damage())
				}
				j.db.NoSync = true
			},
			"damage": func(t *rapid.T) { // of the list of free pages, which holds nothing
				must(t, j.Close())
				breakFreelist(t, path)
				j, err = Open(path)
				must(t, err)
				if j.Damage() == "" {
					t.Fatal("damage was not told")
				}
				j.db.NoSync = true
			},
			"": func(t *rapid.T) { m.compare(t, j) },
		})
	})
}

func (m *model) accept(r alarm.Report, channels []string) {
	if _, known := m.incident[r.ID]; known {
		return
	}
	m.incident[r.ID] = r.Incident
	m.order = append(m.order, r.ID)
	if m.progress[r.Incident] == nil {
		m.progress[r.Incident] = &Progress{}
		m.incidents = append(m.incidents, r.Incident)
	}
	m.progress[r.Incident].Follow(r.Kind)
	for _, c := range channels {
		m.pending[c][r.ID] = time.Time{}
	}
}

func (m *model) any(t *rapid.T) string {
	if len(m.order) == 0 {
		return "nothing"
	}
	return rapid.SampledFrom(m.order).Draw(t, "report")
}

// prune takes over what the journal has removed, if that was allowed.
func (m *model) prune(t *rapid.T, j *Journal) (gone int) {
	left := map[string]bool{}
	records, err := j.Incidents(100, "")
	must(t, err)
	for _, r := range records {
		left[r.ID] = true
	}
	for id, p := range m.progress {
		if left[id] {
			continue
		}
		if p.Open() {
			t.Fatalf("%s was open and is gone", id)
		}
		m.forget(t, id)
		gone++
	}
	return gone
}

func (m *model) forget(t *rapid.T, incident string) {
	delete(m.progress, incident)
	var order, incidents []string
	for _, id := range m.order {
		if m.incident[id] != incident {
			order = append(order, id)
			continue
		}
		delete(m.incident, id)
		for c := range m.pending {
			if _, pending := m.pending[c][id]; pending {
				t.Fatalf("%s was pending on %s and is gone", id, c)
			}
		}
	}
	for _, id := range m.incidents {
		if id != incident {
			incidents = append(incidents, id)
		}
	}
	m.order, m.incidents = order, incidents
}

func (m *model) compare(t *rapid.T, j *Journal) {
	for c, due := range m.pending {
		pending, err := j.Pending(c, 1000)
		must(t, err)
		if len(pending) != len(due) {
			t.Fatalf("%s: %d pending, want %d", c, len(pending), len(due))
		}
		for i, d := range pending {
			if next, ok := due[d.Report.ID]; !ok || !next.Equal(d.Next) {
				t.Fatalf("%s: %s is due at %v, want %v", c, d.Report.ID, d.Next, next)
			}
			if i > 0 && d.Next.Before(pending[i-1].Next) {
				t.Fatalf("%s: out of order", c)
			}
			if d.Open != m.progress[d.Report.Incident].Open() {
				t.Fatalf("%s: open is %t", d.Report.ID, d.Open)
			}
		}
	}
	records, err := j.Incidents(1000, "")
	must(t, err)
	var got []string
	reports := 0
	for _, r := range records {
		got = append([]string{r.ID}, got...)
		reports += len(r.Reports)
	}
	if fmt.Sprint(got) != fmt.Sprint(m.incidents) || reports != len(m.order) {
		t.Fatalf("incidents %v with %d reports, want %v with %d", got, reports, m.incidents, len(m.order))
	}
}

func breakFreelist(t fatal, path string) {
	t.Helper()
	whole, err := os.ReadFile(path)
	must(t, err)
	m := pages{bytes.NewReader(whole), int64(len(whole))}.metas()[0]
	whole[m.freelist*m.pageBytes+8] ^= 0xFF
	must(t, os.WriteFile(path, whole, 0o600))
}

// TestNoFalseAlarm grows and shrinks a journal far enough that its pages split and join at all depths:
// a sound file must never be taken for a damaged one.
func TestNoFalseAlarm(t *testing.T) {
	path := filepath.Join(inMemory(t), "journal")
	chance := rand.New(rand.NewPCG(11, 12))
	reopened := func(j *Journal) *Journal {
		if j != nil {
			must(t, j.Close())
		}
		j, err := Open(path)
		must(t, err)
		if j.Damage() != "" {
			t.Fatal(j.Damage())
		}
		j.db.NoSync = true
		return j
	}
	j := reopened(nil)
	defer func() { j.Close() }()
	rounds := 500
	if os.Getenv(everywhere) != "" {
		rounds = 5000
	}
	for n := range rounds {
		id := fmt.Sprintf("%d-%d", chance.IntN(1_000_000), n)
		must(t, j.Accept([]alarm.Report{report(id, alarm.Suspected, n), report(id, alarm.Cleared, n)}, nil, to("mail", "hook")))
		if chance.IntN(4) == 0 {
			must(t, j.PutEvidence(id, bytes.Repeat([]byte("x"), chance.IntN(20_000)), bytes.Repeat([]byte("y"), chance.IntN(5000))))
		}
		for _, c := range []string{"mail", "hook"} {
			pending, err := j.Pending(c, 1+chance.IntN(3))
			must(t, err)
			for _, d := range pending {
				if chance.IntN(3) == 0 {
					must(t, j.Failed(c, d.Report.ID, errors.New("busy"), noon.Add(time.Duration(chance.IntN(5000))*time.Second)))
				} else {
					must(t, j.Done(c, d.Report.ID, "delivered"))
				}
			}
		}
		if chance.IntN(100) == 0 {
			_, err := j.Prune(noon.Add(time.Duration(chance.IntN(n+1))*time.Second), 0)
			must(t, err)
		}
		if chance.IntN(60) == 0 {
			j = reopened(j)
		}
	}
	j = reopened(j)
}

func FuzzUnseal(f *testing.F) {
	f.Add("reports", []byte("k"), seal("reports", []byte("k"), []byte(`{"id":"x"}`)))
	f.Add("", []byte{}, []byte{})
	f.Fuzz(func(t *testing.T, place string, key, sealed []byte) {
		value, err := unseal(place, key, sealed)
		if err != nil {
			if !errors.Is(err, ErrDamaged) {
				t.Errorf("an error of another kind: %v", err)
			}
			return
		}
		if !bytes.Equal(seal(place, key, value), sealed) {
			t.Error("sealing again gives something else")
		}
	})
}

// smallest has pages of a kilobyte, since the fuzzer is slow with large files.
func smallest(t testing.TB) []byte {
	t.Helper()
	path := filepath.Join(inMemory(t), "journal")
	db, err := bolt.Open(path, 0o600, &bolt.Options{PageSize: minPage})
	must(t, err)
	must(t, db.Update(func(tx *bolt.Tx) error {
		b, err := tx.CreateBucket([]byte(reportBucket))
		for n := range 20 {
			must(t, putJSON(box{b, reportBucket}, number(uint64(n)), accepted{Report: report("i1", alarm.Confirmed, n)}))
		}
		return err
	}))
	must(t, db.Close())
	whole, err := os.ReadFile(path)
	must(t, err)
	m := pages{bytes.NewReader(whole), int64(len(whole))}.metas()[0]
	return whole[:m.end*m.pageBytes]
}

// FuzzPages: whatever a file holds, looking through it ends, and bbolt opens what was found good.
func FuzzPages(f *testing.F) {
	whole := smallest(f)
	f.Add(whole, uint32(0), byte(0))
	f.Add(whole, uint32(5000), byte(3))
	f.Add([]byte{}, uint32(0), byte(0))
	f.Fuzz(func(t *testing.T, file []byte, at uint32, flip byte) {
		if len(file) > 0 {
			file = bytes.Clone(file)
			file[int(at)%len(file)] ^= flip
		}
		p := pages{bytes.NewReader(file), int64(len(file))}
		p.salvage()
		if p.check() == nil {
			usable(t, filepath.Join(inMemory(t), "journal"), file)
		}
	})
}
