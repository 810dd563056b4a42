package click

import (
	"context"
	"errors"
	"fmt"
	"image"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"fallkit/data"
	"fallkit/pose"
)

const key = "SECRET"

// desk is a server of three frames, of which the last has no picture.
func desk(t *testing.T) (s *Server, out string) {
	t.Helper()
	out = filepath.Join(t.TempDir(), "clicks.json")
	session, err := Open(out, []Frame{
		{"room", "a", "videos/a.mp4", 3, data.StateFalling},
		{"room", "b", "videos/b.mp4", 5, data.StateLying},
		{"room", "c", "videos/broken.mp4", 7, data.StateElse},
	})
	if err != nil {
		t.Fatal(err)
	}
	return &Server{Session: session, Data: "data", Temp: t.TempDir(), Key: key, Still: draw}, out
}

// draw stands for pose/vision: a file that says which frame it is.
func draw(ctx context.Context, video string, frame int, out string) (image.Point, error) {
	if strings.Contains(video, "broken") {
		return image.Point{}, errors.New("the video is broken")
	}
	return image.Pt(100, 80), errors.Join(ctx.Err(), os.WriteFile(out, fmt.Appendf(nil, "\x89PNG\r\n\x1a\nframe %d of %s", frame, filepath.ToSlash(video)), 0o600))
}

// points is a person of whom the nose is placed.
func points(x, y, v float64) string {
	all := make([]string, pose.Joints)
	for i := range all {
		all[i] = "[0,0,0]"
	}
	all[0] = fmt.Sprintf("[%g,%g,%g]", x, y, v)
	return "[" + strings.Join(all, ",") + "]"
}

func answer(skipped string, people ...string) string {
	return fmt.Sprintf(`{"skipped": %q, "people": [%s]}`, skipped, strings.Join(people, ","))
}

// ask is a request as the page makes it, but for the headers given, "Name: value".
func ask(s *Server, method, path, body string, headers ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, "http://127.0.0.1:8080"+path, strings.NewReader(body))
	if method == http.MethodPut {
		r.Header.Set("Content-Type", "application/json")
	}
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ": ")
		if name == "Host" {
			r.Host = value
		} else {
			r.Header.Set(name, value)
		}
	}
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	return w
}

