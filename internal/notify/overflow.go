package notify

import (
	"slices"
	"sync"
	"time"

	"fallkit/internal/alarm"
	"fallkit/internal/journal"
)

// overflow holds in memory what the journal could not accept: an alarm must reach people even
// from a machine whose disk has failed. It ends with the process, so that whoever puts something
// here has to go on asking the journal to accept it; what was delivered from here is then known.
type overflow struct {
	mu        sync.Mutex
	rows      map[string][]journal.Delivery // by channel, in order
	delivered map[string]map[string]bool    // channel -> report
	listeners []chan<- struct{}
}

// Direct delivers reports that the journal could not accept, without it. A report that it is
// given twice is delivered once.
func (n *Notifier) Direct(reports []alarm.Report) {
	for _, r := range reports {
		for _, channel := range n.Settings.Route(r) {
			n.overflow.add(channel, r)
		}
	}
	n.overflow.wakeAll()
}

func (o *overflow) add(channel string, r alarm.Report) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.delivered[channel][r.ID] || o.find(channel, r.ID) >= 0 {
		return
	}
	if o.rows == nil {
		o.rows = map[string][]journal.Delivery{}
	}
	o.rows[channel] = append(o.rows[channel], journal.Delivery{Channel: channel, Report: r, Open: true})
}

func (o *overflow) find(channel, id string) int {
	return slices.IndexFunc(o.rows[channel], func(d journal.Delivery) bool { return d.Report.ID == id })
}

func (o *overflow) listen(c chan<- struct{}) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.listeners = append(o.listeners, c)
}

func (o *overflow) wakeAll() {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, c := range o.listeners {
		select {
		case c <- struct{}{}:
		default:
		}
	}
}

// first is the row that is due first; a new one before an old.
func (o *overflow) first(channel string) []journal.Delivery {
	o.mu.Lock()
	defer o.mu.Unlock()
	rows := o.rows[channel]
	if len(rows) == 0 {
		return nil
	}
	return []journal.Delivery{slices.MinFunc(rows, func(a, b journal.Delivery) int { return a.Next.Compare(b.Next) })}
}

func (o *overflow) isDelivered(channel, id string) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.delivered[channel][id]
}

// done tells whether the report was here.
func (o *overflow) done(channel, id string) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	n := o.find(channel, id)
	if n < 0 {
		return false
	}
	o.rows[channel] = slices.Delete(o.rows[channel], n, n+1)
	if o.delivered == nil {
		o.delivered = map[string]map[string]bool{}
	}
	if o.delivered[channel] == nil {
		o.delivered[channel] = map[string]bool{}
	}
	o.delivered[channel][id] = true
	return true
}

func (o *overflow) change(channel, id string, do func(*journal.Delivery)) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	n := o.find(channel, id)
	if n >= 0 {
		do(&o.rows[channel][n])
	}
	return n >= 0
}

func (o *overflow) hurry(channel string) (hurried int) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for n := range o.rows[channel] {
		if d := &o.rows[channel][n]; !d.Refused && !d.Next.IsZero() {
			d.Next = time.Time{}
			hurried++
		}
	}
	return hurried
}

// overflowing is the outbox of one channel, with what has overflowed.
type overflowing struct {
	*overflow
	outbox  Outbox
	channel string
}

func (o *overflow) box(outbox Outbox, channel string) *overflowing {
	return &overflowing{o, outbox, channel}
}

// pending gives at most the delivery that is due first.
func (b *overflowing) pending() ([]journal.Delivery, error) {
	here := b.first(b.channel)
	for {
		there, err := b.outbox.Pending(b.channel, 1)
		switch {
		case len(there) == 0:
			return here, err
		case b.isDelivered(b.channel, there[0].Report.ID): // from here, before the journal had it
			if err := b.outbox.Done(b.channel, there[0].Report.ID, "delivered"); err != nil {
				return here, err
			}
			continue
		case len(here) > 0 && !there[0].Next.Before(here[0].Next):
			return here, err
		}
		return there, err
	}
}

func (b *overflowing) done(id, outcome string) error {
	if b.overflow.done(b.channel, id) {
		return nil
	}
	return b.outbox.Done(b.channel, id, outcome)
}

func (b *overflowing) failed(id string, failure error, next time.Time) error {
	if b.postpone(id, failure, next, false) {
		return nil
	}
	return b.outbox.Failed(b.channel, id, failure, next)
}

func (b *overflowing) refuse(id string, failure error, next time.Time) error {
	if b.postpone(id, failure, next, true) {
		return nil
	}
	return b.outbox.Refuse(b.channel, id, failure, next)
}

func (b *overflowing) postpone(id string, failure error, next time.Time, refused bool) bool {
	return b.change(b.channel, id, func(d *journal.Delivery) {
		d.Attempt++
		d.Next, d.Refused, d.Error = next, refused, failure.Error()
	})
}

func (b *overflowing) hurry() (int, error) {
	here := b.overflow.hurry(b.channel)
	there, err := b.outbox.Hurry(b.channel)
	return here + there, err
}
