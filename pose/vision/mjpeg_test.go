package vision

import (
	"bytes"
	"fmt"
	"image"
	"image/jpeg"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"
)

// motion sends JPEG pictures over HTTP, as many cameras do: to the first viewer so many,
// and then it does what stop says; to the later ones without end.
func motion(t *testing.T, pictures int, stop func(http.ResponseWriter, *http.Request)) (url string) {
	t.Helper()
	var viewers atomic.Int32
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if user, password, _ := r.BasicAuth(); user != "anna" || password != "geheim7" {
			w.Header().Set("WWW-Authenticate", `Basic realm="camera"`)
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		first := viewers.Add(1) == 1
		w.Header().Set("Content-Type", "multipart/x-mixed-replace; boundary=frame")
		pace := time.NewTicker(40 * time.Millisecond)
		defer pace.Stop()
		for i := 0; r.Context().Err() == nil; i++ {
			if first && i == pictures {
				stop(w, r)
				return
			}
			m := disc(256, 192, image.Pt(60+i%100, 96))
			for j := range 64 { // noise
				m.Pix[len(m.Pix)-4*j-4] = byte(80 * (i % 3))
			}
			var b bytes.Buffer
			jpeg.Encode(&b, m, nil)
			fmt.Fprintf(w, "--frame\r\nContent-Type: image/jpeg\r\nContent-Length: %d\r\n\r\n%s\r\n", b.Len(), b.Bytes())
			w.(http.Flusher).Flush()
			<-pace.C
		}
	}))
	t.Cleanup(func() {
		server.CloseClientConnections()
		server.Close()
	})
	return withPassword(server.URL+"/video.mjpg", "anna:geheim7")
}

func TestMJPEGComesBack(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, reason string
		stop         func(http.ResponseWriter, *http.Request)
		stalls       int
	}{
		{"stalls", "stalled: no picture for", func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }, 1},
		{"is cut off", "stopped: the stream has ended", func(w http.ResponseWriter, _ *http.Request) {
			if conn, _, err := w.(http.Hijacker).Hijack(); err == nil {
				conn.Close()
			}
		}, 0},
		{"ends", "stopped: the stream has ended", func(http.ResponseWriter, *http.Request) {}, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			v := watch(t, Source{Path: motion(t, 40, c.stop)})
			v.frames(1)
			v.change(true, "")
			v.change(false, c.reason)
			v.change(true, "")
			v.frames(5)
			if n := v.watch.Health.Counts(); n.Stalls < c.stalls || n.Reconnects < 1 || !n.Up {
				t.Errorf("%+v", n)
			}
		})
	}
}
