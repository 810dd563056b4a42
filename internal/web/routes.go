package web

import (
	"embed"
	"io/fs"
	"net/http"
	"path"

	"fallkit/internal/web/account"
)

//go:embed page
var page embed.FS

// open are the files of the page that whoever has not signed in gets: those of the sign-in.
var open = map[string]bool{"signin.html": true, "signin.js": true, "style.css": true, "icon.svg": true}

var kinds = map[string]string{
	".html": "text/html; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8",
	".svg": "image/svg+xml", ".png": "image/png", ".webmanifest": "application/manifest+json",
}

// mux is http.ServeMux that knows what it was given.
type mux struct {
	http.ServeMux
	patterns []string
}

// HandleFunc adds a pattern.
func (m *mux) HandleFunc(pattern string, handle func(http.ResponseWriter, *http.Request)) {
	m.patterns = append(m.patterns, pattern)
	m.ServeMux.HandleFunc(pattern, handle)
}

// routes is every address that there is.
func (s *Server) routes() *mux {
	m := &mux{}
	m.HandleFunc("GET /livez", func(w http.ResponseWriter, _ *http.Request) { reply(w, map[string]string{"status": "alive"}) })
	m.HandleFunc("GET /readyz", s.readyz)
	m.HandleFunc("GET /metrics", s.metrics)
	s.pages(m)
	m.HandleFunc("GET /api/v1/me", s.need(account.Read, s.me))
	m.HandleFunc("GET /api/v1/skeleton", s.need(account.Read, skeleton))
	m.HandleFunc("GET /api/v1/cameras", s.need(account.Read, s.cameras))
	m.HandleFunc("GET /api/v1/live", s.need(account.Read, s.live))
	m.HandleFunc("GET /api/v1/health", s.need(account.Read, s.health))
	m.HandleFunc("GET /api/v1/incidents", s.need(account.Read, s.incidents))
	m.HandleFunc("GET /api/v1/incidents/{incident}", s.need(account.Read, s.ofIncident(s.incident)))
	m.HandleFunc("GET /api/v1/incidents/{incident}/evidence", s.need(account.Read, s.ofIncident(s.evidence)))
	m.HandleFunc("GET /api/v1/incidents/{incident}/strip.png", s.need(account.Read, s.ofIncident(s.strip)))
	m.HandleFunc("GET /api/v1/cameras/{camera}/zones", s.need(account.Read, s.ofCamera(s.zones)))
	m.HandleFunc("POST /api/v1/incidents/{incident}/acknowledge", s.need(account.Acknowledge, s.ofIncident(s.acknowledge)))
	m.HandleFunc("PUT /api/v1/incidents/{incident}/verdict", s.need(account.Acknowledge, s.ofIncident(s.verdict)))
	m.HandleFunc("POST /api/v1/cameras/{camera}/drill", s.need(account.Acknowledge, s.ofCamera(s.drill)))
	m.HandleFunc("PUT /api/v1/cameras/{camera}/zones", s.need(account.Admin, s.ofCamera(s.setZones)))
	m.HandleFunc("PUT /api/v1/mode", s.need(account.Admin, s.setMode))
	m.HandleFunc("GET /api/v1/audit", s.need(account.Admin, s.audits))
	if s.settings.SignIn {
		s.accountRoutes(m)
	}
	return m
}

func (s *Server) accountRoutes(m *mux) {
	m.HandleFunc("GET /api/v1/signin", s.beforeSignIn)
	m.HandleFunc("POST /api/v1/signin", s.signIn)
	m.HandleFunc("POST /api/v1/signout", s.need(account.Read, s.signOut))
	m.HandleFunc("PUT /api/v1/me/password", s.need(account.Read, s.changePassword))
	m.HandleFunc("GET /api/v1/users", s.need(account.Admin, s.users))
	m.HandleFunc("POST /api/v1/users", s.need(account.Admin, s.addUser))
	m.HandleFunc("PUT /api/v1/users/{user}", s.need(account.Admin, s.setUser))
	m.HandleFunc("DELETE /api/v1/users/{user}", s.need(account.Admin, s.removeUser))
	m.HandleFunc("GET /api/v1/tokens", s.need(account.Admin, s.tokens))
	m.HandleFunc("POST /api/v1/tokens", s.need(account.Admin, s.addToken))
	m.HandleFunc("DELETE /api/v1/tokens/{id}", s.need(account.Admin, s.removeToken))
}

// pages gives each file of the page an address of its own; there is no address that names a path.
func (s *Server) pages(m *mux) {
	files, err := fs.ReadDir(page, "page")
	if err != nil {
		panic(err) // they are part of the program
	}
	for _, f := range files {
		text, err := page.ReadFile(path.Join("page", f.Name()))
		if err != nil {
			panic(err)
		}
		serve := func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", kinds[path.Ext(f.Name())])
			_, _ = w.Write(text) // the browser is gone where this fails
		}
		switch {
		case f.Name() == "index.html":
			m.HandleFunc("GET /{$}", s.orSignIn(serve))
		case f.Name() == "signin.html":
			m.HandleFunc("GET /signin", serve)
		case open[f.Name()]:
			m.HandleFunc("GET /"+f.Name(), serve)
		default:
			m.HandleFunc("GET /"+f.Name(), s.need(account.Read, func(w http.ResponseWriter, r *http.Request, _ account.Identity) { serve(w, r) }))
		}
	}
}

// orSignIn sends whoever has not signed in to the page for it.
func (s *Server) orSignIn(serve http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if _, ok := s.identity(r); !ok {
			http.Redirect(w, r, "/signin", http.StatusSeeOther)
			return
		}
		serve(w, r)
	}
}

// readyz fails while the house does not watch. Why is for those who may know.
func (s *Server) readyz(w http.ResponseWriter, r *http.Request) {
	err := s.parts.House.Ready()
	if err == nil {
		reply(w, map[string]string{"status": "ready"})
		return
	}
	reason := "not ready"
	if who, ok := s.identity(r); local(r) || ok && who.Scope.Allows(account.Read) {
		reason = err.Error()
	}
	fail(w, http.StatusServiceUnavailable, reason)
}

// metrics are for a program of this machine, or one with a token.
func (s *Server) metrics(w http.ResponseWriter, r *http.Request) {
	if s.parts.Metrics == nil {
		http.NotFound(w, r)
		return
	}
	if local(r) {
		s.parts.Metrics.ServeHTTP(w, r)
		return
	}
	s.need(account.Read, func(w http.ResponseWriter, r *http.Request, _ account.Identity) { s.parts.Metrics.ServeHTTP(w, r) })(w, r)
}
