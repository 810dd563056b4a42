package notify

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"time"
)

// Heartbeat tells somebody else, over and over, that all is well, so that they raise an alarm when
// it stops: a detector that is off cannot say so itself.
type Heartbeat struct {
	url      string
	every    time.Duration
	client   *http.Client
	redactor redactor
	log      *slog.Logger
	healthy  func() error
}

// NewHeartbeat is nil where none is set. healthy says why all is not well; it is then silent.
func NewHeartbeat(p Pulse, healthy func() error, log *slog.Logger) (*Heartbeat, error) {
	url, err := secret("url", p.URL, p.URLFile)
	if err != nil {
		return nil, fmt.Errorf("heartbeat: %w", err)
	}
	if url == "" {
		return nil, nil
	}
	if err := addressFault("url", url, []string{"http", "https"}); err != nil {
		return nil, fmt.Errorf("heartbeat: %w", err)
	}
	client, err := newClient("")
	if err != nil {
		return nil, err
	}
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	return &Heartbeat{url, minutes(p.Minutes), client, newRedactor(url), log, healthy}, nil
}

// Run beats at once and then as set, until ctx ends. A beat that fails is tried again twice
// before the next is due.
func (h *Heartbeat) Run(ctx context.Context) error {
	ticker := time.NewTicker(h.every)
	defer ticker.Stop()
	for {
		h.beat(ctx)
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-ticker.C:
		}
	}
}

// beats are the attempts at one beat.
const beats = 3

func (h *Heartbeat) beat(ctx context.Context) {
	if err := h.healthy(); err != nil {
		h.log.Warn("no heartbeat, so that somebody looks", "why", err)
		return
	}
	var err error
	for range beats {
		if err = h.Beat(ctx); err == nil || ctx.Err() != nil {
			return
		}
		wait := time.NewTimer(h.every / (2 * beats))
		select {
		case <-ctx.Done():
			wait.Stop()
			return
		case <-wait.C:
		}
	}
	h.log.Warn("the heartbeat does not get through", "err", err)
}

// Beat is one, for doctor too.
func (h *Heartbeat) Beat(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, min(testTimeout, h.every))
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, h.url, nil)
	if err != nil {
		return fmt.Errorf("heartbeat: the address cannot be used")
	}
	request.Header.Set("User-Agent", "fallwatch")
	if err := post(h.client, request); err != nil {
		return fmt.Errorf("heartbeat: %w", h.redactor.error(err))
	}
	return nil
}
