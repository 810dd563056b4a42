package main

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestDocumentedCommands takes every fallwatch command in the documents at its word: the verb,
// its flags and the number of its arguments must be there.
func TestDocumentedCommands(t *testing.T) {
	files, err := filepath.Glob(filepath.Join("..", "..", "docs", "*.md"))
	if err != nil {
		t.Fatal(err)
	}
	block := regexp.MustCompile("(?s)```sh\n(.*?)```")
	seen := 0
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, b := range block.FindAllStringSubmatch(string(text), -1) {
			for line := range strings.Lines(b[1]) {
				line, _, _ = strings.Cut(line, "#")
				words := strings.Fields(line)
				if len(words) < 2 || filepath.Base(words[0]) != "fallwatch" {
					continue
				}
				seen++
				if err := parses(words[1:]); err != nil {
					t.Errorf("%s: %s: %v", file, strings.Join(words, " "), err)
				}
			}
		}
	}
	if seen < 6 {
		t.Errorf("only %d commands were found: is the pattern still right?", seen)
	}
}

// parses checks a command line as far as that goes without running it.
func parses(args []string) error {
	var out bytes.Buffer
	root := newRoot(newApp(nil, strings.NewReader(""), &out, &out), verbs)
	c, rest, err := root.Find(args)
	if err != nil {
		return err
	}
	if err := c.ParseFlags(rest); err != nil || c.Args == nil {
		return err
	}
	return c.Args(c, c.Flags().Args())
}
