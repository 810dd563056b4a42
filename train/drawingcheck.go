package train

import (
	"encoding/xml"
	"errors"
	"io"
	"slices"
	"strings"
)

// drawnElements are those that our drawings are made of.
var drawnElements = []string{"svg", "g", "path", "rect", "circle", "line", "polyline", "polygon", "text", "title"}

// isDrawing tells whether a text is an <svg> element that draws and does nothing else: no
// link, no script, no style from elsewhere. A kept evaluation may come from anybody, and its
// drawings stand on the page as they are.
func isDrawing(svg string) bool {
	if !strings.HasPrefix(svg, "<svg") || strings.Contains(svg, "<!") || strings.Contains(svg, "<?") {
		return false
	}
	d := xml.NewDecoder(strings.NewReader(svg))
	depth, roots := 0, 0
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return depth == 0 && roots == 1
		}
		if err != nil {
			return false
		}
		switch t := token.(type) {
		case xml.StartElement:
			if depth == 0 {
				roots++
			}
			depth++
			if !slices.Contains(drawnElements, t.Name.Local) || !slices.ContainsFunc([]string{"", "http://www.w3.org/2000/svg"}, func(s string) bool { return s == t.Name.Space }) || !harmless(t.Attr) {
				return false
			}
		case xml.EndElement:
			depth--
		}
	}
}

// harmless tells whether attributes only say how something looks.
func harmless(attributes []xml.Attr) bool {
	for _, a := range attributes {
		name, value := strings.ToLower(a.Name.Local), strings.ToLower(a.Value)
		switch {
		case strings.HasPrefix(name, "on"), name == "href", name == "src":
			return false
		case name == "xmlns" || a.Name.Space == "xmlns":
		case strings.Contains(value, "url(") || strings.Contains(value, "@") || strings.Contains(value, "\\") || strings.Contains(value, "position"), strings.ContainsAny(value, "<>"):
			return false
		}
	}
	return true
}
