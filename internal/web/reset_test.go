package web_test

import (
	"strings"
	"testing"

	"fallkit/internal/web/account"
)

// TestALostPasswordWhileThePageIsUp: the old sessions end at the next request, the new password
// works, and the audit log says who has made it, once.
func TestALostPasswordWhileThePageIsUp(t *testing.T) {
	s := newSite(t)
	admin := s.admin()
	admin.want(204, "POST", "/api/v1/users", `{"name": "Anna", "scope": "acknowledge", "password": "a password for Anna"}`)
	anna := s.signIn("Anna", "a password for Anna")
	program := s.program(admin, "read")
	password, err := account.ResetPassword(s.parts.Folder, account.FirstUser, "user root", false, s.clock.at)
	if err != nil {
		t.Fatal(err)
	}
	admin.want(401, "GET", "/api/v1/me", "")
	anna.want(200, "GET", "/api/v1/me", "")
	program.want(200, "GET", "/api/v1/me", "")
	if w := s.browser().try("admin", s.password); w.Code != 403 {
		t.Errorf("the old password: %d", w.Code)
	}
	s.open() // as after new settings, and after a restart
	s.signIn("admin", password).want(200, "GET", "/api/v1/users", "")
	var told []string
	all, err := s.house.Audits(200)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range all {
		if e.What == "new password" {
			told = append(told, strings.Join([]string{e.Who, e.From, e.On}, "|"))
		}
	}
	if got := strings.Join(told, "\n"); got != "user root|this machine|admin" {
		t.Errorf("told %q", got)
	}
}
