package vision

import (
	"os"
	"sync"
)

// streamOptions are for FFmpeg, by the transport of RTSP: giving up on a silent camera
// after answerTime, in microseconds, and looking at a stream for a second before it is played:
// FFmpeg's own five seconds are more than answerTime, so that a camera with few pictures a
// second would never be opened. OpenCV has no other way in.
var streamOptions = map[string]string{
	"tcp": "rtsp_transport;tcp|timeout;3000000|analyzeduration;1000000",
	"udp": "rtsp_transport;udp|timeout;3000000|analyzeduration;1000000",
}

// environment guards the variables that OpenCV reads when it opens a source; they are
// the whole process's. Cameras with the same options open at the same time; those with
// others take their turn.
var environment = struct {
	sync.Mutex
	free          *sync.Cond // nobody opens any more
	opening, wait int        // how many open, and how many wait for their turn
	joined        int        // how many have opened since it was free
	ours          string     // what we set last
}{}

func init() { environment.free = sync.NewCond(&environment) }

// mostTogether open before those with other options get their turn.
const mostTogether = 8

const optionsVariable = "OPENCV_FFMPEG_CAPTURE_OPTIONS"

func optionsNow() string { return os.Getenv(optionsVariable) }

// optionsAre tells whether a camera that wants this value can be opened now: it is set,
// or the user has set another one, which stays.
func optionsAre(value string) bool {
	now := optionsNow()
	return now == value || now != "" && now != environment.ours
}

// withOptions opens something while FFmpeg's options have this value.
func withOptions(value string, open func() error) error {
	environment.Lock()
	for environment.opening > 0 && (!optionsAre(value) || environment.wait > 0 && environment.joined >= mostTogether) {
		environment.wait++
		environment.free.Wait()
		environment.wait--
	}
	if !optionsAre(value) {
		environment.ours = value
		os.Setenv(optionsVariable, value)
	}
	environment.opening++
	environment.joined++
	environment.Unlock()
	defer func() {
		environment.Lock()
		defer environment.Unlock()
		if environment.opening--; environment.opening == 0 {
			environment.joined = 0
			environment.free.Broadcast()
		}
	}()
	return open()
}

// setDefault sets a variable that OpenCV reads, unless the user has.
func setDefault(name, value string) {
	environment.Lock()
	defer environment.Unlock()
	if os.Getenv(name) == "" {
		os.Setenv(name, value)
	}
}
