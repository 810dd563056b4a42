package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/spf13/cobra"

	"fallkit/internal/doctor"
	"fallkit/internal/notify"
	"fallkit/internal/watch"
	"fallkit/pose/vision"
	"fallkit/pose/weights"
)

func newDoctorCommand(a *app) *cobra.Command {
	asJSON, send := false, false
	cmd := &cobra.Command{
		Use:   "doctor",
		Short: "Examine camera, model, clock, disk and channels; say what is wrong and what to do",
		Long: `doctor examines the machine, the settings in force and each camera, which it watches for some
seconds, and says what is wrong and what to do about it. It changes nothing. It ends with exit status 1 where
something does not work; what is only not as good as it could be is a warning.`,
		Args: wants(),
		RunE: func(cmd *cobra.Command, _ []string) error { return a.examine(cmd, asJSON, send) },
	}
	cmd.Flags().BoolVar(&send, "send", false, "send a test report over every channel: people hear of it")
	cmd.Flags().BoolVar(&asJSON, "json", false, `print {"worst": …, "findings": [{"check", "state", "what", "do"}]}`)
	return cmd
}

func (a *app) examine(cmd *cobra.Command, asJSON, send bool) error {
	checks, err := a.checks(cmd, send)
	if err != nil {
		return err
	}
	each := func(f doctor.Finding) { f.Print(a.stdout) }
	if asJSON {
		each = func(doctor.Finding) {}
	}
	found := doctor.Examine(cmd.Context(), checks, each)
	if err := cmd.Context().Err(); err != nil {
		return err
	}
	if asJSON {
		if err := doctor.WriteJSON(a.stdout, found); err != nil {
			return err
		}
	}
	faults := 0
	for _, f := range found {
		if f.State == doctor.Fault {
			faults++
		}
	}
	switch faults {
	case 0:
		return nil
	case 1:
		return errors.New("the doctor has found a fault")
	}
	return fmt.Errorf("the doctor has found %d faults", faults)
}

// checks are all that the settings in force give reason for.
func (a *app) checks(cmd *cobra.Command, send bool) ([]doctor.Check, error) {
	s, origins, err := a.settings(cmd)
	if err != nil {
		return nil, err
	}
	state, err := s.stateDir()
	if err != nil {
		return nil, err
	}
	var d *detector
	checks := []doctor.Check{
		doctor.MachineCheck(os.DirFS("/proc"), len(s.Cameras)),
		doctor.ClockCheck(released),
		doctor.DiskCheck(state),
		doctor.PermissionCheck(os.Getuid(), a.secrets(s)),
		doctor.Simple("model", "fallwatch model list tells which there are; fallwatch model rollback goes back", func(context.Context) (string, error) {
			store, err := openStore(s)
			if err != nil {
				return "", err
			}
			use, err := store.Current()
			if err != nil {
				return "", err
			}
			if d, err = detectorOf(use.Model.Checkpoint, use.Name, s, origins); err != nil {
				return "", err
			}
			if len(use.Notes) > 0 {
				return "", errors.New(use.Notes[0])
			}
			return fmt.Sprintf("%s, sha256 %.12s, gives the answers that it came with", use.Name, use.Model.SHA256), nil
		}),
		doctor.Simple("pose networks", "run fallwatch pull as root, or as the user whose programs these are; or install the package anew", func(context.Context) (string, error) {
			if d == nil {
				return "", errors.New("without a model it is not known which are needed")
			}
			if err := a.ready(&d.front, s.Pose.Engine); err != nil {
				return "", err
			}
			return fmt.Sprintf("profile %s, in %s, from %s", d.front.set.Profile.Name, d.front.set.Runtime, d.front.home), nil
		}),
		a.runtimeCheck(s),
	}
	if len(s.Cameras) == 0 {
		checks = append(checks, doctor.Simple("cameras", "name one in the list cameras of "+a.configFile, func(context.Context) (string, error) {
			return "", errors.New("there is no camera")
		}))
	}
	for _, c := range s.Cameras {
		checks = append(checks, doctor.CameraCheck(c.Name, &look{c, &d}))
	}
	return append(checks, a.channelCheck(s, send)), nil
}

