package notify

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"fallkit/internal/alarm"
	"fallkit/internal/journal"
)

// shouts makes a channel of an address.
func shouts(t testing.TB, address string) Channel {
	t.Helper()
	s := DefaultSettings
	s.Channels = []ChannelSettings{{Name: "phone", Type: Shoutrrr, URL: Secret(address)}}
	for _, fault := range s.Faults() {
		t.Fatal(fault)
	}
	channels, err := Open(s, House{Zone: time.UTC, Now: func() time.Time { return noon.Add(time.Minute) }}, nil)
	must(t, err)
	return channels[0]
}

// answering is a server that keeps the last request.
func answering(t testing.TB, status int, text string) (host string, last func() (*http.Request, string)) {
	t.Helper()
	var request *http.Request
	var body []byte
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		request = r
		body, _ = io.ReadAll(r.Body)
		w.WriteHeader(status)
		io.WriteString(w, text)
	}))
	t.Cleanup(server.Close)
	return strings.TrimPrefix(server.URL, "http://"), func() (*http.Request, string) { return request, string(body) }
}

func fallDelivery() (journal.Delivery, Message) {
	d := delivery(report("i1", alarm.Confirmed, 1))
	d.Strip = []byte("\x89PNG strip")
	return d, Texts{Zone: time.UTC}.Message(d, noon.Add(time.Minute))
}

func TestNtfy(t *testing.T) {
	host, last := answering(t, 200, "{}")
	d, m := fallDelivery()
	must(t, shouts(t, "ntfy://"+host+"/alarms?scheme=http").Send(t.Context(), d))
	r, body := last()
	same(t, "request", []string{r.URL.Path, r.Header.Get("Title"), r.Header.Get("Priority"), r.Header.Get("Tags"), body},
		[]string{"/alarms", m.Title, "Max", "rotating_light,i1-1", m.Body})
}

func TestGotify(t *testing.T) {
	host, last := answering(t, 200, "{}")
	d, m := fallDelivery()
	must(t, shouts(t, "gotify://"+host+"/Aaaaaaaaaaaaaaa?disabletls=yes").Send(t.Context(), d))
	_, body := last()
	var sent struct {
		Title, Message string
		Priority       int
	}
	must(t, json.Unmarshal([]byte(body), &sent))
	same(t, "sent", []any{sent.Title, sent.Message, sent.Priority}, []any{m.Title, m.Body, 10})
}

func TestSignalHasTheStrip(t *testing.T) {
	host, last := answering(t, 201, "{}")
	d, m := fallDelivery()
	must(t, shouts(t, "signal://"+host+"/+15550001111/+15550002222?disabletls=yes").Send(t.Context(), d))
	_, body := last()
	var sent struct {
		Message     string
		Attachments []string `json:"base64_attachments"`
	}
	must(t, json.Unmarshal([]byte(body), &sent))
	same(t, "text", sent.Message, m.Title+"\n"+m.Body)
	same(t, "strip", sent.Attachments, []string{base64.StdEncoding.EncodeToString(d.Strip)})
}

func TestWhatServicesRefuse(t *testing.T) {
	d, _ := fallDelivery()
	for status, isRefused := range map[int]bool{500: false, 503: false, 429: false, 401: true, 404: true} {
		host, _ := answering(t, status, `{"error":"so","code":`+fmt.Sprint(status)+`,"errorDescription":"so"}`)
		for _, address := range []string{"ntfy://" + host + "/alarms?scheme=http", "generic://" + host + "/hook?disabletls=yes"} {
			err := shouts(t, address).Send(t.Context(), d)
			if err == nil || !strings.HasPrefix(address, "ntfy") && errors.Is(err, ErrRefused) != isRefused {
				t.Errorf("%s, %d: %v", address, status, err)
			}
		}
	}
}

// everyService is an address of each service that shoutrrr has, in a form that it takes.
var everyService = []string{
	"bark://devicekey@host.invalid",
	"discord://token-token@123456789012345678",
	"generic://host.invalid/hook",
	"googlechat://chat.googleapis.com/v1/spaces/FOO/messages?key=bar&token=baz",
	"gotify://host.invalid/Aaaaaaaaaaaaaaa",
	"ifttt://key-key-key/?events=fall",
	"join://shoutrrr:apikey@join/?devices=device",
	"lark://open.larksuite.com/token-token?secret=secret",
	"matrix://user:password@host.invalid/?rooms=!room:host.invalid",
	"mattermost://bot@host.invalid/token/channel",
	"notifiarr://apikey",
	"ntfy://host.invalid/alarms",
	"opsgenie://host.invalid/token-token",
	"pagerduty://host.invalid/0123456789abcdef0123456789abcdef",
	"pushbullet://o.aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa/device",
	"pushover://shoutrrr:token@user",
	"rocketchat://bot@host.invalid/tokenA/tokenB/@user",
	"signal://host.invalid/+15550001111/+15550002222",
	"slack://hook:AAAAAAAAA-BBBBBBBBB-123456789123456789123456@webhook",
	"smtp://user:password@host.invalid:25/?from=a@example.org&to=b@example.org",
	"telegram://110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw@telegram?chats=@somebody",
	"wecom://key-key-key",
	"zulip://bot%40example.org:key@host.invalid?stream=alarms&topic=falls",
}

