package web_test

import (
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"fallkit/internal/web"
)

func TestZones(t *testing.T) {
	square := [][2]float64{{0.1, 0.1}, {0.9, 0.1}, {0.9, 0.9}, {0.1, 0.9}}
	zone := func(name, kind string, points ...[2]float64) web.Zone {
		return web.Zone{Name: name, Kind: kind, Points: points}
	}
	many := func(n int) (all []web.Zone) {
		for i := range n {
			all = append(all, zone(fmt.Sprint(i), web.Ignore, square...))
		}
		return all
	}
	circle := func(n int) (points [][2]float64) {
		for i := range n {
			sin, cos := math.Sincos(2 * math.Pi * float64(i) / float64(n))
			points = append(points, [2]float64{0.5 + 0.4*cos, 0.5 + 0.4*sin})
		}
		return points
	}
	s := newSite(t)
	b := s.admin()
	for _, c := range []struct {
		name  string
		zones []web.Zone
		want  string // in the error, "" = kept
	}{
		{"none", []web.Zone{}, ""},
		{"a square", []web.Zone{zone("Bed", web.LyingAllowed, square...)}, ""},
		{"a triangle", []web.Zone{zone("Bed", web.LyingAllowed, square[:3]...)}, ""},
		{"a corner inwards", []web.Zone{zone("L", web.Ignore, [][2]float64{{0, 0}, {1, 0}, {1, 0.3}, {0.3, 0.3}, {0.3, 1}, {0, 1}}...)}, ""},
		{"the whole picture", []web.Zone{zone("All", web.Ignore, [][2]float64{{0, 0}, {1, 0}, {1, 1}, {0, 1}}...)}, ""},
		{"the other way round", []web.Zone{zone("Bed", web.Ignore, square[3], square[2], square[1], square[0])}, ""},
		{"64 corners", []web.Zone{zone("Round", web.Ignore, circle(64)...)}, ""},
		{"65 corners", []web.Zone{zone("Round", web.Ignore, circle(65)...)}, "65 corners"},
		{"twenty", many(20), ""},
		{"21", many(21), "21 zones"},
		{"two of one name", append(many(1), many(1)...), `two zones are called "0"`},
		{"no name", []web.Zone{zone("  ", web.Ignore, square...)}, "its name"},
		{"a long name", []web.Zone{zone(strings.Repeat("ä", 61), web.Ignore, square...)}, "its name"},
		{"two lines", []web.Zone{zone("a\nb", web.Ignore, square...)}, "its name"},
		{"another kind", []web.Zone{zone("a", "trap", square...)}, `its kind is "trap"`},
		{"two corners", []web.Zone{zone("a", web.Ignore, square[:2]...)}, "2 corners"},
		{"outside", []web.Zone{zone("a", web.Ignore, [][2]float64{{0, 0}, {1.001, 0}, {1, 1}}...)}, "outside of the picture"},
		{"crossed", []web.Zone{zone("a", web.Ignore, [][2]float64{{0, 0}, {1, 0.9}, {1, 0}, {0, 0.4}}...)}, "crosses itself"},
		{"crossed by its last side", []web.Zone{zone("a", web.Ignore, [][2]float64{{0.5, 0}, {1, 0.9}, {0, 0.9}, {0.9, 0.5}, {0.1, 0.1}, {0.95, 0.95}}...)}, "crosses itself"},
		{"a line", []web.Zone{zone("a", web.Ignore, [][2]float64{{0, 0}, {1, 1}, {0.5, 0.5}}...)}, "too small"},
		{"a spot", []web.Zone{zone("a", web.Ignore, [][2]float64{{0.5, 0.5}, {0.51, 0.5}, {0.51, 0.51}}...)}, "too small"},
	} {
		body, err := json.Marshal(map[string]any{"zones": c.zones})
		if err != nil {
			t.Fatal(err)
		}
		w := b.ask("PUT", "/api/v1/cameras/Bedroom/zones", string(body))
		if c.want == "" && w.Code != 204 || c.want != "" && (w.Code != 422 || !strings.Contains(w.Body.String(), strings.ReplaceAll(c.want, `"`, `\"`))) {
			t.Errorf("%s: %d %s, want %q", c.name, w.Code, w.Body, c.want)
		}
	}
}

// What is drawn nearly on a circle, in the order of the directions, crosses itself nowhere; with two
// neighbours exchanged, it does.
func TestZonesRoundAPoint(t *testing.T) {
	b := newSite(t).admin()
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(5, 20).Draw(t, "corners")
		z := web.Zone{Name: "a", Kind: web.Ignore}
		for i := range n {
			far := rapid.Float64Range(0.44, 0.45).Draw(t, "far")
			sin, cos := math.Sincos(2 * math.Pi * float64(i) / float64(n))
			z.Points = append(z.Points, [2]float64{0.5 + far*cos, 0.5 + far*sin})
		}
		put := func() int {
			body, _ := json.Marshal(map[string]any{"zones": []web.Zone{z}})
			return b.ask("PUT", "/api/v1/cameras/Bedroom/zones", string(body)).Code
		}
		if got := put(); got != 204 {
			t.Fatalf("%v: %d", z.Points, got)
		}
		i := rapid.IntRange(0, n-2).Draw(t, "exchanged")
		z.Points[i], z.Points[i+1] = z.Points[i+1], z.Points[i]
		if got := put(); got != 422 {
			t.Fatalf("with %d and the next exchanged %v: %d", i, z.Points, got)
		}
	})
}