func TestWhoIsAnswered(t *testing.T) {
	s, out := desk(t)
	good := answer("", points(1, 2, 2))
	for _, c := range []struct {
		method, path, body string
		headers            []string
		want               int
	}{
		{"GET", "/SECRET/", "", nil, 200},
		{"GET", "/SECRET/click.js", "", nil, 200},
		{"GET", "/SECRET/click.css", "", nil, 200},
		{"GET", "/SECRET/icon.svg", "", nil, 200},
		{"GET", "/SECRET/state", "", nil, 200},
		{"GET", "/SECRET/frame/2", "", nil, 200},
		{"GET", "/SECRET/picture/1", "", []string{"Sec-Fetch-Site: same-origin"}, 200},
		{"GET", "/SECRET/", "", []string{"Host: localhost:8080", "Sec-Fetch-Site: none"}, 200},
		{"GET", "/SECRET/", "", []string{"Host: [::1]:8080"}, 200},

		{"GET", "/", "", nil, 404},
		{"GET", "/state", "", nil, 404},
		{"GET", "/secret/state", "", nil, 404},
		{"GET", "/SECRE/state", "", nil, 404},
		{"GET", "/SECRET/page/click.js", "", nil, 404},
		{"GET", "/SECRET/nothing", "", nil, 404},
		{"GET", "/SECRET", "", nil, 404},
		{"GET", "/SECRET//state", "", nil, 404},
		{"GET", "/SECRET/frame/3", "", nil, 404},
		{"GET", "/SECRET/frame/-1", "", nil, 404},
		{"GET", "/SECRET/frame/01", "", nil, 404},
		{"GET", "/SECRET/picture/1.png", "", nil, 404},
		{"GET", "/SECRET/picture/%2e%2e%2fa", "", nil, 404},
		{"GET", "/SECRET/picture/2", "", nil, 422},
		{"DELETE", "/SECRET/frame/0", "", nil, 405},
		{"GET", "/SECRET/end", "", nil, 405},

		// A name that somebody lets point here, and other pages of the same browser.
		{"GET", "/SECRET/state", "", []string{"Host: evil.example:8080"}, 403},
		{"GET", "/SECRET/state", "", []string{"Host: 192.168.1.2:8080"}, 403},
		{"GET", "/SECRET/picture/1", "", []string{"Sec-Fetch-Site: cross-site"}, 403},
		{"PUT", "/SECRET/frame/0", good, []string{"Sec-Fetch-Site: cross-site"}, 403},
		{"PUT", "/SECRET/frame/0", good, []string{"Sec-Fetch-Site: same-site"}, 403},
		{"PUT", "/SECRET/frame/0", good, []string{"Origin: http://evil.example"}, 403},
		{"PUT", "/SECRET/frame/0", good, []string{"Origin: http://127.0.0.1:9090"}, 403},
		{"PUT", "/SECRET/frame/0", good, []string{"Origin: null"}, 403},
		{"POST", "/SECRET/end", "", []string{"Origin: http://evil.example"}, 403},

		{"PUT", "/SECRET/frame/0", good, []string{"Content-Type: text/plain"}, 415},
		{"PUT", "/SECRET/frame/0", good, []string{"Content-Type: application/x-www-form-urlencoded"}, 415},
		{"PUT", "/SECRET/frame/0", strings.Repeat(" ", mostAnswer) + good, nil, 413},
		{"PUT", "/SECRET/frame/0", "", nil, 400},
		{"PUT", "/SECRET/frame/0", good[:20], nil, 400},
		{"PUT", "/SECRET/frame/0", good + "x", nil, 400},
		{"PUT", "/SECRET/frame/0", `{"people": [], "skipped": "nobody", "more": 1}`, nil, 400},
		{"PUT", "/SECRET/frame/0", answer(""), nil, 400},
		{"PUT", "/SECRET/frame/0", answer("", points(0, 0, 0)), nil, 400},
		{"PUT", "/SECRET/frame/0", answer("tired"), nil, 400},
		{"PUT", "/SECRET/frame/0", answer("nobody", points(1, 2, 2)), nil, 400},
		{"PUT", "/SECRET/frame/0", answer("", points(100.5, 2, 2)), nil, 400},
		{"PUT", "/SECRET/frame/0", answer("", points(1, -2, 1)), nil, 400},
		{"PUT", "/SECRET/frame/0", answer("", points(1, 2, 3)), nil, 400},
		{"PUT", "/SECRET/frame/0", answer("", points(1, 2, 0.5)), nil, 400},
		{"PUT", "/SECRET/frame/0", answer("", "[[1,2,2]]"), nil, 400},
		{"PUT", "/SECRET/frame/0", answer("", strings.Repeat(points(1, 2, 2)+",", mostPeople)+points(1, 2, 2)), nil, 400},
		{"PUT", "/SECRET/frame/2", good, nil, 422},
		{"PUT", "/SECRET/frame/3", good, nil, 404},
	} {
		if w := ask(s, c.method, c.path, c.body, c.headers...); w.Code != c.want {
			t.Errorf("%s %s %v: %d (%s), want %d", c.method, c.path, c.headers, w.Code, strings.TrimSpace(w.Body.String()), c.want)
		}
	}
	if _, err := os.Stat(out); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("refused answers made a file: %v", err)
	}
}

