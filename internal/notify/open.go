package notify

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"time"

	"fallkit/internal/alarm"
	"fallkit/internal/journal"
)

// Open makes the channels of settings that have no Faults. It connects to nothing; files of
// secrets and certificates are read now, and an error names the channel and the file.
func Open(s Settings, house House, log *slog.Logger) ([]Channel, error) {
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	texts := Texts{Page: s.PageURL, Zone: house.Zone}
	var channels []Channel
	var faults []error
	for _, c := range s.Channels {
		channel, err := open(c, house, texts, log)
		if err != nil {
			faults = append(faults, fmt.Errorf("channel %s: %w", c.Name, err))
			continue
		}
		channels = append(channels, channel)
	}
	return channels, errors.Join(faults...)
}

func open(c ChannelSettings, house House, texts Texts, log *slog.Logger) (Channel, error) {
	address, err := secret("url", c.URL, c.URLFile)
	if err != nil {
		return nil, err
	}
	key, err := secret("secret", c.Secret, c.SecretFile)
	if err != nil {
		return nil, err
	}
	schemes := kinds[c.Type].schemes
	if fault := addressFault("url", address, schemes); fault != nil {
		return nil, fault
	}
	switch {
	case c.Type == Webhook:
		client, err := newClient(c.CAFile)
		if err != nil {
			return nil, err
		}
		return &webhook{c.Name, address, key, c.Strip, texts, house.now, client}, nil
	case c.Type == MQTT:
		return newBroker(c, address, key, house, texts, log)
	case strings.HasPrefix(address, "telegram://"):
		return newTelegram(c.Name, address, texts, house.now)
	case strings.HasPrefix(address, "smtp://"):
		if m, err := newMail(c.Name, address, texts, house.now); m != nil || err != nil {
			return m, err
		}
	}
	return newShout(c.Name, address, texts, house.now)
}

func addressFault(key, value string, schemes []string) error {
	return address(key, Secret(value), schemes...)
}

// secret reads the file where the settings name one.
func secret(key string, value Secret, file string) (string, error) {
	if file == "" {
		return string(value), nil
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return "", fmt.Errorf("%s_file: %w", key, err)
	}
	kept := strings.TrimSpace(string(text))
	if kept == "" {
		return "", fmt.Errorf("%s_file: %s is empty", key, file)
	}
	return kept, nil
}

// tester is a channel that is tested otherwise than by sending something.
type tester interface {
	Test(ctx context.Context) error
}

// testTimeout is how long a test may take.
const testTimeout = 20 * time.Second

// Test sends something through a channel that is plainly a test, whether or not Run runs. now is
// the time that it tells.
func Test(ctx context.Context, c Channel, now time.Time) error {
	ctx, cancel := context.WithTimeout(ctx, testTimeout)
	defer cancel()
	if t, ok := c.(tester); ok {
		return t.Test(ctx)
	}
	id := "test-" + now.UTC().Format("20060102T150405.000Z")
	return c.Send(ctx, journal.Delivery{Channel: c.Name(), Open: true, Report: alarm.Report{
		ID: id, Incident: id, Kind: testKind, Start: now, Time: now, Drill: true, Note: "the channel " + c.Name(),
	}})
}
