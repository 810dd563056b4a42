package journal

import (
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"time"

	bolt "go.etcd.io/bbolt"

	"fallkit/internal/alarm"
)

// Delivery is a report that a channel still has to deliver.
type Delivery struct {
	Channel string
	Report  alarm.Report
	Strip   []byte    // PNG of the skeletons, as far as it is known; nil = none
	Attempt int       // attempts that have failed
	Refused bool      // the last one failed in a way that trying again will hardly mend
	Error   string    // of the last attempt, "" = none
	Next    time.Time // not before this, by the clock of whoever set it; zero = at once
	Open    bool      // more may come of the incident

	Before []alarm.Report // those of the incident that were accepted earlier, as far as they can be read; the first and the latest
}

// mostBefore is how many earlier reports a delivery has with it.
const mostBefore = 50

// row is a delivery as it is kept.
type row struct {
	Attempt int       `json:"attempt,omitempty"`
	Refused bool      `json:"refused,omitempty"`
	Error   string    `json:"error,omitempty"`
	Next    time.Time `json:"next,omitzero"`
}

// result is what is kept when a delivery is over.
type result struct {
	Attempts int    `json:"attempts"`
	Result   string `json:"result"`
	Error    string `json:"error,omitempty"`
}

// addRow has a channel deliver a report at once.
func (b boxes) addRow(channel string, n uint64) error {
	if err := name(channel); err != nil {
		return err
	}
	return b.putRow(channel, n, row{})
}

// putRow replaces a row, and its place in the order.
func (b boxes) putRow(channel string, n uint64, r row) error {
	if err := b.removeRow(channel, n); err != nil {
		return err
	}
	rows, err := b.channel(rowBucket, channel)
	if err != nil {
		return err
	}
	due, err := b.channel(dueBucket, channel)
	if err != nil {
		return err
	}
	if err := putJSON(rows, number(n), r); err != nil {
		return err
	}
	return due.put(dueKey(r.Next, n), nil)
}

// removeRow is content where there is none.
func (b boxes) removeRow(channel string, n uint64) error {
	rows, err := b.channel(rowBucket, channel)
	if err != nil {
		return err
	}
	old, found, err := getJSON[row](rows, number(n))
	if err != nil || !found {
		return err
	}
	due, err := b.channel(dueBucket, channel)
	if err != nil {
		return err
	}
	return errors.Join(rows.Delete(number(n)), due.Delete(dueKey(old.Next, n)))
}

// dueKey sorts by time, then by the order in which reports were accepted.
func dueKey(next time.Time, n uint64) []byte {
	var when int64
	if !next.IsZero() {
		when = max(0, next.UnixMilli())
	}
	return append(number(uint64(when)), number(n)...)
}

// Pending lists at most limit deliveries of a channel: those due at once first, as they were
// accepted, then by the time from which they may be tried. Where some cannot be read, it gives
// the rest and an error that names them.
func (j *Journal) Pending(channel string, limit int) (pending []Delivery, err error) {
	var faults []error
	err = j.view(func(tx *bolt.Tx) error {
		b := boxes{tx}
		due, _ := b.channel(dueBucket, channel)
		if due.Bucket == nil {
			return nil
		}
		cursor := due.Cursor()
		for key, sealed := cursor.First(); key != nil && len(pending) < limit; key, sealed = cursor.Next() {
			d, err := b.delivery(channel, due.place, key, sealed)
			if err != nil {
				faults = append(faults, err)
				continue
			}
			pending = append(pending, d)
		}
		return nil
	})
	if err = errors.Join(err, errors.Join(faults...)); err != nil {
		err = fmt.Errorf("deliveries of %s: %w", channel, err)
	}
	return pending, err
}

