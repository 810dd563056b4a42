package web_test

import (
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"fallkit/internal/web"
	"fallkit/internal/web/webtest"
)

func parts(t testing.TB, house *webtest.House, now func() time.Time) web.Parts {
	return web.Parts{
		House: house, Audit: house, Metrics: http.HandlerFunc(facts), Folder: t.TempDir(),
		Log: slog.New(slog.NewTextHandler(t.Output(), nil)), Now: now,
	}.Quick()
}

// clock is a time that stands still until it is moved.
type clock struct{ at time.Time }

func (c *clock) now() time.Time { return c.at }

// site is a page with somebody who looks at it.
type site struct {
	testing.TB
	server *web.Server
	house  *webtest.House
	clock  *clock
	parts  web.Parts

	password string // of the first user
}

func newSite(t testing.TB, change ...func(*web.Settings)) *site {
	t.Helper()
	c := &clock{time.Date(2026, 11, 24, 3, 0, 0, 0, time.UTC)}
	house := webtest.New(c.now)
	s := &site{TB: t, house: house, clock: c, parts: parts(t, house, c.now)}
	s.open(change...)
	return s
}

// open starts the server, once more where it has run before.
func (s *site) open(change ...func(*web.Settings)) {
	s.Helper()
	settings := web.Default
	for _, c := range change {
		c(&settings)
	}
	if faults := settings.Faults(); faults != nil {
		s.Fatal(faults)
	}
	server, err := web.New(settings, s.parts)
	if err != nil {
		s.Fatal(err)
	}
	s.server = server
	if server.Password() != "" {
		s.password = server.Password()
	}
}

// browser is one, with its cookies.
type browser struct {
	*site
	from    string // address
	cookies map[string]*http.Cookie
	csrf    string
	token   string // a program has this in place of cookies
}

func (s *site) browser() *browser {
	return &browser{site: s, from: "192.0.2.7:4711", cookies: map[string]*http.Cookie{}}
}

// ask sends a request as the page does, but for the headers given, "Name: value".
func (b *browser) ask(method, path, body string, headers ...string) *httptest.ResponseRecorder {
	b.Helper()
	r := httptest.NewRequest(method, "https://fallwatch.local:8443"+path, strings.NewReader(body))
	r.RemoteAddr = b.from
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	if b.csrf != "" && method != http.MethodGet {
		r.Header.Set("X-CSRF-Token", b.csrf)
	}
	for _, c := range b.cookies {
		r.AddCookie(c)
	}
	if b.token != "" {
		r.Header.Set("Authorization", "Bearer "+b.token)
	}
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ": ")
		switch {
		case name == "Host":
			r.Host = value
		case value == "":
			r.Header.Del(name)
		default:
			r.Header.Set(name, value)
		}
	}
	w := httptest.NewRecorder()
	b.server.ServeHTTP(w, r)
	for _, c := range w.Result().Cookies() {
		if b.cookies[c.Name] = c; c.MaxAge < 0 {
			delete(b.cookies, c.Name)
		}
	}
	return w
}

// want asks, and fails where the answer has another status.
func (b *browser) want(status int, method, path, body string, headers ...string) *httptest.ResponseRecorder {
	b.Helper()
	w := b.ask(method, path, body, headers...)
	if w.Code != status {
		b.Errorf("%s %s %v: %d (%s), want %d", method, path, headers, w.Code, strings.TrimSpace(w.Body.String()), status)
	}
	return w
}

// read gives a JSON answer.
func (b *browser) read(path string, into any) {
	b.Helper()
	if err := json.Unmarshal(b.want(200, "GET", path, "").Body.Bytes(), into); err != nil {
		b.Fatal(err)
	}
}

// try signs in, and gives the answer.
func (b *browser) try(name, password string) *httptest.ResponseRecorder {
	b.Helper()
	var before struct{ CSRF string }
	b.csrf = ""
	b.read("/api/v1/signin", &before)
	text, _ := json.Marshal(map[string]string{"name": name, "password": password})
	return b.ask("POST", "/api/v1/signin", string(text), "X-CSRF-Token: "+before.CSRF)
}

// signIn gives a browser whose user has signed in.
func (s *site) signIn(name, password string) *browser {
	s.Helper()
	b := s.browser()
	if w := b.try(name, password); w.Code != 204 {
		s.Fatalf("sign in as %s: %d %s", name, w.Code, w.Body)
	}
	b.hello()
	return b
}

// hello takes the token for changes.
func (b *browser) hello() {
	b.Helper()
	var me struct{ CSRF string }
	b.read("/api/v1/me", &me)
	b.csrf = me.CSRF
}

func (s *site) admin() *browser { s.Helper(); return s.signIn("admin", s.password) }

// program gives one that has a token.
func (s *site) program(admin *browser, scope string) *browser {
	s.Helper()
	var made struct{ Token string }
	w := admin.want(201, "POST", "/api/v1/tokens", `{"name": "`+scope+` token", "scope": "`+scope+`"}`)
	if err := json.Unmarshal(w.Body.Bytes(), &made); err != nil || made.Token == "" {
		s.Fatal(err, w.Body)
	}
	b := s.browser()
	b.token = made.Token
	return b
}

func jsonOf(w *httptest.ResponseRecorder, into any) error {
	return json.Unmarshal(w.Body.Bytes(), into)
}

func writeFile(path, text string) error { return os.WriteFile(path, []byte(text), 0o600) }

func newRequest(t testing.TB, method, path string) (*http.Request, *httptest.ResponseRecorder) {
	return httptest.NewRequestWithContext(t.Context(), method, path, nil), httptest.NewRecorder()
}
