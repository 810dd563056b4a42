package notify

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"net/url"
	"os"
	"strconv"
	"time"

	"fallkit/internal/alarm"
	"fallkit/internal/journal"
)

// Headers of a webhook.
const (
	TimestampHeader   = "Fallwatch-Timestamp" // seconds since 1970
	SignatureHeader   = "Fallwatch-Signature" // Sign of it and the body
	IdempotencyHeader = "Idempotency-Key"     // the report's ID
)

// HookBody is what a webhook sends. One with the strip as multipart has it as the part report.
type HookBody struct {
	Version int          `json:"version"` // 1
	Report  alarm.Report `json:"report"`
	Title   string       `json:"title"`
	Text    string       `json:"text"`
	Attempt int          `json:"attempt"`         // 1 = the first
	Strip   []byte       `json:"strip,omitempty"` // PNG, as base64
}

// Sign is the signature of a webhook: "sha256=" and the HMAC-SHA256, in hexadecimal, of the
// timestamp, a dot and the body. A receiver computes it anew, compares in constant time, and
// refuses timestamps that are more than some minutes old.
func Sign(secret, timestamp string, body []byte) string {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(timestamp + "."))
	mac.Write(body)
	return "sha256=" + hex.EncodeToString(mac.Sum(nil))
}

// webhook posts to an address.
type webhook struct {
	name   string
	url    string
	secret string
	strip  string
	texts  Texts
	now    func() time.Time
	client *http.Client
}

// Name is its own in the settings.
func (w *webhook) Name() string { return w.name }

// Send posts one delivery. Any answer of the 200s is a receipt.
func (w *webhook) Send(ctx context.Context, d journal.Delivery) error {
	body, kind, err := w.body(d)
	if err != nil {
		return err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, w.url, bytes.NewReader(body))
	if err != nil {
		return refused("the address cannot be used")
	}
	stamp := strconv.FormatInt(w.now().Unix(), 10)
	request.Header.Set("Content-Type", kind)
	request.Header.Set("User-Agent", "fallwatch")
	request.Header.Set(IdempotencyHeader, d.Report.ID)
	request.Header.Set(TimestampHeader, stamp)
	if w.secret != "" {
		request.Header.Set(SignatureHeader, Sign(w.secret, stamp, body))
	}
	return post(w.client, request)
}

func (w *webhook) body(d journal.Delivery) (body []byte, kind string, err error) {
	m := w.texts.Message(d, w.now())
	b := HookBody{Version: 1, Report: d.Report, Title: m.Title, Text: m.Body, Attempt: d.Attempt + 1}
	if w.strip == StripBase64 {
		b.Strip = d.Strip
	}
	body, err = json.Marshal(b)
	if err != nil || w.strip != StripMultipart || d.Strip == nil {
		return body, "application/json", err
	}
	return parts(d.Report.ID, body, d.Strip)
}

// parts puts the report and the strip into one body. Its boundary is the report's own, so that
// the same delivery is the same bytes.
func parts(id string, report, strip []byte) (body []byte, kind string, err error) {
	var b bytes.Buffer
	form := multipart.NewWriter(&b)
	sum := sha256.Sum256(append([]byte(id), report...))
	if err := form.SetBoundary("fallwatch-" + hex.EncodeToString(sum[:16])); err != nil {
		return nil, "", err
	}
	for _, part := range []struct {
		disposition, kind string
		content           []byte
	}{
		{`form-data; name="report"`, "application/json", report},
		{`form-data; name="strip"; filename="strip.png"`, "image/png", strip},
	} {
		w, err := form.CreatePart(textproto.MIMEHeader{
			"Content-Disposition": {part.disposition}, "Content-Type": {part.kind},
		})
		if err == nil {
			_, err = w.Write(part.content)
		}
		if err != nil {
			return nil, "", err
		}
	}
	err = form.Close()
	return b.Bytes(), form.FormDataContentType(), err
}

// post sends a request. Nothing of its address is in an error but the host: it may hold a key.
func post(client *http.Client, request *http.Request) error {
	answer, err := client.Do(request)
	if err != nil {
		return fmt.Errorf("%s: %w", request.URL.Host, bare(err))
	}
	defer answer.Body.Close()
	text, _ := io.ReadAll(io.LimitReader(answer.Body, 200))
	switch status := answer.StatusCode; {
	case status >= 200 && status < 300:
		return nil
	case status >= 300 && status < 400:
		return refused("%s answers %s, to another address: set that one, since an alarm is not sent where it was not meant to go", request.URL.Host, answer.Status)
	case refusal(status):
		return refused("%s answers %s %q", request.URL.Host, answer.Status, text)
	default:
		return fmt.Errorf("%s answers %s %q", request.URL.Host, answer.Status, text)
	}
}

// bare leaves out the address, which net/http puts before the error.
func bare(err error) error {
	var full *url.Error
	if errors.As(err, &full) {
		return full.Err
	}
	return err
}

// newClient follows no redirect, and trusts the certificates of caFile beside the system's.
func newClient(caFile string) (*http.Client, error) {
	trust, err := trusted(caFile)
	if err != nil {
		return nil, err
	}
	return &http.Client{
		Transport: &http.Transport{
			Proxy: http.ProxyFromEnvironment, TLSClientConfig: trust, ForceAttemptHTTP2: true,
			MaxIdleConns: 4, IdleConnTimeout: time.Minute, TLSHandshakeTimeout: 10 * time.Second,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}, nil
}

func trusted(caFile string) (*tls.Config, error) {
	config := &tls.Config{MinVersion: tls.VersionTLS12}
	if caFile == "" {
		return config, nil
	}
	text, err := os.ReadFile(caFile)
	if err != nil {
		return nil, fmt.Errorf("ca_file: %w", err)
	}
	pool, err := x509.SystemCertPool()
	if err != nil {
		pool = x509.NewCertPool()
	}
	if !pool.AppendCertsFromPEM(text) {
		return nil, fmt.Errorf("ca_file: %s holds no certificate in PEM", caFile)
	}
	config.RootCAs = pool
	return config, nil
}
