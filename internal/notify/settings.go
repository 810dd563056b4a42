package notify

import (
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
)

// Settings say who is told of alarms, and how.
type Settings struct {
	Channels []ChannelSettings `json:"channels" yaml:"channels"` // ways to tell somebody
	Contacts []Contact         `json:"contacts" yaml:"contacts"` // people, in the order in which they are called
	PageURL  string            `json:"page_url" yaml:"page_url"` // of fallwatch's own page, as people reach it: stands in messages

	TimeoutSeconds float64 `json:"timeout_seconds" yaml:"timeout_seconds"` // for one attempt
	RetrySeconds   float64 `json:"retry_seconds" yaml:"retry_seconds"`     // before the second attempt; doubles with each, give or take a fifth
	RetryMinutes   float64 `json:"retry_minutes" yaml:"retry_minutes"`     // at most between two attempts
	RefusedMinutes float64 `json:"refused_minutes" yaml:"refused_minutes"` // between attempts on what was refused for good, while the incident is open
	GiveUpHours    float64 `json:"give_up_hours" yaml:"give_up_hours"`     // after a report whose incident is over
	Heartbeat      Pulse   `json:"heartbeat" yaml:"heartbeat"`             // for somebody who misses it
}

// ChannelSettings are those of one channel.
type ChannelSettings struct {
	Name       string `json:"name" yaml:"name"`
	Type       string `json:"type" yaml:"type"`             // webhook, mqtt or shoutrrr
	URL        Secret `json:"url" yaml:"url"`               // where to; may hold a password, so it is never printed
	URLFile    string `json:"url_file" yaml:"url_file"`     // or the file that holds it
	Everything bool   `json:"everything" yaml:"everything"` // gets every report, whoever is called
	CAFile     string `json:"ca_file" yaml:"ca_file"`       // webhook, mqtt: certificates to trust beside the system's, in PEM

	Secret     Secret `json:"secret" yaml:"secret"`           // webhook: the key of the signature; mqtt: the password
	SecretFile string `json:"secret_file" yaml:"secret_file"` // or the file that holds it
	Strip      string `json:"strip" yaml:"strip"`             // webhook: "", base64 or multipart: how the strip of skeletons is sent

	User      string `json:"user" yaml:"user"`           // mqtt
	Topic     string `json:"topic" yaml:"topic"`         // mqtt: start of all topics; "" = fallwatch
	Discovery string `json:"discovery" yaml:"discovery"` // mqtt: start of Home Assistant's topics; "" = homeassistant, "-" = none
}

// Contact is somebody who is called.
type Contact struct {
	Name     string   `json:"name" yaml:"name"`
	Channels []string `json:"channels" yaml:"channels"` // all of them are used
}

// Pulse are the settings of the heartbeat.
type Pulse struct {
	URL     Secret  `json:"url" yaml:"url"`           // "" = none
	URLFile string  `json:"url_file" yaml:"url_file"` // or the file that holds it
	Minutes float64 `json:"minutes" yaml:"minutes"`   // between two
}

// The types of channels.
const (
	Webhook  = "webhook"
	MQTT     = "mqtt"
	Shoutrrr = "shoutrrr"
)

// How a webhook carries the strip.
const (
	StripNone      = ""
	StripBase64    = "base64"
	StripMultipart = "multipart"
)

// DefaultSettings tell nobody yet.
var DefaultSettings = Settings{
	TimeoutSeconds: 15, RetrySeconds: 1, RetryMinutes: 1, RefusedMinutes: 15, GiveUpHours: 72,
	Heartbeat: Pulse{Minutes: 1},
}

// Secret is what is never printed.
type Secret string

const hidden = "(hidden)"

// String gives nothing away, in whatever way it is printed.
func (s Secret) String() string {
	if s == "" {
		return ""
	}
	return hidden
}

// GoString is String.
func (s Secret) GoString() string { return fmt.Sprintf("%q", s.String()) }

// MarshalText is String.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// MarshalYAML is String.
func (s Secret) MarshalYAML() (any, error) { return s.String(), nil }

// names can stand in topics, in logs and in addresses of pages.
var names = regexp.MustCompile(`^[\p{L}\p{N}][\p{L}\p{N} ._-]{0,63}$`)

// Faults lists every setting that cannot be, each fault starting with its key.
func (s Settings) Faults() []error {
	var faults []error
	known := map[string]bool{}
	for n, c := range s.Channels {
		key := fmt.Sprintf("notify.channels[%d]", n)
		switch {
		case !names.MatchString(c.Name):
			faults = append(faults, fmt.Errorf("%s.name is %q, and must begin with a letter or digit, and be at most 64 letters, digits, spaces and . _ -", key, c.Name))
		case known[c.Name]:
			faults = append(faults, fmt.Errorf("%s.name is %q, as another channel's is", key, c.Name))
		}
		known[c.Name] = true
		faults = append(faults, c.faults(key)...)
	}
	faults = append(faults, s.contactFaults(known)...)
	if s.PageURL != "" {
		if u, err := url.Parse(s.PageURL); err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
			faults = append(faults, errors.New("notify.page_url must be the address of a page, such as https://fallwatch.local:8443"))
		}
	}
	faults = append(faults, s.Heartbeat.faults()...)
	return append(faults, s.rangeFaults()...)
}

