package web_test

import (
	"bufio"
	"context"
	"crypto/tls"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"fallkit/internal/web"
	"fallkit/internal/web/webtest"
)

// wire is a network of one address, in memory: what is sent waits until it is read.
type wire struct {
	calls chan net.Conn
	once  sync.Once
	ended chan struct{}
	last  *watched
}

// watched is a server's end of a connection, and whether it was closed.
type watched struct {
	net.Conn
	closed atomic.Bool
}

func (w *watched) Close() error {
	w.closed.Store(true)
	return w.Conn.Close()
}

// closed tells whether the server has closed its newest connection.
func (w *wire) closed() bool { return w.last.closed.Load() }

func newWire() *wire { return &wire{calls: make(chan net.Conn), ended: make(chan struct{})} }

func (w *wire) Accept() (net.Conn, error) {
	select {
	case c := <-w.calls:
		return c, nil
	case <-w.ended:
		return nil, net.ErrClosed
	}
}

func (w *wire) Close() error   { w.once.Do(func() { close(w.ended) }); return nil }
func (w *wire) Addr() net.Addr { return &net.TCPAddr{} }

func (w *wire) dial() net.Conn {
	ours, theirs := net.Pipe()
	w.last = &watched{Conn: theirs}
	w.calls <- w.last
	return ours
}

// served is a site on a wire, by default without TLS, in a bubble of testing/synctest: its time passes
// when all wait.
type served struct {
	*site
	wire *wire
	end  func()
}

func serve(t *testing.T, change ...func(*web.Settings)) *served {
	house := webtest.New(time.Now)
	s := &served{site: &site{TB: t, house: house, parts: parts(t, house, time.Now)}, wire: newWire()}
	s.open(append([]func(*web.Settings){func(s *web.Settings) { s.TLS.Off, s.Streams = true, 20 }}, change...)...)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error)
	go func() { done <- s.server.Serve(ctx, s.wire) }()
	s.end = func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
		synctest.Wait()
		if n := house.Listeners(); n != 0 {
			t.Errorf("%d still listen to the house", n)
		}
	}
	return s
}

// get sends a request over the wire, and gives the connection to read the answer from.
func (s *served) get(b *browser, path string) net.Conn {
	r, err := http.NewRequestWithContext(s.Context(), http.MethodGet, "http://fallwatch.local"+path, nil)
	if err != nil {
		s.Fatal(err)
	}
	for _, c := range b.cookies {
		r.AddCookie(c)
	}
	if b.token != "" {
		r.Header.Set("Authorization", "Bearer "+b.token)
	}
	c := s.wire.dial()
	if err := r.Write(c); err != nil {
		s.Fatal(err)
	}
	return c
}

// answerOf reads an answer's head.
func answerOf(t *testing.T, c net.Conn) *http.Response {
	t.Helper()
	answer, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil {
		t.Fatal(err)
	}
	return answer
}

// event is one of server-sent events.
type event struct{ name, data string }

func next(t *testing.T, r *bufio.Reader) (e event) {
	t.Helper()
	for {
		line, err := r.ReadString('\n')
		if err != nil {
			t.Fatal(err)
		}
		name, value, _ := strings.Cut(strings.TrimSpace(line), ": ")
		switch {
		case name == "event":
			e.name = value
		case name == "data":
			e.data = value
		case name == "" && e.name != "":
			return e
		}
	}
}

