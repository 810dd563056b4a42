package command

import (
	"fmt"
	"io"
	"log/slog"
)

// Log is a log in a format, text or json, of which quiet leaves only warnings and errors.
func Log(w io.Writer, quiet bool, format string) (*slog.Logger, error) {
	options := &slog.HandlerOptions{Level: slog.LevelInfo}
	if quiet {
		options.Level = slog.LevelWarn
	}
	switch format {
	case "text":
		return slog.New(slog.NewTextHandler(w, options)), nil
	case "json":
		return slog.New(slog.NewJSONHandler(w, options)), nil
	}
	return nil, fmt.Errorf("--log-format is %q, and must be text or json", format)
}
