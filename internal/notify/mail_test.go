package notify

import (
	"bufio"
	"context"
	"crypto/tls"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net"
	"net/http/httptest"
	"net/mail"
	"net/textproto"
	"strings"
	"testing"
	"time"

	"fallkit/internal/alarm"
)

// office is an SMTP server: it answers RCPT as replies say for an address, knows one password,
// and has TLS if it has a certificate.
type office struct {
	address string
	replies map[string]string
	trust   *tls.Config // nil = no STARTTLS
	letters chan string
	secured bool // the last letter came through TLS
}

func newOffice(t testing.TB, replies map[string]string, secure bool) *office {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	t.Cleanup(func() { listener.Close() })
	o := &office{address: listener.Addr().String(), replies: replies, letters: make(chan string, 10)}
	if secure {
		server := httptest.NewTLSServer(nil)
		t.Cleanup(server.Close)
		o.trust = server.TLS.Clone()
		o.trust.NextProtos = nil
	}
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go o.serve(conn)
		}
	}()
	return o
}

func (o *office) serve(conn net.Conn) {
	defer func() { conn.Close() }()
	lines := textproto.NewReader(bufio.NewReader(conn))
	say := func(s string) { io.WriteString(conn, s+"\r\n") }
	say("220 mail.example ESMTP")
	for {
		line, err := lines.ReadLine()
		if err != nil {
			return
		}
		switch verb := strings.ToUpper(strings.Fields(line + " x")[0]); verb {
		case "EHLO":
			say("250-mail.example")
			if o.trust != nil {
				say("250-STARTTLS")
			}
			say("250 AUTH PLAIN")
		case "STARTTLS":
			say("220 go on")
			conn = tls.Server(conn, o.trust)
			lines = textproto.NewReader(bufio.NewReader(conn))
			o.secured = true
		case "AUTH":
			secret, _ := base64.StdEncoding.DecodeString(strings.Fields(line)[2])
			if string(secret) == "\x00ben\x00right" {
				say("235 welcome")
			} else {
				say("535 wrong password for " + strings.ReplaceAll(string(secret), "\x00", " "))
			}
		case "RCPT":
			reply := "250 OK"
			for address, other := range o.replies {
				if strings.Contains(line, address) {
					reply = other
				}
			}
			say(reply)
		case "DATA":
			say("354 go on")
			text, _ := lines.ReadDotLines()
			o.letters <- strings.Join(text, "\r\n")
			say("250 taken")
		case "QUIT":
			return // without a word
		default:
			say("250 OK")
		}
	}
}

func TestMail(t *testing.T) {
	o := newOffice(t, nil, false)
	d := delivery(report("i1", alarm.Confirmed, 1))
	d.Report.Camera, d.Strip = "Küche", []byte(strings.Repeat("\x89PNG strip", 100))
	m := Texts{Zone: time.UTC}.Message(d, noon.Add(time.Minute))
	must(t, shouts(t, "smtp://"+o.address+"/?from=fallwatch@example.org&to=anna@example.org,ben@example.org").Send(t.Context(), d))

	letter, err := mail.ReadMessage(strings.NewReader(<-o.letters))
	must(t, err)
	subject, err := new(mime.WordDecoder).DecodeHeader(letter.Header.Get("Subject"))
	must(t, err)
	same(t, "headers", []string{
		subject, letter.Header.Get("From"), letter.Header.Get("To"), letter.Header.Get("Message-ID"), letter.Header.Get("References"), letter.Header.Get("X-Priority"),
	}, []string{
		m.Title, `"Fallwatch" <fallwatch@example.org>`, "<anna@example.org>, <ben@example.org>", "<i1-1@fallwatch>", "<i1@fallwatch>", "1",
	})
	_, params, err := mime.ParseMediaType(letter.Header.Get("Content-Type"))
	must(t, err)
	parts := multipart.NewReader(letter.Body, params["boundary"])
	text, err := parts.NextRawPart()
	must(t, err)
	body, err := io.ReadAll(quotedprintable.NewReader(text))
	must(t, err)
	same(t, "text", strings.ReplaceAll(string(body), "\r\n", "\n"), m.Body+"\n")
	strip, err := parts.NextPart()
	must(t, err)
	png, err := io.ReadAll(base64.NewDecoder(base64.StdEncoding, strip))
	must(t, err)
	same(t, "strip", png, d.Strip)
}

func TestMailThatIsRefused(t *testing.T) {
	d, _ := fallDelivery()
	for what, c := range map[string]struct {
		replies   map[string]string
		user      string
		isRefused bool
		letters   int
	}{
		"no mailbox":            {map[string]string{"anna": "550 no such mailbox", "ben": "550 no such mailbox"}, "", true, 0},
		"later":                 {map[string]string{"anna": "451 later", "ben": "451 later"}, "", false, 0},
		"one of two":            {map[string]string{"anna": "550 no such mailbox"}, "", true, 1},
		"the wrong password":    {nil, "ben:wrong-password@", true, 0},
		"nothing is the matter": {nil, "ben:right@", false, 1},
	} {
		o := newOffice(t, c.replies, false)
		err := shouts(t, "smtp://"+c.user+o.address+"/?from=f@example.org&to=anna@example.org,ben@example.org").Send(t.Context(), d)
		if errors.Is(err, ErrRefused) != c.isRefused || (err == nil) != (what == "nothing is the matter") {
			t.Errorf("%s: %v", what, err)
		}
		if err != nil && strings.Contains(err.Error(), "wrong-password") {
			t.Errorf("the password is in %v", err)
		}
		same(t, what+": letters", len(o.letters), c.letters)
	}
}

func TestMailByTLS(t *testing.T) {
	d, _ := fallDelivery()
	plain, secure := newOffice(t, nil, false), newOffice(t, nil, true)
	address := func(o *office, more string) string {
		return fmt.Sprintf("smtp://%s/?from=f@example.org&to=a@example.org%s", o.address, more)
	}
	if err := shouts(t, address(plain, "&requirestarttls=yes")).Send(t.Context(), d); !errors.Is(err, ErrRefused) {
		t.Errorf("a mail without TLS that needs it: %v", err)
	}
	if err := shouts(t, address(secure, "")).Send(t.Context(), d); err == nil || !strings.Contains(err.Error(), "certificate") {
		t.Errorf("an unknown certificate: %v", err)
	}
	c := shouts(t, address(secure, "&requirestarttls=yes")).(*mailer)
	c.trust.InsecureSkipVerify = true // of the test's server
	must(t, c.Send(t.Context(), d))
	if <-secure.letters; !secure.secured {
		t.Error("the letter was not secured")
	}
}

func TestMailToAServerThatSaysNothing(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	defer listener.Close()
	d, _ := fallDelivery()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	err = shouts(t, "smtp://"+listener.Addr().String()+"/?from=f@example.org&to=a@example.org").Send(ctx, d)
	if err == nil || !strings.Contains(err.Error(), "in time") {
		t.Errorf("it says %v", err)
	}
}

func TestMailThatOnlyShoutrrrKnows(t *testing.T) {
	for _, more := range []string{"&auth=OAuth2", "&skiptlsverify=yes", "&usehtml=yes"} {
		if _, ok := shouts(t, "smtp://u:p@host/?from=f@example.org&to=a@example.org"+more).(*shout); !ok {
			t.Errorf("%s is not left to shoutrrr", more)
		}
	}
}
