package doctor

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"time"
)

// Camera is one that can be looked through for a while.
type Camera interface {
	// Look opens the camera, watches it for as long as ctx lasts, and tells what it saw. An
	// error says why nothing came.
	Look(ctx context.Context) (Sight, error)
}

// Sight is what came from a camera.
type Sight struct {
	First         time.Duration // until the first picture
	Width, Height int           // in pixels
	Pictures      int
	Seconds       float64 // from the first picture to the last
	Mean, Spread  float64 // of the grey levels, 0 to 255: mean and standard deviation
	PoseMillis    float64 // to search one picture for people; 0 = not tried
	Rate          float64 // poses a second that the model wants
}

// What a camera should give.
const (
	slowStart   = 6 * time.Second
	leastFPS    = 8   // pictures a second: below that a fall is a handful of pictures
	leastWidth  = 480 // pixels of the longer side
	dark        = 12  // mean grey level
	flat        = 4   // spread of the grey levels
	lookSeconds = 8
)

// CameraCheck looks through a camera for some seconds.
func CameraCheck(name string, c Camera) Check {
	return Check{"camera " + name, func(ctx context.Context) []Finding {
		ctx, cancel := context.WithTimeout(ctx, lookSeconds*time.Second)
		defer cancel()
		s, err := c.Look(ctx)
		if err == nil && s.Pictures == 0 {
			err = fmt.Errorf("no picture came within %d s", lookSeconds)
		}
		if err != nil {
			return one(Fault, err.Error(), remedy(err))
		}
		return s.judge()
	}}
}

// remedy guesses from the error of a camera what helps.
func remedy(err error) string {
	text := err.Error()
	has := func(words ...string) bool {
		for _, w := range words {
			if strings.Contains(text, w) {
				return true
			}
		}
		return false
	}
	switch {
	case errors.Is(err, fs.ErrNotExist), has("no such file"):
		return "plug the camera in, or give the device that `ls /dev/video*` shows"
	case errors.Is(err, fs.ErrPermission), has("permission denied"):
		return "let the daemon's user into the group video: usermod -aG video fallwatch"
	case has("401", "nauthorized", "password"):
		return "set user and password in the camera's url; a camera may lock an account after some attempts"
	case has("404", "not found"):
		return "set the path in the camera's url: the camera's manual or its ONVIF page has it"
	}
	return "see that the camera has power and answers (ping, its own page), that the url is right, and that it does not give its stream to too many at the same time"
}

// judge says what is wrong with what a camera gives.
func (s Sight) judge() []Finding {
	fps := s.fps()
	found := []Finding{fine("%dx%d, %.1f pictures a second, the first after %.1f s", s.Width, s.Height, fps, s.First.Seconds())}
	warn := func(bad bool, what, do string) {
		if bad {
			found = append(found, Finding{State: Warning, What: what, Do: do})
		}
	}
	warn(s.First > slowStart, fmt.Sprintf("the first picture took %.1f s", s.First.Seconds()), "set a shorter distance between key frames (GOP, I-frame interval) in the camera: 1 or 2 s")
	warn(s.Pictures > 3 && fps < leastFPS, fmt.Sprintf("it gives only %.1f pictures a second", fps), "set at least 10 pictures a second in the camera; in the dark it may lower them: set a shorter exposure or more light")
	warn(max(s.Width, s.Height) < leastWidth, fmt.Sprintf("its picture is only %dx%d", s.Width, s.Height), "use its substream of about 640x480")
	warn(max(s.Width, s.Height) > 2000, fmt.Sprintf("its picture is %dx%d, which is much work and no gain", s.Width, s.Height), "use its substream of about 640x480")
	warn(s.Mean < dark, fmt.Sprintf("its picture is dark (grey level %.0f of 255)", s.Mean), "take the cover off the lens, switch a light or the camera's infrared light on")
	warn(s.Mean >= dark && s.Spread < flat, fmt.Sprintf("its picture shows nothing (grey levels differ by %.1f)", s.Spread), "see what is before the lens")
	if s.PoseMillis > 0 && s.PoseMillis*s.Rate > 1000 {
		found = append(found, Finding{
			State: Warning,
			What:  fmt.Sprintf("searching one picture takes %.0f ms, too long for %g a second", s.PoseMillis, s.Rate),
			Do:    "install ONNX Runtime (fallwatch pull --runtime onnxruntime), use a faster machine or a model of the profile fast",
		})
	}
	return found
}

func (s Sight) fps() float64 {
	if s.Pictures < 2 || s.Seconds <= 0 {
		return 0
	}
	return float64(s.Pictures-1) / s.Seconds
}
