package main

import (
	"context"
	"errors"
	"fmt"
)

// What the program ends with, so that scripts and systemd can tell.
const (
	exitDone        = 0
	exitFailed      = 1
	exitUsage       = 2 // wrong arguments or settings: nothing was done
	exitInterrupted = 130
)

// usageError is a fault of who called, found after the verb began.
type usageError struct{ error }

func (u usageError) Unwrap() error { return u.error }

// usage is an error of who called: wrong or missing flags.
func usage(format string, args ...any) error { return usageError{fmt.Errorf(format, args...)} }

// exit tells the error, once, as one sentence, and gives the code of the process.
func (a *app) exit(ctx context.Context, err error) int {
	var wrong usageError
	code := exitFailed
	switch {
	case err == nil:
		return exitDone
	case ctx.Err() != nil && errors.Is(err, context.Canceled):
		code, err = exitInterrupted, errors.New("interrupted")
	case !a.began, errors.As(err, &wrong):
		code = exitUsage
	}
	fmt.Fprintf(a.stderr, "fallwatch: %v\n", err)
	return code
}
