// Command faultpage runs the fault tests of the whole repository many times over and writes
// what came of them as docs/reliability.md: `make faults`. It judges nothing itself: each test
// does, and says in its log what it did.
package main

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"syscall"

	"github.com/google/renameio/v2"
)

func main() {
	out := flag.String("out", "docs/reliability.md", "the page that is written")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := write(ctx, *out); err != nil {
		fmt.Fprintln(os.Stderr, "faultpage:", err)
		os.Exit(1)
	}
}

// write runs everything and writes the page, also where something failed: then it is an error.
func write(ctx context.Context, path string) error {
	results := map[test]result{}
	for _, p := range packages() {
		fmt.Fprintln(os.Stderr, "running the fault tests of", p)
		text, err := run(ctx, p)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		found := parse(text)
		if err != nil && len(found) == 0 {
			return fmt.Errorf("the tests of %s do not run: %w: %s", p, err, bytes.TrimSpace(text))
		}
		for name, r := range found {
			results[test{p, name}] = r
		}
	}
	page, bad := render(results, machine())
	if err := renameio.WriteFile(path, page, 0o644); err != nil {
		return err
	}
	if bad > 0 {
		return fmt.Errorf("%d of the tests failed or are not there: see %s", bad, path)
	}
	return nil
}

// run gives what `go test -json` says of the tests of one package that the page is about.
func run(ctx context.Context, folder string) ([]byte, error) {
	c := exec.CommandContext(ctx, "go", "test", "-json", "-count=1", "-timeout", "60m", "-run", pattern(folder), "./"+folder)
	c.Env = append(os.Environ(), "FALLKIT_FAULTS=1")
	var out bytes.Buffer
	c.Stdout, c.Stderr = &out, os.Stderr
	err := c.Run()
	return out.Bytes(), err
}
