package notify

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"fallkit/internal/alarm"
	"fallkit/internal/journal"
)

// TestWhateverFails lets three channels fail in every way by chance, with restarts in between, and then
// heals them: every report must have been delivered on every channel.
func TestWhateverFails(t *testing.T) {
	seeds := 4
	if os.Getenv(everywhere) != "" {
		seeds = 60
	}
	for seed := range uint64(seeds) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { whatever(t, seed) })
		})
	}
}

func whatever(t *testing.T, seed uint64) {
	j := opened(t)
	var healed atomic.Bool
	var got [3]sync.Map // of each channel: the reports that came through
	fails := func(n int) func(context.Context, journal.Delivery) error {
		chance := rand.New(rand.NewPCG(seed, uint64(n)))
		return func(ctx context.Context, d journal.Delivery) error {
			draw := chance.IntN(8)
			switch {
			case healed.Load() || draw < 2:
				got[n].Store(d.Report.ID, true)
				return nil
			case draw == 2: // it was delivered, and the answer was lost
				got[n].Store(d.Report.ID, true)
				return errBusy
			case draw == 3:
				return refused("no")
			case draw == 4:
				<-ctx.Done()
				return ctx.Err()
			case draw == 5:
				panic("of a library")
			}
			return errBusy
		}
	}
	channels := []Channel{&fake{name: "a", do: fails(0)}, &fake{name: "b", do: fails(1)}, &fake{name: "c", do: fails(2)}}
	chance := rand.New(rand.NewPCG(seed, 99))
	for restart := range 3 {
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error)
		go func() { done <- (&Notifier{Outbox: j, Channels: channels, Settings: DefaultSettings}).Run(ctx) }()
		synctest.Wait()
		for n := range 5 {
			accept(t, j, to("a", "b", "c"), now(fmt.Sprintf("i%d-%d", restart, n), alarm.Confirmed, 1))
			pass(time.Duration(chance.IntN(300)) * time.Second)
		}
		cancel()
		must(t, <-done)
	}
	healed.Store(true)
	ctx, cancel := context.WithCancel(t.Context())
	go (&Notifier{Outbox: j, Channels: channels, Settings: DefaultSettings}).Run(ctx)
	pass(20 * time.Minute)
	cancel()
	synctest.Wait()
	for n, c := range channels {
		came := 0
		got[n].Range(func(any, any) bool { came++; return true })
		if depth := j.Depth()[c.Name()]; depth != 0 || came != 15 {
			t.Errorf("%s: %d of 15 were delivered, %d are still to be", c.Name(), came, depth)
		}
	}
}

// TestNothingIsLeftBehind: after Run has ended there is no goroutine of it.
func TestNothingIsLeftBehind(t *testing.T) {
	s := serve(t, "", "")
	before := goleak.IgnoreCurrent()
	j := opened(t)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	told := make(chan Outcome, 10)
	host, _ := answering(t, 200, "{}")
	n := &Notifier{
		Outbox: j, Settings: quick(), Told: func(o Outcome) { told <- o },
		Channels: []Channel{
			home(t, ChannelSettings{URL: Secret("mqtt://" + s.address)}, House{}), shouts(t, "ntfy://"+host+"/x?scheme=http"), &fake{name: "f"},
		},
	}
	go func() { done <- n.Run(ctx) }()
	must(t, j.Accept([]alarm.Report{report("i1", alarm.Confirmed, 1)}, nil, to("home", "phone", "f")))
	drained(t, j, told)
	cancel()
	if err := <-done; err != nil && !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	goleak.VerifyNone(t, before,
		goleak.IgnoreAnyFunction("net/http.(*persistConn).readLoop"), goleak.IgnoreAnyFunction("net/http.(*persistConn).writeLoop"), // kept for a minute
		goleak.IgnoreAnyFunction("net/http/httptest.(*Server).goServe.func1"), goleak.IgnoreAnyFunction("net/http.(*conn).serve"),
		goleak.IgnoreAnyFunction("github.com/mochi-mqtt/server/v2.(*Server).EstablishConnection"), goleak.IgnoreAnyFunction("github.com/mochi-mqtt/server/v2.(*Client).WriteLoop"))
}
