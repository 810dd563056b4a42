package notify

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
	"time"

	"fallkit/internal/journal"
)

// telegram sends through a bot. shoutrrr could, but says that it has delivered when Telegram
// cannot be reached (v0.13.2: an empty answer is no error to its GetErrorResponse), and has no pictures.
// The address is the same: telegram://TOKEN@telegram?chats=ID,ID
type telegram struct {
	name     string
	api      string
	chats    []string
	texts    Texts
	now      func() time.Time
	client   *http.Client
	redactor redactor
}

// maxCaption is how many characters may stand under a picture.
const maxCaption = 1024

func newTelegram(name, address string, texts Texts, now func() time.Time) (*telegram, error) {
	u, err := url.Parse(address)
	if err != nil {
		return nil, errors.New("url is no address")
	}
	id, _ := u.User.Password()
	var chats []string
	for _, key := range []string{"chats", "channels"} {
		for chat := range strings.SplitSeq(u.Query().Get(key), ",") {
			if chat = strings.TrimSpace(chat); chat != "" {
				chats = append(chats, chat)
			}
		}
	}
	if u.User.Username() == "" || id == "" || len(chats) == 0 {
		return nil, errors.New("url must be telegram://TOKEN@telegram?chats=ID, with the token that BotFather gave and the chat's number or @name")
	}
	client, err := newClient("")
	if err != nil {
		return nil, err
	}
	token := u.User.Username() + ":" + id
	return &telegram{
		name: name, api: "https://api.telegram.org/bot" + token + "/", chats: chats,
		texts: texts, now: now, client: client, redactor: newRedactor(address),
	}, nil
}

// Name is its own in the settings.
func (t *telegram) Name() string { return t.name }

// Send sends to every chat; where one fails, all get it again.
func (t *telegram) Send(ctx context.Context, d journal.Delivery) error {
	m := t.texts.Message(d, t.now())
	text := m.Title + "\n" + m.Body
	var faults []error
	for _, chat := range t.chats {
		request, err := t.request(ctx, chat, text, d.Strip, m.Urgency == Low)
		if err == nil {
			err = t.do(request)
		}
		faults = append(faults, err)
	}
	return t.redactor.error(errors.Join(faults...))
}

func (t *telegram) request(ctx context.Context, chat, text string, strip []byte, silent bool) (*http.Request, error) {
	fields := map[string]string{"chat_id": chat, "text": text, "disable_notification": fmt.Sprint(silent)}
	if strip == nil || len([]rune(text)) > maxCaption {
		body, err := json.Marshal(fields)
		if err != nil {
			return nil, err
		}
		return t.post(ctx, "sendMessage", "application/json", bytes.NewReader(body))
	}
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	faults := []error{
		form.WriteField("chat_id", chat), form.WriteField("caption", text),
		form.WriteField("disable_notification", fields["disable_notification"]),
	}
	photo, err := form.CreateFormFile("photo", "strip.png")
	if err == nil {
		_, err = photo.Write(strip)
	}
	if err := errors.Join(append(faults, err, form.Close())...); err != nil {
		return nil, err
	}
	return t.post(ctx, "sendPhoto", form.FormDataContentType(), &body)
}

func (t *telegram) post(ctx context.Context, method, kind string, body io.Reader) (*http.Request, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, t.api+method, body)
	if err == nil {
		request.Header.Set("Content-Type", kind)
	}
	return request, err
}

// do takes nothing for a receipt but Telegram's own.
func (t *telegram) do(request *http.Request) error {
	answer, err := t.client.Do(request)
	if err != nil {
		return fmt.Errorf("telegram: %w", bare(err))
	}
	defer answer.Body.Close()
	var receipt struct {
		OK          bool   `json:"ok"`
		Description string `json:"description"`
	}
	err = json.NewDecoder(io.LimitReader(answer.Body, 1<<20)).Decode(&receipt)
	switch {
	case err == nil && receipt.OK:
		return nil
	case refusal(answer.StatusCode):
		return refused("telegram answers %s: %s", answer.Status, receipt.Description)
	}
	return fmt.Errorf("telegram answers %s: %s", answer.Status, receipt.Description)
}
