package simulate

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"sync"

	"github.com/google/renameio/v2"
	"golang.org/x/sync/errgroup"

	"fallkit/data"
	"fallkit/data/simulate/body"
	"fallkit/data/simulate/motion"
	"fallkit/pose"
)

// posesGeneration changes whenever the same settings make other poses than before.
const posesGeneration = 1

// posesFolder holds the recordings of a folder of poses.
const posesFolder = "poses"

// PoseClip is one planned recording of poses. It is only a description.
type PoseClip struct {
	Name     string // such as "fall-tripping-00003"; unique in its plan
	Activity string
	Label    string // "fall" or "adl"
	Subject  string // "s001" …: whose body
	Camera   string // "c001" …: height, field of view and roll belong to it

	settings Settings
}

// PlanPoses lays out the clips that the settings ask for: falls and everyday activities
// take turns, falls by the shares of motion.Falls. Subjects and cameras come up about
// equally often with either label.
func PlanPoses(s Settings) []PoseClip {
	rng := s.chance("poses/plan")
	people := min(max(s.Clips/8, 2), 400)
	subjects, cameras := newDeck(people, rng), newDeck(people, rng)
	clips := make([]PoseClip, s.Clips)
	who, at := 0, 0
	for i := range clips {
		act, label := motion.Activity{}, data.LabelADL
		if i%2 == 0 {
			who, at = subjects.draw(), cameras.draw()
			act, label = motion.DrawFall(rng), data.LabelFall
		}
		c := PoseClip{Subject: fmt.Sprintf("s%03d", who+1), Camera: fmt.Sprintf("c%03d", at+1), Label: label, settings: s}
		if i%2 == 1 {
			act = motion.DrawEveryday(rng, c.body().Person)
		}
		c.Activity, c.Name = act.Name, fmt.Sprintf("%s-%05d", act.Name, i+1)
		clips[i] = c
	}
	return clips
}

// body is the subject's.
func (c PoseClip) body() *body.Body {
	return body.Sample(c.settings.chance("poses/subject/"+c.Subject), body.Anyone)
}

// Filmed is a recording with the truth about it.
type Filmed struct {
	Recording *pose.Recording
	Outline   Outline
}

// Film performs the clip and records what an observer finds, Settings.FPS times a second.
func (c PoseClip) Film(o Observer) (*Filmed, error) {
	take, err := motion.Plan(c.settings.chance("poses/motion/"+c.Name), c.body(), c.Activity)
	if err != nil {
		return nil, err
	}
	l := newLens(c.settings.chance("poses/camera/" + c.Camera))
	s := newShot(c.settings.chance("poses/shot/"+c.Name), take, l, c.settings.Width, c.settings.Height)
	return s.film(c.settings.FPS, o, c.settings.chance("poses/observer/"+c.Name)), nil
}

func (s *shot) film(fps float64, o Observer, rng *rand.Rand) *Filmed {
	n := int(s.take.Seconds() * fps)
	f := &Filmed{Recording: &pose.Recording{Width: s.camera.width, Height: s.camera.height}}
	f.Outline = Outline{Frames: n, FallStart: -1, FallEnd: -1}
	if len(s.take.Falls) > 0 {
		fall := s.take.Falls[0]
		frame := func(t float64) int { return min(max(int(math.Ceil(t*fps-1e-9)), 0), n-1) }
		f.Outline.FallStart, f.Outline.FallEnd = frame(fall.Onset), frame(fall.Rest)
	}
	tracks := newTracks()
	for i := range n {
		t := float64(i) / fps
		state := s.take.At(t)
		f.Recording.FrameTimes = append(f.Recording.FrameTimes, t)
		tracks.add(t, o.Observe(rng, []Seen{s.seen(&state)}))
		f.Outline.say(i, state.Activity)
	}
	f.Recording.PoseTimes = f.Recording.FrameTimes
	f.Recording.Tracks = tracks.list()
	return f
}

