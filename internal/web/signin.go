package web

import (
	"errors"
	"net/http"
	"slices"
	"strconv"
	"time"

	"fallkit/internal/web/account"
)

const (
	sessionCookie = "fallwatch"
	signInCookie  = "fallwatch-signin"
)

// cookieName starts with __Host- where there is TLS: browsers then take the cookie from this
// very host alone, and send it nowhere else.
func (s *Server) cookieName(name string) string {
	if s.settings.TLS.Off {
		return name
	}
	return "__Host-" + name
}

// cookie can be read by no script, and goes along with no request that another page makes.
func (s *Server) cookie(name, value string, maxAge int) *http.Cookie {
	return &http.Cookie{
		Name: s.cookieName(name), Value: value, Path: "/", MaxAge: maxAge,
		HttpOnly: true, Secure: !s.settings.TLS.Off, SameSite: http.SameSiteStrictMode,
	}
}

// beforeSignIn gives the token that the sign-in itself must carry, bound to a cookie.
func (s *Server) beforeSignIn(w http.ResponseWriter, r *http.Request) {
	key := randomKey()
	value := s.anonymous(string(key[:]))
	if c, err := r.Cookie(s.cookieName(signInCookie)); err == nil { // another tab has it
		value = c.Value
	}
	http.SetCookie(w, s.cookie(signInCookie, value, 3600))
	reply(w, map[string]string{"csrf": s.anonymous(value)})
}

// signIn trades a name and a password for a session.
func (s *Server) signIn(w http.ResponseWriter, r *http.Request) {
	c, err := r.Cookie(s.cookieName(signInCookie))
	if err != nil || !same(r.Header.Get(csrfHeader), s.anonymous(c.Value)) {
		fail(w, http.StatusForbidden, "the page's token is missing or wrong: load the page again")
		return
	}
	var given struct {
		Name     string `json:"name"`
		Password string `json:"password"`
	}
	if !read(w, r, &given) {
		return
	}
	from := addressOf(r.RemoteAddr)
	key, err := s.accounts.SignIn(from, given.Name, given.Password)
	if err != nil {
		name := s.known(given.Name)
		s.parts.Log.Warn("sign-in refused", "user", name, "from", from, "reason", err)
		s.audit(r, name, "sign-in refused", "", err.Error())
		s.refuse(w, err)
		return
	}
	s.audit(r, given.Name, "sign in", "", "")
	http.SetCookie(w, s.cookie(sessionCookie, key, int(hours(s.settings.SessionHours)/time.Second)))
	http.SetCookie(w, s.cookie(signInCookie, "", -1))
	w.WriteHeader(http.StatusNoContent)
}

// known is a user's name, and not what somebody has typed in its place: that may be a password.
func (s *Server) known(name string) string {
	if slices.ContainsFunc(s.accounts.Users(), func(u account.User) bool { return u.Name == name }) {
		return name
	}
	return "unknown user"
}

func cut(text string, most int) string {
	if r := []rune(text); len(r) > most {
		return string(r[:most]) + "…"
	}
	return text
}

func (s *Server) signOut(w http.ResponseWriter, r *http.Request, who account.Identity) {
	if who.Session != "" {
		s.accounts.SignOut(who.Session)
		s.audit(r, who.Name, "sign out", "", "")
	}
	http.SetCookie(w, s.cookie(sessionCookie, "", -1))
	w.WriteHeader(http.StatusNoContent)
}

// me tells a page who has signed in, and the token that its changes must carry.
func (s *Server) me(w http.ResponseWriter, _ *http.Request, who account.Identity) {
	reply(w, map[string]any{
		"name": who.Name, "scope": who.Scope, "csrf": who.CSRF, "generated_password": who.Generated, "sign_in": s.settings.SignIn,
	})
}

func (s *Server) changePassword(w http.ResponseWriter, r *http.Request, who account.Identity) {
	var given struct {
		Old string `json:"old"`
		New string `json:"new"`
	}
	if who.Session == "" {
		fail(w, http.StatusForbidden, "only who has signed in with a password can change it")
		return
	}
	if !read(w, r, &given) {
		return
	}
	err := s.accounts.ChangePassword(addressOf(r.RemoteAddr), who, given.Old, given.New)
	s.done(w, r, who, err, "change password", who.Name, "")
}

func (s *Server) users(w http.ResponseWriter, _ *http.Request, _ account.Identity) {
	reply(w, map[string]any{"users": s.accounts.Users()})
}

// givenUser is a user as asked for; without a password, the old one stays.
type givenUser struct {
	Name     string        `json:"name"`
	Scope    account.Scope `json:"scope"`
	Password string        `json:"password"`
}

func (s *Server) addUser(w http.ResponseWriter, r *http.Request, who account.Identity) {
	var given givenUser
	if read(w, r, &given) {
		s.done(w, r, who, s.accounts.AddUser(given.Name, given.Scope, given.Password), "add user", given.Name, string(given.Scope))
	}
}

func (s *Server) setUser(w http.ResponseWriter, r *http.Request, who account.Identity) {
	given := givenUser{Name: r.PathValue("user")}
	if !read(w, r, &given) {
		return
	}
	note := string(given.Scope)
	if given.Password != "" {
		note += ", new password"
	}
	name := r.PathValue("user")
	s.done(w, r, who, s.accounts.SetUser(name, given.Scope, given.Password), "change user", name, note)
}

func (s *Server) removeUser(w http.ResponseWriter, r *http.Request, who account.Identity) {
	name := r.PathValue("user")
	s.done(w, r, who, s.accounts.RemoveUser(name), "remove user", name, "")
}

func (s *Server) tokens(w http.ResponseWriter, _ *http.Request, _ account.Identity) {
	reply(w, map[string]any{"tokens": s.accounts.Tokens()})
}

func (s *Server) addToken(w http.ResponseWriter, r *http.Request, who account.Identity) {
	var given struct {
		Name  string        `json:"name"`
		Scope account.Scope `json:"scope"`
	}
	if !read(w, r, &given) {
		return
	}
	text, made, err := s.accounts.AddToken(given.Name, given.Scope)
	if err != nil {
		s.refuse(w, err)
		return
	}
	s.audit(r, who.Name, "add token", given.Name, string(given.Scope))
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(http.StatusCreated)
	reply(w, map[string]any{"token": text, "made": made})
}

func (s *Server) removeToken(w http.ResponseWriter, r *http.Request, who account.Identity) {
	name, err := s.accounts.RemoveToken(r.PathValue("id"))
	s.done(w, r, who, err, "remove token", name, "")
}

// refuse tells why a change of the accounts was not made.
func (s *Server) refuse(w http.ResponseWriter, err error) {
	var wait account.Wait
	var refusal account.Refusal
	switch {
	case errors.As(err, &wait):
		w.Header().Set("Retry-After", strconv.Itoa(int(time.Duration(wait).Seconds())+1))
		fail(w, http.StatusTooManyRequests, err.Error())
	case errors.Is(err, account.ErrWrong):
		fail(w, http.StatusForbidden, err.Error())
	case errors.As(err, &refusal):
		fail(w, http.StatusUnprocessableEntity, err.Error())
	default:
		s.broken(w, "change accounts", err)
	}
}
