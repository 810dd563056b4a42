package journal

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"

	bolt "go.etcd.io/bbolt"
)

// Entry is something that somebody did.
type Entry struct {
	Time   time.Time `json:"time"`
	Who    string    `json:"who"`
	From   string    `json:"from,omitempty"` // the address
	Action string    `json:"action"`
	Detail string    `json:"detail,omitempty"`
}

// Audit notes an entry.
func (j *Journal) Audit(e Entry) error {
	err := j.update(func(tx *bolt.Tx) error {
		audits := boxes{tx}.of(auditBucket)
		n, err := audits.NextSequence()
		if err != nil {
			return err
		}
		return putJSON(audits, number(n), e)
	})
	if err != nil {
		return fmt.Errorf("noting what was done: %w", err)
	}
	return nil
}

// Audits lists at most limit entries, newest first, and names those that cannot be read.
func (j *Journal) Audits(limit int) (entries []Entry, err error) {
	var faults []error
	err = j.view(func(tx *bolt.Tx) error {
		cursor := boxes{tx}.of(auditBucket).Cursor()
		for key, sealed := cursor.Last(); key != nil && len(entries) < limit; key, sealed = cursor.Prev() {
			var e Entry
			raw, err := unseal(auditBucket, key, sealed)
			if err == nil {
				err = json.Unmarshal(raw, &e)
			}
			if err != nil {
				faults = append(faults, err)
				continue
			}
			entries = append(entries, e)
		}
		return nil
	})
	return entries, errors.Join(err, errors.Join(faults...))
}