func (b boxes) delivery(channel, place string, key, sealed []byte) (Delivery, error) {
	if _, err := unseal(place, key, sealed); err != nil {
		return Delivery{}, err
	}
	if len(key) != 16 {
		return Delivery{}, fmt.Errorf("%s %q: %w", place, key, ErrDamaged)
	}
	n := binary.BigEndian.Uint64(key[8:])
	rows, _ := b.channel(rowBucket, channel)
	if rows.Bucket == nil {
		return Delivery{}, fmt.Errorf("report number %d has no row: %w", n, ErrDamaged)
	}
	r, found, err := getJSON[row](rows, number(n))
	if err != nil {
		return Delivery{}, err
	}
	a, known, err := getJSON[accepted](b.of(reportBucket), number(n))
	switch {
	case err != nil:
		return Delivery{}, err
	case !found || !known:
		return Delivery{}, fmt.Errorf("report number %d: %w", n, ErrDamaged)
	}
	return b.fill(channel, n, a.Report, r), nil
}

// fill adds what a delivery can do without: that a strip cannot be read delays no alarm.
func (b boxes) fill(channel string, n uint64, report alarm.Report, r row) Delivery {
	key := []byte(report.Incident)
	strip, _ := b.of(stripBucket).get(key)
	i, _, err := getJSON[incident](b.of(incidentBucket), key)
	return Delivery{
		Channel: channel, Report: report, Strip: strip,
		Attempt: r.Attempt, Refused: r.Refused, Error: r.Error, Next: r.Next,
		Open: err != nil || i.Progress.Open(), Before: b.before(n, i.Numbers),
	}
}

// before reads the reports of numbers that came before n.
func (b boxes) before(n uint64, numbers []uint64) []alarm.Report {
	at, _ := slices.BinarySearch(numbers, n)
	numbers = numbers[:at]
	if len(numbers) > mostBefore {
		numbers = append([]uint64{numbers[0]}, numbers[len(numbers)-mostBefore+1:]...)
	}
	var reports []alarm.Report
	for _, earlier := range numbers {
		if a, found, err := getJSON[accepted](b.of(reportBucket), number(earlier)); err == nil && found {
			reports = append(reports, a.Report)
		}
	}
	return reports
}

// Done ends a delivery, whatever has come of it: result says it for people. One that is not
// pending is left as it is.
func (j *Journal) Done(channel, id, outcome string) error {
	return j.change(channel, id, func(b boxes, n uint64, r row) error {
		if err := b.removeRow(channel, n); err != nil {
			return err
		}
		end := result{Attempts: r.Attempt + 1, Result: outcome, Error: r.Error}
		return putJSON(b.of(resultBucket), resultKey(n, channel), end)
	})
}

// Failed notes an attempt that failed, and when the next one is due.
func (j *Journal) Failed(channel, id string, failure error, next time.Time) error {
	return j.fail(channel, id, failure, next, false)
}

// Refuse is Failed where trying again will hardly help: Hurry leaves it alone.
func (j *Journal) Refuse(channel, id string, failure error, next time.Time) error {
	return j.fail(channel, id, failure, next, true)
}

func (j *Journal) fail(channel, id string, failure error, next time.Time, refused bool) error {
	return j.change(channel, id, func(b boxes, n uint64, r row) error {
		r.Attempt++
		r.Error, r.Next, r.Refused = shorten(failure.Error()), next, refused
		return b.putRow(channel, n, r)
	})
}

// change does something to a row that is pending, and nothing where it is not.
func (j *Journal) change(channel, id string, do func(boxes, uint64, row) error) error {
	err := j.update(func(tx *bolt.Tx) error {
		b := boxes{tx}
		raw, err := b.of(idBucket).get([]byte(id))
		if err != nil || raw == nil {
			return err
		}
		n, err := fromNumber(raw)
		if err != nil {
			return err
		}
		rows, err := b.channel(rowBucket, channel)
		if err != nil {
			return err
		}
		r, found, err := getJSON[row](rows, number(n))
		if err != nil || !found {
			return err
		}
		return do(b, n, r)
	})
	if err != nil {
		return fmt.Errorf("delivery of %s on %s: %w", id, channel, err)
	}
	return nil
}

