// Package notify tells people: it takes from the journal what is to be delivered and keeps
// trying, each channel for itself, until it has been. It decides neither what an alarm is nor
// who is called, and never forgets anything: that is the journal's.
package notify

import (
	"context"
	"errors"
	"fmt"

	"fallkit/internal/journal"
)

// Channel is one way to tell somebody. Send is called by one goroutine at a time, and again with
// the same delivery until it gives nil: whoever receives knows a report by its ID.
type Channel interface {
	Name() string
	Send(ctx context.Context, d journal.Delivery) error
}

// runner is a channel that has something to do between deliveries.
type runner interface {
	Run(ctx context.Context) error
}

// returner is a channel that notices by itself when the other side is back. It calls back then, from
// any goroutine, and only while Run runs.
type returner interface {
	OnReturn(back func())
}

// ErrRefused marks what trying again will hardly mend: a wrong address, a wrong password.
var ErrRefused = errors.New("refused")

func refused(format string, args ...any) error {
	return fmt.Errorf("%w: %w", ErrRefused, fmt.Errorf(format, args...))
}

// refusal tells whether a status of HTTP says that the same request will fail again.
func refusal(status int) bool {
	return status >= 300 && status < 500 && status != 408 && status != 425 && status != 429
}
