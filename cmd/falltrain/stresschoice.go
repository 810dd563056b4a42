package main

import (
	"fmt"
	"slices"
	"strings"

	"fallkit/data"
	"fallkit/pose/vision"
	"fallkit/train"
)

// The levels at which harm comes in, as results call them.
const (
	levelPictures = "pictures"
	levelPoses    = "poses"
)

// quickPictures are one harm each of light, of lens, of room and of line.
var quickPictures = []string{"darkness", "motion_blur", "occlusion", "low_frame_rate"}

// stressChoice is which harm is to be measured.
type stressChoice struct {
	preset, level string
	kinds         []string
	severities    []int
	clips         int

	pictures, poses []train.StressHarm // by kind, then by severity
}

// settle fills in what the preset says where the user has not said it, and finds the kinds.
func (c *stressChoice) settle(set func(flag string) bool) error {
	if err := c.applyPreset(set); err != nil {
		return err
	}
	if !slices.Contains([]string{levelPictures, levelPoses, "all"}, c.level) {
		return fmt.Errorf("--level is %q, and must be pictures, poses or all", c.level)
	}
	if c.clips < 0 {
		return fmt.Errorf("--clips is %d, and must be 0 (all) or more", c.clips)
	}
	if err := c.checkSeverities(); err != nil {
		return err
	}
	return c.find(set("kinds"))
}

func (c *stressChoice) applyPreset(set func(flag string) bool) error {
	switch c.preset {
	case "full":
	case "quick":
		if !set("severities") {
			c.severities = []int{1, 3, 5}
		}
		if !set("clips") {
			c.clips = 8
		}
		if !set("kinds") {
			c.kinds = slices.Clone(quickPictures)
			for _, k := range data.HarmKinds() {
				c.kinds = append(c.kinds, k.Name)
			}
		}
	default:
		return fmt.Errorf("--preset is %q, and must be full or quick", c.preset)
	}
	return nil
}

func (c *stressChoice) checkSeverities() error {
	if len(c.severities) == 0 {
		c.severities = []int{1, 2, 3, 4, 5}
	}
	for _, s := range c.severities {
		if s < 1 || s > data.Severities {
			return fmt.Errorf("--severities has %d, and severities are from 1 to %d", s, data.Severities)
		}
	}
	slices.Sort(c.severities)
	c.severities = slices.Compact(c.severities)
	return nil
}

// find looks the kinds up; named ones must all be there at the chosen level.
func (c *stressChoice) find(named bool) error {
	var known []string
	for _, k := range vision.HarmKinds() {
		if c.level != levelPoses {
			known = append(known, k.Name)
			c.pictures = append(c.pictures, c.cells(k.Name, k.About, k.Unit, k.Levels)...)
		}
	}
	for _, k := range data.HarmKinds() {
		if c.level != levelPictures {
			known = append(known, k.Name)
			c.poses = append(c.poses, c.cells(k.Name, k.About, k.Unit, k.Levels)...)
		}
	}
	for _, name := range c.kinds {
		if named && !slices.Contains(known, name) {
			return fmt.Errorf("--kinds has %q, and at --level %s there are %s", name, c.level, strings.Join(known, ", "))
		}
	}
	return nil
}

// cells are a kind of harm at the chosen severities, none where it was not chosen.
func (c *stressChoice) cells(name, about, unit string, levels [data.Severities]float64) (cells []train.StressHarm) {
	if len(c.kinds) > 0 && !slices.Contains(c.kinds, name) {
		return nil
	}
	for _, s := range c.severities {
		cells = append(cells, train.StressHarm{Kind: name, About: about, Unit: unit, Severity: s, Parameter: levels[s-1]})
	}
	return cells
}
