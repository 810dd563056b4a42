package main

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"fallkit/internal/alarm"
	"fallkit/internal/config"
	"fallkit/internal/watch"
	"fallkit/pose/vision"
)

// replay is what the user asked the verb for.
type replay struct {
	*app
	settings Settings
	detector *detector
	speed    float64
	together bool
	start    string
	asJSON   bool
}

func newReplayCommand(a *app) *cobra.Command {
	r := &replay{app: a}
	cmd := &cobra.Command{
		Use:   "replay VIDEO...",
		Short: "Run videos as if they were cameras, and print what would be told",
		Long: `replay runs videos through the very pipeline that watches cameras, one after the other, each as
a camera of the video's name, and prints every report. Time is that of the videos, so that hours
pass in minutes. Nobody is told anything, and nothing is kept.

VIDEO may also be a file of poses (.parquet), or a data folder: all clips that its labels.csv names.
Of poses, such as "falltrain simulate --poses" makes, a day passes in seconds.`,
		Example: "  fallwatch replay kitchen.mp4\n  fallwatch replay --json monday/*.mp4 > reports.jsonl\n  fallwatch replay --together hall.mp4 hall-other-side.mp4",
		Args:    wants("VIDEO..."),
		RunE: func(cmd *cobra.Command, args []string) error {
			s, origins, err := a.settings(cmd)
			if err != nil {
				return err
			}
			r.settings = s
			if r.detector, err = replayDetector(s, origins, cmd.Flags().Changed("model")); err != nil {
				return err
			}
			return r.run(cmd.Context(), args)
		},
	}
	f := cmd.Flags()
	f.Float64Var(&r.speed, "speed", 0, "times as fast as the camera was; 0 = as fast as this machine can")
	f.BoolVar(&r.together, "together", false, "all at once, as cameras of one home, and not one after the other")
	f.StringVar(&r.start, "start", "2000-01-01T12:00:00Z", "the moment of the first picture, for schedules and reports")
	f.BoolVar(&r.asJSON, "json", false, "print one JSON object for each report")
	setting(cmd, "engine", "pose.engine", "what the pose network runs in: auto, opencv or onnxruntime; the poses are the same")
	setting(cmd, "model", "model.path", "the model to use instead of the one that comes along")
	return cmd
}

// replayDetector is the model that the daemon would use, or the one that was asked for.
func replayDetector(s Settings, origins config.Origins, asked bool) (*detector, error) {
	if asked {
		return openDetector(s, origins)
	}
	store, err := openStore(s)
	if err != nil {
		return nil, err
	}
	use, err := store.Current()
	if err != nil {
		return nil, err
	}
	return detectorOf(use.Model.Checkpoint, use.Name, s, origins)
}

func (r *replay) run(ctx context.Context, videos []string) error {
	begin, err := time.Parse(time.RFC3339, r.start)
	if err != nil {
		return usage("--start is %q, and must be a time such as 2000-01-01T12:00:00Z", r.start)
	}
	if !(r.speed >= 0) || math.IsInf(r.speed, 1) {
		return usage("--speed is %g, and must be 0 or more", r.speed)
	}
	var all []footage
	for _, v := range videos {
		if strings.Contains(v, "://") {
			return usage("%s is no file: give cameras in the settings, and run", vision.Source{Path: v}.Name())
		}
		some, err := footageOf(v)
		if err != nil {
			return err
		}
		all = append(all, some...)
	}
	if slices.ContainsFunc(all, func(f footage) bool { return !f.posed() }) {
		if err := r.ready(&r.detector.front, r.settings.Pose.Engine); err != nil {
			return err
		}
	}
	return r.all(ctx, begin, all)
}

// all replays the footage in one house: one after the other, or all at once.
func (r *replay) all(ctx context.Context, begin time.Time, all []footage) error {
	since, begun := begin, map[string]time.Time{}
	house := &watch.House{Desk: alarm.NewDesk(r.settings.desk()), Outbox: nowhere{}, Simulated: true, Log: r.log}
	house.Told = func(report alarm.Report) { r.tell(report.Camera, begun[report.Camera], report) }
	players := make([]player, len(all))
	for i, f := range all {
		players[i] = f.player(r.detector.front, r.speed)
		players[i].from(begin)
		begun[f.name] = begin
		house.Cameras = append(house.Cameras, &watch.Camera{Name: f.name, Eyes: players[i], Scorer: r.detector.scorer, Alarm: r.detector.alarm})
	}
	if r.together {
		return house.Together(ctx)
	}
	for i, p := range players {
		p.from(since)
		begun[all[i].name] = since
		if err := house.Watch(ctx, house.Cameras[i]); err != nil {
			return err
		}
		since = since.Add(p.length() + time.Second)
	}
	return nil
}

// tell prints a report.
func (r *replay) tell(video string, since time.Time, report alarm.Report) {
	if r.asJSON {
		if err := json.NewEncoder(r.stdout).Encode(report); err != nil {
			r.log.Error("a report cannot be printed", "error", err)
		}
		return
	}
	fmt.Fprintln(r.stdout, sentence(video, since, report))
}

// sentence is a report for people; its times are seconds of the video.
func sentence(video string, since time.Time, r alarm.Report) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %.1f s: %s", video, r.Time.Sub(since).Seconds(), r.Kind)
	if r.Track > 0 {
		fmt.Fprintf(&b, ", person %d, began %.1f s, score %.2f", r.Track, r.Start.Sub(since).Seconds(), r.Score)
	}
	if len(r.Contacts) > 0 {
		fmt.Fprintf(&b, "; tells %s", strings.Join(r.Contacts, ", "))
	}
	if r.Note != "" {
		fmt.Fprintf(&b, " (%s)", r.Note)
	}
	return b.String()
}