// TestNoServiceSaysDeliveredWithoutANetwork: an alarm that went nowhere must be tried again. That is not
// self-evident: shoutrrr's Telegram gives no error then, which is why it is not used.
func TestNoServiceSaysDeliveredWithoutANetwork(t *testing.T) {
	usual := http.DefaultTransport
	http.DefaultTransport = dead{}
	defer func() { http.DefaultTransport = usual }()
	d, _ := fallDelivery()
	for _, address := range everyService {
		scheme, _, _ := strings.Cut(address, ":")
		t.Run(scheme, func(t *testing.T) {
			c := shouts(t, address)
			if tg, ok := c.(*telegram); ok {
				tg.client.Transport = dead{}
			}
			ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
			defer cancel()
			err := c.Send(ctx, d)
			if err == nil {
				t.Fatal("it says that it has delivered")
			}
			if ctx.Err() != nil {
				t.Errorf("it hangs: %v", err)
			}
			if strings.Contains(err.Error(), "initialize") && scheme != "matrix" || errors.Is(err, ErrRefused) {
				t.Errorf("it was not even tried: %v", err)
			}
			for _, secret := range []string{"token-token", "apikey", "password", "key-key-key", "AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw", "123456789123456789123456"} {
				if strings.Contains(address, secret) && strings.Contains(err.Error(), secret) {
					t.Errorf("%q is in %v", secret, err)
				}
			}
		})
	}
}

// dead is a network that is down.
type dead struct{}

func (dead) RoundTrip(*http.Request) (*http.Response, error) {
	return nil, &net.OpError{Op: "dial", Net: "tcp", Err: errors.New("network is unreachable")}
}

func TestAServerThatSaysNothingIsGivenUpInTime(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	defer listener.Close()
	c := shouts(t, "ntfy://"+listener.Addr().String()+"/x?scheme=http")
	d, _ := fallDelivery()
	for n := range mostHanging + 2 {
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Millisecond)
		err := c.Send(ctx, d)
		cancel()
		want := "not answered in time"
		if n >= mostHanging {
			want = "earlier attempts still wait"
		}
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Fatalf("attempt %d: %v", n, err)
		}
	}
}

func TestUnknownServices(t *testing.T) {
	for _, address := range []string{
		"fax://host", "logger://", "telegram://nobody@telegram", "smtp://host", "smtp://host/?from=a@example.org",
		"smtp://host/?from=a@example.org&to=nobody", "smtp://host/?from=a@example.org&to=b@example.org&cc=c@example.org",
	} {
		_, err := Open(Settings{Channels: []ChannelSettings{{Name: "phone", Type: Shoutrrr, URL: Secret(address)}}}, House{}, nil)
		if err == nil || !strings.Contains(err.Error(), "phone") {
			t.Errorf("%s: %v", address, err)
		}
	}
}

func TestTelegram(t *testing.T) {
	const address = "telegram://110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw@telegram?chats=42,@anna"
	d, m := fallDelivery()
	for what, c := range map[string]struct {
		status    int
		text      string
		fails     bool
		isRefused bool
	}{
		"delivered":     {200, `{"ok":true,"result":{}}`, false, false},
		"not a receipt": {200, `<html>log in to the hotel's network</html>`, true, false},
		"busy":          {429, `{"ok":false,"error_code":429,"description":"Too Many Requests"}`, true, false},
		"blocked":       {403, `{"ok":false,"error_code":403,"description":"bot was blocked by the user"}`, true, true},
		"nothing":       {502, ``, true, false},
	} {
		host, last := answering(t, c.status, c.text)
		tg := shouts(t, address).(*telegram)
		tg.api = "http://" + host + "/bot1/"
		err := tg.Send(t.Context(), d)
		if (err != nil) != c.fails || errors.Is(err, ErrRefused) != c.isRefused {
			t.Errorf("%s: %v", what, err)
		}
		r, body := last()
		if r.URL.Path != "/bot1/sendPhoto" || !strings.Contains(body, m.Title) || !strings.Contains(body, "@anna") || !strings.Contains(body, "PNG strip") {
			t.Errorf("%s: %s %q", what, r.URL, body)
		}
		d := d
		d.Strip = nil
		_ = tg.Send(t.Context(), d)
		r, body = last()
		var sent map[string]string
		must(t, json.Unmarshal([]byte(body), &sent))
		same(t, "without a strip", []string{r.URL.Path, sent["chat_id"], sent["text"]}, []string{"/bot1/sendMessage", "@anna", m.Title + "\n" + m.Body})
	}
}

func TestRedactor(t *testing.T) {
	r := newRedactor("smtp://user%40x:p%C3%A4ss@mail.example.org/path-with-key?token=abcdefghij")
	for text, want := range map[string]string{
		"535 user@x / päss":                                "535 (hidden) / (hidden)",
		"dial mail.example.org: abcdefghij":                "dial mail.example.org: (hidden)",
		"GET /path-with-key?token=abcdefghij: bad":         "GET (hidden)?(hidden): bad",
		`Post "https://api.example/bot1:AA/send?x=y": EOF`: `Post "https://api.example": EOF`,
	} {
		same(t, text, r.text(text), want)
	}
	if err := r.error(refused("no päss")); !errors.Is(err, ErrRefused) || err.Error() != "refused: no (hidden)" {
		t.Errorf("%v", err)
	}
}