func TestLive(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := serve(t)
		b := s.admin()
		c := s.get(b, "/api/v1/live")
		defer c.Close()
		answer := answerOf(t, c)
		defer answer.Body.Close()
		if answer.StatusCode != http.StatusOK || answer.Header.Get("Content-Type") != "text/event-stream" {
			t.Fatal(answer)
		}
		r := bufio.NewReader(answer.Body)
		var house struct {
			Mode      string
			NotReady  string `json:"not_ready"`
			Cameras   []web.CameraState
			Incidents []struct {
				ID     string
				Urgent bool
			}
		}
		if e := next(t, r); e.name != "house" || json.Unmarshal([]byte(e.data), &house) != nil {
			t.Fatal(e)
		}
		if house.Mode != "auto" || len(house.Cameras) != 3 || len(house.Incidents) != 2 || house.Incidents[0].ID != "i-0005" || !house.Incidents[0].Urgent || !strings.Contains(house.NotReady, "black") {
			t.Errorf("%+v", house)
		}
		synctest.Wait()
		s.house.Step()
		var live web.Live
		seen := map[string]bool{}
		for range 2 {
			if e := next(t, r); e.name != "live" || json.Unmarshal([]byte(e.data), &live) != nil {
				t.Fatal(e)
			}
			seen[live.Camera] = true
			if live.Width != webtest.Width || len(live.People) == 0 || len(live.People[0].Keypoints) != web.Joints {
				t.Errorf("%+v", live)
			}
		}
		if !seen[webtest.Living] || !seen[webtest.Hall] {
			t.Errorf("seen: %v", seen)
		}
		if e := next(t, r); e.name != "house" { // a second later
			t.Error(e)
		}
		s.end()
	})
}

func TestLiveOfOneCamera(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := serve(t)
		b := s.admin()
		c := s.get(b, "/api/v1/live?camera=Living+room")
		defer c.Close()
		answer := answerOf(t, c)
		defer answer.Body.Close()
		next(t, bufio.NewReader(answer.Body))
		synctest.Wait()
		if n := s.house.Listeners(); n != 1 {
			t.Errorf("%d listen", n)
		}
		b.want(404, "GET", "/api/v1/live?camera=Cellar", "")
		s.end()
	})
}

// Twenty browsers that open the page and read nothing: none holds the house up for a moment,
// each is let go, and one that reads gets the newest all the while.
func TestSlowBrowsers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := serve(t)
		b := s.admin()
		programs := []*browser{b, s.program(b, "read"), s.program(b, "acknowledge")}
		var slow []net.Conn
		for i := range 19 {
			slow = append(slow, s.get(programs[i%3], "/api/v1/live"))
		}
		reader := s.get(s.admin(), "/api/v1/live?camera=Living+room")
		defer reader.Close()
		answer := answerOf(t, reader) //nolint:bodyclose // it is closed below, which the linter loses sight of
		defer answer.Body.Close()
		got := make(chan int)
		go func() { got <- count(answer.Body) }()
		synctest.Wait()
		if n := s.house.Listeners(); n != 19*3+1 {
			t.Errorf("%d listen, want %d", n, 19*3+1)
		}
		const steps = 300 // half a minute
		for range steps {
			s.house.Step()
			<-time.After(100 * time.Millisecond) // in the bubble
			synctest.Wait()
		}
		if late := s.house.Late(); late != 0 {
			t.Errorf("the house was held up %d times", late)
		}
		if n := s.house.Listeners(); n != 1 {
			t.Errorf("%d listen after half a minute, and only one reads", n)
		}
		s.end()
		if n := <-got; n < steps-1 {
			t.Errorf("whoever reads got %d of %d", n, steps)
		}
		for _, c := range slow {
			c.Close()
		}
	})
}

// count reads to the end, and counts what a camera has seen.
func count(r io.Reader) (n int) {
	lines := bufio.NewScanner(r)
	for lines.Scan() {
		if lines.Text() == "event: live" {
			n++
		}
	}
	return n
}

