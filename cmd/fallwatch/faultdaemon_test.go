package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"image/color"
	"io"
	"iter"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"fallkit/internal/rtsptest"
	"fallkit/pose/weights"
)

// faultsVariable asks for the tests that take minutes: make faults sets it.
const faultsVariable = "FALLKIT_FAULTS"

// needFaults skips a test that is part of make faults alone.
func needFaults(t *testing.T) {
	t.Helper()
	if os.Getenv(faultsVariable) == "" {
		t.Skip("takes minutes: make faults runs it")
	}
	if home, err := poseHome(); err != nil || weights.Verify(home, network) != nil {
		t.Skip("the pose networks are not there: run make weights")
	}
}

var built struct {
	sync.Once
	path string
	err  error
}

// builtProgram is the daemon as users have it, in the folder for what is built.
func builtProgram(t testing.TB) string {
	t.Helper()
	built.Do(func() {
		if built.path, built.err = filepath.Abs(filepath.Join("..", "..", "bin", "faults", "fallwatch")); built.err != nil {
			return
		}
		if out, err := exec.Command("go", "build", "-o", built.path, ".").CombinedOutput(); err != nil {
			built.err = fmt.Errorf("%w: %s", err, out)
		}
	})
	if built.err != nil {
		t.Fatal(built.err)
	}
	return built.path
}

// place is where daemons of a test run, one after the other.
type place struct {
	state, config, page string
}

// newPlace writes settings for a daemon whose page needs no sign-in.
func newPlace(t testing.TB, state, lines string) place {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := l.Addr().String()
	l.Close()
	p := place{state, filepath.Join(t.TempDir(), "fallwatch.yaml"), "http://" + address}
	text := fmt.Sprintf("state: {dir: %q}\nweb: {listen: %q, sign_in: false, tls: {off: true}}\n%s", state, address, lines)
	if err := os.WriteFile(p.config, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return p
}

// process is a daemon that runs.
type process struct {
	place
	command *exec.Cmd
	started time.Time
	ended   chan struct{}
	log     *lockedBuffer
}

type lockedBuffer struct {
	mutex sync.Mutex
	bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	return b.Buffer.Write(p)
}

func (b *lockedBuffer) text() string {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	return b.String()
}

// start runs the daemon; the test's end kills it.
func (p place) start(t testing.TB) *process {
	t.Helper()
	d := &process{place: p, ended: make(chan struct{}), log: &lockedBuffer{}}
	d.command = exec.Command(builtProgram(t), "run", "--config", p.config)
	d.command.Stderr = d.log
	d.command.Env = append(os.Environ(), "OPENCV_LOG_LEVEL=SILENT", "OPENCV_FFMPEG_LOGLEVEL=-8")
	d.started = time.Now()
	if err := d.command.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		defer close(d.ended)
		_ = d.command.Wait()
	}()
	t.Cleanup(d.kill)
	return d
}

func (d *process) kill() {
	_ = d.command.Process.Kill()
	<-d.ended
}

// stop ends it as systemd does, and gives its exit status.
func (d *process) stop(t testing.TB) int {
	t.Helper()
	if err := d.command.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	select {
	case <-d.ended:
	case <-time.After(30 * time.Second):
		t.Fatalf("it does not stop:\n%s", d.log.text())
	}
	return d.command.ProcessState.ExitCode()
}

func (d *process) alive() bool {
	select {
	case <-d.ended:
		return false
	default:
		return true
	}
}

// change asks for a change, as a page does: with the token that the page gets.
func (d *process) change(path string) (status int) {
	_, text := d.ask(http.MethodGet, "/api/v1/me", "")
	var me struct{ CSRF string }
	if json.Unmarshal([]byte(text), &me) != nil {
		return 0
	}
	status, _ = d.ask(http.MethodPost, path, me.CSRF)
	return status
}

// ask does a request, with a page's token for a change; status 0 is no answer.
func (p place) ask(method, path, token string) (status int, text string) {
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, method, p.page+path, nil)
	if err != nil {
		return 0, err.Error()
	}
	r.Header.Set("X-CSRF-Token", token)
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return 0, err.Error()
	}
	defer answer.Body.Close()
	all, err := io.ReadAll(answer.Body)
	if err != nil {
		return 0, err.Error()
	}
	return answer.StatusCode, string(all)
}

// until waits for something, at most so long, and tells how long it took.
func until(most time.Duration, what func() bool) (took time.Duration, ok bool) {
	start := time.Now()
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for !what() {
		if time.Since(start) > most {
			return time.Since(start), false
		}
		<-tick.C
	}
	return time.Since(start), true
}

func (d *process) live(t testing.TB) {
	t.Helper()
	_, ok := until(time.Minute, func() bool {
		status, _ := d.ask(http.MethodGet, "/livez", "")
		return status == http.StatusOK || !d.alive()
	})
	if !ok || !d.alive() {
		t.Fatalf("the daemon does not come up:\n%s", d.log.text())
	}
}

