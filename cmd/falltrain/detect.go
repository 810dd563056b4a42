package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"fallkit/internal/alarm"
	"fallkit/internal/progress"
	"fallkit/pose"
	"fallkit/pose/vision"
	"fallkit/train"
)

// detection is what the user asked the detect verb for.
type detection struct {
	*job
	model, camera, out string
	seconds            float64
	noOverlay          bool
	detector           detector
}

func newDetectCommand(a *app) *cobra.Command {
	d := &detection{}
	c := &cobra.Command{
		Use:   "detect (VIDEO... | --camera URL) --model FILE",
		Short: "Find falls in videos, or watch a camera for a while",
		Long: `Find falls in videos, or watch a camera for a while. The folder --out then holds events.csv and
scores.csv, and for each video an overlay video with skeletons and score, and a strip of pictures
of each event. Times are seconds from the clip's first frame.

A camera that goes away is opened again until it has been silent for --silence seconds;
docs/cameras.md says more. While nobody is there and nothing moves its pictures are not
searched for people (--gate).`,
		Args: wants("[VIDEO...]"),
		RunE: func(c *cobra.Command, args []string) (err error) {
			if d.job, err = a.job(c); err != nil {
				return err
			}
			return d.run(c.Context(), args)
		},
	}
	f := c.Flags()
	f.StringVar(&d.model, "model", "", "the model to use, or the name of an untrained rule: "+strings.Join(ruleNames(), ", ")+" (required)")
	f.StringVar(&d.camera, "camera", "", "a camera instead of videos: a URL or /dev/videoN")
	f.Float64Var(&d.seconds, "seconds", 0, "stop after so many seconds; 0 = at the end (a camera: when interrupted)")
	f.StringVar(&d.out, "out", "detections", "folder for the results")
	f.BoolVar(&d.noOverlay, "no-overlay", false, "write no videos and no pictures")
	setting(c, "engine", "extract.engine", engineHelp)
	profileFlags(c)
	setting(c, "rotate", "camera.rotate", "degrees that pictures are turned clockwise to be upright: 0, 90, 180 or 270")
	setting(c, "roll", "camera.roll", "degrees that they are turned clockwise beyond that, -45 to 45")
	setting(c, "transport", "camera.transport", "of an rtsp camera: tcp or udp")
	setting(c, "gate", "camera.gate", "of a camera: spare the pose network an empty, still room")
	setting(c, "silence", "camera.silence", "seconds without a picture until that is an error; 0 = never")
	return c
}

func (d *detection) run(ctx context.Context, videos []string) error {
	if err := d.check(videos); err != nil {
		return err
	}
	var err error
	if d.detector, err = d.openDetector(d.model); err != nil {
		return err
	}
	if err := d.adopt(d.detector); err != nil {
		return err
	}
	front, err := d.openFront("")
	if err != nil {
		return err
	}
	vision.SetThreads(1)
	engine, err := d.openEngine(&front)
	if err != nil {
		return err
	}
	defer engine.Close()
	sources := d.sources(videos)
	if err := d.spare(sources); err != nil {
		return err
	}
	if err := os.MkdirAll(d.out, 0o755); err != nil {
		return err
	}
	return d.all(ctx, engine, sources)
}

func (d *detection) check(videos []string) error {
	switch {
	case d.model == "":
		return usage("detect with what? Give --model FILE (models/base/base.safetensors is one)")
	case len(videos) == 0 && d.camera == "":
		return usage("detect in what? Give videos, or a camera with --camera")
	case len(videos) > 0 && d.camera != "":
		return usage("give either videos or --camera, not both")
	case !(d.seconds >= 0) || math.IsInf(d.seconds, 1):
		return usage("--seconds is %g, and must be 0 or more", d.seconds)
	}
	if strings.HasPrefix(strings.ToLower(d.camera), "file:") {
		return usage("--camera %s is a file: give a video without --camera", d.camera)
	}
	if info, err := os.Stat(d.camera); err == nil && info.Mode().IsRegular() {
		return usage("--camera %s is a file: give a video without --camera", d.camera)
	}
	for _, v := range videos {
		if strings.Contains(v, "://") {
			return usage("%s is no file: give a camera with --camera", vision.Source{Path: v}.Name())
		}
	}
	return nil
}

