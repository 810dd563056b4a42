//go:build !race

package vision

const raceDetector = false
