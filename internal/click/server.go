package click

import (
	"context"
	"crypto/subtle"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"mime"
	"net"
	"net/http"
	"path"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"fallkit/pose"
)

//go:embed page
var page embed.FS

// Server is the page of a session.
//
// Pixels do not pass through it: Still writes a frame as a picture file into Temp, a folder
// that nobody else can read and that whoever made it removes, and the server hands
// files of that folder to the browser.
type Server struct {
	Session *Session
	Data    string // the folder that the frames' paths are relative to
	Temp    string // for pictures
	Key     string // the first part of every address: who does not know it gets nothing
	Still   func(ctx context.Context, video string, frame int, out string) (image.Point, error)
	Broken  func(n int, err error) // is told once of each frame of which there is no picture

	mutex  sync.Mutex
	stills map[int]still
	end    func()
}

// still is a picture that was written, or why it was not.
type still struct {
	size image.Point
	err  error
}

// Run serves the page until ctx ends or the person says that it is enough; then all that
// was placed is in the file. The listener, which it closes, must be one of this machine.
func (s *Server) Run(ctx context.Context, l net.Listener) error {
	ctx, s.end = context.WithCancel(ctx)
	defer s.end()
	server := &http.Server{
		Handler: s, ReadHeaderTimeout: 10 * time.Second, ReadTimeout: time.Minute,
		BaseContext: func(net.Listener) context.Context { return ctx },
	}
	var g errgroup.Group
	g.Go(func() error {
		defer s.end()
		if err := server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			return fmt.Errorf("serve the page: %w", err)
		}
		return nil
	})
	g.Go(func() error {
		<-ctx.Done()
		patience, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Second)
		defer cancel()
		if server.Shutdown(patience) != nil { // a browser that does not let go
			return server.Close()
		}
		return nil
	})
	return g.Wait()
}

// ServeHTTP answers this machine's own page, and nobody else: neither another page that
// is open in the same browser, nor a name that somebody lets point to this machine, nor
// another user who does not know the key.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Content-Security-Policy", "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cache-Control", "no-store") // pictures of people do not stay in a browser's folder
	if fault := foreign(r); fault != "" {
		http.Error(w, fault, http.StatusForbidden)
		return
	}
	key, rest, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	known := subtle.ConstantTimeCompare([]byte(key), []byte(s.Key)) == 1
	if !known || path.Clean(r.URL.Path) != strings.TrimSuffix(r.URL.Path, "/") || rest == "" && !strings.HasSuffix(r.URL.Path, "/") {
		http.NotFound(w, r)
		return
	}
	inner := r.Clone(r.Context())
	inner.URL.Path, inner.URL.RawPath = "/"+rest, ""
	s.routes().ServeHTTP(w, inner)
}

func (s *Server) routes() http.Handler {
	m := http.NewServeMux()
	m.HandleFunc("GET /{$}", file("index.html"))
	m.HandleFunc("GET /click.js", file("click.js"))
	m.HandleFunc("GET /click.css", file("click.css"))
	m.HandleFunc("GET /icon.svg", file("icon.svg"))
	m.HandleFunc("GET /state", s.state)
	m.HandleFunc("GET /frame/{n}", s.numbered(s.frame))
	m.HandleFunc("PUT /frame/{n}", s.numbered(s.place))
	m.HandleFunc("GET /picture/{n}", s.numbered(s.picture))
	m.HandleFunc("POST /end", func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusNoContent)
		s.end()
	})
	return m
}

func file(name string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) { http.ServeFileFS(w, r, page, path.Join("page", name)) }
}

// numbered takes the frame's number from the address.
func (s *Server) numbered(serve func(http.ResponseWriter, *http.Request, int)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		text := r.PathValue("n")
		n, err := strconv.Atoi(text)
		if err != nil || n < 0 || n >= len(s.Session.Frames) || strconv.Itoa(n) != text {
			http.NotFound(w, r)
			return
		}
		serve(w, r, n)
	}
}

