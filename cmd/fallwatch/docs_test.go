package main

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var codeBlock = regexp.MustCompile("(?s)```sh\n(.*?)```")

// TestDocumentedCommands takes every command of fallwatch in the documents at its word: the verb,
// its flags and the number of its arguments must be there.
func TestDocumentedCommands(t *testing.T) {
	seen := 0
	for _, pattern := range []string{"*.md", "docs/*.md"} {
		files, err := filepath.Glob(filepath.Join("..", "..", pattern))
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			for _, block := range codeBlock.FindAllStringSubmatch(string(text), -1) {
				for line := range strings.Lines(strings.ReplaceAll(block[1], "\\\n", " ")) {
					line, _, _ = strings.Cut(line, "#")
					words := strings.Fields(strings.TrimPrefix(strings.TrimSpace(line), "sudo "))
					if len(words) == 0 || filepath.Base(words[0]) != "fallwatch" {
						continue
					}
					seen++
					if err := parses(words[1:]); err != nil {
						t.Errorf("%s: %s: %v", file, strings.TrimSpace(line), err)
					}
				}
			}
		}
	}
	if seen < 4 {
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
	if err := c.ParseFlags(rest); err != nil {
		return err
	}
	if c.Args == nil {
		return nil
	}
	return c.Args(c, c.Flags().Args())
}