// source is a video or camera with the name that the results call it by.
type source struct {
	vision.Source
	name string
}

func (d *detection) sources(videos []string) []source {
	if d.camera != "" {
		return []source{{vision.Source{Path: d.camera, Live: true, Seconds: d.seconds, Camera: d.settings.Camera}, "camera"}}
	}
	var all []source
	taken := map[string]bool{}
	for _, v := range videos {
		base := strings.TrimSuffix(filepath.Base(v), filepath.Ext(v))
		name := base
		for n := 2; taken[name]; n++ {
			name = fmt.Sprintf("%s-%d", base, n)
		}
		taken[name] = true
		all = append(all, source{vision.Source{Path: v, Seconds: d.seconds, Camera: d.settings.Camera}, name})
	}
	return all
}

// mostlyRead is the share of the frames that a container announces which a whole video has
// at least; some containers only estimate them.
const mostlyRead = 0.9

func (d *detection) eventsPath() string { return filepath.Join(d.out, "events.csv") }

func (d *detection) overlay(s source) string { return filepath.Join(d.out, s.name+".mp4") }

// spare refuses to write an overlay over one of the videos.
func (d *detection) spare(sources []source) error {
	for _, s := range sources {
		there, err := os.Stat(d.overlay(s))
		if d.noOverlay || err != nil {
			continue
		}
		for _, video := range sources {
			if info, err := os.Stat(video.Path); err == nil && os.SameFile(info, there) {
				return usage("the overlay of %s would replace the video itself: name another folder with --out", video.Path)
			}
		}
	}
	return nil
}

// all goes through the sources and writes the tables at the end, also where it was
// interrupted: what was found until then is kept.
func (d *detection) all(ctx context.Context, e *vision.Engine, sources []source) error {
	var events []train.Detection
	var scores []train.ClipScores
	var failed, unknown int
	var stopped, last error
	for _, s := range sources {
		found, err := d.one(ctx, e, s)
		events = append(events, found.events...)
		if len(found.scores) > 0 || err == nil {
			scores = append(scores, train.ClipScores{Clip: s.name, Tracks: found.scores})
		}
		if err == nil && d.isUnknown(found) {
			unknown++
			fmt.Fprintf(d.stdout, "%s: unknown: in only %.0f %% of it could anybody be judged, and that is no \"no fall\"\n", s.name, 100*found.evidence)
		}
		if ctx.Err() != nil {
			stopped = ctx.Err()
			break
		}
		if err != nil {
			failed++
			last = err
		}
		if err != nil && len(sources) > 1 {
			d.skipped(err)
		}
	}
	if len(scores) == 0 { // nothing was seen: what an earlier run found stays
		return d.verdict(stopped, last, failed, len(sources))
	}
	if err := train.WriteEvents(d.eventsPath(), events); err != nil {
		return err
	}
	if err := train.WriteScores(filepath.Join(d.out, "scores.csv"), scores); err != nil {
		return err
	}
	among := plural(len(scores), "video")
	if unknown > 0 {
		among += fmt.Sprintf(", %d of them unknown", unknown)
	}
	fmt.Fprintf(d.stdout, "%s in %s; see %s\n", plural(len(events), "event"), among, d.out)
	return d.verdict(stopped, last, failed, len(sources))
}

// verdict is how it ends: stopped where the user wished so, else by what failed.
func (d *detection) verdict(stopped, last error, failed, all int) error {
	switch {
	case stopped != nil:
		return stopped
	case all == 1:
		return last
	case failed == all:
		return errors.New("no video could be read")
	case failed > 0:
		return skippedError{failed, all, "clips"}
	}
	return nil
}

