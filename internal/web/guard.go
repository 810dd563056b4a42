package web

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"net"
	"net/http"
	"net/http/pprof"
	"runtime/debug"
	"strings"

	"fallkit/internal/web/account"
)

// headers are those of every answer. The page loads nothing from elsewhere, is shown in no
// other page, and leaves nothing in the browser's folder.
var headers = map[string]string{
	"Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; manifest-src 'self'; " +
		"base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'",
	"Cache-Control":                "no-store",
	"Cross-Origin-Opener-Policy":   "same-origin",
	"Cross-Origin-Resource-Policy": "same-origin",
	"Permissions-Policy":           "camera=(), microphone=(), geolocation=(), display-capture=(), payment=(), usb=(), serial=()",
	"Referrer-Policy":              "no-referrer",
	"X-Content-Type-Options":       "nosniff",
	"X-Frame-Options":              "DENY",
}

// hsts is sent with the owner's own certificate alone: a browser that has stored it lets nobody
// past the warning about a made one, not even at night with an alarm on.
const hsts = "max-age=31536000"

// ServeHTTP answers one request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	for name, value := range headers {
		w.Header().Set(name, value)
	}
	if s.settings.TLS.Cert != "" {
		w.Header().Set("Strict-Transport-Security", hsts)
	}
	defer s.recover(w, r)
	if fault := s.foreign(r); fault != "" {
		fail(w, http.StatusForbidden, fault)
		return
	}
	r.Body = http.MaxBytesReader(w, r.Body, mostBody)
	s.handler.ServeHTTP(w, r)
}

// recover answers a request that our code broke on, and tells the log why.
func (s *Server) recover(w http.ResponseWriter, r *http.Request) {
	fault := recover()
	if fault == nil {
		return
	}
	if err, ok := fault.(error); ok && errors.Is(err, http.ErrAbortHandler) {
		panic(fault) // net/http ends the connection without a word
	}
	s.parts.Log.Error("the page failed on a request", "method", r.Method, "path", r.URL.Path, "panic", fault, "stack", string(debug.Stack()))
	fail(w, http.StatusInternalServerError, "this failed; the log says why")
}

// foreign says why a request is refused before anything else is looked at: another page asks
// (by the browser's own word), or nobody signs in and a name was made to point to this machine.
func (s *Server) foreign(r *http.Request) string {
	if err := new(http.CrossOriginProtection).Check(r); err != nil {
		return "another page asked for this"
	}
	if !s.settings.SignIn && !ownMachine(addressOf(r.Host)) {
		return "this page is for its own machine: open it as 127.0.0.1"
	}
	return ""
}

// addressOf is the host of host:port, or of a host alone.
func addressOf(hostport string) string {
	if host, _, err := net.SplitHostPort(hostport); err == nil {
		return host
	}
	return strings.Trim(hostport, "[]")
}

// need lets a request through to a handler when whoever asks has signed in and may. A change
// that a page asks for must carry the session's CSRF token as well.
func (s *Server) need(scope account.Scope, handle func(http.ResponseWriter, *http.Request, account.Identity)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		who, ok := s.identity(r)
		switch {
		case !ok:
			w.Header().Set("WWW-Authenticate", `Bearer realm="fallwatch"`)
			fail(w, http.StatusUnauthorized, "sign in first")
		case !who.Scope.Allows(scope):
			fail(w, http.StatusForbidden, "you may not do this: it needs the scope "+string(scope))
		case changes(r) && who.CSRF != "" && !same(r.Header.Get(csrfHeader), who.CSRF):
			fail(w, http.StatusForbidden, "the page's token is missing or wrong: load the page again")
		default:
			handle(w, r, who)
		}
	}
}

const csrfHeader = "X-CSRF-Token"

func changes(r *http.Request) bool {
	return r.Method != http.MethodGet && r.Method != http.MethodHead
}

func same(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }

// identity is who asks: by a token in the header where there is one, else by the cookie.
func (s *Server) identity(r *http.Request) (account.Identity, bool) {
	if !s.settings.SignIn {
		return account.Identity{Name: "this machine", Scope: account.Admin, CSRF: s.anonymous("page")}, true
	}
	s.accounts.TellResets(s.auditReset)
	if text := r.Header.Get("Authorization"); text != "" {
		token, ok := strings.CutPrefix(text, "Bearer ")
		if !ok {
			return account.Identity{}, false
		}
		return s.accounts.Token(token)
	}
	c, err := r.Cookie(s.cookieName(sessionCookie))
	if err != nil {
		return account.Identity{}, false
	}
	return s.accounts.Session(c.Value)
}

// local tells whether a program on this machine asks, and no proxy for somebody else.
func local(r *http.Request) bool {
	for _, name := range []string{"Forwarded", "X-Forwarded-For", "X-Real-Ip", "Via"} {
		if r.Header.Get(name) != "" {
			return false
		}
	}
	return ownMachine(addressOf(r.RemoteAddr)) && ownMachine(addressOf(r.Host))
}

func randomKey() (key [32]byte) {
	rand.Read(key[:])
	return key
}

// anonymous is the CSRF token of whoever has not signed in: bound to a cookie, and to this run.
func (s *Server) anonymous(cookie string) string {
	m := hmac.New(sha256.New, s.key[:])
	m.Write([]byte(cookie))
	return base64.RawURLEncoding.EncodeToString(m.Sum(nil))
}

// profiles is net/http/pprof, for programs of this machine.
func profiles() http.Handler {
	m := http.NewServeMux()
	m.HandleFunc("GET /debug/pprof/", pprof.Index)
	m.HandleFunc("GET /debug/pprof/cmdline", pprof.Cmdline)
	m.HandleFunc("GET /debug/pprof/profile", pprof.Profile)
	m.HandleFunc("GET /debug/pprof/symbol", pprof.Symbol)
	m.HandleFunc("GET /debug/pprof/trace", pprof.Trace)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !ownMachine(addressOf(r.Host)) {
			http.Error(w, "this is for its own machine", http.StatusForbidden)
			return
		}
		m.ServeHTTP(w, r)
	})
}