// seen is a camera as the API shows it.
type seen struct {
	Name       string
	Up         bool
	Last       time.Time
	Frames     int
	Reconnects int
	People     int
	Blind      string
}

func (d *process) cameras(t testing.TB) map[string]seen {
	t.Helper()
	status, text := d.ask(http.MethodGet, "/api/v1/cameras", "")
	var list struct{ Cameras []seen }
	if err := json.Unmarshal([]byte(text), &list); status != http.StatusOK || err != nil {
		t.Fatalf("cameras: %d %v %s\n%s", status, err, text, d.log.text())
	}
	all := map[string]seen{}
	for _, c := range list.Cameras {
		all[c.Name] = c
	}
	return all
}

// quietRoom is what a camera sees in a room with nobody in it, with the noise of its sensor.
func quietRoom(width, height int) iter.Seq[image.Image] {
	return func(yield func(image.Image) bool) {
		chance := rand.New(rand.NewPCG(1, 1))
		for range 20 {
			p := image.NewGray(image.Rect(0, 0, width, height))
			for y := range height {
				for x := range width {
					room := 60 + 40*((x/40+y/40)%3) + 30*(y/(height/2))
					p.SetGray(x, y, color.Gray{Y: uint8(room + chance.IntN(7))})
				}
			}
			if !yield(p) {
				return
			}
		}
	}
}

const cameraFPS = 5

func clip(t *testing.T, width, height int) *rtsptest.Clip {
	t.Helper()
	c, err := rtsptest.Encode(cameraFPS, quietRoom(width, height))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func playing(t testing.TB, c *rtsptest.Camera) *rtsptest.Camera {
	t.Helper()
	if err := c.Start("127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

// hostile answers every connection with bytes that no camera sends: noise, and answers of a real
// one with some bytes changed. It counts connections.
type hostile struct {
	listener net.Listener
	mutex    sync.Mutex
	count    int
}

var realAnswers = []string{
	"RTSP/1.0 200 OK\r\nCSeq: 1\r\nPublic: OPTIONS, DESCRIBE, SETUP, PLAY\r\n\r\n",
	"RTSP/1.0 200 OK\r\nCSeq: 2\r\nContent-Type: application/sdp\r\nContent-Length: 120\r\n\r\nv=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=x\r\nt=0 0\r\nm=video 0 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\na=control:streamid=0\r\n",
	"RTSP/1.0 200 OK\r\nCSeq: 3\r\nSession: 1\r\nTransport: RTP/AVP/TCP;unicast;interleaved=0-1\r\n\r\n",
	"RTSP/1.0 200 OK\r\nCSeq: 4\r\nSession: 1\r\n\r\n$\x00\xff\xff\x80\x60\x00\x01\x00\x00\x00\x00\x12\x34\x56\x78\x7c\x85",
}

func newHostile(t *testing.T) *hostile {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	h := &hostile{listener: l}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			h.mutex.Lock()
			h.count++
			chance := rand.New(rand.NewPCG(7, uint64(h.count)))
			h.mutex.Unlock()
			go answerWildly(c, chance)
		}
	}()
	return h
}

func (h *hostile) connections() int {
	h.mutex.Lock()
	defer h.mutex.Unlock()
	return h.count
}

func answerWildly(c net.Conn, chance *rand.Rand) {
	defer c.Close()
	ask := make([]byte, 4096)
	for _, real := range realAnswers {
		if err := c.SetReadDeadline(time.Now().Add(5 * time.Second)); err != nil {
			return
		}
		if _, err := c.Read(ask); err != nil {
			return
		}
		answer := []byte(real)
		for range chance.IntN(4) {
			answer[chance.IntN(len(answer))] = byte(chance.Uint32())
		}
		if chance.IntN(3) == 0 {
			answer = answer[:chance.IntN(len(answer))]
			for range chance.IntN(3000) {
				answer = append(answer, byte(chance.Uint32()))
			}
		}
		if _, err := c.Write(answer); err != nil {
			return
		}
	}
}

// receiver is a webhook that fails half of the time: it says that it is busy, or takes the report and
// drops the connection.
type receiver struct {
	mutex    sync.Mutex
	chance   *rand.Rand
	fails    bool
	received map[string]int    // by report
	kinds    map[string]string // of reports
	incident map[string]string // of reports
}

func newReceiver(fails bool) *receiver {
	return &receiver{chance: rand.New(rand.NewPCG(3, 4)), fails: fails, received: map[string]int{}, kinds: map[string]string{}, incident: map[string]string{}}
}

func (h *receiver) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	text, err := io.ReadAll(r.Body)
	if err != nil {
		return // the sender was killed in the midst of it
	}
	h.mutex.Lock()
	defer h.mutex.Unlock()
	draw := 3
	if h.fails {
		draw = h.chance.IntN(4)
	}
	if draw == 0 {
		w.WriteHeader(http.StatusServiceUnavailable)
		return
	}
	var body struct {
		Report struct{ ID, Incident, Kind string }
	}
	id := r.Header.Get("Idempotency-Key")
	if err := json.Unmarshal(text, &body); err != nil || body.Report.ID != id {
		id = "a report that is none: " + id
	}
	h.received[id]++
	h.kinds[id], h.incident[id] = body.Report.Kind, body.Report.Incident
	if draw == 1 {
		if c, _, err := w.(http.Hijacker).Hijack(); err == nil {
			c.Close()
		}
	}
}

