package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// output has a folder of one machine in it, which is put together here.
var output = strings.ReplaceAll(`{"Action":"run","Test":"TestA"}
not json
{"Action":"output","Test":"TestA","Output":"=== RUN   TestA\n"}
{"Action":"output","Test":"TestA","Output":"    a_test.go:12: 8 cuts in FOLDER, all told\n"}
{"Action":"output","Test":"TestA/part","Output":"    a_test.go:13: of a part\n"}
{"Action":"pass","Test":"TestA","Elapsed":1.25}
{"Action":"output","Test":"TestB","Output":"    b_test.go:7: lost 3\n"}
{"Action":"fail","Test":"TestB","Elapsed":2}
{"Action":"skip","Test":"TestC"}
{"Action":"pass","Elapsed":3}
`, "FOLDER", filepath.Join("/", "tmp", "x", "y"))

func TestParse(t *testing.T) {
	want := map[string]result{
		"TestA": {"pass", 1.25, []string{"8 cuts in … all told"}},
		"TestB": {"fail", 2, []string{"lost 3"}},
		"TestC": {"skip", 0, nil},
	}
	if diff := cmp.Diff(want, parse([]byte(output))); diff != "" {
		t.Error(diff)
	}
}

func TestRender(t *testing.T) {
	page, bad := render(nil, "Nowhere.")
	all := 0
	for _, f := range faults {
		all += len(f.tests)
	}
	if bad != all || strings.Count(string(page), "**is not there**") != all {
		t.Errorf("%d of %d are bad:\n%s", bad, all, page)
	}
	results := map[test]result{}
	for _, f := range faults {
		for _, t := range f.tests {
			results[t] = result{Outcome: "pass", Said: []string{"0 lost"}}
		}
	}
	first := faults[0].tests[0]
	results[first] = result{Outcome: "fail", Said: []string{"a stack"}}
	page, bad = render(results, "Nowhere.")
	if bad != 1 || !strings.Contains(string(page), "**1 of them did not pass.**") || strings.Contains(string(page), "a stack") || !strings.Contains(string(page), "passed (0 s): 0 lost") {
		t.Errorf("%d bad:\n%s", bad, page)
	}
}

// TestTheTestsAreThere: each that the page is about exists by its name.
func TestTheTestsAreThere(t *testing.T) {
	for _, folder := range packages() {
		files, err := filepath.Glob(filepath.Join("..", "..", filepath.FromSlash(folder), "*_test.go"))
		if err != nil {
			t.Fatal(err)
		}
		var all strings.Builder
		for _, f := range files {
			text, err := os.ReadFile(f)
			if err != nil {
				t.Fatal(err)
			}
			all.Write(text)
		}
		for _, name := range strings.Split(strings.Trim(pattern(folder), "^()$"), "|") {
			if !regexp.MustCompile(`(?m)^func ` + name + `\(`).MatchString(all.String()) {
				t.Errorf("%s has no %s", folder, name)
			}
		}
	}
}
