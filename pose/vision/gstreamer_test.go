//go:build gstreamer

package vision

import (
	"bufio"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"gocv.io/x/gocv"
)

// A server that is not ours: GStreamer's, over both transports, killed and back.
func TestGStreamer(t *testing.T) {
	for _, transport := range []string{"tcp", "udp"} {
		t.Run(transport, func(t *testing.T) {
			server, url := gstreamer(t)
			v := watch(t, Source{Path: url, Camera: CameraSettings{Transport: transport}})
			v.frames(20)
			m := gocv.NewMat()
			defer m.Close()
			if _, err := v.picture(&m); err != nil || m.Cols() != 320 || m.Rows() != 240 {
				t.Errorf("%dx%d: %v", m.Cols(), m.Rows(), err)
			}
			v.change(true, "")
			server.Kill()
			v.change(false, "")
			if n := v.watch.Health.Counts(); n.Up || n.Frames < 20 {
				t.Errorf("%+v", n)
			}
		})
	}
}

func gstreamer(t *testing.T) (*os.Process, string) {
	t.Helper()
	c := exec.Command(filepath.Join("..", "..", "tools", "gst-rtsp-server.py"))
	in, err := c.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	c.Stderr = os.Stderr
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		in.Close()
		c.Process.Kill()
		c.Wait()
	})
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatalf("GStreamer's server does not start: %v", err)
	}
	return c.Process, strings.TrimSpace(line)
}
