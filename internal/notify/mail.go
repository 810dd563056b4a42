package notify

import (
	"bytes"
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
	"net/mail"
	"net/smtp"
	"net/textproto"
	"net/url"
	"strings"
	"time"

	"fallkit/internal/journal"
)

// mailer sends by SMTP. shoutrrr (v0.13.2) could, but waits without end for a server that says
// nothing, has no attachments, does not encode subjects, and gives each attempt an identity of its own.
// The address is the same: smtp://USER:PASSWORD@HOST:PORT/?from=A&to=B,C
type mailer struct {
	name     string
	host     string
	port     string
	auth     smtp.Auth // nil = none
	from     *mail.Address
	to       []*mail.Address
	hello    string
	implicit bool // TLS from the first byte
	start    bool // STARTTLS where it is offered
	must     bool // and nothing without it
	trust    *tls.Config
	texts    Texts
	now      func() time.Time
	redactor redactor
}

// otherMail are settings of an address that only shoutrrr's own mail knows.
var otherMail = []string{"skiptlsverify", "usehtml"}

// mailKeys are those of an address that are known here, and those of shoutrrr that make no difference.
var mailKeys = map[string]string{
	"from": "from", "fromaddress": "from", "to": "to", "toaddresses": "to", "fromname": "fromname", "auth": "auth",
	"encryption": "encryption", "starttls": "starttls", "usestarttls": "starttls", "requirestarttls": "requirestarttls",
	"clienthost": "clienthost", "timeout": "", "subject": "", "title": "",
}

// newMail gives nil where the address asks for what only shoutrrr's mail has.
func newMail(name, address string, texts Texts, now func() time.Time) (*mailer, error) {
	u, err := url.Parse(address)
	if err != nil || u.Hostname() == "" {
		return nil, errors.New("url must be smtp://USER:PASSWORD@HOST:PORT/?from=A&to=B")
	}
	set, err := mailSettings(u.Query())
	if err != nil || set == nil {
		return nil, err
	}
	p := &mailer{name: name, host: u.Hostname(), port: or(u.Port(), "25"), texts: texts, now: now, redactor: newRedactor(address)}
	p.hello, p.trust = or(set["clienthost"], "localhost"), &tls.Config{ServerName: p.host, MinVersion: tls.VersionTLS12}
	p.implicit = p.port == "465" || set["encryption"] == "implicittls"
	p.start = set["encryption"] != "none" && !no(set["starttls"])
	p.must = set["requirestarttls"] != "" && !no(set["requirestarttls"])
	if p.from, err = mail.ParseAddress(set["from"]); err != nil {
		return nil, errors.New("url has no from=ADDRESS")
	}
	p.from.Name = or(set["fromname"], "Fallwatch")
	if p.to, err = mail.ParseAddressList(set["to"]); err != nil {
		return nil, errors.New("url has no to=ADDRESS")
	}
	if user := u.User.Username(); user != "" && set["auth"] != "none" {
		password, _ := u.User.Password()
		p.auth = smtp.PlainAuth("", user, password, p.host)
		if set["auth"] == "crammd5" {
			p.auth = smtp.CRAMMD5Auth(user, password)
		}
	}
	return p, nil
}

// mailSettings are in lower case but for names and addresses; nil where shoutrrr is needed.
func mailSettings(query url.Values) (map[string]string, error) {
	set := map[string]string{}
	for key, values := range query {
		key = strings.ToLower(key)
		for _, other := range otherMail {
			if key == other && !no(values[0]) {
				return nil, nil
			}
		}
		name, known := mailKeys[key]
		if !known && !no(values[0]) {
			return nil, fmt.Errorf("url has %s=, which mail does not know", key)
		}
		set[name] = values[0]
	}
	for _, key := range []string{"auth", "encryption"} {
		set[key] = strings.ToLower(set[key])
	}
	if set["auth"] == "oauth2" {
		return nil, nil
	}
	return set, nil
}

func no(s string) bool {
	switch strings.ToLower(s) {
	case "no", "false", "0":
		return true
	}
	return false
}

// Name is its own in the settings.
func (p *mailer) Name() string { return p.name }

// Send sends one mail to all. Its Message-ID is the report's, so that programs show a second one
// only once, and the mails of an incident hang together.
func (p *mailer) Send(ctx context.Context, d journal.Delivery) error {
	letter, err := p.letter(d)
	if err == nil {
		err = p.send(ctx, letter)
	}
	if ctx.Err() != nil && err != nil {
		err = fmt.Errorf("%s has not answered in time", p.host)
	}
	return p.redactor.error(judgedMail(err))
}

