package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"regexp"
	"strings"
)

// result is what came of one test.
type result struct {
	Outcome string // pass, fail or skip
	Seconds float64
	Said    []string // what the test logged, without the place
}

// event is a line of `go test -json` (go doc test2json).
type event struct {
	Action, Test, Output string
	Elapsed              float64
}

// said is a line of t.Logf, t.Error or t.Skip.
var said = regexp.MustCompile(`^ +\w+_test\.go:\d+: (.*)$`)

// parse reads the results by the names of the tests. Lines that are none are passed over.
func parse(text []byte) map[string]result {
	found := map[string]result{}
	lines := bufio.NewScanner(bytes.NewReader(text))
	lines.Buffer(nil, 16<<20)
	for lines.Scan() {
		var e event
		if json.Unmarshal(lines.Bytes(), &e) != nil || e.Test == "" || strings.Contains(e.Test, "/") {
			continue
		}
		r := found[e.Test]
		switch e.Action {
		case "pass", "fail", "skip":
			r.Outcome, r.Seconds = e.Action, e.Elapsed
		case "output":
			if m := said.FindStringSubmatch(strings.TrimRight(e.Output, "\n")); m != nil {
				r.Said = append(r.Said, anywhere(m[1]))
			}
		}
		found[e.Test] = r
	}
	return found
}

// folders of one machine have no place in a document.
var folders = regexp.MustCompile(`/(?:tmp|root|work|home)/\S*`)

func anywhere(text string) string { return folders.ReplaceAllString(text, "…") }
