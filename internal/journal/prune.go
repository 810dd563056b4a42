package journal

import (
	"encoding/binary"
	"errors"
	"fmt"
	"time"

	bolt "go.etcd.io/bbolt"
)

// pruneBatch is the number of incidents that one transaction removes: an alarm never waits for more.
const pruneBatch = 32

// Prune removes the incidents, with all that belongs to them, whose last report is older than
// olderThan, then the oldest others while more than maxBytes of the file are in use (0 = no such
// limit). It never removes one that is open, nor one that is still being delivered. What people
// did goes with its time. The file itself becomes smaller when it is next opened. It gives the
// number of incidents removed.
func (j *Journal) Prune(olderThan time.Time, maxBytes int64) (removed int, err error) {
	if err := j.pruneAudits(olderThan); err != nil {
		return 0, fmt.Errorf("pruning: %w", err)
	}
	for {
		all := maxBytes > 0 && j.Bytes() > maxBytes
		n, err := j.pruneSome(olderThan, all)
		removed += n
		if err != nil {
			return removed, fmt.Errorf("pruning: %w", err)
		}
		if n == 0 {
			break
		}
	}
	return removed, reserve(j.path)
}

// pruneSome removes at most a batch of those that are old enough, or one of any age.
func (j *Journal) pruneSome(olderThan time.Time, anyAge bool) (removed int, err error) {
	err = j.update(func(tx *bolt.Tx) error {
		removed = 0
		b := boxes{tx}
		ids, err := b.removable(olderThan, anyAge)
		for _, id := range ids {
			if err := b.remove(id); err != nil {
				return err
			}
			removed++
		}
		return err
	})
	return removed, err
}

// removable lists the oldest; what cannot be read is left for the next Open to mend.
func (b boxes) removable(olderThan time.Time, anyAge bool) ([]string, error) {
	pending, err := b.pendingNumbers()
	if err != nil {
		return nil, err
	}
	var ids []string
	cursor := b.of(orderBucket).Cursor()
	for key, sealed := cursor.First(); key != nil; key, sealed = cursor.Next() {
		id, err := unseal(orderBucket, key, sealed)
		if err != nil {
			continue
		}
		i, found, err := getJSON[incident](b.of(incidentBucket), id)
		if err != nil || !found || i.Progress.Open() || i.isPending(pending) {
			continue
		}
		switch {
		case i.Last.Before(olderThan):
			ids = append(ids, string(id))
		case anyAge && len(ids) == 0:
			return []string{string(id)}, nil
		}
		if len(ids) == pruneBatch {
			break
		}
	}
	return ids, nil
}

func (i incident) isPending(pending map[uint64]bool) bool {
	for _, n := range i.Numbers {
		if pending[n] {
			return true
		}
	}
	return false
}

func (b boxes) pendingNumbers() (map[uint64]bool, error) {
	pending := map[uint64]bool{}
	outer := b.tx.Bucket([]byte(rowBucket))
	err := outer.ForEachBucket(func(channel []byte) error {
		return outer.Bucket(channel).ForEach(func(key, _ []byte) error {
			n, err := fromNumber(key)
			pending[n] = true
			return err
		})
	})
	return pending, err
}

func (b boxes) remove(id string) error {
	i, _, err := getJSON[incident](b.of(incidentBucket), []byte(id))
	if err != nil {
		return err
	}
	var faults []error
	for _, n := range i.Numbers {
		faults = append(faults, b.removeReport(n))
	}
	if len(i.Numbers) > 0 {
		faults = append(faults, b.of(orderBucket).Delete(number(i.Numbers[0])))
	}
	for _, name := range []string{incidentBucket, evidenceBucket, stripBucket} {
		faults = append(faults, b.of(name).Delete([]byte(id)))
	}
	return errors.Join(faults...)
}

// removeReport forgets a report, its ID and what became of it.
func (b boxes) removeReport(n uint64) error {
	reports := b.of(reportBucket)
	var faults []error
	if a, found, err := getJSON[accepted](reports, number(n)); err == nil && found {
		faults = append(faults, b.of(idBucket).Delete([]byte(a.Report.ID)))
	}
	faults = append(faults, reports.Delete(number(n)))
	var keys [][]byte
	cursor := b.of(resultBucket).Cursor()
	for key, _ := cursor.Seek(number(n)); len(key) > 8 && binary.BigEndian.Uint64(key) == n; key, _ = cursor.Next() {
		keys = append(keys, append([]byte{}, key...))
	}
	for _, key := range keys {
		faults = append(faults, b.of(resultBucket).Delete(key))
	}
	return errors.Join(faults...)
}

// pruneAudits removes a batch of entries at a time. One that cannot be read goes when it is the oldest.
func (j *Journal) pruneAudits(olderThan time.Time) error {
	for {
		removed := 0
		err := j.update(func(tx *bolt.Tx) error {
			removed = 0
			audits := boxes{tx}.of(auditBucket)
			var keys [][]byte
			cursor := audits.Cursor()
			for key, _ := cursor.First(); key != nil && len(keys) < pruneBatch*8; key, _ = cursor.Next() {
				e, _, err := getJSON[Entry](audits, key)
				if err == nil && !e.Time.Before(olderThan) {
					break
				}
				keys = append(keys, append([]byte{}, key...))
			}
			for _, key := range keys {
				if err := audits.Delete(key); err != nil {
					return err
				}
				removed++
			}
			return nil
		})
		if err != nil || removed == 0 {
			return err
		}
	}
}
