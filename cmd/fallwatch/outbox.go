package main

import (
	"encoding/json"

	"fallkit/internal/alarm"
	"fallkit/internal/journal"
	"fallkit/internal/notify"
	"fallkit/internal/watch"
)

// outbox is the journal, from which the channels take what they deliver. Where the journal
// cannot take a report, people are told all the same.
type outbox struct {
	journal  *journal.Journal
	settings notify.Settings
	notifier *notify.Notifier
}

var _ watch.Outbox = outbox{}

// Accept keeps reports, the desk's state and what is to be delivered, in one go.
func (o outbox) Accept(reports []alarm.Report, desk json.RawMessage) error {
	err := o.journal.Accept(reports, desk, o.settings.Route)
	if err != nil {
		o.notifier.Direct(reports)
	}
	return err
}

// PutEvidence keeps what is shown of an incident.
func (o outbox) PutEvidence(incident string, raw json.RawMessage, png []byte) error {
	return o.journal.PutEvidence(incident, raw, png)
}

// nowhere is an outbox for replays: nobody is told, and nothing is kept.
type nowhere struct{}

var _ watch.Outbox = nowhere{}

// Accept keeps nothing.
func (nowhere) Accept([]alarm.Report, json.RawMessage) error { return nil }

// PutEvidence keeps nothing.
func (nowhere) PutEvidence(string, json.RawMessage, []byte) error { return nil }