// channelCheck tries the ways to tell people, where that is wanted.
func (a *app) channelCheck(s Settings, send bool) doctor.Check {
	opened, err := notify.Open(s.Notify, notify.House{Version: version}, a.log)
	if err != nil {
		return doctor.Simple("channels", "see the files that the settings of notify.channels name", func(context.Context) (string, error) { return "", err })
	}
	var channels []doctor.Channel
	for _, c := range opened {
		channels = append(channels, doctor.Channel{Name: c.Name(), Test: func(ctx context.Context) error { return notify.Test(ctx, c, time.Now()) }})
	}
	return doctor.ChannelCheck(channels, send)
}

// runtimeCheck says what the pose networks could run in.
func (a *app) runtimeCheck(s Settings) doctor.Check {
	return doctor.Check{Name: "onnxruntime", Run: func(context.Context) []doctor.Finding {
		home, err := poseHome()
		if err == nil && s.Pose.Engine != vision.OpenCV {
			err = weights.VerifyRuntime(home)
		}
		switch {
		case err != nil:
			return []doctor.Finding{{State: doctor.Warning, What: remedied(err).Error(), Do: "without it OpenCV runs the pose networks, at half the speed"}}
		case s.Pose.Engine == vision.OpenCV:
			return []doctor.Finding{{State: doctor.Skipped, What: "pose.engine is opencv, at half the speed"}}
		}
		return []doctor.Finding{{State: doctor.Fine, What: "it is there and whole"}}
	}}
}

// secrets are the files that hold passwords.
func (a *app) secrets(s Settings) (files []doctor.Secret) {
	if isThere(a.configFile) {
		files = append(files, doctor.Secret{Path: a.configFile, What: "the file of settings"})
	}
	for _, c := range s.Cameras {
		if c.URLFile != "" {
			files = append(files, doctor.Secret{Path: c.URLFile, What: "the url of camera " + c.Name})
		}
	}
	for _, c := range s.Notify.Channels {
		for _, path := range []string{c.URLFile, c.SecretFile} {
			if path != "" {
				files = append(files, doctor.Secret{Path: path, What: "a secret of channel " + c.Name})
			}
		}
	}
	return files
}

// look is a camera of the settings as the doctor sees it; the detector is there once the model
// was examined.
type look struct {
	camera   CameraSettings
	detector **detector
}

// Look watches the camera with the daemon's own eyes.
func (l *look) Look(ctx context.Context) (s doctor.Sight, err error) {
	d := *l.detector
	if d == nil {
		return s, errors.New("without a model nothing can be looked at")
	}
	address, err := l.camera.address()
	if err != nil {
		return s, err
	}
	c := l.camera.camera()
	c.Gate = false
	began := time.Now()
	var away error
	e := liveEyes(time.Now, address, c, d.front, func(c vision.CameraChange) {
		if !c.Up {
			away = c.Err
		}
	})
	e.source.Watch.Reconnect = false
	var first, last time.Time
	spent, looks := time.Duration(0), 0
	err = e.Watch(ctx, func(v watch.View) {
		if first.IsZero() {
			first = time.Now()
		}
		last = time.Now()
		s.Width, s.Height = v.Width, v.Height
		spent, looks = spent+v.Took, looks+1
		if v.Picture != nil {
			s.Mean, s.Spread = v.Picture.Mean, v.Picture.Spread
		}
	})
	if looks == 0 {
		return s, errors.Join(away, ignoreEnd(ctx, err))
	}
	s.First, s.Pictures, s.Seconds = first.Sub(began), e.Counts().Frames, last.Sub(first).Seconds()
	s.PoseMillis, s.Rate = float64(spent.Microseconds())/1000/float64(looks), d.front.fps
	return s, nil
}

// ignoreEnd leaves out that the time for looking was over.
func ignoreEnd(ctx context.Context, err error) error {
	if ctx.Err() != nil && errors.Is(err, ctx.Err()) {
		return nil
	}
	return err
}
