package simulate

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"sync"

	"github.com/google/renameio/v2"
	"golang.org/x/sync/errgroup"
)

// generation changes whenever the same settings make other bytes than before.
const generation = 2

// Names in a folder of generated clips.
const (
	markFile     = "simulate.json" // what the folder was made with
	labelsFile   = "labels.csv"
	segmentsFile = "segments.csv"
	videosFolder = "videos"
	truthFolder  = "truth"
	unfinished   = ".unfinished-" // how names of files begin that are still being written
)

// mark tells a folder of generated clips from any other, and what is in it.
type mark struct {
	Generation int      `json:"generation"`
	Settings   Settings `json:"settings"`
}

// WriteFolder fills dir with the clips of a plan: labels.csv, segments.csv,
// videos/CLIP.mp4 and truth/CLIP.csv. It makes dir where there is none, takes up a run
// with the same settings where it was broken off, and refuses any other folder that is
// not empty.
//
// write encodes frames as the video path; it is called with an unfinished file's name
// (with the video's ending), from s.Workers goroutines. progress (may be nil) is told
// after every clip, by one goroutine at a time.
func WriteFolder(ctx context.Context, dir string, s Settings, write func(path string, fps float64, frames iter.Seq[image.Image]) error, progress func(done, total int)) error {
	if err := s.Check(); err != nil {
		return err
	}
	if err := claim(dir, s); err != nil {
		return err
	}
	clips := Plan(s)
	if err := writeClips(ctx, dir, s, clips, write, progress); err != nil {
		return err
	}
	return writeLists(dir, clips)
}

// claim makes dir a folder of clips with these settings, or finds that it is one.
func claim(dir string, s Settings) error {
	want, err := json.MarshalIndent(mark{generation, s}, "", "  ")
	if err != nil {
		return fmt.Errorf("describe the settings: %w", err)
	}
	return claimFolder(dir, append(want, '\n'), videosFolder, truthFolder)
}

// claimFolder makes dir a folder with this mark and these sub-folders, or finds that it is
// one.
func claimFolder(dir string, want []byte, folders ...string) error {
	path := filepath.Join(dir, markFile)
	have, err := os.ReadFile(path)
	switch {
	case err == nil && bytes.Equal(have, want):
	case err == nil:
		return fmt.Errorf("%s holds clips made with other settings (%s; see %s): choose another folder, or remove this one", dir, markDifference(have, want), path)
	case !errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("read the mark of %s: %w", dir, err)
	default:
		if err := mustBeEmpty(dir); err != nil {
			return err
		}
	}
	if err := makeFolders(dir, folders...); err != nil {
		return err
	}
	if have != nil {
		return nil
	}
	return renameio.WriteFile(path, want, 0o644, renameio.WithTempDir(dir))
}

// mustBeEmpty fails where dir is anything but missing, or an empty folder, or one in
// which a run died before it had left its mark.
func mustBeEmpty(dir string) error {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("look into the folder of clips: %w", err)
	}
	for _, e := range entries {
		inside, _ := os.ReadDir(filepath.Join(dir, e.Name()))
		ours := (e.Name() == videosFolder || e.Name() == truthFolder || e.Name() == posesFolder) && e.IsDir() && len(inside) == 0
		if !ours && e.Name() != unfinished+markFile {
			return fmt.Errorf("%s is not empty and was not made by simulate: choose a new folder", dir)
		}
	}
	return nil
}

func writeClips(ctx context.Context, dir string, s Settings, clips []Clip, write func(string, float64, iter.Seq[image.Image]) error, progress func(done, total int)) error {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(max(s.Workers, 1))
	var telling sync.Mutex
	done := 0
	for _, c := range clips {
		group.Go(func() error {
			if err := ctx.Err(); err != nil {
				return err
			}
			if err := c.write(ctx, dir, write); err != nil {
				return fmt.Errorf("make clip %s: %w", c.Name, err)
			}
			telling.Lock()
			defer telling.Unlock()
			done++
			if progress != nil {
				progress(done, len(clips))
			}
			return nil
		})
	}
	return group.Wait()
}

func (c Clip) videoPath(dir string) string { return filepath.Join(dir, videosFolder, c.Name+".mp4") }
func (c Clip) truthPath(dir string) string { return filepath.Join(dir, truthFolder, c.Name+".csv") }

// write makes the clip's files unless they are there. The video gets its name last: a
// clip with a video is finished.
func (c Clip) write(ctx context.Context, dir string, write func(string, float64, iter.Seq[image.Image]) error) error {
	video, truth := c.videoPath(dir), c.truthPath(dir)
	if exists(video) && exists(truth) {
		return nil
	}
	part := filepath.Join(filepath.Dir(video), unfinished+filepath.Base(video))
	defer os.Remove(part) // finds nothing once the file has its name
	var truths []Truth
	frames := func(yield func(image.Image) bool) {
		truths = truths[:0]
		for picture, t := range c.Frames() {
			truths = append(truths, t)
			if ctx.Err() != nil || !yield(picture) {
				return
			}
		}
	}
	if err := write(part, c.settings.FPS, frames); err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	if want := c.Outline().Frames; len(truths) != want {
		return fmt.Errorf("the writer took %d of %d frames", len(truths), want)
	}
	if err := renameio.WriteFile(truth, truthTable(truths), 0o644, renameio.WithTempDir(filepath.Dir(truth))); err != nil {
		return err
	}
	return settle(part, video)
}

func exists(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular() && info.Size() > 0
}

// settle brings a finished file to the disk and gives it its name.
func settle(part, path string) error {
	file, err := os.OpenFile(part, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	err = file.Sync()
	if closing := file.Close(); err == nil {
		err = closing
	}
	if err != nil {
		return err
	}
	return os.Rename(part, path)
}
