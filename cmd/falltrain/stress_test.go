package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"fallkit/data"
	"fallkit/pose/vision"
)

// harmRows are the rows of both tables of docs/stress.md.
func harmRows() (pictures, poses []string) {
	row := func(name, about, unit string, levels [data.Severities]float64) string {
		text := fmt.Sprintf("| `%s` | %s | %s |", name, about, unit)
		for _, v := range levels {
			text += strings.Replace(fmt.Sprintf(" %g |", v), "-", "−", 1)
		}
		return text
	}
	for _, k := range vision.HarmKinds() {
		pictures = append(pictures, row(k.Name, k.About, k.Unit, k.Levels))
	}
	for _, k := range data.HarmKinds() {
		poses = append(poses, row(k.Name, k.About, k.Unit, k.Levels))
	}
	return pictures, poses
}

func TestHarmTablesAreThoseOfTheCode(t *testing.T) {
	page, err := os.ReadFile(filepath.Join("..", "..", "docs", "stress.md"))
	if err != nil {
		t.Fatal(err)
	}
	pictures, poses := harmRows()
	for _, table := range [][]string{pictures, poses} {
		if text := strings.Join(table, "\n") + "\n"; !strings.Contains(string(page), text) {
			t.Errorf("docs/stress.md lacks this table:\n%s", text)
		}
	}
}

// A name is enough to say which harm is meant.
func TestHarmsHaveNamesOfTheirOwn(t *testing.T) {
	seen := map[string]bool{}
	for _, k := range vision.HarmKinds() {
		seen[k.Name] = true
	}
	for _, k := range data.HarmKinds() {
		if seen[k.Name] {
			t.Errorf("%s is a harm to pictures and to poses", k.Name)
		}
	}
	if data.Severities != vision.Severities {
		t.Error("pictures and poses have unequal severities")
	}
}

func TestStressChoice(t *testing.T) {
	none := func(string) bool { return false }
	settled := func(c stressChoice, set func(string) bool) stressChoice {
		t.Helper()
		if c.preset == "" {
			c.preset = "full"
		}
		if c.level == "" {
			c.level = "all"
		}
		if err := c.settle(set); err != nil {
			t.Fatal(err)
		}
		return c
	}
	if c := settled(stressChoice{}, none); len(c.pictures) != 14*5 || len(c.poses) != 8*5 {
		t.Errorf("full: %d, %d", len(c.pictures), len(c.poses))
	}
	if c := settled(stressChoice{preset: "quick"}, none); len(c.pictures) != 4*3 || len(c.poses) != 8*3 || c.clips != 8 {
		t.Errorf("quick: %d, %d, %v, %d clips", len(c.pictures), len(c.poses), c.severities, c.clips)
	}
	if c := settled(stressChoice{preset: "quick", level: "poses"}, none); len(c.pictures) != 0 || len(c.poses) != 8*3 {
		t.Errorf("quick poses: %d, %d", len(c.pictures), len(c.poses))
	}
	all := func(string) bool { return true }
	if c := settled(stressChoice{preset: "quick", kinds: []string{"jpeg"}, severities: []int{4, 2, 4}, clips: 3}, all); len(c.pictures) != 2 || c.pictures[1].Parameter != 6 || len(c.poses) != 0 || c.clips != 3 {
		t.Errorf("what is said wins over the preset: %d, %d, %v, %d clips", len(c.pictures), len(c.poses), c.severities, c.clips)
	}
}
