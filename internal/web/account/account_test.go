package account

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

var begin = time.Date(2026, 11, 24, 3, 0, 0, 0, time.UTC)

// door is a store on a clock that stands still until it is moved.
type door struct {
	*Store
	folder, password string
	at               time.Time
}

func open(t *testing.T) *door {
	t.Helper()
	d := &door{folder: t.TempDir(), at: begin}
	d.again(t)
	if d.password == "" {
		t.Fatal("the first start makes no password")
	}
	return d
}

// again is a restart of the program.
func (d *door) again(t *testing.T) {
	t.Helper()
	s, password, err := Open(d.folder, Settings{Longest: 720 * time.Hour, Idle: 168 * time.Hour, Rounds: 10}, func() time.Time { return d.at })
	if err != nil {
		t.Fatal(err)
	}
	d.Store = s
	if password != "" {
		d.password = password
	}
}

func (d *door) signIn(t *testing.T) (key string, who Identity) {
	t.Helper()
	key, err := d.SignIn("192.0.2.1", FirstUser, d.password)
	if err != nil {
		t.Fatal(err)
	}
	who, ok := d.Session(key)
	if !ok {
		t.Fatal("a new session is worth nothing")
	}
	return key, who
}

func TestFirstPasswordIsMadeOnceAndKeptNowhere(t *testing.T) {
	d := open(t)
	first := d.password
	if !regexp.MustCompile(`^([a-z2-9]{5}-){3}[a-z2-9]{5}$`).MatchString(first) {
		t.Errorf("the password is %q", first)
	}
	if _, who := d.signIn(t); !who.Generated || who.Scope != Admin {
		t.Errorf("%+v", who)
	}
	d.again(t)
	if d.password != first {
		t.Error("a second start made another password")
	}
	if d2 := open(t); d2.password == first {
		t.Error("two houses have one password")
	}
	key, _ := d.signIn(t)
	token, _, err := d.AddToken("prometheus", Read)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(d.folder, fileName)
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, secret := range []string{first, key, token, strings.TrimPrefix(token, tokenStart)} {
		if strings.Contains(string(text), secret) {
			t.Errorf("the file holds a secret: %s", secret)
		}
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the file has mode %v, %v", info.Mode(), err)
	}
}

func TestPasswordHash(t *testing.T) {
	kept := hash("correct horse battery", 20)
	if !regexp.MustCompile(`^\$pbkdf2-sha256\$i=20\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$`).MatchString(kept) {
		t.Errorf("kept is %q", kept)
	}
	if !matches(kept, "correct horse battery") || matches(kept, "correct horse batterz") || matches(kept, "") {
		t.Error("a password is not told from another")
	}
	if first, second := hash("a", 10), hash("a", 10); first == second {
		t.Error("two hashes have one salt")
	}
}

// The second implementation: Python's hashlib.pbkdf2_hmac("sha256", b"correct horse battery",
// bytes(range(16)), 1000, 32).
func TestPasswordHashAsElsewhere(t *testing.T) {
	const kept = "$pbkdf2-sha256$i=1000$AAECAwQFBgcICQoLDA0ODw$AhaeZ02AwPxykuhhDI8XvhQN8GKvmqM+qF6qvs/98I0"
	if !matches(kept, "correct horse battery") {
		t.Error("Python's hash is not ours")
	}
}

func TestHashesThatCannotBe(t *testing.T) {
	good := hash("a", 10)
	for _, kept := range []string{
		"", "a", "$", "$$$$", strings.Replace(good, "sha256", "sha1", 1), strings.Replace(good, "i=10", "i=0", 1), strings.Replace(good, "i=10", "i=-1", 1),
		strings.Replace(good, "i=10", "i=99999999999", 1), strings.Replace(good, "i=10", "10", 1), good[:len(good)-1], good + "A", good + "$", "x" + good, strings.Replace(good, "$", "$$", 1),
	} {
		if matches(kept, "a") {
			t.Errorf("%q is taken", kept)
		}
	}
}

