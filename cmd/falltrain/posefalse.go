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

	"fallkit/data/simulate"
	"fallkit/pose"
	"fallkit/pose/vision"
	"fallkit/train"
)

// poseFalse is what the user asked the pose-false verb for.
type poseFalse struct {
	*job
	rooms, most int
	seed        uint64
	move        bool
	json        string
}

func newPoseFalseCommand(a *app) *cobra.Command {
	p := &poseFalse{}
	c := &cobra.Command{
		Use:   "pose-false [FILE|DIR...]",
		Short: "Count the people that are found where there are none",
		Long: `Count the people that are found in videos and pictures that show none, with their interval. Pictures are
looked at in four turns. Give files of your own (an empty room by day and by night, pets, a television), or
--rooms for rooms that are drawn here, every other one with a cat or a dog.

With --people-move the videos may show people, as long as they move: who is found counts where nothing differs from
the video's median picture, and is also sought in a video of that picture alone, with a sensor's noise.`,
		Args: wants("[FILE|DIR...]"),
		RunE: func(c *cobra.Command, args []string) (err error) {
			if p.job, err = a.job(c); err != nil {
				return err
			}
			return p.run(c.Context(), args)
		},
	}
	f := c.Flags()
	f.IntVar(&p.rooms, "rooms", 0, "how many drawn rooms to look at, too")
	f.Uint64Var(&p.seed, "seed", 1, "of the drawn rooms and of noise")
	f.BoolVar(&p.move, "people-move", false, "people who move may be in the videos")
	f.IntVar(&p.most, "most", 0, "exit with an error where more than so many frames of a thousand have somebody; 0 = no limit")
	f.StringVar(&p.json, "json", "", "write the result as JSON")
	setting(c, "engine", "extract.engine", engineHelp)
	profileFlag(c)
	setting(c, "min-person-score", "extract.min_person_score", "from which a person is believed")
	return c
}

// Kinds of frames that show nobody.
const (
	kindRooms    = "drawn rooms"
	kindPets     = "drawn rooms with a pet"
	kindPictures = "pictures, in four turns"
	kindVideos   = "videos"
	kindStill    = "videos without what moves in them"
	kindMoving   = "videos, where nothing moves"
)

var (
	pictureEndings = []string{".jpg", ".jpeg", ".png", ".bmp", ".webp"}
	videoEndings   = []string{".mp4", ".avi", ".mkv", ".mov", ".webm", ".m4v"}
)

