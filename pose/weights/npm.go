package weights

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// fetch has npm put the parcel's tarball into dir. npm is run as the user would run
// it, so registry, proxy and credentials are those of the user's npm configuration.
func (p parcel) fetch(ctx context.Context, dir string) (tarball string, err error) {
	program, err := exec.LookPath("npm")
	if err != nil {
		return "", fmt.Errorf("npm is not installed: install it, or fetch %s elsewhere and give its tarball with --from FILE", p.name)
	}
	var stderr bytes.Buffer
	cmd := exec.CommandContext(ctx, program, "pack", p.name, "--pack-destination", dir, "--dry-run=false", "--no-update-notifier")
	cmd.Dir = dir
	cmd.Stderr = &stderr
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // npm's own children end with it
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	cmd.WaitDelay = 5 * time.Second
	if err := cmd.Run(); err != nil {
		return "", p.npmError(ctx, err, stderr.String())
	}
	found, err := filepath.Glob(filepath.Join(dir, "*.tgz"))
	if err != nil {
		return "", err
	}
	if len(found) != 1 {
		return "", fmt.Errorf("npm pack %s ended well but left %d tarballs instead of one: give one with --from FILE", p.name, len(found))
	}
	return found[0], nil
}

func (p parcel) npmError(ctx context.Context, err error, stderr string) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if strings.Contains(stderr, "ENOSPC") {
		return fmt.Errorf("npm pack %s: %w (npm keeps a copy of as much in its own cache)", p.name, syscall.ENOSPC)
	}
	var exit *exec.ExitError
	if !errors.As(err, &exit) {
		return fmt.Errorf("run npm: %v", err) //nolint:errorlint // not wrapped: a fault of npm's file is none of the home
	}
	reason := npmReason(stderr)
	if reason == "" {
		reason = "it gave no reason (" + exit.String() + ")"
	}
	return fmt.Errorf("npm pack %s: %s (or give a tarball with --from FILE)", p.name, reason)
}

// npmReason is the line in which npm says what went wrong: the first one after the
// codes, since what follows is advice. Where npm does not write in its usual way it is
// the last line.
func npmReason(stderr string) string {
	if strings.Contains(stderr, "code EACCES") { // npm guesses at length who is to blame
		return "npm may not write to its cache folder"
	}
	last := ""
	for line := range strings.Lines(stderr) {
		line = strings.TrimSpace(line)
		reason, ok := strings.CutPrefix(line, "npm error ")
		if !ok {
			reason, ok = strings.CutPrefix(line, "npm ERR! ") // npm 9 and older
		}
		if ok && !npmDetail(reason) {
			return strings.TrimSpace(reason)
		}
		if line != "" && !ok {
			last = line
		}
	}
	return last
}

// npmDetail tells the lines that name a code or a file from those that give a reason.
func npmDetail(line string) bool {
	word, _, _ := strings.Cut(line, " ")
	switch word {
	case "code", "errno", "syscall", "path", "dest", "":
		return true
	}
	return strings.HasPrefix(line, "A complete log")
}
