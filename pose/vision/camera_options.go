package vision

import (
	"os"
	"sync"
)

// streamOptions are for FFmpeg, by the transport of RTSP: giving up on a silent camera
// after answerTime, in microseconds. OpenCV has no other way in.
var streamOptions = map[string]string{
	"tcp": "rtsp_transport;tcp|timeout;3000000",
	"udp": "rtsp_transport;udp|timeout;3000000",
}

// environment guards the variables that OpenCV reads when it opens a source; they are
// the whole process's. Who opens holds it for reading, so that cameras with the same
// options need not wait for each other.
var environment struct {
	sync.RWMutex
	ours string // what we set last
}

const optionsVariable = "OPENCV_FFMPEG_CAPTURE_OPTIONS"

// withOptions opens something while FFmpeg's options have this value. A value that the
// user has set stays.
func withOptions(value string, open func() error) error {
	for {
		environment.RLock()
		if now := optionsNow(); now == value || now != "" && now != environment.ours {
			defer environment.RUnlock()
			return open()
		}
		environment.RUnlock()
		environment.Lock()
		if now := optionsNow(); now == "" || now == environment.ours {
			environment.ours = value
			os.Setenv(optionsVariable, value)
		}
		environment.Unlock()
	}
}

// setDefault sets a variable that OpenCV reads, unless the user has.
func setDefault(name, value string) {
	environment.Lock()
	defer environment.Unlock()
	if os.Getenv(name) == "" {
		os.Setenv(name, value)
	}
}

func optionsNow() string { return os.Getenv(optionsVariable) }
