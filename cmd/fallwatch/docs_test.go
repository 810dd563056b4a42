package main

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"fallkit/internal/command"
)

// commandLine is one that runs fallwatch; its last group is what follows.
var commandLine = regexp.MustCompile(`^\s*(?:sudo (?:-u \w+ )?)?(?:bin/)?fallwatch ([^#]*)`)

// TestDocumentedCommands takes every command of fallwatch in the documents at its word: the verb,
// its flags and the number of its arguments must be there.
func TestDocumentedCommands(t *testing.T) {
	files, err := filepath.Glob(filepath.Join("..", "..", "docs", "*.md"))
	if err != nil {
		t.Fatal(err)
	}
	seen := 0
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		inside := false
		for line := range strings.Lines(string(text)) {
			if strings.HasPrefix(strings.TrimSpace(line), "```") {
				inside = !inside
				continue
			}
			m := commandLine.FindStringSubmatch(line)
			if !inside || m == nil {
				continue
			}
			seen++
			if err := parses(strings.Fields(m[1])); err != nil {
				t.Errorf("%s: %s: %v", file, strings.TrimSpace(line), err)
			}
		}
	}
	if seen < 12 {
		t.Errorf("only %d commands were found: is the pattern still right?", seen)
	}
}

// parses checks a command line as far as that goes without running it.
func parses(args []string) error {
	var out bytes.Buffer
	return command.Parse(newRoot(newApp(nil, strings.NewReader(""), &out, &out), verbs), args)
}
