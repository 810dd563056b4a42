// Command fallwatch is the daemon beside the cameras of a home: it finds people who fall, and
// tells until somebody answers. Each verb is a thin wiring of the packages below it and has a
// file of its own. It never holds a picture, and it carries nothing of the trainer.
package main

import (
	"context"
	"io"
	"os"
	"os/signal"
	"syscall"
)

func main() { os.Exit(program()) }

// program runs under signals: the first one asks the verb to stop, the second one kills.
func program() int {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	caught := make(chan os.Signal, 1)
	signal.Notify(caught, os.Interrupt, syscall.SIGTERM)
	go func() {
		<-caught
		signal.Stop(caught)
		cancel()
	}()
	return run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr)
}

// run is the whole program but for signals and the exit itself: it gives the exit code.
func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	a := newApp(os.Environ(), stdin, stdout, stderr)
	root := newRoot(a, verbs)
	root.SetArgs(args)
	return a.exit(ctx, root.ExecuteContext(ctx))
}
