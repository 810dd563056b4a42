package journal

import (
	"encoding/binary"
	"errors"
	"fmt"
	"slices"

	"fallkit/internal/alarm"
)

// rejoin makes what was salvaged fit together again: all that follows from reports is made anew
// of them. A report of which it is not known that a channel has delivered it is pending there.
func (b boxes) rejoin() error {
	reports := b.of(reportBucket)
	incidents := map[string]*incident{}
	kept := map[uint64]bool{}
	err := b.each(reports, func(n uint64) error {
		a, _, err := getJSON[accepted](reports, number(n))
		if err != nil {
			return reports.Delete(number(n))
		}
		kept[n] = true
		return b.rejoinReport(n, a, incidents)
	})
	if err != nil {
		return err
	}
	return errors.Join(b.rejoinIncidents(incidents), b.dropRows(kept), b.dropResults(kept))
}

// each goes over a copy of the numbers, in order, so that do may change the bucket.
func (b boxes) each(in box, do func(n uint64) error) error {
	var numbers []uint64
	err := in.ForEach(func(key, _ []byte) error {
		n, err := fromNumber(key)
		numbers = append(numbers, n)
		return err
	})
	for _, n := range numbers {
		if err == nil {
			err = do(n)
		}
	}
	return err
}

func (b boxes) rejoinReport(n uint64, a accepted, incidents map[string]*incident) error {
	if err := check(a.Report); err != nil {
		return b.of(reportBucket).Delete(number(n))
	}
	if err := b.of(idBucket).put([]byte(a.Report.ID), number(n)); err != nil {
		return err
	}
	i := incidents[a.Report.Incident]
	if i == nil {
		i = &incident{}
		incidents[a.Report.Incident] = i
	}
	i.take(n, a.Report)
	for _, channel := range a.Channels {
		if err := b.rejoinRow(n, channel); err != nil {
			return err
		}
	}
	return nil
}

// take is the part of follow that counts.
func (i *incident) take(n uint64, r alarm.Report) {
	i.Numbers = append(i.Numbers, n)
	i.Progress.Follow(r.Kind)
	if r.Time.After(i.Last) {
		i.Last = r.Time
	}
}

func (b boxes) rejoinRow(n uint64, channel string) error {
	if name(channel) != nil {
		return nil //nolint:nilerr // nobody has such a channel
	}
	if b.of(resultBucket).Get(resultKey(n, channel)) != nil {
		return b.removeRow(channel, n)
	}
	rows, err := b.channel(rowBucket, channel)
	if err != nil {
		return err
	}
	r, _, err := getJSON[row](rows, number(n))
	if err != nil {
		return fmt.Errorf("row of %s: %w", channel, err)
	}
	return b.putRow(channel, n, r)
}

// rejoinIncidents keeps the verdicts that could be read.
func (b boxes) rejoinIncidents(incidents map[string]*incident) error {
	box := b.of(incidentBucket)
	var lost [][]byte
	err := box.ForEach(func(key, _ []byte) error {
		if i := incidents[string(key)]; i != nil {
			if old, found, err := getJSON[incident](box, key); err == nil && found {
				i.Verdict, i.VerdictBy, i.VerdictAt = old.Verdict, old.VerdictBy, old.VerdictAt
			}
			return nil
		}
		lost = append(lost, slices.Clone(key))
		return nil
	})
	faults := []error{err}
	for _, key := range lost {
		faults = append(faults, box.Delete(key))
	}
	for id, i := range incidents {
		for _, bucket := range []string{evidenceBucket, stripBucket} {
			if b.of(bucket).Get([]byte(id)) != nil {
				i.Evidence = append(i.Evidence, bucket)
			}
		}
		faults = append(faults, putJSON(box, []byte(id), i), b.of(orderBucket).put(number(i.Numbers[0]), []byte(id)))
	}
	return errors.Join(faults...)
}

// dropRows removes the rows of reports that are lost.
func (b boxes) dropRows(kept map[uint64]bool) error {
	outer := b.tx.Bucket([]byte(rowBucket))
	var channels []string
	err := outer.ForEachBucket(func(channel []byte) error {
		channels = append(channels, string(channel))
		return nil
	})
	faults := []error{err}
	for _, channel := range channels {
		rows := box{outer.Bucket([]byte(channel)), rowBucket + "/" + channel}
		faults = append(faults, b.each(rows, func(n uint64) error {
			if kept[n] {
				return nil
			}
			return b.removeRow(channel, n)
		}))
	}
	return errors.Join(faults...)
}

func (b boxes) dropResults(kept map[uint64]bool) error {
	results := b.of(resultBucket)
	var lost [][]byte
	err := results.ForEach(func(key, _ []byte) error {
		if len(key) <= 8 || !kept[binary.BigEndian.Uint64(key)] {
			lost = append(lost, slices.Clone(key))
		}
		return nil
	})
	faults := []error{err}
	for _, key := range lost {
		faults = append(faults, results.Delete(key))
	}
	return errors.Join(faults...)
}
