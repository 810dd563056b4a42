package simulate

import (
	"context"
	"encoding/json"
	"fmt"
	"image"
	"iter"
	"os"
	"path/filepath"
	"strconv"
	"sync"

	"github.com/google/renameio/v2"
	"golang.org/x/sync/errgroup"

	"fallkit/data"
)

// generation changes whenever the same settings make other poses or pictures than before.
const generation = 7

// Names in a generated folder.
const (
	markFile      = "simulate.json" // what the folder was made with
	labelsFile    = "labels.csv"
	segmentsFile  = "segments.csv"
	keypointsFile = "keypoints.json"
	videosFolder  = "videos"
	posesFolder   = "poses"
	truthFolder   = "truth"
	unfinished    = ".unfinished-" // how names of files begin that are still being written
)

// mark tells a generated folder from any other, and what is in it.
type mark struct {
	Generation int      `json:"generation"`
	Observer   string   `json:"observer"` // "" = none: these are videos
	Settings   Settings `json:"settings"`
}

// Writer encodes frames as a video of so many frames a second.
type Writer func(path string, fps float64, frames iter.Seq[image.Image]) error

// WritePoseFolder fills dir with the recordings of a plan: labels.csv, segments.csv,
// poses/CLIP.parquet, which labels.csv names in the place of videos, truth/CLIP.json, and
// with s.KeypointsEvery the true keypoints of some frames in keypoints.json, as
// data.ReadKeypoints reads them. Width and Height are those of the picture that the poses
// lie in. It makes dir where there
// is none, takes up a run with the same settings where it was broken off, and refuses any
// other folder that is not empty. The bytes do not depend on s.Workers. progress (may be
// nil) is told after every clip, by one goroutine at a time.
func WritePoseFolder(ctx context.Context, dir string, s Settings, o Observer, progress func(done, total int)) error {
	f := folder{dir: dir, settings: s, kind: posesFolder, observer: o.ID(), progress: progress}
	f.make = func(c *Clip) (clipTruth, error) { return c.writePoses(dir, o) }
	return f.write(ctx)
}

// WriteFolder is WritePoseFolder with videos/CLIP.mp4 in the place of poses: with the
// same settings, but for FPS, they show the same motion, camera and people.
//
// write is called with an unfinished file's name (with the video's ending), from s.Workers
// goroutines.
func WriteFolder(ctx context.Context, dir string, s Settings, write Writer, progress func(done, total int)) error {
	f := folder{dir: dir, settings: s, kind: videosFolder, progress: progress}
	f.make = func(c *Clip) (clipTruth, error) { return c.writeVideo(ctx, dir, write) }
	return f.write(ctx)
}

// folder is a data folder being made.
type folder struct {
	dir      string
	settings Settings
	kind     string // the sub-folder of what labels.csv names
	observer string
	make     func(c *Clip) (clipTruth, error)
	progress func(done, total int)
}

func (f *folder) write(ctx context.Context) error {
	if f.settings.Preset == "" {
		f.settings.Preset = Train
	}
	if err := f.settings.Check(); err != nil {
		return err
	}
	mark, err := json.MarshalIndent(mark{generation, f.observer, f.settings}, "", "  ")
	if err != nil {
		return fmt.Errorf("describe the settings: %w", err)
	}
	if err := claimFolder(f.dir, append(mark, '\n'), f.kind, truthFolder); err != nil {
		return err
	}
	clips := Plan(f.settings)
	for i := range clips {
		clips[i].video = f.kind == videosFolder
	}
	truths, err := f.all(ctx, clips)
	if err != nil {
		return err
	}
	if f.settings.KeypointsEvery > 0 {
		if err := writeKeypoints(f.dir, clips, truths); err != nil {
			return err
		}
	}
	return writeLists(f.dir, clips, truths)
}

