package journal

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	bolt "go.etcd.io/bbolt"

	"fallkit/internal/alarm"
)

// What a person can find an incident to have been.
const (
	True  = "true"
	False = "false"
)

// IncidentRecord is all that is known of an incident.
type IncidentRecord struct {
	ID         string           `json:"id"`
	Camera     string           `json:"camera"`
	Start      time.Time        `json:"start"` // of its first report
	Open       bool             `json:"open"`
	Drill      bool             `json:"drill,omitempty"`
	Reports    []alarm.Report   `json:"reports"` // as they were accepted
	Deliveries []DeliveryRecord `json:"deliveries"`
	Verdict    string           `json:"verdict,omitempty"` // True, False, "" = nobody has said
	VerdictBy  string           `json:"verdict_by,omitempty"`
	VerdictAt  time.Time        `json:"verdict_at,omitzero"`
}

// DeliveryRecord is what has become of one report on one channel.
type DeliveryRecord struct {
	Report   string    `json:"report"` // its ID
	Channel  string    `json:"channel"`
	Attempts int       `json:"attempts"`
	Result   string    `json:"result"`          // "" = not yet delivered
	Error    string    `json:"error,omitempty"` // of the last attempt that failed
	Next     time.Time `json:"next,omitzero"`   // when it is tried again
}

// incident is what is kept of an incident beside its reports.
type incident struct {
	Numbers   []uint64  `json:"numbers"` // of its reports
	Progress  Progress  `json:"progress"`
	Last      time.Time `json:"last"` // of its newest report
	Verdict   string    `json:"verdict,omitempty"`
	VerdictBy string    `json:"verdict_by,omitempty"`
	VerdictAt time.Time `json:"verdict_at,omitzero"`
	Evidence  []string  `json:"evidence,omitempty"` // the buckets that hold some
}

// follow notes a report with its incident.
func (b boxes) follow(n uint64, r alarm.Report) error {
	incidents := b.of(incidentBucket)
	key := []byte(r.Incident)
	i, found, err := getJSON[incident](incidents, key)
	if err != nil {
		return err
	}
	if !found {
		if err := b.of(orderBucket).put(number(n), key); err != nil {
			return err
		}
	}
	i.take(n, r)
	return putJSON(incidents, key, i)
}

// Incidents lists at most limit incidents, newest first, from the one that follows before
// ("" = the newest). Where parts cannot be read, it gives the rest and an error that names them.
func (j *Journal) Incidents(limit int, before string) (records []IncidentRecord, err error) {
	var faults []error
	err = j.view(func(tx *bolt.Tx) error {
		b := boxes{tx}
		cursor := b.of(orderBucket).Cursor()
		key, value := cursor.Last()
		if before != "" {
			i, found, err := getJSON[incident](b.of(incidentBucket), []byte(before))
			if err != nil {
				return err
			}
			if !found || len(i.Numbers) == 0 {
				return fmt.Errorf("%q: %w", before, ErrUnknown)
			}
			cursor.Seek(number(i.Numbers[0]))
			key, value = cursor.Prev()
		}
		for ; key != nil && len(records) < limit; key, value = cursor.Prev() {
			id, err := unseal(orderBucket, key, value)
			if err == nil {
				var r IncidentRecord
				if r, err = b.record(string(id)); r.ID != "" {
					records = append(records, r)
				}
			}
			faults = append(faults, err)
		}
		return nil
	})
	if err = errors.Join(err, errors.Join(faults...)); err != nil {
		err = fmt.Errorf("incidents: %w", err)
	}
	return records, err
}

// Incident is one by its ID; ErrUnknown where there is none.
func (j *Journal) Incident(id string) (record IncidentRecord, err error) {
	err = j.view(func(tx *bolt.Tx) error {
		record, err = boxes{tx}.record(id)
		return err
	})
	return record, err
}

// record gives what can be read, and what cannot as an error.
func (b boxes) record(id string) (IncidentRecord, error) {
	i, found, err := getJSON[incident](b.of(incidentBucket), []byte(id))
	switch {
	case err != nil:
		return IncidentRecord{}, err
	case !found:
		return IncidentRecord{}, fmt.Errorf("%q: %w", id, ErrUnknown)
	}
	r := IncidentRecord{
		ID: id, Open: i.Progress.Open(),
		Verdict: i.Verdict, VerdictBy: i.VerdictBy, VerdictAt: i.VerdictAt,
	}
	var faults []error
	for _, n := range i.Numbers {
		a, found, err := getJSON[accepted](b.of(reportBucket), number(n))
		if err == nil && found {
			r.Reports = append(r.Reports, a.Report)
			deliveries, fault := b.deliveries(n, a.Report.ID)
			r.Deliveries = append(r.Deliveries, deliveries...)
			err = fault
		}
		faults = append(faults, err)
	}
	if len(r.Reports) > 0 {
		first := r.Reports[0]
		r.Camera, r.Start, r.Drill = first.Camera, first.Start, first.Drill
	}
	return r, errors.Join(faults...)
}

// SetVerdict notes what a person has found an incident to have been: True, False, or "" to take
// a verdict back.
func (j *Journal) SetVerdict(id, verdict, who string, at time.Time) error {
	if !slices.Contains([]string{True, False, ""}, verdict) {
		return fmt.Errorf("a verdict is %s or %s, not %q", True, False, verdict)
	}
	return j.update(func(tx *bolt.Tx) error {
		incidents := boxes{tx}.of(incidentBucket)
		i, found, err := getJSON[incident](incidents, []byte(id))
		switch {
		case err != nil:
			return err
		case !found:
			return fmt.Errorf("%q: %w", id, ErrUnknown)
		}
		i.Verdict, i.VerdictBy, i.VerdictAt = verdict, who, at
		return putJSON(incidents, []byte(id), i)
	})
}

// PutEvidence keeps the poses and the strip of an incident in place of earlier ones. nil leaves
// what is there. On a disk that is nearly full it is refused with ErrFull, so that the room that
// is left is for alarms.
func (j *Journal) PutEvidence(id string, raw json.RawMessage, png []byte) error {
	if free, known := room(j.path); known && free < Reserve {
		return fmt.Errorf("evidence of %s: %w", id, ErrFull)
	}
	err := j.update(func(tx *bolt.Tx) error {
		b := boxes{tx}
		for _, part := range []struct {
			bucket string
			value  []byte
		}{{evidenceBucket, raw}, {stripBucket, png}} {
			if part.value == nil {
				continue
			}
			if err := b.putEvidence(id, part.bucket, part.value); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("evidence of %s: %w", id, err)
	}
	return nil
}

// putEvidence notes with the incident that there is some, so that it cannot be missing unseen.
func (b boxes) putEvidence(id, bucket string, value []byte) error {
	if err := b.of(bucket).put([]byte(id), value); err != nil {
		return err
	}
	incidents := b.of(incidentBucket)
	i, found, err := getJSON[incident](incidents, []byte(id))
	if err != nil || !found || slices.Contains(i.Evidence, bucket) {
		return err
	}
	i.Evidence = append(i.Evidence, bucket)
	return putJSON(incidents, []byte(id), i)
}

// Evidence is the poses and the strip of an incident, nil where there are none.
func (j *Journal) Evidence(id string) (raw json.RawMessage, png []byte, err error) {
	err = j.view(func(tx *bolt.Tx) error {
		b := boxes{tx}
		var faults [2]error
		raw, faults[0] = b.of(evidenceBucket).get([]byte(id))
		png, faults[1] = b.of(stripBucket).get([]byte(id))
		return errors.Join(faults[:]...)
	})
	return raw, png, err
}
