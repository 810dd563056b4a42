package journal

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	bolt "go.etcd.io/bbolt"

	"fallkit/internal/alarm"
)

// Accept takes over reports: when it gives nil they are on the disk together with the state of
// the desk that made them (nil leaves the last one) and one delivery for each channel that
// channelsOf names. A report whose ID it knows is not taken again, so that whoever got an error
// may simply call again with the same. Either all of it is accepted or nothing.
func (j *Journal) Accept(reports []alarm.Report, desk json.RawMessage, channelsOf func(alarm.Report) []string) error {
	for _, r := range reports {
		if err := check(r); err != nil {
			return err
		}
	}
	err := j.update(func(tx *bolt.Tx) error {
		b := boxes{tx}
		for _, r := range reports {
			if err := b.accept(r, channelsOf(r)); err != nil {
				return fmt.Errorf("report %s: %w", r.ID, err)
			}
		}
		if desk == nil {
			return nil
		}
		return b.of(stateBucket).put([]byte(deskKey), desk)
	})
	if err != nil {
		return fmt.Errorf("accepting %d reports: %w", len(reports), err)
	}
	j.wake()
	return nil
}

// accepted is a report as it is kept. The channels are of use when rows were damaged.
type accepted struct {
	Report   alarm.Report `json:"report"`
	Channels []string     `json:"channels,omitempty"`
}

// maxKey is what bbolt can hold, less room for the number beside a channel's name.
const maxKey = 1 << 14

func check(r alarm.Report) error {
	switch {
	case r.ID == "" || r.Incident == "":
		return errors.New("a report without an ID or an incident cannot be accepted")
	case len(r.ID) > maxKey || len(r.Incident) > maxKey:
		return fmt.Errorf("a report's ID or incident is longer than %d bytes", maxKey)
	}
	return nil
}

func (b boxes) accept(r alarm.Report, channels []string) error {
	ids := b.of(idBucket)
	known, err := ids.get([]byte(r.ID))
	if err != nil || known != nil {
		return err
	}
	reports := b.of(reportBucket)
	n, err := reports.NextSequence()
	if err != nil {
		return err
	}
	if err := putJSON(reports, number(n), accepted{r, channels}); err != nil {
		return err
	}
	if err := ids.put([]byte(r.ID), number(n)); err != nil {
		return err
	}
	if err := b.follow(n, r); err != nil {
		return err
	}
	for _, channel := range channels {
		if err := b.addRow(channel, n); err != nil {
			return err
		}
	}
	return nil
}

// Desk is the state of the desk as last accepted, nil where there was none.
func (j *Journal) Desk() (desk json.RawMessage, err error) {
	err = j.view(func(tx *bolt.Tx) error {
		desk, err = boxes{tx}.of(stateBucket).get([]byte(deskKey))
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("the desk's state: %w", err)
	}
	return desk, nil
}

// name refuses what cannot be a channel's name.
func name(channel string) error {
	if channel == "" || len(channel) > 200 || strings.ContainsRune(channel, 0) {
		return fmt.Errorf("%q cannot be the name of a channel", channel)
	}
	return nil
}