// state tells the page what there is to do.
func (s *Server) state(w http.ResponseWriter, _ *http.Request) {
	type frame struct {
		Dataset string `json:"dataset"`
		Clip    string `json:"clip"`
		Frame   int    `json:"frame"`
		State   string `json:"state"`
		Status  string `json:"status"`
	}
	all := struct {
		Frames []frame  `json:"frames"`
		Joints []string `json:"joints"`
		Bones  [][2]int `json:"bones"`
	}{}
	for n, f := range s.Session.Frames {
		all.Frames = append(all.Frames, frame{f.Dataset, f.Clip, f.Number, f.State, s.status(n)})
	}
	for j := range pose.Joint(pose.Joints) {
		all.Joints = append(all.Joints, j.String())
	}
	for _, b := range pose.Bones {
		all.Bones = append(all.Bones, [2]int{int(b.From), int(b.To)})
	}
	reply(w, all)
}

// statusBroken is that of a frame of which there is no picture.
const statusBroken = "broken"

func (s *Server) status(n int) string {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if s.stills[n].err != nil {
		return statusBroken
	}
	return s.Session.Status(n)
}

func (s *Server) frame(w http.ResponseWriter, _ *http.Request, n int) { reply(w, s.Session.answer(n)) }

// mostAnswer is far more than mostPeople need, in bytes.
const mostAnswer = 256 << 10

// place keeps what was placed on a frame.
func (s *Server) place(w http.ResponseWriter, r *http.Request, n int) {
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != "application/json" {
		http.Error(w, "an answer is application/json", http.StatusUnsupportedMediaType)
		return
	}
	a, err := readAnswer(http.MaxBytesReader(w, r.Body, mostAnswer))
	if large := (*http.MaxBytesError)(nil); errors.As(err, &large) {
		http.Error(w, "the answer is too long", http.StatusRequestEntityTooLarge)
		return
	}
	if err != nil {
		http.Error(w, "this is no answer: "+err.Error(), http.StatusBadRequest)
		return
	}
	size, err := s.still(r.Context(), n)
	if err != nil {
		http.Error(w, err.Error(), http.StatusUnprocessableEntity)
		return
	}
	told(w, s.Session.put(n, size, a))
}

// told answers with what came of it.
func told(w http.ResponseWriter, err error) {
	switch bad := (badAnswer{}); {
	case err == nil:
		w.WriteHeader(http.StatusNoContent)
	case errors.As(err, &bad):
		http.Error(w, err.Error(), http.StatusBadRequest)
	case errors.Is(err, errChanged):
		http.Error(w, err.Error(), http.StatusConflict)
	default:
		http.Error(w, err.Error(), http.StatusInternalServerError)
	}
}

func (s *Server) picture(w http.ResponseWriter, r *http.Request, n int) {
	if _, err := s.still(r.Context(), n); err != nil {
		http.Error(w, err.Error(), http.StatusUnprocessableEntity)
		return
	}
	http.ServeFile(w, r, s.stillPath(n))
}

func (s *Server) stillPath(n int) string { return filepath.Join(s.Temp, strconv.Itoa(n)+".png") }

// still has a frame's picture written, once; one at a time, since reading a video fills a core.
func (s *Server) still(ctx context.Context, n int) (image.Point, error) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if p, ok := s.stills[n]; ok {
		return p.size, p.err
	}
	f := s.Session.Frames[n]
	size, err := s.Still(ctx, filepath.Join(s.Data, filepath.FromSlash(f.Path)), f.Number, s.stillPath(n))
	if ctx.Err() != nil { // the browser gave up: that says nothing about the video
		return size, err
	}
	if s.stills == nil {
		s.stills = map[int]still{}
	}
	s.stills[n] = still{size, err}
	if err != nil && s.Broken != nil {
		s.Broken(n, err)
	}
	return size, err
}

func reply(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(v) // the browser is gone where this fails
}