func TestMostStreams(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := serve(t)
		admin := s.admin()
		var open []net.Conn
		status := func(b *browser) int {
			c := s.get(b, "/api/v1/live")
			open = append(open, c)
			return answerOf(t, c).StatusCode //nolint:bodyclose // the connection is closed below
		}
		for range 8 {
			if got := status(admin); got != 200 {
				t.Fatal(got)
			}
		}
		if got := status(admin); got != 503 {
			t.Errorf("the ninth of one session: %d", got)
		}
		programs := []*browser{s.program(admin, "read"), s.program(admin, "acknowledge")}
		for i := range 12 {
			if got := status(programs[i%2]); got != 200 {
				t.Fatal(i, got)
			}
		}
		if got := status(programs[0]); got != 503 {
			t.Errorf("the 21st of 20: %d", got)
		}
		for _, c := range open {
			c.Close()
		}
		s.end()
	})
}

func TestStreamEndsWithItsSession(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := serve(t)
		b := s.admin()
		c := s.get(b, "/api/v1/live")
		defer c.Close()
		answer := answerOf(t, c) //nolint:bodyclose // it is closed below, which the linter loses sight of
		defer answer.Body.Close()
		next(t, bufio.NewReader(answer.Body))
		b.want(204, "POST", "/api/v1/signout", "")
		got := make(chan int)
		go func() { got <- count(answer.Body) }()
		<-time.After(2 * time.Second) // in the bubble
		synctest.Wait()
		select {
		case <-got:
		default:
			t.Error("signed out, and the house is still shown")
		}
		s.end()
	})
}

// Slowloris: whoever sends a request letter by letter, or none at all, is let go.
func TestWhoSendsSlowlyIsLetGo(t *testing.T) {
	for name, text := range map[string]string{
		"nothing":      "",
		"half a line":  "GET / HT",
		"half a head":  "GET / HTTP/1.1\r\nHost: fallwatch.local\r\n",
		"half a body":  "POST /api/v1/signin HTTP/1.1\r\nHost: fallwatch.local\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{",
		"half a chunk": "PUT /api/v1/mode HTTP/1.1\r\nHost: fallwatch.local\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{",
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := serve(t)
				c := s.wire.dial()
				defer c.Close()
				begin := time.Now()
				var took time.Duration
				var both sync.WaitGroup
				both.Go(func() {
					_, _ = io.Copy(io.Discard, c)
					took = time.Since(begin)
				})
				both.Go(func() {
					_, _ = io.WriteString(c, text)
					for range 600 { // a letter a second
						<-time.After(time.Second) // in the bubble
						if _, err := io.WriteString(c, "X"); err != nil {
							return
						}
					}
				})
				if both.Wait(); took > 40*time.Second {
					t.Errorf("let go after %v", took)
				}
				s.end()
			})
		})
	}
}

func TestHostileHTTP(t *testing.T) {
	head := func(more string) string { return "GET / HTTP/1.1\r\nHost: fallwatch.local\r\n" + more + "\r\n\r\n" }
	for name, c := range map[string]struct{ text, want string }{
		"no HTTP":            {"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", "400"},
		"a great header":     {head("X: " + strings.Repeat("x", 40<<10)), "431"},
		"many headers":       {head(strings.Repeat("X: y\r\n", 5000) + "Z: z"), "431"},
		"two lengths":        {head("Content-Length: 1\r\nContent-Length: 2"), "400"},
		"length and chunks":  {"POST /api/v1/signin HTTP/1.1\r\nHost: a\r\nContent-Length: -5\r\n\r\n", "400"},
		"no host":            {"GET / HTTP/1.1\r\n\r\n", "400"},
		"two hosts":          {head("Host: other"), "400"},
		"a bad host":         {"GET / HTTP/1.1\r\nHost: a b\r\n\r\n", "400"},
		"a newline in it":    {"GET /\r\nX: y HTTP/1.1\r\nHost: a\r\n\r\n", "400"},
		"a nameless header":  {head(": x"), "400"},
		"an endless path":    {"GET /" + strings.Repeat("a/", 20<<10) + " HTTP/1.1\r\nHost: a\r\n\r\n", "431"},
		"an unknown coding":  {"POST /api/v1/signin HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\n", "501"},
		"an endless upload":  {"POST /api/v1/signin HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999\r\nContent-Type: application/json\r\n\r\n" + strings.Repeat("x", 300<<10), "403"},
		"HTTP/0.9":           {"GET /\r\n\r\n", "400"},
		"a proxy's request":  {"CONNECT evil.example:443 HTTP/1.1\r\nHost: evil.example:443\r\n\r\n", "405"},
		"an absolute target": {"GET http://evil.example/livez HTTP/1.1\r\nHost: evil.example\r\n\r\n", "200"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := serve(t)
				conn := s.wire.dial()
				defer conn.Close()
				go func() { _, _ = io.WriteString(conn, c.text) }()
				line, err := bufio.NewReader(conn).ReadString('\n')
				if err != nil || !strings.HasPrefix(line, "HTTP/1.1 "+c.want) && !strings.HasPrefix(line, "HTTP/1.0 "+c.want) {
					t.Errorf("%q %v, want %s", line, err, c.want)
				}
				conn.Close()
				s.end()
			})
		})
	}
}

