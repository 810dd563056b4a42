package notify

import (
	"errors"
	"net/url"
	"regexp"
	"slices"
	"strings"
)

// redactor takes what is secret of an address out of texts: libraries put addresses, and with them
// keys and passwords, into their errors.
type redactor struct{ secrets []string }

// keyInHost are services of shoutrrr whose address has the key where others have the host.
var keyInHost = []string{"pushbullet", "ifttt", "discord", "notifiarr", "wecom"}

// addresses in texts are cut down to the host: services have the key and the message in the rest.
var addresses = regexp.MustCompile(`\b(https?://)(?:[^\s"'/@]*@)?([^\s"'/?#]+)[^\s"']*`)

// leastSecret is the length below which a part of a path is a word rather than a key.
const leastSecret = 8

func newRedactor(address string) redactor {
	r := redactor{[]string{address}}
	u, err := url.Parse(address)
	if err != nil {
		return r
	}
	if u.User != nil {
		password, _ := u.User.Password()
		r.add(4, u.User.Username(), password)
	}
	if slices.Contains(keyInHost, u.Scheme) {
		r.add(leastSecret, u.Hostname())
	}
	r.add(leastSecret, strings.Split(u.Path, "/")...)
	for _, values := range u.Query() {
		r.add(leastSecret, values...)
	}
	r.add(leastSecret, u.Path, u.RawQuery)
	slices.SortFunc(r.secrets, func(a, b string) int { return len(b) - len(a) })
	return r
}

// add takes parts as they are and as an address writes them.
func (r *redactor) add(least int, parts ...string) {
	for _, p := range parts {
		if len(p) >= least {
			r.secrets = append(r.secrets, p, url.QueryEscape(p), url.PathEscape(p))
		}
	}
}

func (r redactor) text(s string) string {
	s = addresses.ReplaceAllString(s, "$1$2")
	for _, secret := range r.secrets {
		s = strings.ReplaceAll(s, secret, hidden)
	}
	return s
}

// error keeps of an error only the text and whether it is a refusal.
func (r redactor) error(err error) error {
	if err == nil {
		return nil
	}
	if text := r.text(err.Error()); !errors.Is(err, ErrRefused) {
		return errors.New(text)
	} else {
		return refused("%s", strings.TrimPrefix(text, ErrRefused.Error()+": "))
	}
}
