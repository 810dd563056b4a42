package notify

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"fallkit/internal/alarm"
	"fallkit/internal/journal"
)

// bubble runs a notifier in a time of its own.
func bubble(t *testing.T, do func(t *testing.T, j *journal.Journal, start func(s Settings, channels ...Channel) *Notifier)) {
	synctest.Test(t, func(t *testing.T) {
		j := opened(t)
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		do(t, j, func(s Settings, channels ...Channel) *Notifier {
			n := &Notifier{Outbox: j, Channels: channels, Settings: s, Chance: func() float64 { return 0.5 }}
			go n.Run(ctx)
			synctest.Wait()
			return n
		})
		cancel()
		synctest.Wait()
	})
}

// pass lets time go by.
func pass(d time.Duration) {
	<-time.After(d)
	synctest.Wait()
}

// now makes a report of this moment.
func now(incident, kind string, n int) alarm.Report {
	r := report(incident, kind, n)
	r.Start, r.Time = time.Now(), time.Now()
	return r
}

func accept(t *testing.T, j *journal.Journal, to func(alarm.Report) []string, reports ...alarm.Report) {
	t.Helper()
	must(t, j.Accept(reports, nil, to))
	synctest.Wait()
}

func TestBackoffDoublesUpToItsMost(t *testing.T) {
	bubble(t, func(t *testing.T, j *journal.Journal, start func(Settings, ...Channel) *Notifier) {
		f := &fake{name: "mail", do: func(context.Context, journal.Delivery) error { return errBusy }}
		s := DefaultSettings
		s.RetrySeconds, s.RetryMinutes = 1, 0.1
		start(s, f)
		begin := time.Now()
		accept(t, j, to("mail"), now("i1", alarm.Confirmed, 1))
		pass(40 * time.Second)
		same(t, "times between attempts", f.gaps(begin)[:8], []time.Duration{
			0, time.Second, 2 * time.Second, 4 * time.Second, 6 * time.Second, 6 * time.Second, 6 * time.Second, 6 * time.Second,
		})
		pending, err := j.Pending("mail", 1)
		must(t, err)
		same(t, "it is told", []any{pending[0].Attempt, pending[0].Error}, []any{len(f.called()), "busy"})
	})
}

func TestOneThatHangsDelaysNoOther(t *testing.T) {
	bubble(t, func(t *testing.T, j *journal.Journal, start func(Settings, ...Channel) *Notifier) {
		hangs := &fake{name: "mail", do: func(ctx context.Context, _ journal.Delivery) error { <-ctx.Done(); return ctx.Err() }}
		panics := &fake{name: "hook", do: func(context.Context, journal.Delivery) error { panic("of a library") }}
		good := &fake{name: "mqtt"}
		start(DefaultSettings, hangs, panics, good)
		begin := time.Now()
		for n := range 20 {
			accept(t, j, to("mail", "hook", "mqtt"), now("i1", alarm.Escalated, n))
		}
		same(t, "time that has passed", time.Since(begin), time.Duration(0))
		same(t, "delivered by the good one", len(good.called()), 20)
		same(t, "depth", j.Depth(), map[string]int{"mail": 20, "hook": 20, "mqtt": 0})
		pass(time.Minute)
		if n := len(hangs.called()); n < 4 || n > 5 { // each has had its 15 seconds
			t.Errorf("the one that hangs was tried %d times in a minute", n)
		}
	})
}

func TestANewAlarmWaitsForNoOldOne(t *testing.T) {
	bubble(t, func(t *testing.T, j *journal.Journal, start func(Settings, ...Channel) *Notifier) {
		f := &fake{name: "mail", do: func(_ context.Context, d journal.Delivery) error {
			if d.Report.Incident == "old" {
				return errBusy
			}
			return nil
		}}
		start(DefaultSettings, f)
		for n := range 30 {
			accept(t, j, to("mail"), now("old", alarm.Escalated, n))
		}
		pass(10 * time.Minute)
		tried := len(f.called())
		begin := time.Now()
		accept(t, j, to("mail"), now("new", alarm.Confirmed, 1))
		same(t, "the next to be tried", f.called()[tried], "new-1")
		same(t, "after", time.Since(begin), time.Duration(0))
	})
}

func TestTheOthersFollowTheFirstThatComesThrough(t *testing.T) {
	bubble(t, func(t *testing.T, j *journal.Journal, start func(Settings, ...Channel) *Notifier) {
		var back atomic.Bool
		f := &fake{name: "mail", do: func(context.Context, journal.Delivery) error {
			if !back.Load() {
				return errBusy
			}
			return nil
		}}
		start(DefaultSettings, f)
		for n := range 5 {
			accept(t, j, to("mail"), now("i1", alarm.Escalated, n))
		}
		pass(time.Hour)
		back.Store(true)
		tried, begin := len(f.called()), time.Now()
		accept(t, j, to("mail"), now("i2", alarm.Confirmed, 1))
		same(t, "in order, at once", f.called()[tried:], []string{"i2-1", "i1-0", "i1-1", "i1-2", "i1-3", "i1-4"})
		same(t, "after", time.Since(begin), time.Duration(0))
	})
}

