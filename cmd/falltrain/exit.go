package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
)

// What the program ends with, so that scripts can tell.
const (
	exitDone        = 0
	exitFailed      = 1
	exitUsage       = 2 // wrong arguments or settings: nothing was done
	exitSkipped     = 3 // finished, but some clips were skipped
	exitInterrupted = 130
)

// usageError is a fault of who called, found after the verb began.
type usageError struct{ error }

func (u usageError) Unwrap() error { return u.error }

// skippedError ends a verb that did all it could.
type skippedError struct {
	skipped, of int
	what        string // clips or files
}

func (s skippedError) Error() string {
	return fmt.Sprintf("%d of %d %s were skipped, each for the reason given above", s.skipped, s.of, s.what)
}

// exit tells the error, once, as one sentence, and gives the code of the process.
func (a *app) exit(ctx context.Context, err error) int {
	if err == nil {
		return exitDone
	}
	code, text := verdict(ctx, err, a.began)
	fmt.Fprintf(a.stderr, "falltrain: %s\n", text)
	return code
}

// verdict is the code of an error and the words for it. Whatever fails before a verb
// began is a matter of usage.
func verdict(ctx context.Context, err error, began bool) (int, string) {
	var skipped skippedError
	var usage usageError
	switch {
	case ctx.Err() != nil && errors.Is(err, context.Canceled):
		return exitInterrupted, interrupted(err)
	case ctx.Err() != nil:
		return exitInterrupted, "interrupted: " + err.Error()
	case errors.As(err, &skipped):
		return exitSkipped, err.Error()
	case !began, errors.As(err, &usage):
		return exitUsage, err.Error()
	default:
		return exitFailed, err.Error()
	}
}

// interrupted keeps what a verb says about a stop, without the runtime's words for it.
func interrupted(err error) string {
	text := strings.TrimSuffix(err.Error(), context.Canceled.Error())
	text = strings.TrimSuffix(text, ": ")
	if text == "" {
		return "interrupted"
	}
	return "interrupted: " + text
}

// usage is an error of who called: wrong or missing flags.
func usage(format string, args ...any) error { return usageError{fmt.Errorf(format, args...)} }
