package vision

import (
	"strings"
	"testing"
)

func TestRedact(t *testing.T) {
	for path, want := range map[string]string{
		"rtsp://10.0.0.7:554/live":                                    "rtsp://10.0.0.7:554/live",
		"rtsp://anna:pw@10.0.0.7/live":                                "rtsp://10.0.0.7/live",
		"rtsp://anna:p@w#/?:x@10.0.0.7/live":                          "rtsp://10.0.0.7/live",
		"http://cam/video.cgi?user=anna&pwd=pw":                       "http://cam/video.cgi?user=…",
		"rtsp://anna:pw@cam/realmonitor?channel=1":                    "rtsp://cam/realmonitor?channel=…",
		"rtsp://cam:554/user=anna_password=pw_channel=1_stream=0.sdp": "rtsp://cam:554/user=…",
		"http://cam/?pwd=a@b":                                         "http://…",
		"rtsp://anna:p=w@cam/":                                        "rtsp://…",
		"/dev/video0":                                                 "/dev/video0",
		"films/a=b@c.mp4":                                             "films/a=b@c.mp4",
	} {
		if got := (Source{Path: path}).Name(); got != want {
			t.Errorf("%s is called %s, want %s", path, got, want)
		}
	}
}

// Whatever the password is: it does not show, neither before the host nor in a query.
func FuzzRedact(f *testing.F) {
	f.Add("anna", "pw", "live")
	f.Add("a@b", "p/w?x=@#", "h264?channel=1")
	f.Add("", "://@=", "")
	f.Fuzz(func(t *testing.T, user, password, path string) {
		const host = "cam.example"
		secret := "<" + password + ">" // nothing else has these marks
		if strings.ContainsAny(user+path, "<>") {
			return
		}
		for _, url := range []string{
			"rtsp://" + user + ":" + secret + "@" + host + "/" + path,
			"http://" + host + "/video.cgi?pwd=" + secret + "&x=" + path,
			"http://" + user + "@" + host + "/video.cgi?pwd=" + secret,
		} {
			if got := redact(url); strings.ContainsAny(got, "<>") {
				t.Errorf("%q is called %q", url, got)
			}
		}
	})
}