// Hurry makes every delivery of a channel due at once that is waiting for another attempt and was
// not refused: the other side is back. It gives their number.
func (j *Journal) Hurry(channel string) (hurried int, err error) {
	err = j.update(func(tx *bolt.Tx) error {
		hurried = 0
		b := boxes{tx}
		waiting, err := b.waiting(channel)
		if err != nil {
			return err
		}
		for n, r := range waiting {
			r.Next = time.Time{}
			if err := b.putRow(channel, n, r); err != nil {
				return err
			}
			hurried++
		}
		return nil
	})
	return hurried, err
}

// waiting are the rows that Hurry is about; those that cannot be read are left out.
func (b boxes) waiting(channel string) (map[uint64]row, error) {
	rows, err := b.channel(rowBucket, channel)
	if err != nil {
		return nil, err
	}
	found := map[uint64]row{}
	err = rows.ForEach(func(key, _ []byte) error {
		n, err := fromNumber(key)
		if err != nil {
			return nil //nolint:nilerr // Pending names it
		}
		r, _, err := getJSON[row](rows, key)
		if err == nil && !r.Refused && !r.Next.IsZero() {
			found[n] = r
		}
		return nil
	})
	return found, err
}

// Depth is the number of pending deliveries of each channel that ever had one.
func (j *Journal) Depth() map[string]int {
	depth := map[string]int{}
	_ = j.view(func(tx *bolt.Tx) error {
		outer := tx.Bucket([]byte(rowBucket))
		return outer.ForEachBucket(func(channel []byte) error {
			depth[string(channel)] = outer.Bucket(channel).Stats().KeyN
			return nil
		})
	})
	return depth
}

func resultKey(n uint64, channel string) []byte { return append(number(n), channel...) }

// deliveries are those of one report: over, then still to do, by channel.
func (b boxes) deliveries(n uint64, id string) ([]DeliveryRecord, error) {
	var records []DeliveryRecord
	var faults []error
	results := b.of(resultBucket)
	cursor := results.Cursor()
	for key, _ := cursor.Seek(number(n)); len(key) > 8 && binary.BigEndian.Uint64(key) == n; key, _ = cursor.Next() {
		end, _, err := getJSON[result](results, key)
		if err != nil {
			faults = append(faults, err)
			continue
		}
		records = append(records, DeliveryRecord{
			Report: id, Channel: string(key[8:]), Attempts: end.Attempts, Result: end.Result, Error: end.Error,
		})
	}
	outer := b.tx.Bucket([]byte(rowBucket))
	err := outer.ForEachBucket(func(channel []byte) error {
		rows := box{outer.Bucket(channel), rowBucket + "/" + string(channel)}
		r, found, err := getJSON[row](rows, number(n))
		if found {
			records = append(records, DeliveryRecord{
				Report: id, Channel: string(channel), Attempts: r.Attempt, Error: r.Error, Next: r.Next,
			})
		}
		faults = append(faults, err)
		return nil
	})
	return records, errors.Join(err, errors.Join(faults...))
}

// shorten keeps a failure from filling the file: a server may answer with a whole page.
func shorten(text string) string {
	const most = 300
	if runes := []rune(text); len(runes) > most {
		return string(runes[:most-1]) + "…"
	}
	return text
}

// Redirect ends a delivery on a channel that is no longer there, and has others deliver the
// report in its place, unless they already have or will.
func (j *Journal) Redirect(channel, id string, to []string) error {
	return j.change(channel, id, func(b boxes, n uint64, r row) error {
		for _, other := range to {
			rows, err := b.channel(rowBucket, other)
			if err != nil {
				return err
			}
			if rows.Get(number(n)) != nil || b.of(resultBucket).Get(resultKey(n, other)) != nil {
				continue
			}
			if err := b.addRow(other, n); err != nil {
				return err
			}
		}
		if err := b.removeRow(channel, n); err != nil {
			return err
		}
		end := result{Attempts: r.Attempt, Result: fmt.Sprintf("there is no such channel any more: sent by %q", to), Error: r.Error}
		return putJSON(b.of(resultBucket), resultKey(n, channel), end)
	})
}
