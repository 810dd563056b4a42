package train

import (
	"strings"
	"testing"
)

func TestOnlyDrawingsStandOnThePage(t *testing.T) {
	for svg, want := range map[string]bool{
		`<svg viewBox="0 0 1 1"><path d="M0 0"/><text>a &amp; b</text></svg>`:                    true,
		`<svg xmlns="http://www.w3.org/2000/svg"><g style="fill:#fff"><circle r="1"/></g></svg>`: true,
		`<svg><script>x</script></svg>`:                                      false,
		`<svg onload="x"></svg>`:                                             false,
		`<svg><a href="http://x">x</a></svg>`:                                false,
		`<svg><g xlink:href="x"/></svg>`:                                     false,
		`<svg></svg><form action="http://x"></form>`:                         false,
		`<svg><foreignObject><form/></foreignObject></svg>`:                  false,
		`<svg><title><![CDATA[ > <form action="http://x"> ]]></title></svg>`: false,
		`<svg><!-- --></svg>`:                                                false,
		`<svg><rect style="fill:url(http://x)"/></svg>`:                      false,
		`<svg><rect style="position:fixed"/></svg>`:                          false,
		`<svg data-x="a>b"></svg>`:                                           false,
		`<svg><path></svg>`:                                                  false,
		`<p>no drawing</p>`:                                                  false,
		``:                                                                   false,
	} {
		if isDrawing(svg) != want {
			t.Errorf("%s: %v", svg, !want)
		}
	}
}

func TestOurOwnDrawingsPass(t *testing.T) {
	r := sampleReport(t)
	for _, c := range append(r.Runs[0].Evaluation.Cases.Missed, r.Runs[0].Evaluation.Cases.False...) {
		for _, svg := range []string{string(c.Score), string(c.Strip)} {
			if !isDrawing(svg) {
				t.Errorf("%.200s", svg)
			}
		}
	}
}

// FuzzDrawing looks for what passes and would make a page do more than draw.
func FuzzDrawing(f *testing.F) {
	f.Add(`<svg viewBox="0 0 1 1"><path d="M0 0"/></svg>`)
	f.Add(`<svg><title>x</title></svg>`)
	f.Add(`<svg onclick='x'></svg>`)
	f.Fuzz(func(t *testing.T, svg string) {
		if !isDrawing(svg) {
			return
		}
		text := strings.ToLower(svg)
		for _, bad := range []string{"<script", "<form", "<iframe", "<a ", "<style", "<meta", "<image", "<foreign", "<!", "<?"} {
			if strings.Contains(text, bad) {
				t.Errorf("%q holds %s", svg, bad)
			}
		}
	})
}