// say adds a frame in a state.
func (o *Outline) say(frame int, state string) {
	if n := len(o.Segments); n > 0 && o.Segments[n-1].State == state {
		o.Segments[n-1].End = frame
		return
	}
	o.Segments = append(o.Segments, Segment{frame, frame, state})
}

// tracks gathers what the tracker makes of the poses, as the pose front end does.
type tracks struct {
	tracker pose.Tracker
	all     []pose.Track // by ascending ID
}

func newTracks() *tracks { return &tracks{} }

func (t *tracks) add(time float64, poses []pose.Pose) {
	for _, p := range t.tracker.Update(time, poses) {
		for len(t.all) < p.Track {
			t.all = append(t.all, pose.Track{ID: len(t.all) + 1})
		}
		k := &t.all[p.Track-1]
		k.Times, k.Poses = append(k.Times, time), append(k.Poses, p.Pose)
	}
}

func (t *tracks) list() (some []pose.Track) {
	for _, k := range t.all {
		if len(k.Times) > 0 {
			some = append(some, k)
		}
	}
	return some
}

// poseMark tells a folder of poses from any other, and what is in it.
type poseMark struct {
	Generation int      `json:"poses_generation"`
	Observer   string   `json:"observer"`
	Settings   Settings `json:"settings"`
}

// WritePoseFolder fills dir with the recordings of a plan: labels.csv, segments.csv and
// poses/CLIP.parquet, which labels.csv names in the place of videos. Width and Height are
// those of the picture that the poses lie in. It makes dir where there is none, takes up a
// run with the same settings where it was broken off, and refuses any other folder that is
// not empty. The bytes do not depend on s.Workers. progress (may be nil) is told after
// every clip, by one goroutine at a time.
func WritePoseFolder(ctx context.Context, dir string, s Settings, o Observer, progress func(done, total int)) error {
	if err := s.Check(); err != nil {
		return err
	}
	mark, err := json.MarshalIndent(poseMark{posesGeneration, o.ID(), s}, "", "  ")
	if err != nil {
		return fmt.Errorf("describe the settings: %w", err)
	}
	if err := claimFolder(dir, append(mark, '\n'), posesFolder); err != nil {
		return err
	}
	clips := PlanPoses(s)
	outlines := make([]Outline, len(clips))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(max(s.Workers, 1))
	var telling sync.Mutex
	done := 0
	for i, c := range clips {
		group.Go(func() (err error) {
			if err := ctx.Err(); err != nil {
				return err
			}
			if outlines[i], err = c.write(dir, o); err != nil {
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
	return writePoseLists(dir, clips, outlines)
}

// write makes the clip's file, also where it is there: what is in it is known only by
// making it, and that takes less than a video's frame.
func (c PoseClip) write(dir string, o Observer) (Outline, error) {
	f, err := c.Film(o)
	if err != nil {
		return Outline{}, err
	}
	file := filepath.Join(dir, posesFolder, c.Name+".parquet")
	if exists(file) {
		return f.Outline, nil
	}
	return f.Outline, data.WritePoses(file, o.ID(), c.settings.FPS, f.Recording)
}

func writePoseLists(dir string, clips []PoseClip, outlines []Outline) error {
	labels := [][]string{{"dataset", "clip", "path", "subject", "camera", "fps", "frames", "label", "activity", "fall_start_frame", "fall_end_frame", "age", "sex"}}
	segments := [][]string{{"dataset", "clip", "start_frame", "end_frame", "state"}}
	for i, c := range clips {
		o, who := outlines[i], c.body().Person
		labels = append(labels, []string{
			Dataset, c.Name, posesFolder + "/" + c.Name + ".parquet", c.Subject, c.Camera, number(c.settings.FPS), strconv.Itoa(o.Frames),
			c.Label, c.Activity, frameOrNone(o.FallStart), frameOrNone(o.FallEnd), strconv.Itoa(int(who.Age)), who.Sex.String(),
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
