package notify

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"fallkit/internal/alarm"
	"fallkit/internal/journal"
)

// everywhere: with this set, fault tests are long. `make faults` sets it.
const everywhere = "FALLKIT_FAULTS"

// childJournal, childHook and childFrom make this binary the program that is killed.
const (
	childJournal = "FALLKIT_TEST_JOURNAL"
	childHook    = "FALLKIT_TEST_HOOK"
	childFrom    = "FALLKIT_TEST_FROM"
	childTo      = "FALLKIT_TEST_TO"
)

func TestMain(m *testing.M) {
	if path := os.Getenv(childJournal); path != "" {
		if err := child(path); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// child accepts reports by number, says each number once it is accepted, delivers them meanwhile,
// and says "drained" when all are delivered.
func child(path string) error {
	j, err := journal.Open(path)
	if err != nil {
		return err
	}
	if j.Damage() != "" {
		return fmt.Errorf("damaged by a kill: %s", j.Damage())
	}
	from, _ := strconv.Atoi(os.Getenv(childFrom))
	last, _ := strconv.Atoi(os.Getenv(childTo))
	s := quick()
	s.Channels = []ChannelSettings{{Name: "hook", Type: Webhook, URL: Secret(os.Getenv(childHook)), Secret: "key"}}
	channels, err := Open(s, House{}, nil)
	if err != nil {
		return err
	}
	told := make(chan struct{}, 1)
	n := &Notifier{Outbox: j, Channels: channels, Settings: s, Told: func(Outcome) {
		select {
		case told <- struct{}{}:
		default:
		}
	}}
	go n.Run(context.Background())
	for number := from; number <= last; number++ {
		r := report("i"+strconv.Itoa(number%50), alarm.Escalated, number)
		if err := j.Accept([]alarm.Report{r}, json.RawMessage(`{"last":`+strconv.Itoa(number)+`}`), s.Route); err != nil {
			return err
		}
		fmt.Println(number)
	}
	for j.Depth()["hook"] > 0 {
		<-told
	}
	fmt.Println("drained")
	return nil
}

// unreliable is a receiver that fails half of the time: it says that it is busy, or takes the report
// and drops the connection.
type unreliable struct {
	mu       sync.Mutex
	chance   *rand.Rand
	received map[string]int // by the Idempotency-Key
	bad      []string
}

func (u *unreliable) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return // the sender was killed in the middle
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	draw := u.chance.IntN(4)
	if draw == 0 {
		w.WriteHeader(http.StatusServiceUnavailable)
		return
	}
	var b HookBody
	key := r.Header.Get(IdempotencyHeader)
	if err := json.Unmarshal(body, &b); err != nil || b.Report.ID != key ||
		r.Header.Get(SignatureHeader) != Sign("key", r.Header.Get(TimestampHeader), body) {
		u.bad = append(u.bad, key)
	}
	u.received[key]++
	if draw == 1 {
		if conn, _, err := w.(http.Hijacker).Hijack(); err == nil {
			conn.Close()
		}
	}
}

func TestKilledAtRandomMomentsItLosesNothing(t *testing.T) {
	reports, between := 120, 30
	if os.Getenv(everywhere) != "" {
		reports, between = 1000, 20
	}
	hook := &unreliable{chance: rand.New(rand.NewPCG(3, 4)), received: map[string]int{}}
	server := httptest.NewServer(hook)
	defer server.Close()
	path := filepath.Join(t.TempDir(), "journal")
	chance := rand.New(rand.NewPCG(5, 6))
	acked, kills := 0, 0
	for done := false; !done; {
		survive := acked == reports
		acks, drained, killed := spawn(t, path, server.URL, acked+1, reports, chance.IntN(2*between), survive, chance)
		acked, done = max(acked, acks), drained
		if killed {
			kills++
		}
	}
	hook.mu.Lock()
	defer hook.mu.Unlock()
	lost, twice := 0, 0
	for n := 1; n <= reports; n++ {
		switch got := hook.received[fmt.Sprintf("i%d-%d", n%50, n)]; {
		case got == 0:
			lost++
		case got > 1:
			twice++
		}
	}
	t.Logf("%d reports accepted, %d kills, half of all attempts fail: %d lost, %d delivered more than once, under the same ID", reports, kills, lost, twice)
	if lost > 0 || len(hook.bad) > 0 || len(hook.received) != reports {
		t.Errorf("lost %d, bad %v, %d different IDs received", lost, hook.bad, len(hook.received))
	}
	if kills < 2 {
		t.Errorf("only %d kills", kills)
	}
}

// spawn runs a child until it has said that it has accepted some more, and kills it a random moment
// later, unless it is to survive.
func spawn(t *testing.T, path, url string, from, last, some int, survive bool, chance *rand.Rand) (acked int, drained, killed bool) {
	t.Helper()
	self, err := os.Executable()
	must(t, err)
	command := exec.Command(self)
	command.Env = append(os.Environ(),
		childJournal+"="+path, childHook+"="+url, childFrom+"="+strconv.Itoa(from), childTo+"="+strconv.Itoa(last))
	var complaint strings.Builder
	command.Stderr = &complaint
	out, err := command.StdoutPipe()
	must(t, err)
	must(t, command.Start())
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if lines.Text() == "drained" {
			drained = true
			break
		}
		acked, err = strconv.Atoi(lines.Text())
		must(t, err)
		if some--; some < 0 && !survive && !killed {
			<-time.After(time.Duration(chance.IntN(5000)) * time.Microsecond)
			must(t, command.Process.Kill())
			killed = true // what it has said by then still counts
		}
	}
	err = command.Wait()
	if err != nil && !killed {
		t.Fatalf("the child has failed: %v\n%s", err, complaint.String())
	}
	return acked, drained, killed
}
