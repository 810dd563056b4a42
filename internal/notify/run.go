package notify

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"slices"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"fallkit/internal/alarm"
	"fallkit/internal/journal"
)

// Outbox is the part of the journal that is drained here.
type Outbox interface {
	Pending(channel string, limit int) ([]journal.Delivery, error)
	Done(channel, id, outcome string) error
	Failed(channel, id string, failure error, next time.Time) error
	Refuse(channel, id string, failure error, next time.Time) error
	Hurry(channel string) (int, error)
	Redirect(channel, id string, to []string) error
	Depth() map[string]int
	Listen(c chan<- struct{}) (stop func())
}

// Outcome is what has come of one attempt.
type Outcome struct {
	Channel  string
	Delivery journal.Delivery
	Err      error         // nil = delivered
	GivenUp  bool          // it will not be tried again
	Took     time.Duration // of the attempt
}

// Notifier drains an outbox into channels. Its fields are filled in before Run.
type Notifier struct {
	Outbox   Outbox
	Channels []Channel
	Settings Settings
	Log      *slog.Logger
	Now      func() time.Time // nil = time.Now
	Chance   func() float64   // from 0 to below 1; nil = a random number
	Told     func(Outcome)    // hears of every attempt, for figures; nil = nobody does

	overflow overflow
}

// Run delivers until ctx ends. What could not be delivered by then is still in the outbox.
func (n *Notifier) Run(ctx context.Context) error {
	n.redirect()
	group, ctx := errgroup.WithContext(ctx)
	for _, c := range n.Channels {
		w := n.worker(c)
		defer n.Outbox.Listen(w.wake)()
		group.Go(func() error { return w.run(ctx) })
		if r, ok := c.(runner); ok {
			group.Go(func() error { return r.Run(ctx) })
		}
	}
	if err := group.Wait(); err != nil && !errors.Is(err, context.Canceled) {
		return fmt.Errorf("notifying: %w", err)
	}
	return nil
}

// redirect has what waits for a channel that is no longer set up delivered by those that are.
func (n *Notifier) redirect() {
	for channel, depth := range n.Outbox.Depth() {
		if depth == 0 || slices.ContainsFunc(n.Channels, func(c Channel) bool { return c.Name() == channel }) {
			continue
		}
		pending, err := n.Outbox.Pending(channel, depth)
		for _, d := range pending {
			err = errors.Join(err, n.Outbox.Redirect(channel, d.Report.ID, n.instead(d.Report)))
		}
		n.logger().Warn("deliveries of a channel that is no longer set up go to others", "channel", channel, "reports", len(pending), "err", err)
	}
}

// instead are the channels that a report goes to now: rather all than none.
func (n *Notifier) instead(r alarm.Report) []string {
	to := n.Settings.Route(r)
	if len(to) == 0 {
		for _, c := range n.Channels {
			to = append(to, c.Name())
		}
	}
	return to
}

func (n *Notifier) logger() *slog.Logger {
	if n.Log == nil {
		return slog.New(slog.DiscardHandler)
	}
	return n.Log
}

func (n *Notifier) now() time.Time {
	if n.Now == nil {
		return time.Now()
	}
	return n.Now()
}

func (n *Notifier) chance() float64 {
	if n.Chance == nil {
		return rand.Float64() //nolint:gosec // spreads attempts, keeps no secret
	}
	return n.Chance()
}

// worker drains one channel. Whatever happens to it, the others go on.
type worker struct {
	*Notifier
	channel Channel
	box     *overflowing
	wake    chan struct{}
	log     *slog.Logger
	failing bool            // the last attempt has failed
	back    atomic.Bool     // the channel says that the other side is back
	sent    map[string]bool // delivered, but the outbox could not note it
}

func (n *Notifier) worker(c Channel) *worker {
	w := &worker{
		Notifier: n, channel: c, box: n.overflow.box(n.Outbox, c.Name()),
		wake: make(chan struct{}, 1), log: n.logger().With("channel", c.Name()), sent: map[string]bool{},
	}
	n.overflow.listen(w.wake)
	if r, ok := c.(returner); ok {
		r.OnReturn(w.returned)
	}
	return w
}

// returned has what waits for another attempt tried now.
func (w *worker) returned() {
	w.back.Store(true)
	select {
	case w.wake <- struct{}{}:
	default:
	}
}

// idle is how long a worker sleeps that nobody wakes.
const idle = time.Minute

func (w *worker) run(ctx context.Context) error {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-w.wake:
		case <-timer.C:
		}
		timer.Reset(w.drain(ctx))
	}
}

// drain sends what is due, and gives the time until something else may be.
func (w *worker) drain(ctx context.Context) time.Duration {
	if w.back.Swap(false) && w.failing {
		w.hurry()
	}
	for ctx.Err() == nil {
		if wait := w.step(ctx); wait > 0 {
			return min(wait, idle)
		}
	}
	return idle
}