func TestRefusedIsTriedSlowlyWhileItsIncidentIsOpen(t *testing.T) {
	bubble(t, func(t *testing.T, j *journal.Journal, start func(Settings, ...Channel) *Notifier) {
		f := &fake{name: "mail", do: func(_ context.Context, d journal.Delivery) error {
			if d.Report.Kind == alarm.Confirmed {
				return refused("no such user")
			}
			return nil
		}}
		start(DefaultSettings, f)
		accept(t, j, to("mail"), now("i1", alarm.Confirmed, 1))
		pass(4 * time.Hour)
		same(t, "tries in four hours", len(f.called()), 17)
		same(t, "it is still pending", j.Depth()["mail"], 1)
		accept(t, j, to("mail"), now("i1", alarm.Cleared, 2))
		same(t, "a later one is delivered", f.called()[17:], []string{"i1-2"})
		pass(time.Hour)
		same(t, "it is given up when the incident is over", j.Depth()["mail"], 0)
		record, err := j.Incident("i1")
		must(t, err)
		if result := record.Deliveries[0].Result; !strings.HasPrefix(result, "given up after") || !strings.Contains(result, "no such user") {
			t.Errorf("the result is %q", result)
		}
	})
}

func TestGivingUpTakesLong(t *testing.T) {
	bubble(t, func(t *testing.T, j *journal.Journal, start func(Settings, ...Channel) *Notifier) {
		f := &fake{name: "mail", do: func(context.Context, journal.Delivery) error { return errBusy }}
		s := DefaultSettings
		s.GiveUpHours = 3
		start(s, f)
		accept(t, j, to("mail"), now("i1", alarm.Confirmed, 1), now("i1", alarm.Cleared, 2))
		pass(170 * time.Minute)
		same(t, "before", j.Depth()["mail"], 2)
		pass(20 * time.Minute)
		same(t, "after", j.Depth()["mail"], 0)
	})
}

func TestAClockSetBackDelaysNothingForLong(t *testing.T) {
	bubble(t, func(t *testing.T, j *journal.Journal, start func(Settings, ...Channel) *Notifier) {
		var offset atomic.Int64
		f := &fake{name: "mail", do: func(context.Context, journal.Delivery) error { return errBusy }}
		n := &Notifier{
			Outbox: j, Channels: []Channel{f}, Settings: DefaultSettings, Chance: func() float64 { return 0.5 },
			Now: func() time.Time { return time.Now().Add(time.Duration(offset.Load())) },
		}
		ctx, cancel := context.WithCancel(t.Context())
		go n.Run(ctx)
		defer cancel()
		for _, jump := range []time.Duration{-time.Hour, time.Hour, -24 * time.Hour, 365 * 24 * time.Hour} {
			accept(t, j, to("mail"), now("i1", alarm.Escalated, len(f.called())))
			pass(time.Hour)
			offset.Add(int64(jump))
			tried := len(f.called())
			pass(7 * time.Minute)
			if len(f.called()) == tried {
				t.Errorf("nothing was tried within 7 minutes of a jump of %v", jump)
			}
		}
	})
}

func TestARestartGoesOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		j := opened(t)
		down := &fake{name: "mail", do: func(ctx context.Context, _ journal.Delivery) error { <-ctx.Done(); return ctx.Err() }}
		ctx, cancel := context.WithCancel(t.Context())
		go (&Notifier{Outbox: j, Channels: []Channel{down}, Settings: DefaultSettings}).Run(ctx)
		synctest.Wait()
		accept(t, j, to("mail"), now("i1", alarm.Confirmed, 1))
		cancel() // in the middle of an attempt
		synctest.Wait()
		pending, err := j.Pending("mail", 10)
		must(t, err)
		same(t, "an interrupted attempt is no failure", []any{len(pending), pending[0].Attempt}, []any{1, 0})

		up := &fake{name: "mail"}
		ctx, cancel = context.WithCancel(t.Context())
		go (&Notifier{Outbox: j, Channels: []Channel{up}, Settings: DefaultSettings}).Run(ctx)
		synctest.Wait()
		same(t, "delivered", up.called(), []string{"i1-1"})
		cancel()
		synctest.Wait()
	})
}