func (s Settings) contactFaults(channels map[string]bool) []error {
	var faults []error
	known := map[string]bool{}
	for n, c := range s.Contacts {
		key := fmt.Sprintf("notify.contacts[%d]", n)
		switch {
		case strings.TrimSpace(c.Name) == "":
			faults = append(faults, fmt.Errorf("%s.name is missing", key))
		case known[c.Name]:
			faults = append(faults, fmt.Errorf("%s.name is %q, as another contact's is", key, c.Name))
		}
		known[c.Name] = true
		if len(c.Channels) == 0 {
			faults = append(faults, fmt.Errorf("%s.channels is empty: %s cannot be reached", key, c.Name))
		}
		for _, channel := range c.Channels {
			if !channels[channel] {
				faults = append(faults, fmt.Errorf("%s.channels names %q, and there is no such channel", key, channel))
			}
		}
	}
	return faults
}

func (s Settings) rangeFaults() []error {
	var faults []error
	for _, v := range []struct {
		name               string
		value, least, most float64
	}{
		{"timeout_seconds", s.TimeoutSeconds, 1, 300},
		{"retry_seconds", s.RetrySeconds, 0.1, 600},
		{"retry_minutes", s.RetryMinutes, 0.1, 60},
		{"refused_minutes", s.RefusedMinutes, 1, 1440},
		{"give_up_hours", s.GiveUpHours, 1, 8760},
	} {
		if !(v.value >= v.least && v.value <= v.most) {
			faults = append(faults, fmt.Errorf("notify.%s is %g, and must be from %g to %g", v.name, v.value, v.least, v.most))
		}
	}
	return faults
}

func (p Pulse) faults() []error {
	var faults []error
	if !(p.Minutes >= 0.1 && p.Minutes <= 1440) {
		faults = append(faults, fmt.Errorf("notify.heartbeat.minutes is %g, and must be from 0.1 to 1440", p.Minutes))
	}
	if fault := either("notify.heartbeat.url", p.URL, p.URLFile, false); fault != nil {
		faults = append(faults, fault)
	}
	if p.URL != "" {
		if fault := address("notify.heartbeat.url", p.URL, "http", "https"); fault != nil {
			faults = append(faults, fault)
		}
	}
	return faults
}

func (c ChannelSettings) faults(key string) []error {
	kind, known := kinds[c.Type]
	if !known {
		return []error{fmt.Errorf("%s.type is %q, and must be %s, %s or %s", key, c.Type, Webhook, MQTT, Shoutrrr)}
	}
	faults := []error{either(key+".url", c.URL, c.URLFile, true), either(key+".secret", c.Secret, c.SecretFile, false)}
	if c.URL != "" {
		faults = append(faults, address(key+".url", c.URL, kind.schemes...))
	}
	for _, f := range []struct{ name, value string }{
		{"ca_file", c.CAFile},
		{"secret", string(c.Secret) + c.SecretFile},
		{"strip", c.Strip},
		{"user", c.User},
		{"topic", c.Topic},
		{"discovery", c.Discovery},
	} {
		if f.value != "" && !slices.Contains(kind.uses, f.name) {
			faults = append(faults, fmt.Errorf("%s.%s is set, and a channel of type %s has no use for it", key, f.name, c.Type))
		}
	}
	if !slices.Contains([]string{StripNone, StripBase64, StripMultipart}, c.Strip) {
		faults = append(faults, fmt.Errorf("%s.strip is %q, and must be %s, %s or empty", key, c.Strip, StripBase64, StripMultipart))
	}
	for _, f := range []struct{ name, value string }{{"topic", c.Topic}, {"discovery", c.Discovery}} {
		if strings.ContainsAny(f.value, "+#\x00") || strings.HasPrefix(f.value, "/") || strings.HasSuffix(f.value, "/") {
			faults = append(faults, fmt.Errorf("%s.%s is %q, and must be a topic without + and #, and without / at its ends", key, f.name, f.value))
		}
	}
	return slices.DeleteFunc(faults, func(err error) bool { return err == nil })
}

// kinds are the types with the addresses that they go to and the settings that they use.
var kinds = map[string]struct{ schemes, uses []string }{
	Webhook:  {[]string{"http", "https"}, []string{"ca_file", "secret", "strip"}},
	MQTT:     {[]string{"mqtt", "mqtts"}, []string{"ca_file", "secret", "user", "topic", "discovery"}},
	Shoutrrr: {nil, nil},
}

func either(key string, value Secret, file string, needed bool) error {
	switch {
	case value != "" && file != "":
		return fmt.Errorf("%s and %s_file are both set: keep one", key, key)
	case needed && value == "" && file == "":
		return fmt.Errorf("%s is missing (or %s_file, a file that holds it)", key, key)
	}
	return nil
}

// address complains without showing it.
func address(key string, value Secret, schemes ...string) error {
	u, err := url.Parse(string(value))
	switch {
	case err != nil || u.Scheme == "":
		return fmt.Errorf("%s is no address such as %s://HOST", key, append(schemes, "ntfy")[0])
	case len(schemes) > 0 && !slices.Contains(schemes, u.Scheme):
		return fmt.Errorf("%s begins with %s://, and must begin with %s://", key, u.Scheme, strings.Join(schemes, ":// or "))
	case len(schemes) > 0 && u.Host == "":
		return fmt.Errorf("%s names no host", key)
	}
	return nil
}
