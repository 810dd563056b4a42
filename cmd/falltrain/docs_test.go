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

var (
	codeBlock  = regexp.MustCompile("(?s)```sh\n(.*?)```")
	makeTarget = regexp.MustCompile(`(?m)^([a-z-]+):`)
)

// TestDocumentedCommands takes every command in the documents at its word: the verb, its
// flags and the number of its arguments, or the make target, must be there.
func TestDocumentedCommands(t *testing.T) {
	root := filepath.Join("..", "..")
	makefile, err := os.ReadFile(filepath.Join(root, "Makefile"))
	if err != nil {
		t.Fatal(err)
	}
	targets := map[string]bool{}
	for _, m := range makeTarget.FindAllStringSubmatch(string(makefile), -1) {
		targets[m[1]] = true
	}
	seen := 0
	for _, pattern := range []string{"*.md", "docs/*.md", "models/*/*.md"} {
		files, err := filepath.Glob(filepath.Join(root, pattern))
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			for _, words := range commandsIn(t, file) {
				seen++
				switch filepath.Base(words[0]) {
				case "falltrain":
					if err := parses(words[1:]); err != nil {
						t.Errorf("%s: %s: %v", file, strings.Join(words, " "), err)
					}
				case "make":
					if !targets[words[1]] {
						t.Errorf("%s: there is no make target %q", file, words[1])
					}
				}
			}
		}
	}
	if seen < 8 {
		t.Errorf("only %d commands were found: is the pattern still right?", seen)
	}
}

// commandsIn gives the words of each command line in a document's shell blocks.
func commandsIn(t *testing.T, file string) (commands [][]string) {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for _, block := range codeBlock.FindAllStringSubmatch(string(text), -1) {
		for line := range strings.Lines(strings.ReplaceAll(block[1], "\\\n", " ")) {
			line, _, _ = strings.Cut(line, "#")
			if words := strings.Fields(line); len(words) > 1 {
				commands = append(commands, words)
			}
		}
	}
	return commands
}

// parses checks a command line as far as that goes without running it.
func parses(args []string) error {
	var out bytes.Buffer
	return command.Parse(newRoot(newApp(nil, strings.NewReader(""), &out, &out), verbs), args)
}
