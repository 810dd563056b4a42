package notify

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"net/textproto"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/nicholas-fedor/shoutrrr/pkg/router"
	"github.com/nicholas-fedor/shoutrrr/pkg/types"
	"github.com/nicholas-fedor/shoutrrr/pkg/util/jsonclient"

	"fallkit/internal/journal"
)

// shout sends through one of the services that shoutrrr knows, each by its address. The service is
// made anew for each message: some log in when they are made, and some keep what the last
// message has set.
type shout struct {
	name     string
	address  string
	scheme   string
	texts    Texts
	now      func() time.Time
	redactor redactor
	hanging  chan time.Time // when each attempt that has not come back began
}

// mostHanging attempts may hang: shoutrrr cannot be interrupted, and some of its services wait
// without end for a server that says nothing.
const mostHanging = 8

// hangsFor is how long one counts as such; it may then be there for ever, which costs little.
const hangsFor = 10 * time.Minute

// service is how urgency is told to a service, beside the title; nil = it has no title either.
type service func(m Message, id string) types.Params

// titled are the services that take a title apart from the text.
var titled = map[string]service{
	"ntfy": func(m Message, id string) types.Params {
		return types.Params{
			"priority": [...]string{"low", "high", "max"}[m.Urgency],
			"tags":     [...]string{"information_source", "warning", "rotating_light"}[m.Urgency] + "," + id,
		}
	},
	"gotify":     priority("2", "5", "10"),
	"pushover":   priority("-1", "0", "1"),
	"opsgenie":   priority("P5", "P3", "P1"),
	"smtp":       nil,
	"discord":    nil,
	"lark":       nil,
	"matrix":     nil,
	"mattermost": nil,
	"slack":      nil,
	"teams":      nil,
	"zulip":      nil,
	"bark":       nil,
	"join":       nil,
	"pushbullet": nil,
	"generic":    nil,
}

func priority(low, normal, urgent string) service {
	return func(m Message, _ string) types.Params {
		return types.Params{"priority": [...]string{low, normal, urgent}[m.Urgency]}
	}
}

func newShout(name, address string, texts Texts, now func() time.Time) (*shout, error) {
	u, err := url.Parse(address)
	if err != nil {
		return nil, errors.New("url is no address")
	}
	scheme, _, _ := strings.Cut(u.Scheme, "+")
	r := router.ServiceRouter{}
	if _, err := r.NewService(scheme); err != nil || scheme == "logger" {
		return nil, fmt.Errorf("url begins with %s://, and there is no such service", scheme)
	}
	return &shout{
		name: name, address: address, scheme: scheme, texts: texts, now: now,
		redactor: newRedactor(address), hanging: make(chan time.Time, mostHanging),
	}, nil
}

// Name is its own in the settings.
func (s *shout) Name() string { return s.name }

// Send gives up when ctx ends; the attempt may still come through, and the next one is then a
// second message with the same ID.
func (s *shout) Send(ctx context.Context, d journal.Delivery) error {
	if err := s.enter(); err != nil {
		return err
	}
	done := make(chan error, 1)
	go func() {
		defer func() {
			s.leave()
			if fault := recover(); fault != nil {
				done <- fmt.Errorf("%s: %v", s.scheme, fault)
			}
		}()
		done <- s.send(d)
	}()
	select {
	case err := <-done:
		return s.redactor.error(err)
	case <-ctx.Done():
		return fmt.Errorf("%s has not answered in time", s.scheme)
	}
}

// enter makes sure that not too many hang.
func (s *shout) enter() error {
	for {
		select {
		case s.hanging <- s.now():
			return nil
		default:
		}
		select {
		case oldest := <-s.hanging:
			if s.now().Sub(oldest) < hangsFor {
				s.hanging <- oldest
				return fmt.Errorf("%s: %d earlier attempts still wait for an answer", s.scheme, mostHanging)
			}
		default:
		}
	}
}

// leave makes room; which of them has come back does not matter.
func (s *shout) leave() {
	select {
	case <-s.hanging:
	default: // it was taken for one that never does
	}
}

func (s *shout) send(d journal.Delivery) error {
	r := router.ServiceRouter{}
	service, err := r.Locate(s.address)
	if err != nil && s.scheme == "matrix" { // it logs in when it is made
		return err
	}
	if err != nil {
		return refused("%w", err)
	}
	m := s.texts.Message(d, s.now())
	text, params := s.params(m, d)
	if err := service.Send(text, &params); err != nil {
		return s.judged(err)
	}
	return nil
}

// params are the text, and what goes beside it.
func (s *shout) params(m Message, d journal.Delivery) (string, types.Params) {
	extra, hasTitle := titled[s.scheme]
	params := types.Params{}
	if extra != nil {
		params = extra(m, d.Report.ID)
	}
	if s.scheme == "signal" && d.Strip != nil {
		params["attachments"] = base64.StdEncoding.EncodeToString(d.Strip)
	}
	if !hasTitle {
		return m.Title + "\n" + m.Body, params
	}
	params.SetTitle(m.Title)
	return m.Body, params
}

// status finds a status of HTTP in what services say: few hand it on as a number.
var status = regexp.MustCompile(`\b(?:HTTP|status|status code):? ([345]\d\d)\b|\b([345]\d\d) [A-Z][a-z]`)

// judged marks refusals.
func (s *shout) judged(err error) error {
	code := 0
	var fault jsonclient.Error
	var mail *textproto.Error
	switch {
	case errors.As(err, &mail):
		if mail.Code >= 500 {
			return refused("%w", err)
		}
		return err
	case errors.As(err, &fault):
		code = fault.StatusCode
	default:
		if found := status.FindStringSubmatch(err.Error()); found != nil {
			code, _ = strconv.Atoi(found[1] + found[2])
		}
	}
	if refusal(code) {
		return refused("%w", err)
	}
	return err
}
