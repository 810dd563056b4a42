package web_test

import (
	"fmt"
	"net/http"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"fallkit/internal/web"
)

// route is a line of the table in docs/api.md.
type route struct{ method, path, scope string }

// documented reads docs/api.md, with names that there are in the place of those in braces.
func documented(t *testing.T) (all []route) {
	t.Helper()
	text, err := os.ReadFile("../../docs/api.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range regexp.MustCompile("(?m)^\\| `([A-Z]+) (/[^`]*)` \\| (?:`([a-z]+)`|none) \\|").FindAllStringSubmatch(string(text), -1) {
		all = append(all, route{m[1], m[2], m[3]})
	}
	if len(all) < 25 {
		t.Fatalf("only %d addresses are documented: is the pattern still right?", len(all))
	}
	return all
}

func named(path string) string {
	return strings.NewReplacer("{incident}", "i-0005", "{camera}", "Living%20room", "{user}", "nobody", "{id}", "none").Replace(path)
}

// isPage tells whether a pattern is a file of the page, and not an address for programs.
func isPage(pattern string) bool {
	path, read := strings.CutPrefix(pattern, "GET /")
	return read && !strings.HasPrefix(path, "api/") && path != "livez" && path != "readyz" && path != "metrics"
}

func TestEveryAddressIsDocumented(t *testing.T) {
	s := newSite(t)
	var written, there []string
	for _, r := range documented(t) {
		written = append(written, r.method+" "+r.path)
	}
	for _, p := range s.server.Patterns() {
		if !isPage(p) {
			there = append(there, p)
		}
	}
	slices.Sort(written)
	slices.Sort(there)
	if !slices.Equal(written, there) {
		t.Errorf("docs/api.md has\n%s\nand there are\n%s", strings.Join(written, "\n"), strings.Join(there, "\n"))
	}
}

// public is all that is told to whoever has not signed in.
var public = []string{"GET /livez", "GET /readyz", "GET /signin", "GET /signin.js", "GET /style.css", "GET /icon.svg", "GET /api/v1/signin"}

func TestNothingWithoutSignIn(t *testing.T) {
	s := newSite(t)
	seen := 0
	for _, pattern := range s.server.Patterns() {
		method, path, _ := strings.Cut(pattern, " ")
		for _, who := range []*browser{
			s.browser(),
			{site: s, from: "192.0.2.7:1", token: "fallwatch_guess", cookies: map[string]*http.Cookie{}},
			{site: s, from: "192.0.2.7:1", cookies: map[string]*http.Cookie{"x": {Name: "__Host-fallwatch", Value: "guess"}}},
		} {
			seen++
			w := who.ask(method, named(path), "{}")
			switch {
			case slices.Contains(public, pattern):
			case pattern == "POST /api/v1/signin":
				if w.Code != 403 {
					t.Errorf("%s: %d", pattern, w.Code)
				}
			case pattern == "GET /{$}":
				if w := who.want(303, "GET", "/", ""); w.Header().Get("Location") != "/signin" || strings.Contains(w.Body.String(), "<main") {
					t.Errorf("%s: %v %s", pattern, w.Header(), w.Body)
				}
			case w.Code != 401 || !strings.Contains(w.Body.String(), "sign in first") || len(w.Body.String()) > 60:
				t.Errorf("%s: %d %s", pattern, w.Code, w.Body)
			}
		}
	}
	if seen < 100 {
		t.Errorf("only %d requests", seen)
	}
	if len(s.house.Changes()) != 0 {
		t.Errorf("something was changed: %v", s.house.Changes())
	}
}

// What whoever has not signed in may see says nothing about the house.
func TestThePublicPagesTellNothing(t *testing.T) {
	s := newSite(t)
	for _, pattern := range public {
		method, path, _ := strings.Cut(pattern, " ")
		w := s.browser().ask(method, path, "")
		for _, secret := range []string{"Living", "Bedroom", "black", "i-000", "0.0.0-test"} {
			if strings.Contains(w.Body.String(), secret) {
				t.Errorf("%s tells %q", pattern, secret)
			}
		}
	}
}

func TestTokensGoAsFarAsTheirScope(t *testing.T) {
	s := newSite(t)
	admin := s.admin()
	order := map[string]int{"read": 1, "acknowledge": 2, "admin": 3}
	for scope := range order {
		program := s.program(admin, scope)
		for _, r := range documented(t) {
			if r.path == "/api/v1/live" || r.scope == "" {
				continue // see TestLive
			}
			w := program.ask(r.method, named(r.path), "{}")
			allowed := order[scope] >= order[r.scope]
			refused := w.Code == 401 || w.Code == 403 && strings.Contains(w.Body.String(), "needs the scope "+r.scope)
			if allowed == refused {
				t.Errorf("a token for %s: %s %s: %d %s", scope, r.method, r.path, w.Code, w.Body)
			}
		}
	}
}

func TestUsersGoAsFarAsTheirScope(t *testing.T) {
	s := newSite(t)
	s.admin().want(204, "POST", "/api/v1/users", `{"name": "Anna", "scope": "read", "password": "a password for Anna"}`)
	anna := s.signIn("Anna", "a password for Anna")
	anna.want(200, "GET", "/api/v1/incidents", "")
	anna.want(403, "POST", "/api/v1/incidents/i-0005/acknowledge", "")
	anna.want(403, "GET", "/api/v1/users", "")
	s.admin().want(204, "PUT", "/api/v1/users/Anna", `{"scope": "acknowledge"}`)
	anna.want(204, "POST", "/api/v1/incidents/i-0005/acknowledge", "") // from now on, and without signing in anew
	anna.want(403, "PUT", "/api/v1/mode", `{"mode": "away"}`)
}

func TestChangesCarryTheSessionsToken(t *testing.T) {
	s := newSite(t)
	b, other := s.admin(), s.admin()
	seen := 0
	for _, r := range documented(t) {
		if r.method == "GET" || r.path == "/api/v1/signin" {
			continue
		}
		seen++
		for name, headers := range map[string][]string{
			"none":        {"X-CSRF-Token: "},
			"a guess":     {"X-CSRF-Token: guess"},
			"another's":   {"X-CSRF-Token: " + other.csrf},
			"cut":         {"X-CSRF-Token: " + b.csrf[1:]},
			"cross-site":  {"Sec-Fetch-Site: cross-site"},
			"same-site":   {"Sec-Fetch-Site: same-site"},
			"evil origin": {"Origin: https://evil.example"},
			"null origin": {"Origin: null"},
			"other port":  {"Origin: https://fallwatch.local:9443"},
		} {
			if w := b.ask(r.method, named(r.path), "{}", headers...); w.Code != 403 {
				t.Errorf("%s %s with %s: %d", r.method, r.path, name, w.Code)
			}
		}
	}
	if seen < 12 {
		t.Errorf("only %d changes", seen)
	}
	if len(s.house.Changes()) != 0 {
		t.Errorf("something was changed: %v", s.house.Changes())
	}
	b.want(204, "PUT", "/api/v1/mode", `{"mode": "away"}`, "Origin: https://fallwatch.local:8443", "Sec-Fetch-Site: same-origin")
}

func TestSignInCarriesItsToken(t *testing.T) {
	s := newSite(t)
	b := s.browser()
	good := fmt.Sprintf(`{"name": "admin", "password": %q}`, s.server.Password())
	b.want(403, "POST", "/api/v1/signin", good)
	var first, second struct{ CSRF string }
	b.read("/api/v1/signin", &first)
	b.want(403, "POST", "/api/v1/signin", good)
	b.want(403, "POST", "/api/v1/signin", good, "X-CSRF-Token: "+first.CSRF, "Sec-Fetch-Site: cross-site")
	s.browser().want(403, "POST", "/api/v1/signin", good, "X-CSRF-Token: "+first.CSRF) // another's
	b.read("/api/v1/signin", &second)
	if first.CSRF != second.CSRF {
		t.Error("a second tab makes the first one's token worthless")
	}
	b.want(415, "POST", "/api/v1/signin", good, "X-CSRF-Token: "+first.CSRF, "Content-Type: text/plain")
	b.want(204, "POST", "/api/v1/signin", good, "X-CSRF-Token: "+first.CSRF)
}

func TestCookiesAreFlagged(t *testing.T) {
	s := newSite(t)
	b := s.browser()
	w := b.try("admin", s.server.Password())
	cookies := w.Result().Cookies()
	if len(cookies) != 2 {
		t.Fatalf("%v", cookies)
	}
	for _, c := range append(cookies, s.browser().ask("GET", "/api/v1/signin", "").Result().Cookies()...) {
		if !c.HttpOnly || !c.Secure || c.SameSite != http.SameSiteStrictMode || c.Path != "/" || c.Domain != "" || !strings.HasPrefix(c.Name, "__Host-") {
			t.Errorf("%v", c)
		}
	}
	plain := newSite(t, func(s *web.Settings) { s.TLS.Off = true })
	for _, c := range plain.browser().try("admin", plain.server.Password()).Result().Cookies() {
		if !c.HttpOnly || c.Secure || c.SameSite != http.SameSiteStrictMode {
			t.Errorf("without TLS: %v", c)
		}
	}
}

func TestWrongPasswords(t *testing.T) {
	s := newSite(t)
	b := s.browser()
	for range 10 {
		if w := b.try("admin", "a guess"); w.Code != 403 || len(w.Result().Cookies()) != 0 || !strings.Contains(w.Body.String(), "wrong") {
			t.Fatalf("%d %s", w.Code, w.Body)
		}
	}
	w := b.try("admin", s.server.Password())
	if w.Code != 429 || w.Header().Get("Retry-After") != "901" || !strings.Contains(w.Body.String(), "try again in") {
		t.Errorf("%d %v %s", w.Code, w.Header(), w.Body)
	}
	b.from = "192.0.2.7:9999" // another port is no other address
	if w := b.try("admin", s.server.Password()); w.Code != 429 {
		t.Error(w.Code)
	}
	b.from = "198.51.100.1:1"
	if w := b.try("admin", s.server.Password()); w.Code != 204 {
		t.Error(w.Code)
	}
	s.clock.at = s.clock.at.Add(15 * time.Minute)
	b.from = "192.0.2.7:1"
	if w := b.try("admin", s.server.Password()); w.Code != 204 {
		t.Error(w.Code, w.Body)
	}
}

func TestSessionsEndInTime(t *testing.T) {
	s := newSite(t, func(s *web.Settings) { s.SessionHours, s.IdleHours = 48, 10 })
	b := s.admin()
	for range 5 {
		s.clock.at = s.clock.at.Add(9 * time.Hour)
		b.want(200, "GET", "/api/v1/me", "")
	}
	s.clock.at = s.clock.at.Add(3 * time.Hour)
	b.want(401, "GET", "/api/v1/me", "")
	idle := s.admin()
	s.clock.at = s.clock.at.Add(10 * time.Hour)
	idle.want(401, "GET", "/api/v1/me", "")
}

func TestSignOut(t *testing.T) {
	s := newSite(t)
	b := s.admin()
	stolen := s.browser()
	for name, c := range b.cookies {
		stolen.cookies[name] = c
	}
	stolen.want(200, "GET", "/api/v1/me", "")
	b.want(204, "POST", "/api/v1/signout", "")
	if len(b.cookies) != 0 {
		t.Errorf("the browser keeps %v", b.cookies)
	}
	stolen.want(401, "GET", "/api/v1/me", "") // the session has ended, and not only the cookie
}

func TestPasswordChange(t *testing.T) {
	s := newSite(t)
	b, elsewhere := s.admin(), s.admin()
	change := func(status int, old, next string) {
		t.Helper()
		b.want(status, "PUT", "/api/v1/me/password", fmt.Sprintf(`{"old": %q, "new": %q}`, old, next))
	}
	change(403, "a guess", "my own password")
	change(422, s.server.Password(), "short")
	change(204, s.server.Password(), "my own password")
	b.want(200, "GET", "/api/v1/me", "")
	elsewhere.want(401, "GET", "/api/v1/me", "")
	if w := s.browser().try("admin", s.server.Password()); w.Code != 403 {
		t.Errorf("the old password: %d", w.Code)
	}
	s.signIn("admin", "my own password")
	b.want(200, "GET", "/api/v1/tokens", "")
	s.program(b, "admin").want(403, "PUT", "/api/v1/me/password", `{"old": "x", "new": "y"}`)
}

func TestHeadersOfEveryAnswer(t *testing.T) {
	s := newSite(t)
	b := s.admin()
	for _, r := range append(documented(t), route{"GET", "/", ""}, route{"GET", "/app.js", ""}, route{"GET", "/signin", ""}, route{"GET", "/nothing", ""}, route{"PATCH", "/api/v1/mode", ""}, route{"GET", "/../x", ""}) {
		if r.path == "/api/v1/live" {
			continue
		}
		for _, who := range []*browser{s.browser(), b} {
			h := who.ask(r.method, named(r.path), "").Header()
			csp := h.Get("Content-Security-Policy")
			if !strings.HasPrefix(csp, "default-src 'none'; script-src 'self';") || !strings.Contains(csp, "frame-ancestors 'none'") || strings.Contains(csp, "unsafe") || strings.Contains(csp, "http") || strings.Contains(csp, "*") {
				t.Errorf("%s: %s", r.path, csp)
			}
			for name, value := range map[string]string{
				"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer", "Cache-Control": "no-store", "X-Frame-Options": "DENY",
				"Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Resource-Policy": "same-origin", "Access-Control-Allow-Origin": "",
			} {
				if h.Get(name) != value {
					t.Errorf("%s: %s is %q", r.path, name, h.Get(name))
				}
			}
			if !strings.Contains(h.Get("Permissions-Policy"), "camera=()") {
				t.Errorf("%s: %s", r.path, h.Get("Permissions-Policy"))
			}
		}
	}
}

// A browser that has stored HSTS lets nobody past the warning about a certificate that was made
// anew, so that it is sent with the owner's own alone.
func TestHSTSWithTheOwnersCertificate(t *testing.T) {
	s := newSite(t)
	if h := s.browser().ask("GET", "/signin", "").Header().Get("Strict-Transport-Security"); h != "" {
		t.Errorf("with a made certificate: %q", h)
	}
	folder := s.parts.Folder
	own := newSite(t, func(s *web.Settings) { s.TLS.Cert, s.TLS.Key = folder+"/tls.crt", folder+"/tls.key" })
	if h := own.browser().ask("GET", "/signin", "").Header().Get("Strict-Transport-Security"); h != "max-age=31536000" {
		t.Errorf("with the owner's: %q", h)
	}
}

func TestPathsLeadNowhere(t *testing.T) {
	s := newSite(t)
	b := s.admin()
	for _, path := range []string{
		"/../accounts.json", "/accounts.json", "/tls.key", "/page/index.html", "/page/", "/page", "/index.html", "/%2e%2e/accounts.json", "/..%2faccounts.json", "/%2e%2e%2faccounts.json",
		"/app.js/../../accounts.json", "//etc/passwd", "/etc/passwd", "/app.js%00", "/..\\accounts.json", "/style.css/", "/assets/../accounts.json", "/./tls.key",
		"/api/v1/incidents/..%2f..%2faccounts.json/evidence", "/api/v1/incidents/../evidence", "/api/v1/incidents/%2e%2e/evidence", "/api/v1/incidents/.hidden/evidence",
		"/api/v1/incidents/a%2fb/evidence", "/api/v1/incidents/a%00b/evidence", "/api/v1/incidents/" + strings.Repeat("x", 200) + "/evidence",
		"/api/v1/incidents/i-0005/..%2f..%2ftls.key", "/api/v1/cameras/..%2f../zones", "/api/v1/cameras/nowhere/zones", "/api/v1/cameras/%2e%2e/zones", "/debug/pprof/", "/debug/pprof/heap",
	} {
		w := b.ask("GET", path, "")
		if w.Code == 307 || w.Code == 301 { // net/http cleans a path, and leads to what it comes to
			to := w.Header().Get("Location")
			if strings.Contains(to, "..") || !strings.HasPrefix(to, "/") || strings.HasPrefix(to, "//") {
				t.Errorf("%s leads to %s", path, to)
			}
			w = b.ask("GET", to, "")
		}
		if w.Code != 404 {
			t.Errorf("%s: %d %.80s", path, w.Code, w.Body)
		}
	}
	b.want(400, "GET", "/api/v1/incidents?before=../x", "")
}

// What is told by whom is written down; passwords and tokens are not.
func TestAudit(t *testing.T) {
	s := newSite(t)
	b := s.browser()
	b.try("admin", "a guess")
	b.try("my password by mistake", "")
	b = s.admin()
	b.want(204, "PUT", "/api/v1/mode", `{"mode": "away"}`)
	b.want(204, "POST", "/api/v1/incidents/i-0005/acknowledge", "")
	b.want(204, "PUT", "/api/v1/incidents/i-0005/verdict", `{"verdict": "false"}`)
	b.want(204, "POST", "/api/v1/cameras/Living%20room/drill", "")
	b.want(204, "PUT", "/api/v1/cameras/Living%20room/zones", `{"zones": []}`)
	b.want(204, "POST", "/api/v1/users", `{"name": "Anna", "scope": "read", "password": "a password for Anna"}`)
	b.want(204, "PUT", "/api/v1/users/Anna", `{"scope": "read", "password": "another password"}`)
	b.want(204, "DELETE", "/api/v1/users/Anna", "")
	program := s.program(b, "admin")
	program.want(204, "PUT", "/api/v1/mode", `{"mode": "home"}`)
	b.want(422, "PUT", "/api/v1/mode", `{"mode": "party"}`) // no change
	b.want(204, "PUT", "/api/v1/me/password", fmt.Sprintf(`{"old": %q, "new": "my own password"}`, s.server.Password()))
	var tokens struct{ Tokens []struct{ ID string } }
	b.read("/api/v1/tokens", &tokens)
	b.want(204, "DELETE", "/api/v1/tokens/"+tokens.Tokens[0].ID, "")
	b.want(204, "POST", "/api/v1/signout", "")
	var told []string
	all, err := s.house.Audits(200)
	if err != nil {
		t.Fatal(err)
	}
	slices.Reverse(all)
	for _, e := range all {
		told = append(told, strings.Join([]string{e.Who, e.What, e.On, e.Note}, "|"))
		if e.From != "192.0.2.7" || !e.Time.Equal(s.clock.at) {
			t.Errorf("%+v", e)
		}
	}
	want := []string{
		"admin|sign-in refused||the name or the password is wrong", "unknown user|sign-in refused||the name or the password is wrong", "admin|sign in||", "admin|mode|away|", "admin|acknowledge|i-0005|", "admin|verdict|i-0005|false",
		"admin|drill|Living room|", "admin|set zones|Living room|0", "admin|add user|Anna|read", "admin|change user|Anna|read, new password", "admin|remove user|Anna|",
		"admin|add token|admin token|admin", "token admin token|mode|home|", "admin|change password|admin|", "admin|remove token|admin token|", "admin|sign out||",
	}
	if got := strings.Join(told, "\n"); got != strings.Join(want, "\n") {
		t.Errorf("told:\n%s\nwant:\n%s", got, strings.Join(want, "\n"))
	}
	for _, secret := range []string{s.server.Password(), "a guess", "a password for Anna", "another password", program.token} {
		if strings.Contains(strings.Join(told, "\n"), secret) {
			t.Errorf("the audit log holds %q", secret)
		}
	}
}

func TestSignInOffIsForThisMachine(t *testing.T) {
	s := newSite(t, func(s *web.Settings) { s.SignIn, s.Listen = false, "127.0.0.1:0" })
	b := s.browser()
	b.from = "127.0.0.1:4711"
	here := "Host: 127.0.0.1:8443"
	b.want(200, "GET", "/", "", here)
	b.want(200, "GET", "/api/v1/incidents", "", "Host: localhost:8443")
	b.want(403, "GET", "/api/v1/incidents", "", "Host: evil.example:8443") // a name that somebody lets point here
	b.want(403, "PUT", "/api/v1/mode", `{"mode": "away"}`, here)           // another page of the same browser
	b.want(404, "GET", "/api/v1/users", "", here)
	b.want(404, "POST", "/api/v1/signin", "{}", here)
	var me struct {
		CSRF   string
		SignIn bool `json:"sign_in"`
	}
	w := b.want(200, "GET", "/api/v1/me", "", here)
	if err := jsonOf(w, &me); err != nil || me.SignIn {
		t.Error(err, me)
	}
	b.want(204, "PUT", "/api/v1/mode", `{"mode": "away"}`, here, "X-CSRF-Token: "+me.CSRF)
}

func TestSettingsAreDocumented(t *testing.T) {
	text, err := os.ReadFile("../../docs/web.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, field := range append(reflect.VisibleFields(reflect.TypeFor[web.Settings]()), reflect.VisibleFields(reflect.TypeFor[web.TLS]())...) {
		key := field.Tag.Get("mapstructure")
		if key == "" || field.Tag.Get("yaml") != key || field.Tag.Get("json") != key {
			t.Errorf("%s has the tags %s", field.Name, field.Tag)
		}
		if key != "tls" && !strings.Contains(string(text), "`web."+key+"`") && !strings.Contains(string(text), "`web.tls."+key+"`") {
			t.Errorf("docs/web.md does not tell of %s", key)
		}
	}
}
