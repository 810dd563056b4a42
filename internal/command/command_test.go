package command

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/spf13/cobra"
)

// program is one with two verbs, and what it did.
func program(out *bytes.Buffer) (root *cobra.Command, did *[]string) {
	did = &[]string{}
	note := func(what string) { *did = append(*did, what) }
	root = Root("prog", "Be a program", "about", strings.NewReader(""), out, out, func() error { note("before"); return nil })
	root.RunE = func(*cobra.Command, []string) error { note("root"); return nil }
	Add(root, &cobra.Command{Use: "copy FROM TO...", Short: "Copy", Args: Wants("FROM", "TO..."), RunE: func(*cobra.Command, []string) error { note("copy"); return nil }}, func() { note("began") })
	Add(root, NewVersion("prog", out), func() { note("began") })
	return root, did
}

func TestCommandLines(t *testing.T) {
	for _, c := range []struct{ line, fault, did string }{
		{"copy a b", "", "before began copy"},
		{"copy a b c d", "", "before began copy"},
		{"copy a", `copy needs TO...: run "prog copy --help"`, ""},
		{"copy", `copy needs FROM: run "prog copy --help"`, ""},
		{"version x", `version has an argument too many, "x": run "prog version --help"`, ""},
		{"version", "", "before began"},
		{"copi", `unknown verb "copi": did you mean copy?`, ""},
		{"walk", `unknown verb "walk": run "prog --help"`, ""},
		{"copy --deep", `unknown flag: --deep: run "prog copy --help"`, ""},
	} {
		var out bytes.Buffer
		root, did := program(&out)
		root.SetArgs(strings.Fields(c.line))
		err := root.Execute()
		if (err == nil) != (c.fault == "") || err != nil && err.Error() != c.fault {
			t.Errorf("%s: %v, want %s", c.line, err, c.fault)
		}
		if got := strings.Join(*did, " "); got != c.did {
			t.Errorf("%s: it did %q, want %q", c.line, got, c.did)
		}
		parsed, _ := program(&out)
		if again := Parse(parsed, strings.Fields(c.line)); (again == nil) != (err == nil) {
			t.Errorf("%s: parsed alone: %v", c.line, again)
		}
		if c.line == "version" && !strings.HasPrefix(out.String(), "prog "+Version) {
			t.Errorf("the version is %s", &out)
		}
	}
}

func TestLogFormats(t *testing.T) {
	for format, want := range map[string]string{"text": "level=WARN msg=loud\n", "json": `"level":"WARN","msg":"loud"}` + "\n"} {
		var out bytes.Buffer
		log, err := Log(&out, true, format)
		if err != nil {
			t.Fatal(err)
		}
		log.Info("still")
		log.Warn("loud")
		if !strings.HasSuffix(out.String(), want) || strings.Contains(out.String(), "still") {
			t.Errorf("%s: %s", format, &out)
		}
	}
	if _, err := Log(nil, false, "xml"); err == nil || !strings.Contains(err.Error(), "must be text or json") || errors.Is(err, nil) {
		t.Error(err)
	}
}
