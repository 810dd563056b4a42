package main

import (
	"bufio"
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"time"
)

const head = `# What fallwatch withstands

` + "`make faults`" + ` does all of this to the daemon and to its parts, and writes this page. Each line below a heading is one
test: what it says of itself, and whether it passed. %s

The package as a whole is tried by ` + "`make deb-test`" + `: installed on a clean Debian that boots with systemd, it is killed,
stopped in its tracks until the watchdog ends it, given wrong settings, and removed again.

`

// render makes the page; bad is how many tests failed or were not run.
func render(results map[test]result, where string) (page []byte, bad int) {
	var b bytes.Buffer
	fmt.Fprintf(&b, head, where)
	for _, f := range faults {
		fmt.Fprintf(&b, "## %s\n\n", f.what)
		for _, t := range f.tests {
			r, ok := results[t]
			if !ok || r.Outcome != "pass" {
				bad++
			}
			fmt.Fprintf(&b, "- %s\n", line(t, r))
		}
		b.WriteString("\n")
	}
	fmt.Fprintf(&b, "%s\n", verdict(bad))
	return b.Bytes(), bad
}

func verdict(bad int) string {
	if bad == 0 {
		return "All of them passed."
	}
	return fmt.Sprintf("**%d of them did not pass.**", bad)
}

var outcomes = map[string]string{"pass": "passed", "fail": "**failed**", "skip": "**was skipped**", "": "**is not there**"}

// line is a test for readers. What a failing test said goes to those who run it, not into the page.
func line(t test, r result) string {
	text := fmt.Sprintf("%s of `%s` %s", "`"+t.name+"`", t.folder, outcomes[r.Outcome])
	if r.Outcome != "" {
		text += fmt.Sprintf(" (%.0f s)", r.Seconds)
	}
	if r.Outcome == "fail" || len(r.Said) == 0 {
		return text
	}
	return text + ": " + strings.Join(r.Said, "; ")
}

// machine says where and when.
func machine() string {
	commit := "an unknown state"
	if out, err := exec.Command("git", "rev-parse", "--short=12", "HEAD").Output(); err == nil {
		commit = "commit " + strings.TrimSpace(string(out))
	}
	return fmt.Sprintf("Last run: %s, %s, %s, %d cores (%s).", time.Now().UTC().Format("2 January 2006"), commit, runtime.Version(), runtime.NumCPU(), processor())
}

func processor() string {
	f, err := os.Open("/proc/cpuinfo")
	if err != nil {
		return runtime.GOARCH
	}
	defer f.Close()
	for s := bufio.NewScanner(f); s.Scan(); {
		if name, ok := strings.CutPrefix(s.Text(), "model name"); ok {
			return strings.TrimLeft(name, "\t :")
		}
	}
	return runtime.GOARCH
}