// all makes the clips, and gives their truths in their order.
func (f *folder) all(ctx context.Context, clips []Clip) ([]clipTruth, error) {
	truths := make([]clipTruth, len(clips))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(max(f.settings.Workers, 1))
	var telling sync.Mutex
	done := 0
	for i := range clips {
		group.Go(func() (err error) {
			if err := ctx.Err(); err != nil {
				return err
			}
			if truths[i], err = f.make(&clips[i]); err != nil {
				return fmt.Errorf("make clip %s: %w", clips[i].Name, err)
			}
			telling.Lock()
			defer telling.Unlock()
			if done++; f.progress != nil {
				f.progress(done, len(clips))
			}
			return nil
		})
	}
	return truths, group.Wait()
}

// path is what labels.csv names.
func (c *Clip) path() string {
	if c.video {
		return videosFolder + "/" + c.Name + ".mp4"
	}
	return posesFolder + "/" + c.Name + ".parquet"
}

func (c *Clip) truthPath() string { return truthFolder + "/" + c.Name + ".json" }

// made tells whether the clip's files are there, and their truth. The truth comes last: a
// clip with it is finished.
func (c *Clip) made(dir string) (clipTruth, bool) {
	t, ok := readTruth(filepath.Join(dir, c.truthPath()))
	return t, ok && exists(filepath.Join(dir, c.path()))
}

// writePoses makes the clip's files unless they are there.
func (c *Clip) writePoses(dir string, o Observer) (clipTruth, error) {
	if t, ok := c.made(dir); ok {
		return t, nil
	}
	f, err := c.Film(o)
	if err != nil {
		return clipTruth{}, err
	}
	if err := data.WritePoses(filepath.Join(dir, c.path()), o.ID(), c.settings.FPS, f.Recording); err != nil {
		return clipTruth{}, err
	}
	return f.clipTruth, f.clipTruth.write(filepath.Join(dir, c.truthPath()))
}

// writeVideo makes the clip's files unless they are there.
func (c *Clip) writeVideo(ctx context.Context, dir string, write Writer) (clipTruth, error) {
	if t, ok := c.made(dir); ok {
		return t, nil
	}
	s, err := c.shoot()
	if err != nil {
		return clipTruth{}, err
	}
	video, n := filepath.Join(dir, c.path()), c.notes(s)
	part := filepath.Join(filepath.Dir(video), unfinished+filepath.Base(video))
	defer os.Remove(part) // finds nothing once the file has its name
	err = write(part, c.settings.FPS, func(yield func(image.Image) bool) {
		for picture := range c.pictures(s, n) {
			if ctx.Err() != nil || !yield(picture) {
				return
			}
		}
	})
	if err == nil {
		err = ctx.Err()
	}
	if err != nil {
		return clipTruth{}, err
	}
	if n.taken != n.Frames {
		return clipTruth{}, fmt.Errorf("the writer took %d of %d frames", n.taken, n.Frames)
	}
	if err := settle(part, video); err != nil {
		return clipTruth{}, err
	}
	return n.clipTruth, n.clipTruth.write(filepath.Join(dir, c.truthPath()))
}

func writeLists(dir string, clips []Clip, truths []clipTruth) error {
	labels := [][]string{{"dataset", "clip", "path", "subject", "camera", "fps", "frames", "label", "activity", "fall_start_frame", "fall_end_frame", "age", "sex", "view"}}
	segments := [][]string{{"dataset", "clip", "start_frame", "end_frame", "state"}}
	for i, c := range clips {
		o, who := truths[i], c.body().Person
		labels = append(labels, []string{
			Dataset, c.Name, c.path(), c.Subject, c.Camera, number(c.settings.FPS), strconv.Itoa(o.Frames),
			c.Label, c.Activity, frameOrNone(o.FallStart), frameOrNone(o.FallEnd), strconv.Itoa(int(who.Age)), who.Sex.String(), string(c.View),
		})
		for _, s := range o.Segments {
			segments = append(segments, []string{Dataset, c.Name, strconv.Itoa(s.Start), strconv.Itoa(s.End), s.State})
		}
	}
	if err := renameio.WriteFile(filepath.Join(dir, segmentsFile), table(segments), 0o644, renameio.WithTempDir(dir)); err != nil {
		return err
	}
	return renameio.WriteFile(filepath.Join(dir, labelsFile), table(labels), 0o644, renameio.WithTempDir(dir))
}