func TestAChannelThatIsGoneIsReplaced(t *testing.T) {
	bubble(t, func(t *testing.T, j *journal.Journal, start func(Settings, ...Channel) *Notifier) {
		r := now("i1", alarm.Confirmed, 1)
		r.Contacts = []string{"Anna"}
		accept(t, j, to("old phone", "mail"), r)
		s := DefaultSettings
		s.Channels = []ChannelSettings{{Name: "new phone"}, {Name: "mail"}}
		s.Contacts = []Contact{{Name: "Anna", Channels: []string{"new phone", "mail"}}}
		phone, mail := &fake{name: "new phone"}, &fake{name: "mail"}
		start(s, phone, mail)
		same(t, "phone", phone.called(), []string{"i1-1"})
		same(t, "mail", mail.called(), []string{"i1-1"})
		same(t, "depth", j.Depth(), map[string]int{"old phone": 0, "new phone": 0, "mail": 0})
	})
}

// full is an outbox whose disk is full: nothing can be noted.
type full struct{ *journal.Journal }

func (full) Done(string, string, string) error             { return journal.ErrFull }
func (full) Failed(string, string, error, time.Time) error { return journal.ErrFull }
func (full) Refuse(string, string, error, time.Time) error { return journal.ErrFull }

func TestWithAFullDiskNothingIsSentWithoutEnd(t *testing.T) {
	bubble(t, func(t *testing.T, j *journal.Journal, start func(Settings, ...Channel) *Notifier) {
		good, bad := &fake{name: "mail"}, &fake{name: "hook", do: func(context.Context, journal.Delivery) error { return errBusy }}
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		go (&Notifier{Outbox: full{j}, Channels: []Channel{good, bad}, Settings: DefaultSettings, Chance: func() float64 { return 0.5 }}).Run(ctx)
		synctest.Wait()
		accept(t, j, to("mail", "hook"), now("i1", alarm.Confirmed, 1))
		pass(time.Minute)
		same(t, "delivered once", good.called(), []string{"i1-1"})
		if n := len(bad.called()); n < 5 || n > 10 {
			t.Errorf("tried %d times in a minute", n)
		}
	})
}

func TestDirectReachesPeopleWithoutTheJournal(t *testing.T) {
	bubble(t, func(t *testing.T, j *journal.Journal, start func(Settings, ...Channel) *Notifier) {
		var works atomic.Bool
		f := &fake{name: "mail", do: func(context.Context, journal.Delivery) error {
			if !works.Load() {
				return errBusy
			}
			return nil
		}}
		s := DefaultSettings
		s.Channels = []ChannelSettings{{Name: "mail"}}
		n := start(s, f)
		r := now("i1", alarm.Confirmed, 1)
		n.Direct([]alarm.Report{r})
		synctest.Wait()
		works.Store(true)
		pass(time.Second)
		n.Direct([]alarm.Report{r})
		same(t, "tried again, delivered once", f.called(), []string{"i1-1", "i1-1"})
		accept(t, j, to("mail"), r) // the disk has room again
		same(t, "and not again when the journal has it", len(f.called()), 2)
		same(t, "nothing is pending", j.Depth()["mail"], 0)
	})
}

func TestOutcomesAreTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		j := opened(t)
		var told []Outcome
		f := &fake{name: "mail"}
		f.do = func(context.Context, journal.Delivery) error {
			if len(f.called()) == 1 {
				return errBusy
			}
			return nil
		}
		ctx, cancel := context.WithCancel(t.Context())
		go (&Notifier{
			Outbox: j, Channels: []Channel{f}, Settings: DefaultSettings, Told: func(o Outcome) { told = append(told, o) },
		}).Run(ctx)
		synctest.Wait()
		accept(t, j, to("mail"), now("i1", alarm.Confirmed, 1))
		pass(2 * time.Second)
		cancel()
		synctest.Wait()
		if len(told) != 2 || !errors.Is(told[0].Err, errBusy) || told[1].Err != nil {
			t.Errorf("told: %+v", told)
		}
	})
}

// coming is a channel that says when it is back.
type coming struct {
	*fake
	back func()
}

func (c *coming) OnReturn(back func()) { c.back = back }

func TestAChannelThatIsBackIsUsedAtOnce(t *testing.T) {
	bubble(t, func(t *testing.T, j *journal.Journal, start func(Settings, ...Channel) *Notifier) {
		var back atomic.Bool
		c := &coming{fake: &fake{name: "mqtt", do: func(context.Context, journal.Delivery) error {
			if !back.Load() {
				return errBusy
			}
			return nil
		}}}
		start(DefaultSettings, c)
		accept(t, j, to("mqtt"), now("i1", alarm.Confirmed, 1))
		pass(10 * time.Minute)
		back.Store(true)
		begin := time.Now()
		c.back()
		synctest.Wait()
		same(t, "pending", j.Depth()["mqtt"], 0)
		same(t, "after", time.Since(begin), time.Duration(0))
	})
}