func TestSignInWrong(t *testing.T) {
	d := open(t)
	for _, c := range [][2]string{{FirstUser, "wrong"}, {FirstUser, ""}, {"Admin", d.password}, {"nobody", d.password}, {"", ""}, {FirstUser, strings.Repeat("x", 1<<20)}} {
		if _, err := d.SignIn("192.0.2.1", c[0], c[1]); !errors.Is(err, ErrWrong) {
			t.Errorf("%.20q, %.20q: %v", c[0], c[1], err)
		}
	}
}

func TestSessionsEnd(t *testing.T) {
	for _, c := range []struct {
		name   string
		during func(t *testing.T, d *door, key string, who Identity)
		lives  bool
	}{
		{"a day later", func(_ *testing.T, d *door, _ string, _ Identity) { d.at = begin.Add(24 * time.Hour) }, true},
		{"after a restart", func(t *testing.T, d *door, _ string, _ Identity) { d.again(t) }, true},
		{"unused for a week", func(_ *testing.T, d *door, _ string, _ Identity) { d.at = begin.Add(168 * time.Hour) }, false},
		{"used each day of the week", func(_ *testing.T, d *door, key string, _ Identity) { d.use(key, 10) }, true},
		{"used and restarted", func(t *testing.T, d *door, key string, _ Identity) { d.use(key, 10); d.again(t) }, true},
		{"used each day of a month", func(_ *testing.T, d *door, key string, _ Identity) { d.use(key, 31) }, false},
		{"signed out", func(_ *testing.T, d *door, _ string, who Identity) { d.SignOut(who.Session) }, false},
		{"signed out and restarted", func(t *testing.T, d *door, _ string, who Identity) { d.SignOut(who.Session); d.again(t) }, false},
		{"password set by another admin", func(t *testing.T, d *door, _ string, _ Identity) {
			must(t, d.SetUser(FirstUser, Admin, "another password"))
		}, false},
		{"password changed elsewhere", func(t *testing.T, d *door, _ string, _ Identity) {
			_, other := d.signIn(t)
			must(t, d.ChangePassword("192.0.2.1", other, d.password, "another password"))
		}, false},
		{"password changed here", func(t *testing.T, d *door, _ string, who Identity) {
			must(t, d.ChangePassword("192.0.2.1", who, d.password, "another password"))
		}, true},
		{"removed", func(t *testing.T, d *door, _ string, _ Identity) {
			must(t, d.AddUser("Anna", Admin, "a password for Anna"))
			must(t, d.RemoveUser(FirstUser))
		}, false},
		{"password lost", func(t *testing.T, d *door, _ string, _ Identity) {
			password, err := ResetPassword(d.folder, FirstUser, "user root", false, d.at)
			must(t, err)
			if text, err := os.ReadFile(filepath.Join(d.folder, fileName)); err != nil || !strings.Contains(string(text), "$pbkdf2-sha256$i=600000$") || strings.Contains(string(text), password) {
				t.Errorf("600,000 rounds are promised, and kept is %s, %v", text, err)
			}
		}, false},
		{"another's password lost", func(t *testing.T, d *door, _ string, _ Identity) {
			must(t, d.AddUser("Anna", Read, "a password for Anna"))
			_, err := ResetPassword(d.folder, "Anna", "user root", false, d.at)
			must(t, err)
		}, true},
		{"another's password lost, and everybody is to sign in anew", func(t *testing.T, d *door, _ string, _ Identity) {
			must(t, d.AddUser("Anna", Read, "a password for Anna"))
			_, err := ResetPassword(d.folder, "Anna", "user root", true, d.at)
			must(t, err)
		}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := open(t)
			key, who := d.signIn(t)
			c.during(t, d, key, who)
			if _, lives := d.Session(key); lives != c.lives {
				t.Errorf("lives: %v", lives)
			}
		})
	}
}

