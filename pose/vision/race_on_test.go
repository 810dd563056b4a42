//go:build race

package vision

// raceDetector tells that memory means nothing: the detector keeps shadows of it.
const raceDetector = true
