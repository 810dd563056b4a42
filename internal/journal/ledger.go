package journal

import (
	"encoding/json"
	"fmt"
	"slices"
)

// ledger is what a file says twice, so that what is missing shows: a page has no checksum, and one
// that has forgotten its last entries looks like any other.
type ledger struct {
	reports   map[uint64]accepted
	ids       map[string]uint64
	incidents map[string]incident
	evidence  map[string]bool // bucket, incident
	order     map[uint64]string
	rows      map[string]map[uint64]row // by channel
	due       map[string]map[string]bool
	results   map[string]bool
	audits    []uint64
}

func newLedger() *ledger {
	return &ledger{
		map[uint64]accepted{},
		map[string]uint64{},
		map[string]incident{},
		map[string]bool{},
		map[uint64]string{},
		map[string]map[uint64]row{},
		map[string]map[string]bool{},
		map[string]bool{},
		nil,
	}
}

// check holds a value to its checksum, and takes it.
func (l *ledger) check(i item) error {
	value, err := unseal(i.place(), i.key, i.value)
	if err != nil || !expected(i.path, true) {
		return err
	}
	return l.add(i, value)
}

// add takes a value that its checksum has found good.
func (l *ledger) add(i item, value []byte) (err error) {
	place, channel := i.path[0], ""
	if len(i.path) > 1 {
		channel = i.path[1]
	}
	switch place {
	case reportBucket:
		var a accepted
		err = l.numbered(i.key, value, &a, func(n uint64) { l.reports[n] = a })
	case idBucket:
		l.ids[string(i.key)], err = fromNumber(value)
	case incidentBucket:
		var in incident
		err = json.Unmarshal(value, &in)
		l.incidents[string(i.key)] = in
	case evidenceBucket, stripBucket:
		l.evidence[place+string(i.key)] = true
	case orderBucket:
		err = l.numbered(i.key, nil, nil, func(n uint64) { l.order[n] = string(value) })
	case rowBucket:
		var r row
		if l.rows[channel] == nil {
			l.rows[channel] = map[uint64]row{}
		}
		err = l.numbered(i.key, value, &r, func(n uint64) { l.rows[channel][n] = r })
	case dueBucket:
		if l.due[channel] == nil {
			l.due[channel] = map[string]bool{}
		}
		l.due[channel][string(i.key)] = true
	case resultBucket:
		l.results[string(i.key)] = true
	case auditBucket:
		err = l.numbered(i.key, nil, nil, func(n uint64) { l.audits = append(l.audits, n) })
	}
	return err
}

func (l *ledger) numbered(key, value []byte, into any, take func(n uint64)) error {
	n, err := fromNumber(key)
	if err != nil {
		return err
	}
	if into != nil {
		if err := json.Unmarshal(value, into); err != nil {
			return err
		}
	}
	take(n)
	return nil
}

// faults names what is missing.
func (l *ledger) faults() (faults []error) {
	missing := func(format string, args ...any) { faults = append(faults, fmt.Errorf(format, args...)) }
	for n, a := range l.reports {
		if l.ids[a.Report.ID] != n {
			missing("report %s has no number", a.Report.ID)
		}
		if !slices.Contains(l.incidents[a.Report.Incident].Numbers, n) {
			missing("report %s is missing in its incident", a.Report.ID)
		}
		for _, channel := range a.Channels {
			if _, waits := l.rows[channel][n]; !waits && !l.results[string(resultKey(n, channel))] {
				missing("report %s is neither delivered nor pending on %s", a.Report.ID, channel)
			}
		}
	}
	if len(l.ids) != len(l.reports) {
		missing("%d reports have a number, and %d are there", len(l.ids), len(l.reports))
	}
	l.incidentFaults(missing)
	l.rowFaults(missing)
	for i, n := range l.audits {
		if i > 0 && n != l.audits[i-1]+1 {
			missing("between %d and %d something that was done is missing", l.audits[i-1], n)
		}
	}
	return faults
}

func (l *ledger) incidentFaults(missing func(string, ...any)) {
	for id, i := range l.incidents {
		if len(i.Numbers) == 0 || l.order[i.Numbers[0]] != id {
			missing("incident %s has no place in the order", id)
		}
		for _, bucket := range i.Evidence {
			if !l.evidence[bucket+id] {
				missing("incident %s has lost its %s", id, bucket)
			}
		}
		for _, n := range i.Numbers {
			if _, there := l.reports[n]; !there {
				missing("report number %d of incident %s is missing", n, id)
			}
		}
	}
	if len(l.order) != len(l.incidents) {
		missing("%d incidents are in order, and %d are there", len(l.order), len(l.incidents))
	}
}

func (l *ledger) rowFaults(missing func(string, ...any)) {
	for channel, rows := range l.rows {
		for n, r := range rows {
			if _, there := l.reports[n]; !there || !l.due[channel][string(dueKey(r.Next, n))] {
				missing("delivery of report number %d on %s is incomplete", n, channel)
			}
		}
		if len(rows) != len(l.due[channel]) {
			missing("%d deliveries on %s are due, and %d are there", len(l.due[channel]), channel, len(rows))
		}
	}
	for channel, due := range l.due {
		if len(due) > 0 && len(l.rows[channel]) == 0 {
			missing("%d deliveries on %s are due, and none are there", len(due), channel)
		}
	}
}