// The page may load nothing from elsewhere, and the browser keeps no picture.
func TestHeaders(t *testing.T) {
	s, _ := desk(t)
	h := ask(s, "GET", "/SECRET/picture/0", "").Header()
	if csp := h.Get("Content-Security-Policy"); !strings.HasPrefix(csp, "default-src 'none'") || strings.Contains(csp, "unsafe") || strings.Contains(csp, "http") {
		t.Error(csp)
	}
	if h.Get("Cache-Control") != "no-store" || h.Get("Cross-Origin-Resource-Policy") != "same-origin" || h.Get("Content-Type") != "image/png" || h.Get("Access-Control-Allow-Origin") != "" {
		t.Error(h)
	}
}

func TestThePictureIsTheFrames(t *testing.T) {
	s, _ := desk(t)
	if got := ask(s, "GET", "/SECRET/picture/1", "").Body.String(); !strings.HasSuffix(got, "frame 5 of data/videos/b.mp4") {
		t.Errorf("%q", got)
	}
}

// A picture is made once, a broken one is told once, and one that the browser gave up on
// is tried again.
func TestPicturesAreMadeOnce(t *testing.T) {
	s, _ := desk(t)
	made, broken := 0, 0
	s.Still = func(ctx context.Context, video string, frame int, out string) (image.Point, error) {
		made++
		return draw(ctx, video, frame, out)
	}
	s.Broken = func(n int, _ error) {
		broken++
		if n != 2 {
			t.Errorf("frame %d is broken", n)
		}
	}
	stopped, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.still(stopped, 0); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	for range 2 {
		for n := range 3 {
			_, _ = s.still(t.Context(), n)
		}
	}
	if made != 4 || broken != 1 {
		t.Errorf("%d were made, %d told", made, broken)
	}
	if state := ask(s, "GET", "/SECRET/state", "").Body.String(); !strings.Contains(state, `"frame":7,"state":"else","status":"broken"`) {
		t.Error(state)
	}
}

func TestWhatIsPlacedIsInTheFileAtOnce(t *testing.T) {
	s, out := desk(t)
	put := func(n int, body string, want int) {
		t.Helper()
		if w := ask(s, "PUT", fmt.Sprintf("/SECRET/frame/%d", n), body, "Origin: http://127.0.0.1:8080", "Sec-Fetch-Site: same-origin"); w.Code != want {
			t.Fatalf("%d: %s", w.Code, w.Body)
		}
	}
	images := func() []data.KeypointImage {
		t.Helper()
		k, err := data.ReadKeypoints(out)
		if err != nil {
			t.Fatal(err)
		}
		return k.Images
	}
	put(0, answer("unfinished", points(10.25, 20, 2)), 204)
	if k := images(); len(k) != 1 || k[0].Skipped != data.SkippedUnfinished || s.Session.Done() != 0 {
		t.Fatalf("%+v", k)
	}
	put(1, answer("nobody"), 204)
	put(0, answer("", points(10.25, 20, 2), points(0, 0, 0), points(100, 80, 1)), 204)
	k := images()
	if len(k) != 2 || k[0].Skipped != "" || len(k[0].People) != 2 || k[1].Skipped != data.SkippedNobody || s.Session.Done() != 2 {
		t.Fatalf("%+v", k)
	}
	if got := k[0]; got.Path != "videos/a.mp4" || got.Frame != 3 || got.State != data.StateFalling || got.Dataset != "room" || got.Clip != "a" || got.Width != 100 || got.Height != 80 {
		t.Errorf("%+v", got)
	}
	if j := k[0].People[1].Joints[pose.Nose]; j != (data.TrueJoint{X: 100, Y: 80, Seen: data.Hidden}) {
		t.Errorf("%+v", j)
	}

	// Who starts again sees it; what was chosen with other settings stays.
	again, err := Open(out, s.Session.Frames[1:])
	if err != nil {
		t.Fatal(err)
	}
	if again.Done() != 1 || again.Status(0) != data.SkippedNobody || again.Status(1) != statusTodo {
		t.Errorf("%d, %s, %s", again.Done(), again.Status(0), again.Status(1))
	}
	s.Session = again
	if a := again.answer(0); a.Skipped != data.SkippedNobody || len(a.People) != 0 {
		t.Errorf("%+v", a)
	}
	put(0, answer("unfinished"), 204) // all is taken back
	if k := images(); len(k) != 1 || k[0].Path != "videos/a.mp4" {
		t.Errorf("%+v", k)
	}
}

