package notify

import (
	"bytes"
	"context"
	"encoding/json"
	"encoding/pem"
	"errors"
	"io"
	"log/slog"
	"mime"
	"mime/multipart"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"fallkit/internal/alarm"
	"fallkit/internal/journal"
)

// hook makes a webhook of settings.
func hook(t testing.TB, c ChannelSettings) Channel {
	t.Helper()
	c.Name, c.Type = "hook", Webhook
	s := DefaultSettings
	s.Channels = []ChannelSettings{c}
	for _, fault := range s.Faults() {
		t.Fatal(fault)
	}
	channels, err := Open(s, House{Now: func() time.Time { return noon.Add(time.Minute) }, Zone: time.UTC}, nil)
	must(t, err)
	return channels[0]
}

func TestWebhook(t *testing.T) {
	var got *http.Request
	var body []byte
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		got = r
		body, _ = io.ReadAll(r.Body)
	}))
	defer server.Close()
	d := delivery(report("i1", alarm.Confirmed, 1))
	d.Strip, d.Attempt = []byte("\x89PNG strip"), 2
	must(t, hook(t, ChannelSettings{URL: Secret(server.URL), Secret: "key", Strip: StripBase64}).Send(t.Context(), d))

	same(t, "idempotency key", got.Header.Get("Idempotency-Key"), "i1-1")
	same(t, "timestamp", got.Header.Get("Fallwatch-Timestamp"), "1772366460")
	same(t, "signature", got.Header.Get("Fallwatch-Signature"), Sign("key", "1772366460", body))
	same(t, "content type", got.Header.Get("Content-Type"), "application/json")
	var sent HookBody
	must(t, json.Unmarshal(body, &sent))
	m := Texts{Zone: time.UTC}.Message(d, noon.Add(time.Minute))
	same(t, "body", sent, HookBody{Version: 1, Report: d.Report, Title: m.Title, Text: m.Body, Attempt: 3, Strip: d.Strip})
}

// TestSign: echo -n '1700000000.{}' | openssl dgst -sha256 -hmac key
func TestSign(t *testing.T) {
	same(t, "signature", Sign("key", "1700000000", []byte("{}")), "sha256=9d713ed406bb7076d4123f0dc2c39d2df5c654ed4b0cd56b52c8b4c940bd63ae")
}

func TestWebhookWithTheStripAsAPart(t *testing.T) {
	var bodies [][]byte
	var kinds []string
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		bodies, kinds = append(bodies, body), append(kinds, r.Header.Get("Content-Type"))
	}))
	defer server.Close()
	c := hook(t, ChannelSettings{URL: Secret(server.URL), Strip: StripMultipart})
	d := delivery(report("i1", alarm.Confirmed, 1))
	must(t, c.Send(t.Context(), d))
	same(t, "without a strip", kinds[0], "application/json")
	d.Strip = []byte("\x89PNG strip")
	must(t, c.Send(t.Context(), d))
	must(t, c.Send(t.Context(), d))
	same(t, "the same delivery is the same bytes", bodies[1], bodies[2])

	_, params, err := mime.ParseMediaType(kinds[1])
	must(t, err)
	form, err := multipart.NewReader(bytes.NewReader(bodies[1]), params["boundary"]).ReadForm(1 << 20)
	must(t, err)
	var sent HookBody
	must(t, json.Unmarshal([]byte(form.Value["report"][0]), &sent))
	same(t, "report", sent.Report.ID, "i1-1")
	file, err := form.File["strip"][0].Open()
	must(t, err)
	strip, err := io.ReadAll(file)
	must(t, err)
	same(t, "strip", strip, d.Strip)
}

func TestWebhookFaults(t *testing.T) {
	const token = "a-very-secret-token"
	answer := func(status int, text string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status); io.WriteString(w, text) }
	}
	for what, c := range map[string]struct {
		handler http.HandlerFunc
		refused bool
		says    string
	}{
		"busy":          {answer(503, "later"), false, "503"},
		"too many":      {answer(429, ""), false, "429"},
		"slow request":  {answer(408, ""), false, "408"},
		"not found":     {answer(404, "nobody here"), true, "nobody here"},
		"not permitted": {answer(401, ""), true, "401"},
		"redirect": {func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "/elsewhere", http.StatusTemporaryRedirect)
		}, true, "another address"},
		"taken, then dropped": {func(w http.ResponseWriter, r *http.Request) {
			io.Copy(io.Discard, r.Body)
			conn, _, _ := w.(http.Hijacker).Hijack()
			conn.Close()
		}, false, "EOF"},
		"no HTTP": {func(w http.ResponseWriter, _ *http.Request) {
			conn, _, _ := w.(http.Hijacker).Hijack()
			io.WriteString(conn, "220 mail.example ESMTP\r\n")
			conn.Close()
		}, false, "malformed"},
	} {
		t.Run(what, func(t *testing.T) {
			var calls atomic.Int64
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				calls.Add(1)
				c.handler(w, r)
			}))
			defer server.Close()
			err := hook(t, ChannelSettings{URL: Secret(server.URL + "/" + token)}).Send(t.Context(), delivery(report("i1", alarm.Confirmed, 1)))
			if err == nil || errors.Is(err, ErrRefused) != c.refused || !strings.Contains(err.Error(), c.says) {
				t.Errorf("it says: %v", err)
			}
			if err != nil && strings.Contains(err.Error(), token) {
				t.Errorf("the secret is in %v", err)
			}
			same(t, "requests", calls.Load(), int64(1))
		})
	}
}