func (d *door) use(key string, days int) {
	for day := range days {
		d.at = begin.Add(time.Duration(day) * 24 * time.Hour)
		d.Session(key)
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestStrangersHaveNoSession(t *testing.T) {
	d := open(t)
	key, who := d.signIn(t)
	for _, k := range []string{"", "x", key + "x", key[1:], strings.ToUpper(key), who.Session, who.CSRF} {
		if _, ok := d.Session(k); ok {
			t.Errorf("%q is a session", k)
		}
	}
	other, otherWho := d.signIn(t)
	if other == key || otherWho.CSRF == who.CSRF || who.CSRF == "" || strings.Contains(who.CSRF, key) {
		t.Error("two sessions are not told apart, or the token for changes tells the key")
	}
}

func TestLimitPerAddress(t *testing.T) {
	d := open(t)
	try := func(from, name, password string) error { _, err := d.SignIn(from, name, password); return err }
	for range mostPerAddress {
		if err := try("192.0.2.1", "nobody", "x"); !errors.Is(err, ErrWrong) {
			t.Fatal(err)
		}
	}
	var wait Wait
	if err := try("192.0.2.1", FirstUser, d.password); !errors.As(err, &wait) || time.Duration(wait) != window {
		t.Errorf("the right password after %d wrong ones: %v", mostPerAddress, err)
	}
	if !strings.Contains(wait.Error(), "16 minutes") {
		t.Error(wait)
	}
	if err := try("192.0.2.2", FirstUser, d.password); err != nil {
		t.Errorf("another address: %v", err)
	}
	d.at = d.at.Add(window - time.Second)
	if err := try("192.0.2.1", FirstUser, d.password); !errors.As(err, &wait) || time.Duration(wait) != time.Second {
		t.Errorf("a second too early: %v", err)
	}
	d.at = d.at.Add(time.Second)
	if err := try("192.0.2.1", FirstUser, d.password); err != nil {
		t.Errorf("when it is over: %v", err)
	}
	for i := range mostPerAddress { // one network of IPv6 counts as one
		_ = try(fmt.Sprintf("2001:db8::%x", i+1), "nobody", "x")
	}
	if err := try("2001:db8::ffff", FirstUser, d.password); !errors.As(err, &wait) {
		t.Errorf("another address of the same network: %v", err)
	}
}

func TestAClockThatIsSetBackShutsNobodyOut(t *testing.T) {
	d := open(t)
	for range mostPerAddress {
		_, _ = d.SignIn("192.0.2.1", "nobody", "x")
	}
	d.at = d.at.Add(-time.Hour)
	if _, err := d.SignIn("192.0.2.1", FirstUser, d.password); err != nil {
		t.Error(err)
	}
	for range mostPerAddress { // and from there on it counts anew
		_, _ = d.SignIn("192.0.2.1", "nobody", "x")
	}
	var wait Wait
	if _, err := d.SignIn("192.0.2.1", FirstUser, d.password); !errors.As(err, &wait) {
		t.Error(err)
	}
}

func TestLimitPerAccount(t *testing.T) {
	d := open(t)
	must(t, d.AddUser("Anna", Read, "a password for Anna"))
	try := func(i int, name, password string) error {
		_, err := d.SignIn(fmt.Sprintf("192.0.2.%d", i), name, password)
		return err
	}
	for i := range mostPerAccount {
		if err := try(i, FirstUser, "guess"); !errors.Is(err, ErrWrong) {
			t.Fatal(i, err)
		}
	}
	var wait Wait
	if err := try(100, FirstUser, d.password); !errors.As(err, &wait) {
		t.Errorf("after %d wrong ones from everywhere: %v", mostPerAccount, err)
	}
	if err := try(100, "Anna", "a password for Anna"); err != nil {
		t.Errorf("another account: %v", err)
	}
	for i := range mostPerAccount { // names that do not exist count as one, and are not told from those that do
		_ = try(i+100, fmt.Sprint("nobody", i), "guess")
	}
	if err := try(200, "still another", "guess"); !errors.As(err, &wait) {
		t.Errorf("unknown names: %v", err)
	}
}

func TestWhoGetsInWipesOutNobodysTraces(t *testing.T) {
	d := open(t)
	for i := range mostPerAccount {
		if _, err := d.SignIn(fmt.Sprintf("192.0.2.%d", i), FirstUser, "guess"); !errors.Is(err, ErrWrong) {
			t.Fatal(err)
		}
		if i < mostPerAccount-1 {
			if _, err := d.SignIn("198.51.100.1", FirstUser, d.password); err != nil {
				t.Fatal(err)
			}
		}
	}
	var wait Wait
	if _, err := d.SignIn("203.0.113.1", FirstUser, "guess"); !errors.As(err, &wait) {
		t.Error(err)
	}
}

func TestOldPasswordIsGuessedNoMoreThanAtTheDoor(t *testing.T) {
	d := open(t)
	_, who := d.signIn(t)
	for range mostPerAddress {
		if err := d.ChangePassword("192.0.2.1", who, "guess", "another password"); !errors.Is(err, ErrWrong) {
			t.Fatal(err)
		}
	}
	var wait Wait
	if err := d.ChangePassword("192.0.2.1", who, d.password, "another password"); !errors.As(err, &wait) {
		t.Error(err)
	}
}

func TestAddressesAreForgotten(t *testing.T) {
	l := newLimit()
	for i := range mostAddresses + 200 {
		l.wrong(fmt.Sprint(i), "x", begin)
		if len(l.addresses) > mostAddresses {
			t.Fatalf("%d addresses are kept", len(l.addresses))
		}
	}
	if l.wait("y", "x", begin) == 0 {
		t.Error("the account's count is lost")
	}
	l.wrong("late", "x", begin.Add(window))
	if len(l.addresses) != 1 {
		t.Errorf("%d addresses are kept when all is over", len(l.addresses))
	}
}

func TestPasswordsAndNamesThatAreRefused(t *testing.T) {
	d := open(t)
	for _, c := range []struct {
		name     string
		scope    Scope
		password string
	}{
		{"Anna", Read, "short"},
		{"Anna", Read, "elevenchars"},
		{"Anna", Read, "aaaaaaaaaaaaaaa"},
		{"Anna", Read, "éééééééééééééé"},
		{"Anna", Read, strings.Repeat("ab", mostPassword)},
		{"Anna", Read, "not a text \xff\xfe here"},
		{"a name that long", Read, "A Name that long"},
		{"", Read, "a good password"},
		{"../etc", Read, "a good password"},
		{"a/b", Read, "a good password"},
		{"a\nb", Read, "a good password"},
		{" Anna", Read, "a good password"},
		{strings.Repeat("x", 41), Read, "a good password"},
		{"Anna", "", "a good password"},
		{"Anna", "root", "a good password"},
		{FirstUser, Read, "a good password"},
	} {
		var refusal Refusal
		if err := d.AddUser(c.name, c.scope, c.password); !errors.As(err, &refusal) {
			t.Errorf("%q %q %.30q: %v", c.name, c.scope, c.password, err)
		}
	}
	if len(d.Users()) != 1 {
		t.Errorf("%+v", d.Users())
	}
	must(t, d.AddUser("Änne Müller", Read, "пароль из букв"))
}

func TestSomebodyStaysAdmin(t *testing.T) {
	d := open(t)
	var refusal Refusal
	for _, err := range []error{d.SetUser(FirstUser, Read, ""), d.RemoveUser(FirstUser), d.RemoveUser("nobody"), d.SetUser("nobody", Read, "")} {
		if !errors.As(err, &refusal) {
			t.Error(err)
		}
	}
	must(t, d.AddUser("Anna", Admin, "a password for Anna"))
	must(t, d.SetUser(FirstUser, Read, ""))
	if err := d.SetUser("Anna", Acknowledge, ""); !errors.As(err, &refusal) {
		t.Error(err)
	}
}

func TestTokens(t *testing.T) {
	d := open(t)
	text, made, err := d.AddToken("home assistant", Acknowledge)
	must(t, err)
	who, ok := d.Token(text)
	if !ok || who.Scope != Acknowledge || who.Name != "token home assistant" || who.CSRF != "" || who.Session != "" {
		t.Errorf("%+v %v", who, ok)
	}
	for _, other := range []string{"", tokenStart, text[1:], text + "x", strings.TrimPrefix(text, tokenStart), strings.ToUpper(text)} {
		if _, ok := d.Token(other); ok {
			t.Errorf("%q is a token", other)
		}
	}
	if _, ok := d.Session(text); ok {
		t.Error("a token is a session")
	}
	if _, _, err := d.AddToken("home assistant", Read); err == nil {
		t.Error("two tokens have one name")
	}
	d.again(t)
	if all := d.Tokens(); len(all) != 1 || all[0].ID != made.ID || !all[0].Used.Equal(begin.Truncate(24*time.Hour)) {
		t.Errorf("%+v", all)
	}
	if name, err := d.RemoveToken(made.ID); err != nil || name != "home assistant" {
		t.Error(name, err)
	}
	if _, ok := d.Token(text); ok {
		t.Error("a removed token is still worth something")
	}
}

func TestScopesHoldEachOther(t *testing.T) {
	all := []Scope{Read, Acknowledge, Admin}
	for i, have := range all {
		for j, need := range all {
			if have.Allows(need) != (i >= j) {
				t.Errorf("%s allows %s: %v", have, need, have.Allows(need))
			}
		}
	}
	if Scope("").Allows("") || Admin.Allows("more") || Scope("more").Allows(Read) {
		t.Error("a scope that does not exist allows something")
	}
}

// A full disk: whoever answers an alarm gets in, and out.
func TestSignInWithoutRoomOnTheDisk(t *testing.T) {
	d := open(t)
	must(t, os.RemoveAll(d.folder)) // nothing can be written there
	key, who := d.signIn(t)
	if err := d.AddUser("Anna", Read, "a password for Anna"); err == nil {
		t.Error("a user is kept nowhere, and said to be kept")
	}
	d.SignOut(who.Session)
	if _, ok := d.Session(key); ok {
		t.Error("signed out, and still there")
	}
}

// TestCutOff takes every beginning of a file for the file: it is told, and nobody gets in.
func TestCutOff(t *testing.T) {
	d := open(t)
	_, _ = d.signIn(t)
	path := filepath.Join(d.folder, fileName)
	text, err := os.ReadFile(path)
	must(t, err)
	for n := range len(text) - 1 {
		must(t, os.WriteFile(path, text[:n], 0o600))
		if _, password, err := Open(d.folder, Settings{Rounds: 10}, time.Now); err == nil || password != "" || !strings.Contains(err.Error(), path) || !strings.Contains(err.Error(), "move it away") {
			t.Fatalf("%d bytes: %v", n, err)
		}
	}
}

func TestFilesThatCannotBe(t *testing.T) {
	kept := hash("a", 10)
	for _, text := range []string{
		`{"version": 2}`, `{"version": 1}`, `{"version": 1, "users": [{"name": "a", "scope": "read", "password": "` + kept + `", "created": "2026-01-01T00:00:00Z"}]}`,
		`{"version": 1, "users": [{"name": "a", "scope": "admin", "password": "plain", "created": "2026-01-01T00:00:00Z"}]}`,
		`{"version": 1, "more": 1}`, `[]`, `null`, `{"version": 1, "users": [{"name": "", "scope": "admin", "password": "` + kept + `"}]}`,
	} {
		if _, err := parse([]byte(text)); err == nil {
			t.Errorf("%s is taken", text)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(`{"version": 1, "users": [{"name": "a", "scope": "admin", "password": "` + hash("a", 10) + `", "created": "2026-01-01T00:00:00Z"}], "tokens": [], "sessions": []}`))
	f.Add([]byte(`{"version": 1`))
	f.Fuzz(func(t *testing.T, text []byte) {
		if kept, err := parse(text); err == nil && kept.admins() == 0 {
			t.Error("nobody is an admin")
		}
	})
}

func FuzzHash(f *testing.F) {
	f.Add(hash("a", 10))
	f.Fuzz(func(t *testing.T, kept string) {
		if rounds, salt, key, err := parts(kept); err == nil && (rounds < 1 || rounds > mostRounds || len(salt) < saltBytes || len(key) != keyBytes) {
			t.Error(rounds, salt, key)
		}
	})
}

func TestWhoeverHasThePasswordGetsIn(t *testing.T) {
	d := open(t)
	n := 0
	rapid.Check(t, func(t *rapid.T) {
		n++
		name, password := fmt.Sprint("user", n), rapid.StringN(12, 256, -1).Draw(t, "password")
		if err := d.AddUser(name, Read, password); err != nil {
			return // one character again and again, say
		}
		defer func() { _ = d.RemoveUser(name) }()
		if _, err := d.SignIn("192.0.2.1", name, password); err != nil {
			t.Fatal(err)
		}
		if _, err := d.SignIn("192.0.2.1", name, password+"x"); err == nil {
			t.Fatal("another password gets in")
		}
		d.at = d.at.Add(window)
	})
}