func TestAFileThatSomebodyElseChangedIsLeftAlone(t *testing.T) {
	s, out := desk(t)
	if w := ask(s, "PUT", "/SECRET/frame/0", answer("nobody")); w.Code != 204 {
		t.Fatal(w)
	}
	mine := []byte(`{"images": [], "annotations": []}`)
	if err := os.WriteFile(out, mine, 0o644); err != nil {
		t.Fatal(err)
	}
	if w := ask(s, "PUT", "/SECRET/frame/1", answer("nobody")); w.Code != 409 || !strings.Contains(w.Body.String(), "changed by another program") {
		t.Errorf("%d: %s", w.Code, w.Body)
	}
	if now, _ := os.ReadFile(out); string(now) != string(mine) {
		t.Errorf("%s", now)
	}
	if s.Session.Status(1) != statusTodo {
		t.Error("what was not kept counts")
	}
}

func TestFilesThatAreNoneOfOurs(t *testing.T) {
	path := filepath.Join(t.TempDir(), "clicks.json")
	for text, want := range map[string]string{
		"{}":      `has no "images"`,
		"garbage": "this is no JSON",
		`{"images": [{"id": 1, "file_name": "a.jpg", "width": 9, "height": 9}], "annotations": []}`: "holds still pictures (a.jpg)",
	} {
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		if _, err := Open(path, nil); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", text, err)
		}
	}
	if _, err := Open(t.TempDir(), nil); err == nil {
		t.Error("a folder is taken")
	}
}

// Run ends when it is told to, from either side.
func TestRun(t *testing.T) {
	for _, side := range []string{"page", "context"} {
		s, _ := desk(t)
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() { done <- s.Run(ctx, l) }()
		address := "http://" + l.Addr().String() + "/SECRET/"
		answer, err := http.Get(address)
		if err != nil {
			t.Fatal(err)
		}
		body, _ := io.ReadAll(answer.Body)
		answer.Body.Close()
		if !strings.Contains(string(body), "<title>Place the joints</title>") {
			t.Errorf("%s", body)
		}
		if side == "context" {
			cancel()
		} else if answer, err := http.Post(address+"end", "", nil); err != nil || answer.StatusCode != http.StatusNoContent {
			t.Errorf("%v, %v", answer, err)
		} else {
			answer.Body.Close()
		}
		if err := <-done; err != nil {
			t.Errorf("%s: %v", side, err)
		}
		cancel()
		if _, err := net.Dial("tcp", l.Addr().String()); err == nil {
			t.Errorf("%s: the port is still open", side)
		}
	}
}

// Whatever a page sends is refused, or kept so that it is the same when it is read again.
func FuzzAnswer(f *testing.F) {
	f.Add(answer("", points(1, 2, 2)))
	f.Add(answer("nobody"))
	f.Add(answer("unfinished", points(99.999, 1e-9, 1), points(0, 0, 0)))
	f.Fuzz(func(t *testing.T, text string) {
		a, err := readAnswer(strings.NewReader(text))
		if err != nil {
			return
		}
		path := filepath.Join(t.TempDir(), "clicks.json")
		s, err := Open(path, []Frame{{"room", "a", "a.mp4", 3, data.StateFalling}})
		if err != nil {
			t.Fatal(err)
		}
		var bad badAnswer
		if err := s.put(0, image.Pt(100, 80), a); errors.As(err, &bad) {
			return
		} else if err != nil {
			t.Fatalf("%q: %v", text, err)
		}
		again, err := Open(path, s.Frames)
		if err != nil {
			t.Fatalf("%q: %v", text, err)
		}
		if diff := cmp.Diff(s.answer(0), again.answer(0)); diff != "" {
			t.Error(diff)
		}
	})
}