func TestWebhookWithNobodyThere(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	address := listener.Addr().String()
	d := delivery(report("i1", alarm.Confirmed, 1))

	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if err := hook(t, ChannelSettings{URL: Secret("http://" + address)}).Send(ctx, d); err == nil || errors.Is(err, ErrRefused) {
		t.Errorf("a server that says nothing: %v", err)
	}
	listener.Close()
	if err := hook(t, ChannelSettings{URL: Secret("http://" + address)}).Send(t.Context(), d); err == nil || errors.Is(err, ErrRefused) {
		t.Errorf("no server: %v", err)
	}
	if err := hook(t, ChannelSettings{URL: "http://fallwatch.invalid/"}).Send(t.Context(), d); err == nil || errors.Is(err, ErrRefused) {
		t.Errorf("no such name: %v", err)
	}
}

func TestWebhookTrustsTheCertificatesThatItIsGiven(t *testing.T) {
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	server.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	server.StartTLS()
	defer server.Close()
	d := delivery(report("i1", alarm.Confirmed, 1))
	if err := hook(t, ChannelSettings{URL: Secret(server.URL)}).Send(t.Context(), d); err == nil || !strings.Contains(err.Error(), "certificate") {
		t.Errorf("an unknown certificate: %v", err)
	}
	ca := filepath.Join(t.TempDir(), "ca.pem")
	must(t, os.WriteFile(ca, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw}), 0o600))
	must(t, hook(t, ChannelSettings{URL: Secret(server.URL), CAFile: ca}).Send(t.Context(), d))
}

func TestOpenNamesTheFileThatIsMissing(t *testing.T) {
	empty := filepath.Join(t.TempDir(), "empty")
	must(t, os.WriteFile(empty, []byte("\n"), 0o600))
	for what, c := range map[string]ChannelSettings{
		"secret_file": {URL: "http://localhost", SecretFile: "missing"},
		"is empty":    {URL: "http://localhost", SecretFile: empty},
		"url_file":    {URLFile: "missing"},
		"ca_file":     {URL: "http://localhost", CAFile: empty},
	} {
		c.Name, c.Type = "hook", Webhook
		_, err := Open(Settings{Channels: []ChannelSettings{c}}, House{}, nil)
		if err == nil || !strings.Contains(err.Error(), what) || !strings.Contains(err.Error(), "hook") {
			t.Errorf("%s: %v", what, err)
		}
	}
	file := filepath.Join(t.TempDir(), "url")
	must(t, os.WriteFile(file, []byte("ftp://host\n"), 0o600))
	if _, err := Open(Settings{Channels: []ChannelSettings{{Name: "hook", Type: Webhook, URLFile: file}}}, House{}, nil); err == nil {
		t.Error("an address of another kind was taken from a file")
	}
}

func TestATestIsPlainlyOne(t *testing.T) {
	f := &fake{name: "mail"}
	var got journal.Delivery
	f.do = func(_ context.Context, d journal.Delivery) error { got = d; return nil }
	must(t, Test(t.Context(), f, noon))
	m := Texts{Zone: time.UTC}.Message(got, noon)
	if !strings.HasPrefix(m.Title, "TEST") || !got.Report.Drill || !strings.Contains(m.Body, "the channel mail") || got.Report.ID != "test-20260301T120000.000Z" {
		t.Errorf("%+v\n%s\n%s", got.Report, m.Title, m.Body)
	}
}

// BenchmarkEventToWebhook is from the acceptance of a report to its arrival, fsync and all.
func BenchmarkEventToWebhook(b *testing.B) {
	arrived := make(chan struct{}, 1)
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body)
		arrived <- struct{}{}
	}))
	defer server.Close()
	j := opened(b)
	told := make(chan Outcome, 1)
	running(b, &Notifier{
		Outbox: j, Settings: DefaultSettings, Told: func(o Outcome) { told <- o },
		Channels: []Channel{hook(b, ChannelSettings{URL: Secret(server.URL), Secret: "key", Strip: StripBase64})},
	})
	must(b, j.PutEvidence("i1", nil, make([]byte, 30<<10)))
	for n := 0; b.Loop(); n++ {
		must(b, j.Accept([]alarm.Report{report("i1", alarm.Escalated, n)}, json.RawMessage(`{}`), to("hook")))
		<-arrived
		<-told
	}
}