type findings struct {
	events   []train.Detection
	scores   []train.TrackScores
	evidence float64 // share of the moments looked at for which there is a score
}

// isUnknown tells whether too little was seen to say that nobody fell.
func (d *detection) isUnknown(f findings) bool {
	return len(f.events) == 0 && f.evidence < d.settings.Evaluate.MinEvidence
}

// one looks at one source, tells of events as they are raised, and writes its pictures.
func (d *detection) one(ctx context.Context, e *vision.Engine, s source) (findings, error) {
	settings, err := d.alarmFor(d.detector)
	if err != nil {
		return findings{}, err
	}
	live := d.detector.watch()
	live.Clip, live.Alarm = s.name, settings
	var found findings
	options := vision.Options{FPS: d.settings.Extract.FPS}
	if !d.noOverlay {
		options.Overlay = d.overlay(s)
	}
	_, frames, _ := vision.Probe(s.Path) // unknown is no fault
	meter, done := d.meter(s.name, frames)
	options.Progress = func(frames, _ int) { meter.Set(frames, "") }
	if s.Live {
		s.Watch, options.Gate = d.watch(), s.Camera.NewGate()
	}
	seen, err := vision.Run(ctx, s.Source, e, options, func(f pose.Frame) vision.Caption {
		score, raised := live.Update(f)
		for _, r := range raised {
			d.heard(meter, s.name, r)
		}
		found.events = append(found.events, raised...)
		if s.Live && len(raised) > 0 { // a watch may end in ways that nobody catches
			if err := train.WriteEvents(d.eventsPath(), found.events); err != nil {
				d.warn("%v", err)
			}
		}
		return vision.Caption{Score: score, Threshold: settings.Threshold, Banner: banners[live.State()]}
	})
	done()
	if s.Live {
		d.fared(s.Watch.Health.Counts())
		d.gated(options.Gate)
	}
	found.scores = live.Scores()
	if seen != nil {
		found.evidence = train.Evidence(seen.PoseTimes, found.scores)
	}
	if err == nil && !s.Live && d.seconds == 0 && float64(len(seen.FrameTimes)) < mostlyRead*float64(frames) {
		d.warn("%s: only %d of about %d frames could be read: is the file cut off?", s.name, len(seen.FrameTimes), frames)
	}
	stopped := s.Live && ctx.Err() != nil && seen != nil
	if err != nil && !stopped || d.noOverlay {
		return found, err
	}
	return found, cmp.Or(d.strips(s.name, options.Overlay, found.events), err)
}

// heard tells of an event as it is raised.
func (d *detection) heard(meter *progress.Meter, name string, r train.Detection) {
	if d.logFormat == "json" {
		d.log.Info("fall", "clip", name, "track", r.Track, "event", r.Event, "start_s", r.Start, "confirmed_s", r.Confirmed, "score", r.Score)
		return
	}
	meter.Logf("%s: fall %s at %.1f s (began %.1f s, score %.2f)", name, r.Event, r.Confirmed, r.Start, r.Score)
}

var banners = map[alarm.State]string{alarm.Suspect: "FALL SUSPECTED", alarm.Certain: "FALL CONFIRMED"}

// strips writes the pictures around each event; a confirmed one takes the place of the
// suspected one that it grew from.
func (d *detection) strips(name, overlay string, events []train.Detection) error {
	last := map[[2]float64]train.Detection{}
	for _, e := range events {
		last[[2]float64{float64(e.Track), e.Start}] = e
	}
	for _, e := range last {
		times := []float64{e.Start - 0.8, e.Start - 0.4, e.Start, e.Start + 0.4, e.Start + 0.8, e.Confirmed + 0.5}
		for i := range times {
			times[i] = max(0, times[i])
		}
		path := filepath.Join(d.out, fmt.Sprintf("%s-track%d-%.1fs.png", name, e.Track, e.Start))
		if err := vision.Strip(overlay, times, path); err != nil {
			return err
		}
	}
	return nil
}
