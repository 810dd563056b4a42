package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"fallkit/data"
	"fallkit/pose/vision"
	"fallkit/train"
)

// poseCheck is what the user asked the pose-check verb for.
type poseCheck struct {
	*job
	only, by         []string
	poses            string
	skipMissing      bool
	json, sheet, out string
}

// The files of pose-check --out.
const (
	checkName = "pose-check.json"
	sheetName = "pose-check.jpg"
)

func newPoseCheckCommand(a *app) *cobra.Command {
	p := &poseCheck{}
	c := &cobra.Command{
		Use:   "pose-check DATA",
		Short: "Show how often people are found before, during and after falls, by camera",
		Long: `Show how often people and whole torsos (both shoulders, both hips) are found before, during and
after falls, in poses that extract kept, and say for each camera whether its place is any good.
The worst come first. docs/pose-check.md says what the numbers mean and what to do about them.

--sheet writes a picture with frames of the worst clips and of typical ones, skeletons painted on.`,
		Args: wants("DATA"),
		RunE: func(c *cobra.Command, args []string) (err error) {
			if p.job, err = a.job(c); err != nil {
				return err
			}
			return p.run(c.Context(), args[0])
		},
	}
	f := c.Flags()
	f.StringSliceVar(&p.by, "by", []string{"dataset"}, "columns of labels.csv whose groups are told apart, the worst first, such as camera,activity")
	f.StringSliceVar(&p.only, "only", nil, onlyHelp)
	f.StringVar(&p.poses, "poses", "", "where extract kept the poses (default: poses in FALLKIT_HOME)")
	f.BoolVar(&p.skipMissing, "skip-missing", false, "leave out clips that have no poses")
	f.StringVar(&p.json, "json", "", "write the result as JSON")
	f.StringVar(&p.sheet, "sheet", "", "write a picture (JPEG or PNG) of frames of the worst and of typical clips")
	f.StringVar(&p.out, "out", "", "folder for "+checkName+" and "+sheetName)
	profileFlag(c)
	return c
}

func (p *poseCheck) run(ctx context.Context, dir string) error {
	if err := p.places(); err != nil {
		return err
	}
	m, err := data.Open(dir)
	if err != nil {
		return err
	}
	if m, err = m.Only(p.only); err != nil {
		return err
	}
	if err := m.HasColumns(p.by); err != nil {
		return fmt.Errorf("--by: %w", err)
	}
	front, err := p.openFront(p.poses)
	if err != nil {
		return err
	}
	examples, err := p.examples(front, m, p.skipMissing)
	if err != nil {
		return err
	}
	if err := p.pictured(examples); err != nil {
		return err
	}
	check := train.CheckPoses(examples, p.by, p.settings.Input.MinScore)
	check.Profile = front.set.Profile.Name
	if err := check.WriteTable(p.stdout); err != nil {
		return err
	}
	if err := p.keep(&check); err != nil {
		return err
	}
	return p.draw(ctx, m, examples, &check)
}

// places refuses what cannot be written, before the work.
func (p *poseCheck) places() error {
	if p.out != "" {
		if err := os.MkdirAll(p.out, 0o755); err != nil {
			return fmt.Errorf("make the folder of --out: %w", err)
		}
		if p.sheet == "" {
			p.sheet = filepath.Join(p.out, sheetName)
		}
	}
	if p.sheet != "" && !slices.Contains([]string{".jpg", ".jpeg", ".png"}, strings.ToLower(filepath.Ext(p.sheet))) {
		return usage("--sheet %s: give it a name that ends in .jpg or .png", p.sheet)
	}
	if err := writable(p.sheet); err != nil {
		return err
	}
	return writable(p.json)
}

// pictured refuses a sheet of clips that are all poses without a video; --out then does
// without its one.
func (p *poseCheck) pictured(examples []data.Example) error {
	if p.sheet == "" || slices.ContainsFunc(examples, func(e data.Example) bool { return !e.Clip.Posed() }) {
		return nil
	}
	if p.out == "" || p.sheet != filepath.Join(p.out, sheetName) {
		return usage("--sheet: all clips are poses without a video, and there are no pictures to show: leave it out")
	}
	p.warn("no %s: all clips are poses without a video, and there are no pictures to show", p.sheet)
	p.sheet = ""
	return nil
}

func (p *poseCheck) keep(check *train.PoseCheck) error {
	if p.json != "" {
		if err := check.Write(p.json); err != nil {
			return err
		}
	}
	if p.out == "" {
		return nil
	}
	return check.Write(filepath.Join(p.out, checkName))
}

// draw writes the sheet.
func (p *poseCheck) draw(ctx context.Context, m *data.Manifest, examples []data.Example, check *train.PoseCheck) error {
	if p.sheet == "" {
		return nil
	}
	var rows []vision.SheetRow
	for _, s := range check.Scenes(examples) {
		rows = append(rows, vision.SheetRow{Video: m.VideoPath(s.Example.Index), Title: s.Title, Shots: s.Shots})
	}
	meter, done := p.meter("sheet", len(rows))
	err := vision.PoseSheet(ctx, rows, p.sheet, func(n, _ int) { meter.Set(n, "") })
	done()
	if err == nil {
		fmt.Fprintf(p.stdout, "\nsheet: %s\n", p.sheet)
	}
	return err
}
