package simulate

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"sync"

	"github.com/google/renameio/v2"
	"golang.org/x/sync/errgroup"

	"fallkit/data"
)

// posesGeneration changes whenever the same settings make other poses than before.
const posesGeneration = 3

// posesFolder holds the recordings of a folder of poses.
const posesFolder = "poses"

// poseMark tells a folder of poses from any other, and what is in it.
type poseMark struct {
	Generation int      `json:"poses_generation"`
	Observer   string   `json:"observer"`
	Settings   Settings `json:"settings"`
}

// WritePoseFolder fills dir with the recordings of a plan: labels.csv, segments.csv,
// poses/CLIP.parquet, which labels.csv names in the place of videos, truth/CLIP.json, and
// with s.KeypointsEvery the true keypoints of some frames in keypoints.json, as
// data.ReadKeypoints reads them. Width and Height are those of the picture that the poses
// lie in. It makes dir where there
// is none, takes up a run with the same settings where it was broken off, and refuses any
// other folder that is not empty. The bytes do not depend on s.Workers. progress (may be
// nil) is told after every clip, by one goroutine at a time.
func WritePoseFolder(ctx context.Context, dir string, s Settings, o Observer, progress func(done, total int)) error {
	if s.Preset == "" {
		s.Preset = Train
	}
	if err := s.Check(); err != nil {
		return err
	}
	mark, err := json.MarshalIndent(poseMark{posesGeneration, o.ID(), s}, "", "  ")
	if err != nil {
		return fmt.Errorf("describe the settings: %w", err)
	}
	if err := claimFolder(dir, append(mark, '\n'), posesFolder, truthFolder); err != nil {
		return err
	}
	clips := PlanPoses(s)
	truths := make([]poseTruth, len(clips))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(max(s.Workers, 1))
	var telling sync.Mutex
	done := 0
	for i, c := range clips {
		group.Go(func() (err error) {
			if err := ctx.Err(); err != nil {
				return err
			}
			if truths[i], err = c.write(dir, o); err != nil {
				return fmt.Errorf("make clip %s: %w", c.Name, err)
			}
			telling.Lock()
			defer telling.Unlock()
			if done++; progress != nil {
				progress(done, len(clips))
			}
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		return err
	}
	if s.KeypointsEvery > 0 {
		if err := writeKeypoints(dir, clips, truths); err != nil {
			return err
		}
	}
	return writePoseLists(dir, clips, truths)
}

func (c PoseClip) posesPath() string { return posesFolder + "/" + c.Name + ".parquet" }
func (c PoseClip) truthPath() string { return truthFolder + "/" + c.Name + ".json" }

// write makes the clip's files unless they are there. The truth comes last: a clip with it
// is finished.
func (c PoseClip) write(dir string, o Observer) (poseTruth, error) {
	poses, truth := filepath.Join(dir, c.posesPath()), filepath.Join(dir, c.truthPath())
	if t, ok := readPoseTruth(truth); ok && exists(poses) {
		return t, nil
	}
	f, err := c.Film(o)
	if err != nil {
		return poseTruth{}, err
	}
	if err := data.WritePoses(poses, o.ID(), c.settings.FPS, f.Recording); err != nil {
		return poseTruth{}, err
	}
	return f.poseTruth, f.poseTruth.write(truth)
}

func writePoseLists(dir string, clips []PoseClip, truths []poseTruth) error {
	labels := [][]string{{"dataset", "clip", "path", "subject", "camera", "fps", "frames", "label", "activity", "fall_start_frame", "fall_end_frame", "age", "sex", "view"}}
	segments := [][]string{{"dataset", "clip", "start_frame", "end_frame", "state"}}
	for i, c := range clips {
		o, who := truths[i], c.body().Person
		labels = append(labels, []string{
			Dataset, c.Name, c.posesPath(), c.Subject, c.Camera, number(c.settings.FPS), strconv.Itoa(o.Frames),
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

// makeFolders makes sub-folders.
func makeFolders(dir string, folders ...string) error {
	for _, folder := range folders {
		if err := os.MkdirAll(filepath.Join(dir, folder), 0o755); err != nil {
			return fmt.Errorf("make the folder of clips: %w", err)
		}
	}
	return nil
}
