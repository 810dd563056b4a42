package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"fallkit/data"
	"fallkit/pose/vision"
	"fallkit/train"
)

// poseAccuracy is what the user asked the pose-accuracy verb for.
type poseAccuracy struct {
	*job
	pictures      []string
	json          string
	turns         []int
	fitConfidence bool
}

// runUpSeconds is how long before a video's frame the pose front end begins to look, so
// that it knows who is followed.
const runUpSeconds = 2.0

func newPoseAccuracyCommand(a *app) *cobra.Command {
	p := &poseAccuracy{}
	c := &cobra.Command{
		Use:   "pose-accuracy KEYPOINTS.json...",
		Short: "Measure how near poses come to joints that were placed by hand",
		Long: `Measure how near the poses that are found come to joints placed by hand, in a file in COCO's keypoint
format: still pictures, or frames of videos as click writes them. docs/metrics.md defines the numbers.

Still pictures are looked at as they are, and turned by the degrees of --turn, the poses turned back. Of
videos exactly the labelled frames are looked at, and before each two seconds of frames at the rate of
extract.fps, since the front end follows people.

--fit-confidence looks without the profile's curves of confidence and prints those that fit, instead of the
numbers. It takes several files, each with its own --pictures, and fits them together, all weighing the same,
and each by itself; --turn then turns the still pictures alone.`,
		Args: wants("KEYPOINTS.json..."),
		RunE: func(c *cobra.Command, args []string) (err error) {
			if p.job, err = a.job(c); err != nil {
				return err
			}
			return p.run(c.Context(), args)
		},
	}
	f := c.Flags()
	f.StringArrayVar(&p.pictures, "pictures", nil, "folder that the paths in the file are relative to, once for each file (default: the file's own, or images in it)")
	f.IntSliceVar(&p.turns, "turn", []int{0}, "degrees clockwise that still pictures are turned by: 0, 90, 180, 270, or several")
	f.StringVar(&p.json, "json", "", "write the result as JSON")
	f.BoolVar(&p.fitConfidence, "fit-confidence", false, "fit what the networks' scores of joints mean, for pose/vision/confidence.go")
	setting(c, "engine", "extract.engine", engineHelp)
	profileFlag(c)
	setting(c, "resamples", "evaluate.resamples", "of the bootstrap, for the intervals")
	return c
}

// placedSet is a file of joints placed by hand, and where its pictures are.
type placedSet struct {
	path, dir string
	images    []data.KeypointImage
}

func (p *poseAccuracy) run(ctx context.Context, paths []string) error {
	if err := p.check(paths); err != nil {
		return err
	}
	sets, err := p.open(paths)
	if err != nil {
		return err
	}
	front, err := p.openFront("")
	if err != nil {
		return err
	}
	if p.fitConfidence {
		front.set.Profile.Confidence = vision.Confidence{}
	}
	vision.SetThreads(1)
	engine, err := p.openEngine(&front)
	if err != nil {
		return err
	}
	defer engine.Close()
	seen, err := p.look(ctx, engine, front.fps, sets)
	if err != nil {
		return err
	}
	if p.fitConfidence {
		return train.FitJointScores(seen).WriteTable(p.stdout)
	}
	return p.tell(seen[0].Turns, sets[0].images, front.id())
}

func (p *poseAccuracy) open(paths []string) (sets []placedSet, err error) {
	for n, path := range paths {
		k, err := data.ReadKeypoints(path)
		if err != nil {
			return nil, err
		}
		s := placedSet{path: path}
		if s.images, err = p.fit(k, path); err != nil {
			return nil, err
		}
		if s.dir, err = p.folder(n, path, s.images); err != nil {
			return nil, err
		}
		sets = append(sets, s)
	}
	return sets, nil
}

// turned are the pictures that are looked at turned by so many degrees.
func (s *placedSet) turned(degrees int) []data.KeypointImage {
	if degrees == 0 {
		return s.images
	}
	return slices.DeleteFunc(slices.Clone(s.images), func(i data.KeypointImage) bool { return i.Frame >= 0 })
}

// look looks at all pictures of all sets, in all turns.
func (p *poseAccuracy) look(ctx context.Context, engine *vision.Engine, fps float64, sets []placedSet) (seen []train.JointSet, err error) {
	total, before := 0, 0
	for i := range sets {
		for _, degrees := range p.turns {
			total += len(sets[i].turned(degrees))
		}
	}
	meter, done := p.meter("pictures", total)
	defer done()
	for i, name := range namesOf(sets) {
		s := train.JointSet{Name: name}
		looker := looker{engine: engine, dir: sets[i].dir, fps: fps}
		for _, degrees := range p.turns {
			looks, err := looker.all(ctx, sets[i].turned(degrees), degrees, func(n int) { meter.Set(before+n, "") })
			if err != nil {
				return nil, err
			}
			if before += len(looks); len(looks) == 0 {
				continue
			}
			s.Turns = append(s.Turns, train.PoseLooks{Turn: degrees, Looks: looks})
		}
		seen = append(seen, s)
	}
	return seen, nil
}

// namesOf are the files' names without their ends, or all of their paths where two are the same.
func namesOf(sets []placedSet) (names []string) {
	for _, s := range sets {
		names = append(names, strings.TrimSuffix(filepath.Base(s.path), filepath.Ext(s.path)))
	}
	for i, name := range names {
		if slices.Contains(names[:i], name) {
			names = nil
			for _, s := range sets {
				names = append(names, s.path)
			}
			return names
		}
	}
	return names
}

func (p *poseAccuracy) tell(turns []train.PoseLooks, images []data.KeypointImage, engine string) error {
	unit := func(i int) string { return cmpName(&images[i]) }
	r := train.MeasurePoses(turns, unit, p.settings.Evaluate.Resamples, p.settings.Evaluate.Seed)
	r.Engine = engine
	if err := r.WriteTable(p.stdout); err != nil || p.json == "" {
		return err
	}
	return r.Write(p.json)
}