func (p *poseFalse) run(ctx context.Context, args []string) error {
	files, err := p.files(args)
	if err != nil {
		return err
	}
	front, err := p.openFront("")
	if err != nil {
		return err
	}
	vision.SetThreads(1)
	engine, err := p.openEngine(&front)
	if err != nil {
		return err
	}
	defer engine.Close()
	scratch, err := os.MkdirTemp("", "fallkit-false-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(scratch)
	n := &nobody{engine: engine, fps: front.fps, scratch: scratch, seed: p.seed}
	meter, done := p.meter("nobody", len(files)+p.rooms)
	err = n.all(ctx, files, p.move, p.rooms, func(done int, name string) { meter.Set(done, name) })
	done()
	if err != nil {
		return err
	}
	for _, err := range n.broken {
		p.skipped(err)
	}
	if err := p.tell(n.looks, front.id()); err != nil {
		return err
	}
	if len(n.broken) > 0 {
		return skippedError{len(n.broken), len(files), "files"}
	}
	return nil
}

func (p *poseFalse) tell(looks []train.FalseLook, engine string) error {
	r := train.CountFalse(looks)
	r.Engine = engine
	if err := r.WriteTable(p.stdout); err != nil {
		return err
	}
	if p.json != "" {
		if err := r.Write(p.json); err != nil {
			return err
		}
	}
	if p.most > 0 && r.All.Share.Value > float64(p.most) {
		return fmt.Errorf("%.2f of a thousand frames without people have somebody, and --most allows %d", r.All.Share.Value, p.most)
	}
	return nil
}

// files are those named and those in the folders named, by name.
func (p *poseFalse) files(args []string) (files []string, err error) {
	switch {
	case p.rooms < 0 || p.rooms > 10_000:
		return nil, usage("--rooms is %d, and must be from 0 to 10000", p.rooms)
	case p.most < 0 || p.most > 1000:
		return nil, usage("--most is %d, and must be from 0 to 1000", p.most)
	case len(args) == 0 && p.rooms == 0:
		return nil, usage("nobody where? Name videos, pictures or folders of them, or give --rooms")
	}
	for _, arg := range args {
		info, err := os.Stat(arg)
		if err != nil {
			return nil, fmt.Errorf("look for people: %w", err)
		}
		if !info.IsDir() {
			files = append(files, arg)
			continue
		}
		before := len(files)
		err = filepath.WalkDir(arg, func(path string, e fs.DirEntry, err error) error {
			if err == nil && !e.IsDir() && (isPicture(path) || slices.Contains(videoEndings, ending(path))) {
				files = append(files, path)
			}
			return err
		})
		if err != nil {
			return nil, fmt.Errorf("look for people: %w", err)
		}
		if len(files) == before {
			return nil, fmt.Errorf("%s holds no video and no picture", arg)
		}
	}
	return files, writable(p.json)
}

func ending(path string) string { return strings.ToLower(filepath.Ext(path)) }

func isPicture(path string) bool { return slices.Contains(pictureEndings, ending(path)) }

// nobody looks for people where there are none.
type nobody struct {
	engine  *vision.Engine
	fps     float64
	scratch string // folder for videos that are made on the way
	seed    uint64
	looks   []train.FalseLook
	broken  []error // of the files that cannot be read
}

func (n *nobody) all(ctx context.Context, files []string, move bool, rooms int, report func(done int, name string)) error {
	for i, path := range files {
		var err error
		before := len(n.looks)
		switch {
		case isPicture(path):
			err = n.picture(path)
		case move:
			err = n.moving(ctx, path)
		default:
			err = n.video(ctx, path, path, kindVideos)
		}
		switch {
		case errors.Is(err, vision.ErrCorrupt), errors.Is(err, vision.ErrNoPicture):
			n.looks, n.broken = n.looks[:before], append(n.broken, err) // nothing of half a file counts
		case err != nil:
			return err
		}
		report(i+1, path)
	}
	if len(n.broken) == len(files) && len(files) > 0 {
		return n.broken[0]
	}
	s := simulate.DefaultSettings
	s.Clips, s.Seed = rooms, n.seed
	for i, r := range simulate.EmptyRooms(s) {
		if err := n.room(ctx, r, s.FPS); err != nil {
			return err
		}
		report(len(files)+i+1, r.Name)
	}
	return ctx.Err()
}

func (n *nobody) picture(path string) error {
	for _, degrees := range []int{0, 90, 180, 270} {
		photo, err := n.engine.Photo(path, degrees)
		if err != nil {
			return err
		}
		look := train.FalseLook{Kind: kindPictures, Source: path, Time: 10 * float64(degrees), View: fmt.Sprintf("turned %d°", degrees)} // apart: no turn is a second sight
		for i := range photo.People {
			look.Scores, look.Tracks = append(look.Scores, float64(photo.People[i].Score)), append(look.Tracks, degrees*10+i)
		}
		n.looks = append(n.looks, look)
	}
	return nil
}

// video looks at a file in which nobody is.
func (n *nobody) video(ctx context.Context, path, name, kind string) error {
	_, err := vision.Run(ctx, vision.Source{Path: path}, n.engine, vision.Options{FPS: n.fps}, func(f pose.Frame) vision.Caption {
		n.add(kind, name, f, nil)
		return vision.Caption{}
	})
	return err
}

// add notes who was found in a frame; those with moved of more than still may be somebody.
func (n *nobody) add(kind, name string, f pose.Frame, moved []float64) {
	const still = 0.02
	look := train.FalseLook{Kind: kind, Source: name, Time: f.Time}
	for i, p := range f.People {
		if moved == nil || moved[i] < still {
			look.Scores, look.Tracks = append(look.Scores, float64(p.Pose.Score)), append(look.Tracks, p.Track)
		}
	}
	n.looks = append(n.looks, look)
}

// stillFrames is how many frames of a median picture are looked at: each has noise of its own.
const stillFrames = 250

// moving looks at a video in which people move.
func (n *nobody) moving(ctx context.Context, path string) error {
	err := vision.RunMoved(ctx, path, n.engine, vision.Options{FPS: n.fps}, func(f pose.Frame, moved []float64) {
		n.add(kindMoving, path, f, moved)
	})
	if err != nil {
		return err
	}
	still := filepath.Join(n.scratch, "still.mp4")
	if err := vision.WriteStill(ctx, path, stillFrames, n.seed, still); err != nil {
		return err
	}
	return n.video(ctx, still, path+" (still)", kindStill)
}

func (n *nobody) room(ctx context.Context, r simulate.EmptyRoom, fps float64) error {
	path := filepath.Join(n.scratch, r.Name+".mp4")
	if err := vision.WriteVideo(path, fps, r.Frames()); err != nil {
		return err
	}
	defer os.Remove(path)
	kind := kindRooms
	if r.Pet != "" {
		kind = kindPets
	}
	return n.video(ctx, path, r.Name, kind)
}
