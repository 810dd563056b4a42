package plan

import (
	"bytes"
	"go/token"
	"path"
	"regexp"
	"strings"
	"unicode/utf8"
)

// ruleCalls: tests do not sleep, and nothing below main ends the process.
func ruleCalls(f *goFile) []Finding {
	var found []Finding
	isMain := path.Base(f.name) == "main.go" && (strings.HasPrefix(f.name, "cmd/") || f.room == "internal/faultpage" || f.room == "internal/rtsptest/player")
	f.uses(func(pos token.Pos, target, name string) {
		switch {
		case f.isTest && target == "time" && name == "Sleep":
			found = append(found, f.finding(pos, "a test sleeps: give the code its time as an argument"))
		case f.isTest || isMain:
		case target == "os" && name == "Exit", target == "log" && (strings.HasPrefix(name, "Fatal") || strings.HasPrefix(name, "Panic")):
			found = append(found, f.finding(pos, "%s.%s ends the process: give an error back", target, name))
		}
	})
	return found
}

// The patterns are written so that this file does not match them.
var (
	machinePath = regexp.MustCompile(`(?:^|[^\w./$~{}*-])(/(?:work|root|tmp)/[^\s"'` + "`" + `)]*)`)
	promise     = regexp.MustCompile(`\b(TO` + `DO|FIX` + `ME|X` + `XX)\b`)
)

// ruleText: no path of one machine, and nothing put off.
func ruleText(name string, text []byte) []Finding {
	var found []Finding
	for i, line := range bytes.Split(text, []byte("\n")) {
		if m := machinePath.FindSubmatch(line); m != nil {
			found = append(found, Finding{name, i + 1, "names a path of one machine: " + string(m[1])})
		}
		if m := promise.FindSubmatch(line); m != nil {
			found = append(found, Finding{name, i + 1, "puts something off: " + string(m[1])})
		}
	}
	return found
}

// isText looks at the start, as git does.
func isText(text []byte) bool {
	start := text[:min(len(text), 8000)]
	return bytes.IndexByte(start, 0) < 0 && utf8.Valid(text)
}
