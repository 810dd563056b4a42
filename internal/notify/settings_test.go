package notify

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"fallkit/internal/alarm"
)

// good are settings without faults, with a channel of each type.
func good() Settings {
	s := DefaultSettings
	s.PageURL = "https://fallwatch.local:8443"
	s.Channels = []ChannelSettings{
		{Name: "home", Type: MQTT, URL: "mqtt://broker", User: "fallwatch", SecretFile: "/etc/fallwatch/mqtt", Everything: true},
		{Name: "Anna's phone", Type: Shoutrrr, URLFile: "/etc/fallwatch/anna"},
		{Name: "hook", Type: Webhook, URL: "https://example.org/hook", Secret: "key", Strip: StripMultipart},
	}
	s.Channels[1].Name = "Annas phone"
	s.Contacts = []Contact{{"Anna", []string{"Annas phone"}}, {"Ben", []string{"hook", "Annas phone"}}}
	return s
}

func TestFaults(t *testing.T) {
	for _, fault := range good().Faults() {
		t.Errorf("good settings: %v", fault)
	}
	for _, fault := range DefaultSettings.Faults() {
		t.Errorf("default settings: %v", fault)
	}
	for want, spoil := range map[string]func(*Settings){
		"notify.channels[0].name is":                          func(s *Settings) { s.Channels[0].Name = "a/b" },
		"notify.channels[2].name is \"home\", as another":     func(s *Settings) { s.Channels[2].Name, s.Contacts = "home", nil },
		"notify.channels[0].type is \"mail\"":                 func(s *Settings) { s.Channels[0].Type = "mail" },
		"notify.channels[2].url is missing":                   func(s *Settings) { s.Channels[2].URL = "" },
		"notify.channels[2].url and":                          func(s *Settings) { s.Channels[2].URLFile = "file" },
		"notify.channels[2].url begins with ftp://":           func(s *Settings) { s.Channels[2].URL = "ftp://host" },
		"notify.channels[2].url is no address":                func(s *Settings) { s.Channels[2].URL = "host" },
		"notify.channels[2].url names no host":                func(s *Settings) { s.Channels[2].URL = "https:///path" },
		"notify.channels[2].secret and":                       func(s *Settings) { s.Channels[2].SecretFile = "file" },
		"notify.channels[2].strip is \"yes\"":                 func(s *Settings) { s.Channels[2].Strip = "yes" },
		"notify.channels[2].topic is set":                     func(s *Settings) { s.Channels[2].Topic = "x" },
		"notify.channels[1].secret is set":                    func(s *Settings) { s.Channels[1].Secret = "x" },
		"notify.channels[0].topic is \"a/#\"":                 func(s *Settings) { s.Channels[0].Topic = "a/#" },
		"notify.channels[0].discovery is \"/ha\"":             func(s *Settings) { s.Channels[0].Discovery = "/ha" },
		"notify.contacts[0].name is missing":                  func(s *Settings) { s.Contacts[0].Name = " " },
		"notify.contacts[1].name is \"Anna\", as another":     func(s *Settings) { s.Contacts[1].Name = "Anna" },
		"notify.contacts[1].channels is empty":                func(s *Settings) { s.Contacts[1].Channels = nil },
		"notify.contacts[0].channels names \"fax\"":           func(s *Settings) { s.Contacts[0].Channels = []string{"fax"} },
		"notify.page_url must be":                             func(s *Settings) { s.PageURL = "fallwatch.local" },
		"notify.timeout_seconds is 0":                         func(s *Settings) { s.TimeoutSeconds = 0 },
		"notify.retry_seconds is -1":                          func(s *Settings) { s.RetrySeconds = -1 },
		"notify.retry_minutes is 1000":                        func(s *Settings) { s.RetryMinutes = 1000 },
		"notify.refused_minutes is 0":                         func(s *Settings) { s.RefusedMinutes = 0 },
		"notify.give_up_hours is 0":                           func(s *Settings) { s.GiveUpHours = 0 },
		"notify.heartbeat.minutes is 0":                       func(s *Settings) { s.Heartbeat.Minutes = 0 },
		"notify.heartbeat.url begins with mqtt://":            func(s *Settings) { s.Heartbeat.URL = "mqtt://x" },
		"notify.heartbeat.url and notify.heartbeat.url_file ": func(s *Settings) { s.Heartbeat.URL, s.Heartbeat.URLFile = "http://x", "y" },
	} {
		s := good()
		spoil(&s)
		faults := s.Faults()
		if len(faults) != 1 || !strings.HasPrefix(faults[0].Error(), want) {
			t.Errorf("want %s: %v", want, faults)
		}
	}
}

func TestSecretsAreNotPrinted(t *testing.T) {
	s := good()
	s.Channels[2].Secret, s.Channels[2].URL, s.Heartbeat.URL = "hunter2", "ftp://hunter2", "hunter2"
	text, err := json.Marshal(s)
	must(t, err)
	all := fmt.Sprintf("%s %v %+v %#v %v", text, s, s, s, s.Faults())
	if strings.Contains(all, "hunter2") {
		t.Errorf("a secret is in %s", all)
	}
}

func TestRoute(t *testing.T) {
	s := good()
	for what, c := range map[string]struct {
		contacts []string
		want     string
	}{
		"nobody is called":     {nil, "[home]"},
		"one":                  {[]string{"Anna"}, "[home Annas phone]"},
		"two, a channel twice": {[]string{"Anna", "Ben"}, "[home Annas phone hook]"},
		"somebody unknown":     {[]string{"Carl"}, "[home Annas phone hook]"},
	} {
		r := report("i1", alarm.Confirmed, 1)
		r.Contacts = c.contacts
		same(t, what, fmt.Sprint(s.Route(r)), c.want)
	}
	s.Contacts = nil
	same(t, "without contacts", fmt.Sprint(s.Route(report("i1", alarm.Confirmed, 1))), "[home Annas phone hook]")
	same(t, "without contacts, not sure", fmt.Sprint(s.Route(report("i1", alarm.Suspected, 1))), "[home]")
}
