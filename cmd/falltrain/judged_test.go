package main

import (
	"encoding/json"
	"strconv"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	household "fallkit/internal/verdict"
	"fallkit/internal/watch"
)

// judged DIR FPS has fallwatch keep two incidents of which somebody has said what they were: a
// fall, and somebody who walks.
func judged(ts *testscript.TestScript, _ bool, args []string) {
	fps, err := strconv.ParseFloat(args[1], 64)
	ts.Check(err)
	folder := household.Folder{Dir: ts.MkAbs(args[0])}
	for i, fall := range []bool{true, false} {
		r := walkOrFall(20+i, fall)
		t := r.Tracks[0]
		raw, err := json.Marshal(watch.Evidence{
			Camera: "hall", Width: r.Width, Height: r.Height, Track: t.ID, Times: t.Times, Poses: t.Poses, Scores: make([]float64, len(t.Times)),
			Engine: testEngine(), FPS: fps,
		})
		ts.Check(err)
		ts.Check(folder.Keep(household.Verdict{Incident: "incident-" + strconv.Itoa(i), Fall: fall, By: "anna", At: time.Unix(0, 0)}, raw))
	}
}