func (h *receiver) has(ids []string) (lost, twice int) {
	h.mutex.Lock()
	defer h.mutex.Unlock()
	for _, id := range ids {
		switch n := h.received[id]; {
		case n == 0:
			lost++
		case n > 1:
			twice++
		}
	}
	return lost, twice
}

func (h *receiver) all() int {
	h.mutex.Lock()
	defer h.mutex.Unlock()
	return len(h.received)
}

// incidents are all that the daemon remembers, with the IDs of their reports.
func (d *process) incidents(t *testing.T) (ids, reports []string) {
	t.Helper()
	before := ""
	for {
		path := "/api/v1/incidents?limit=200"
		if before != "" {
			path += "&before=" + before
		}
		status, text := d.ask(http.MethodGet, path, "")
		var list struct {
			Incidents []struct {
				ID      string
				Reports []struct{ ID string }
			}
		}
		if err := json.Unmarshal([]byte(text), &list); status != http.StatusOK || err != nil {
			t.Fatalf("incidents: %d %v %.300s", status, err, text)
		}
		if len(list.Incidents) == 0 {
			return ids, reports
		}
		for _, i := range list.Incidents {
			ids = append(ids, i.ID)
			for _, r := range i.Reports {
				reports = append(reports, r.ID)
			}
			before = i.ID
		}
	}
}

var errNoRoot = errors.New("only root can mount a small disk")

// smallDisk is one of so many MB that can be filled.
func smallDisk(t *testing.T, megabytes int) (string, error) {
	t.Helper()
	if os.Getuid() != 0 {
		return "", errNoRoot
	}
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, fmt.Sprintf("size=%dm", megabytes)); err != nil {
		return "", err
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, syscall.MNT_DETACH); err != nil {
			t.Error(err)
		}
	})
	return dir, nil
}

func (d *process) hangUp(t *testing.T) {
	t.Helper()
	if err := d.command.Process.Signal(syscall.SIGHUP); err != nil {
		t.Fatal(err)
	}
}

// up waits until the page's port is open, whatever speaks there.
func (d *process) up(t *testing.T) {
	t.Helper()
	if !d.upOrEnded(t) {
		t.Fatalf("the daemon does not come up:\n%s", d.log.text())
	}
}

func (d *process) upOrEnded(t *testing.T) bool {
	t.Helper()
	_, ok := until(time.Minute, func() bool {
		c, err := net.Dial("tcp", strings.TrimPrefix(d.page, "http://"))
		if err == nil {
			c.Close()
		}
		return err == nil || !d.alive()
	})
	if !ok {
		t.Fatalf("it neither comes up nor ends:\n%s", d.log.text())
	}
	return d.alive()
}

func filesBelow(t *testing.T, dir string) (files []string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, e os.DirEntry, err error) error {
		if err == nil && e.Type().IsRegular() {
			if info, err := e.Info(); err == nil && info.Size() > 0 {
				files = append(files, path)
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// removeOthers takes away what a daemon has put aside.
func removeOthers(t *testing.T, dir string, files []string) {
	t.Helper()
	keep := map[string]bool{}
	for _, f := range files {
		keep[f] = true
	}
	for _, f := range filesBelow(t, dir) {
		if !keep[f] {
			if err := os.Remove(f); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// fillUp writes until the disk is full, and gives how much that was.
func fillUp(t *testing.T, path string) (size int) {
	t.Helper()
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for _, block := range []int{1 << 16, 1 << 12, 1} {
		for {
			n, err := f.Write(make([]byte, block))
			size += n
			if err != nil {
				break
			}
		}
	}
	return size
}

func (h *receiver) confirmed() (n int) {
	h.mutex.Lock()
	defer h.mutex.Unlock()
	for _, kind := range h.kinds {
		if kind == "confirmed" {
			n++
		}
	}
	return n
}

// urgent are the incidents of a list that nobody has acknowledged.
func urgent(text string) (ids []string) {
	var list struct {
		Incidents []struct {
			ID     string
			Urgent bool
		}
	}
	if err := json.Unmarshal([]byte(text), &list); err != nil {
		return nil
	}
	for _, i := range list.Incidents {
		if i.Urgent {
			ids = append(ids, i.ID)
		}
	}
	return ids
}
