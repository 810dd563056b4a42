package main

import (
	"fmt"
	"time"

	"fallkit/pose/vision"
)

// watch is how a camera is watched: it is opened again where it goes away, and the user
// hears of it.
func (j *job) watch() vision.Watch {
	down := false
	return vision.Watch{Reconnect: true, Health: new(vision.Health), Changed: func(c vision.CameraChange) {
		switch {
		case !c.Up:
			down = true
			j.warn("%v; it is opened again and again", c.Err)
		case down:
			down = false
			j.warn("the camera is back after %v", c.Away.Round(100*time.Millisecond))
		}
	}}
}

// fared tells how a camera did, once it has been watched.
func (j *job) fared(n vision.CameraCounts) {
	text := plural(n.Frames, "picture")
	if n.Drops > 0 {
		text += fmt.Sprintf(", %d of them passed over for newer ones", n.Drops)
	}
	if n.Stalls > 0 {
		text += ", " + plural(n.Stalls, "stall")
	}
	if n.Reconnects > 0 {
		text += ", " + plural(n.Reconnects, "return")
	}
	if n.Frames > 0 && !n.Up {
		text += "; at the end it was away"
	}
	fmt.Fprintf(j.stdout, "camera: %s\n", text)
}

// gated tells what a camera's motion gate has spared.
func (j *job) gated(g *vision.Gate) {
	if g == nil {
		return
	}
	n := g.Counts()
	if all := n.Looked + n.Spared; all > 0 {
		fmt.Fprintf(j.stdout, "motion gate: %d of %d pictures searched for people, %.0f %% spared\n", n.Looked, all, 100*float64(n.Spared)/float64(all))
	}
}