// cmpName is what pictures are drawn together by: the video that they are of.
func cmpName(i *data.KeypointImage) string { return i.Path }

func (p *poseAccuracy) check(paths []string) error {
	if len(p.turns) == 0 {
		p.turns = []int{0}
	}
	for i, d := range p.turns {
		if !slices.Contains([]int{0, 90, 180, 270}, d) || slices.Contains(p.turns[:i], d) {
			return usage("--turn is %v, and must be some of 0, 90, 180 and 270, each once", p.turns)
		}
	}
	if len(paths) > 1 && !p.fitConfidence {
		return usage("there are %d files, and only --fit-confidence takes more than one", len(paths))
	}
	if n := len(p.pictures); n > 0 && n != len(paths) {
		return usage("there are %s and %d times --pictures: give it once for each file, in the same order", plural(len(paths), "file"), n)
	}
	if p.fitConfidence && !slices.Contains(p.turns, 0) {
		return usage("--turn is %v, and must have 0 for --fit-confidence: frames of videos are looked at as they are", p.turns)
	}
	if p.fitConfidence && p.json != "" {
		return usage("--json writes the numbers that --fit-confidence does not take")
	}
	return writable(p.json)
}

// fit leaves out pictures of which not everybody is labelled.
func (p *poseAccuracy) fit(k *data.Keypoints, path string) (images []data.KeypointImage, err error) {
	left := 0
	for _, i := range k.Images {
		switch {
		case i.Skipped != "" && i.Skipped != data.SkippedNobody:
			left++
		case i.Frame >= 0 && !p.fitConfidence && !slices.Equal(p.turns, []int{0}):
			return nil, usage("%s has frames of videos, and --turn is for still pictures only", path)
		default:
			images = append(images, i)
		}
	}
	if left > 0 {
		p.warn("%s left out, in which not everybody is labelled", plural(left, "picture"))
	}
	labelled := func(i data.KeypointImage) bool { return len(i.People) > 0 }
	if !slices.ContainsFunc(images, labelled) {
		return nil, fmt.Errorf("%s: no picture has its people labelled", path)
	}
	return images, nil
}

// folder is where the pictures of the file with this number lie.
func (p *poseAccuracy) folder(n int, path string, images []data.KeypointImage) (string, error) {
	if len(p.pictures) > 0 {
		dir := p.pictures[n]
		if info, err := os.Stat(dir); err != nil || !info.IsDir() {
			return "", usage("--pictures %s is no folder", dir)
		}
		return dir, nil
	}
	for _, dir := range []string{filepath.Dir(path), filepath.Join(filepath.Dir(path), "images")} {
		if _, err := os.Stat(filepath.Join(dir, filepath.FromSlash(images[0].Path))); !errors.Is(err, fs.ErrNotExist) {
			return dir, nil
		}
	}
	return "", fmt.Errorf("%s: its first picture, %s, is neither beside it nor in images: say where the pictures are with --pictures", path, images[0].Path)
}

// looker looks at labelled pictures.
type looker struct {
	engine *vision.Engine
	dir    string
	fps    float64
}

// all looks at every picture, at those of one video together.
func (l *looker) all(ctx context.Context, images []data.KeypointImage, degrees int, report func(done int)) ([]train.PoseLook, error) {
	looks := make([]train.PoseLook, len(images))
	byVideo, done := map[string][]int{}, 0
	for i := range images {
		looks[i].Truth = &images[i]
		if images[i].Frame >= 0 {
			byVideo[images[i].Path] = append(byVideo[images[i].Path], i)
		}
	}
	for i := range images {
		var err error
		switch of := byVideo[images[i].Path]; {
		case ctx.Err() != nil:
			return nil, ctx.Err()
		case images[i].Frame < 0:
			err = l.still(&looks[i], degrees)
		case of[0] == i:
			err = l.video(ctx, looks, of)
		}
		if err != nil {
			return nil, err
		}
		done++
		report(done)
	}
	return looks, nil
}

func (l *looker) path(i *data.KeypointImage) string {
	return filepath.Join(l.dir, filepath.FromSlash(i.Path))
}

func (l *looker) still(look *train.PoseLook, degrees int) error {
	photo, err := l.engine.Photo(l.path(look.Truth), degrees)
	if err != nil {
		return err
	}
	look.Found, look.Cropped = photo.People, photo.Cropped
	return l.same(look.Truth, photo.Width, photo.Height)
}

// same refuses a picture that is not the one whose joints were placed.
func (l *looker) same(i *data.KeypointImage, width, height int) error {
	if i.Width != width || i.Height != height {
		return fmt.Errorf("%s has %dx%d pixels, and its joints were placed in a picture of %dx%d: it is another one", l.path(i), width, height, i.Width, i.Height)
	}
	return nil
}

// video looks at some frames of one video.
func (l *looker) video(ctx context.Context, looks []train.PoseLook, of []int) error {
	var frames []int
	for _, i := range of {
		frames = append(frames, looks[i].Truth.Frame)
	}
	found, err := vision.Moments(ctx, l.path(looks[of[0]].Truth), l.engine, l.fps, runUpSeconds, frames, nil)
	if err != nil {
		return err
	}
	for _, i := range of {
		seen := found[looks[i].Truth.Frame]
		for _, p := range seen.People {
			looks[i].Found = append(looks[i].Found, p.Pose)
		}
		looks[i].Cropped = seen.Cropped
		if err := l.same(looks[i].Truth, seen.Width, seen.Height); err != nil {
			return err
		}
	}
	return nil
}
