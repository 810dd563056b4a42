package web_test

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"fallkit/internal/web"
	"fallkit/internal/web/webtest"
)

// TestShow serves a house that is made up to the browser of tools/browser, until its input
// ends. It is a test only in the hands of that.
func TestShow(t *testing.T) {
	if os.Getenv("FALLKIT_WEB_SHOW") == "" {
		t.Skip("only for make test-browser: FALLKIT_WEB_SHOW is not set")
	}
	house := webtest.New(time.Now)
	s, err := web.New(web.Default, parts(t, house, time.Now))
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, end := context.WithCancel(t.Context())
	var g errgroup.Group
	g.Go(func() error { return s.Serve(ctx, l) })
	g.Go(func() error { house.Run(ctx); return nil })
	fmt.Printf("https://%s/ %s\n", l.Addr(), s.Password())
	_, _ = io.Copy(io.Discard, os.Stdin)
	end()
	if err := g.Wait(); err != nil {
		t.Fatal(err)
	}
}

// facts stand for Prometheus' text.
func facts(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "fallwatch_frames_total 1") }