// A browser whose network is gone, with TLS and HTTP/2: nothing is read any more, not even by its
// machine. Stream and connection are let go.
func TestABrowserThatIsGone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := serve(t, func(s *web.Settings) { s.TLS.Off = false })
		conn := &stalling{Conn: s.wire.dial(), on: make(chan struct{})}
		transport := &http.Transport{
			ForceAttemptHTTP2: true, TLSClientConfig: &tls.Config{InsecureSkipVerify: true, NextProtos: []string{"h2"}}, //nolint:gosec // TestTLSIsOn looks at the certificate
			DialContext: func(context.Context, string, string) (net.Conn, error) { return conn, nil },
		}
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "https://fallwatch.local/api/v1/live", nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Authorization", "Bearer "+s.program(s.admin(), "read").token)
		answer, err := transport.RoundTrip(r)
		if err != nil || answer.ProtoMajor != 2 || answer.StatusCode != http.StatusOK {
			t.Fatal(answer, err)
		}
		defer answer.Body.Close()
		synctest.Wait()
		if n := s.house.Listeners(); n != 3 {
			t.Errorf("%d listen", n)
		}
		conn.stop()
		for range 300 {
			s.house.Step()
			<-time.After(100 * time.Millisecond)
			synctest.Wait()
		}
		if late, n := s.house.Late(), s.house.Listeners(); late != 0 || n != 0 {
			t.Errorf("the house was held up %d times, and %d still listen", late, n)
		}
		if !s.wire.closed() {
			t.Error("the connection is still open")
		}
		conn.Close()
		transport.CloseIdleConnections()
		s.end()
	})
}

// What twenty browsers and two cameras of ten poses a second cost: 400 of these a second.
func BenchmarkEncode(b *testing.B) {
	house := webtest.New(time.Now)
	seen, end := house.Subscribe(webtest.Hall)
	defer end()
	var l web.Live
	for l.Camera == "" {
		go house.Step()
		select {
		case l = <-seen:
		case <-time.After(10 * time.Millisecond):
		}
	}
	for b.Loop() {
		b.SetBytes(int64(len(web.Encode(l))))
	}
}

// Once a second, however many browsers there are.
func BenchmarkTell(b *testing.B) {
	s := newSite(b)
	for b.Loop() {
		s.server.Tell()
	}
}

// stalling is a connection from which, after stop, nothing more is read.
type stalling struct {
	net.Conn
	mutex   sync.Mutex
	stalled bool
	on      chan struct{}
}

func (s *stalling) stop() {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.stalled = true
}

func (s *stalling) Read(b []byte) (int, error) {
	s.mutex.Lock()
	stalled := s.stalled
	s.mutex.Unlock()
	if stalled {
		<-s.on
		return 0, net.ErrClosed
	}
	return s.Conn.Read(b)
}

func (s *stalling) Close() error {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	select {
	case <-s.on:
	default:
		close(s.on)
	}
	return s.Conn.Close()
}
