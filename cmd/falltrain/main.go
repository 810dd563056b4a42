// Command falltrain trains a detector of people falling. Each verb is a thin wiring of
// the packages below it and has a file of its own; nothing here knows how a pose, a clip
// or a model works.
package main

import (
	"context"
	"io"
	"os"
	"os/signal"
	"syscall"
)

func main() { os.Exit(program(verbs)) }

// program runs under signals: the first interrupt asks the verb to stop, the second one
// kills, because by then nothing catches it any more.
func program(verbs []verb) int {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	caught := make(chan os.Signal, 1)
	signal.Notify(caught, os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	go func() {
		<-caught
		signal.Stop(caught)
		cancel()
	}()
	return runVerbs(ctx, verbs, os.Args[1:], os.Stdin, os.Stdout, os.Stderr)
}

// run is the whole program but for signals and the exit itself: it gives the exit code.
func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	return runVerbs(ctx, verbs, args, stdin, stdout, stderr)
}

func runVerbs(ctx context.Context, verbs []verb, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	a := newApp(os.Environ(), stdin, stdout, stderr)
	root := newRoot(a, verbs)
	root.SetArgs(args)
	err := root.ExecuteContext(ctx)
	return a.exit(ctx, err)
}