func judgedMail(err error) error {
	var answer *textproto.Error
	if errors.As(err, &answer) && answer.Code >= 500 {
		return refused("%w", err)
	}
	return err
}

func (p *mailer) send(ctx context.Context, letter []byte) error {
	client, err := p.connect(ctx)
	if err != nil {
		return err
	}
	defer client.Close()
	if p.auth != nil {
		if err := client.Auth(p.auth); err != nil {
			return fmt.Errorf("signing in: %w", err)
		}
	}
	if err := client.Mail(p.from.Address); err != nil {
		return err
	}
	var faults []error
	for _, to := range p.to {
		if err := client.Rcpt(to.Address); err != nil {
			faults = append(faults, fmt.Errorf("%s: %w", to.Address, err))
		}
	}
	if len(faults) == len(p.to) {
		return errors.Join(faults...)
	}
	body, err := client.Data()
	if err != nil {
		return err
	}
	if _, err := body.Write(letter); err != nil {
		return err
	}
	if err := body.Close(); err != nil { // the server's receipt
		return err
	}
	_ = client.Quit() // it has taken the mail, whatever it says now
	return errors.Join(faults...)
}

// connect goes as far as the greeting and TLS. When ctx ends, so does the connection.
func (p *mailer) connect(ctx context.Context) (*smtp.Client, error) {
	var dialer net.Dialer
	conn, err := dialer.DialContext(ctx, "tcp", net.JoinHostPort(p.host, p.port))
	if err != nil {
		return nil, err
	}
	context.AfterFunc(ctx, func() { conn.Close() })
	if p.implicit {
		conn = tls.Client(conn, p.trust)
	}
	client, err := smtp.NewClient(conn, p.host)
	if err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	if err := p.greet(client); err != nil {
		return nil, errors.Join(err, client.Close())
	}
	return client, nil
}

func (p *mailer) greet(client *smtp.Client) error {
	if err := client.Hello(p.hello); err != nil {
		return err
	}
	if p.implicit || !p.start && !p.must {
		return nil
	}
	offered, _ := client.Extension("STARTTLS")
	switch {
	case offered:
		return client.StartTLS(p.trust)
	case p.must:
		return refused("the server offers no STARTTLS, and requirestarttls is set")
	}
	return nil
}

// letter is a mail with the strip attached, if there is one.
func (p *mailer) letter(d journal.Delivery) ([]byte, error) {
	m := p.texts.Message(d, p.now())
	var to []string
	for _, a := range p.to {
		to = append(to, a.String())
	}
	var b bytes.Buffer
	head := func(key, value string) { fmt.Fprintf(&b, "%s: %s\r\n", key, value) }
	head("From", p.from.String())
	head("To", strings.Join(to, ", "))
	head("Subject", mime.QEncoding.Encode("utf-8", m.Title))
	head("Date", p.now().Format(time.RFC1123Z))
	head("Message-ID", messageID(d.Report.ID))
	head("References", messageID(d.Report.Incident))
	head("Auto-Submitted", "auto-generated")
	if m.Urgency == Urgent {
		head("Importance", "high")
		head("X-Priority", "1")
	}
	head("MIME-Version", "1.0")
	form := multipart.NewWriter(&b)
	head("Content-Type", "multipart/mixed; boundary="+form.Boundary())
	b.WriteString("\r\n")
	err := attach(form, textproto.MIMEHeader{
		"Content-Type": {"text/plain; charset=utf-8"}, "Content-Transfer-Encoding": {"quoted-printable"},
	}, func(w io.Writer) error {
		q := quotedprintable.NewWriter(w)
		_, err := q.Write([]byte(m.Body + "\n"))
		return errors.Join(err, q.Close())
	})
	if err == nil && d.Strip != nil {
		err = attach(form, textproto.MIMEHeader{
			"Content-Type": {"image/png"}, "Content-Transfer-Encoding": {"base64"}, "Content-Disposition": {`attachment; filename="strip.png"`},
		}, func(w io.Writer) error { return inLines(w, base64.StdEncoding.EncodeToString(d.Strip)) })
	}
	if err := errors.Join(err, form.Close()); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

func attach(form *multipart.Writer, head textproto.MIMEHeader, write func(io.Writer) error) error {
	part, err := form.CreatePart(head)
	if err != nil {
		return err
	}
	return write(part)
}

// inLines breaks base64 where mail wants it broken.
func inLines(w io.Writer, text string) error {
	const width = 76
	for len(text) > 0 {
		n := min(width, len(text))
		if _, err := io.WriteString(w, text[:n]+"\r\n"); err != nil {
			return err
		}
		text = text[n:]
	}
	return nil
}

func messageID(id string) string { return "<" + slug(id) + "@fallwatch>" }
