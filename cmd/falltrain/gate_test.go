package main

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"fallkit/train"
)

// Scripts tell a worse model from a broken set-up by the exit status.
func TestGateExitStatus(t *testing.T) {
	stopped, cancel := context.WithCancel(t.Context())
	cancel()
	failed := train.GateError{Sentences: []string{"hall: worse", "kitchen: worse"}}
	for _, c := range []struct {
		ctx  context.Context
		err  error
		code int
		text string
	}{
		{t.Context(), failed, exitFailed, "hall: worse\nfalltrain: kitchen: worse"},
		{t.Context(), errors.New("no poses"), exitUsage, "no poses"},
		{stopped, fmt.Errorf("kitchen: %w", context.Canceled), exitInterrupted, "interrupted: kitchen"},
	} {
		g := &gate{}
		code, text := verdict(c.ctx, g.exitUsage(c.ctx, c.err), true)
		if code != c.code || text != c.text {
			t.Errorf("%v: %d %q, want %d %q", c.err, code, text, c.code, c.text)
		}
	}
}