// step sends what is due first, one delivery at most: a new one then never waits for more than
// one attempt at an old one.
func (w *worker) step(ctx context.Context) (wait time.Duration) {
	pending, err := w.box.pending()
	if err != nil {
		w.log.Error("the outbox cannot be read in full", "err", err)
	}
	if len(pending) == 0 {
		return idle
	}
	d := pending[0]
	if wait := w.due(d); wait > 0 {
		return wait
	}
	if w.sent[d.Report.ID] {
		return w.delivered(d, 0)
	}
	began := w.now()
	err = w.send(ctx, d)
	if ctx.Err() != nil && err != nil {
		return idle // it was interrupted: that is no failure
	}
	if took := w.now().Sub(began); err != nil {
		return w.failed(d, err, took)
	} else {
		return w.delivered(d, took)
	}
}

// due is how long a delivery has to wait. A time further away than any that is ever set comes
// from a clock that was set back since: then it is due.
func (w *worker) due(d journal.Delivery) time.Duration {
	wait := d.Next.Sub(w.now())
	if wait > w.longest(d.Refused) {
		return 0
	}
	return wait
}

// send guards against what libraries of channels may do.
func (w *worker) send(ctx context.Context, d journal.Delivery) (err error) {
	ctx, cancel := context.WithTimeout(ctx, seconds(w.Settings.TimeoutSeconds))
	defer cancel()
	defer func() {
		if fault := recover(); fault != nil {
			err = fmt.Errorf("the channel's code has failed: %v", fault)
		}
	}()
	return w.channel.Send(ctx, d)
}

func (w *worker) delivered(d journal.Delivery, took time.Duration) time.Duration {
	if err := w.box.done(d.Report.ID, "delivered"); err != nil {
		w.sent[d.Report.ID] = true
		w.log.Error("delivered, but this could not be noted", "report", d.Report.ID, "err", err)
		return w.backoff(d.Attempt)
	}
	delete(w.sent, d.Report.ID)
	w.tell(Outcome{w.channel.Name(), d, nil, false, took})
	w.log.Info("delivered", "report", d.Report.ID, "kind", d.Report.Kind, "attempt", d.Attempt+1)
	if w.failing {
		w.failing = false
		w.hurry()
	}
	return 0
}

// hurry has the others follow the first that came through.
func (w *worker) hurry() {
	n, err := w.box.hurry()
	w.log.Info("the channel is back", "waiting", n, "err", err)
}

func (w *worker) failed(d journal.Delivery, failure error, took time.Duration) time.Duration {
	w.failing = true
	isRefused := errors.Is(failure, ErrRefused)
	outcome := Outcome{w.channel.Name(), d, failure, w.hopeless(d, isRefused), took}
	w.tell(outcome)
	log := w.log.With("report", d.Report.ID, "kind", d.Report.Kind, "attempt", d.Attempt+1, "err", failure)
	if outcome.GivenUp {
		log.Error("given up: this report was never delivered on this channel")
		return w.noted(w.box.done(d.Report.ID, fmt.Sprintf("given up after %d attempts: %s", d.Attempt+1, failure)))
	}
	if isRefused {
		log.Error("refused: look at the channel's settings with fallwatch doctor; it is tried again slowly")
		next := w.now().Add(w.jitter(minutes(w.Settings.RefusedMinutes)))
		return w.noted(w.box.refuse(d.Report.ID, failure, next))
	}
	log.Warn("not delivered, to be tried again")
	return w.noted(w.box.failed(d.Report.ID, failure, w.now().Add(w.backoff(d.Attempt))))
}

// noted waits a little where the outbox could not note something, rather than try without end.
func (w *worker) noted(err error) time.Duration {
	if err == nil {
		return 0
	}
	w.log.Error("an attempt could not be noted", "err", err)
	return w.backoff(3)
}

// refusedTries is how often a refused report is tried once its incident is over.
const refusedTries = 3

// hopeless tells whether a report is not worth another attempt. While its incident is open, it is.
func (w *worker) hopeless(d journal.Delivery, isRefused bool) bool {
	if d.Open {
		return false
	}
	return isRefused && d.Attempt+1 >= refusedTries || w.now().Sub(d.Report.Time) > minutes(60*w.Settings.GiveUpHours)
}

func (w *worker) tell(o Outcome) {
	if w.Told != nil {
		w.Told(o)
	}
}

// backoff is the time before the next attempt after so many that had failed before this one.
func (w *worker) backoff(attempt int) time.Duration {
	most := minutes(w.Settings.RetryMinutes)
	wait := seconds(w.Settings.RetrySeconds)
	for ; attempt > 0 && wait < most; attempt-- {
		wait *= 2
	}
	return w.jitter(min(wait, most))
}

// spread is the share by which waits differ, so that houses do not all call at once when a
// service is back.
const spread = 0.2

func (w *worker) jitter(d time.Duration) time.Duration {
	return time.Duration(float64(d) * (1 + spread*(2*w.chance()-1)))
}

// longest is more than any wait that is ever set.
func (w *worker) longest(refused bool) time.Duration {
	longest := minutes(w.Settings.RetryMinutes)
	if refused {
		longest = max(longest, minutes(w.Settings.RefusedMinutes))
	}
	return time.Duration(float64(longest)*(1+spread)) + time.Second
}

func seconds(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }
func minutes(m float64) time.Duration { return time.Duration(m * float64(time.Minute)) }
