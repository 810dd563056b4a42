package web

import (
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"strings"
	"time"
)

// Settings are those of the page. What can be seen there is decided elsewhere.
type Settings struct {
	Listen       string   `json:"listen" yaml:"listen" mapstructure:"listen"`                      // host:port; no host = every address of this machine; "" = no page
	Names        []string `json:"names" yaml:"names" mapstructure:"names"`                         // further names and addresses of this machine, for the certificate that is made
	TLS          TLS      `json:"tls" yaml:"tls" mapstructure:"tls"`                               //
	SignIn       bool     `json:"sign_in" yaml:"sign_in" mapstructure:"sign_in"`                   // false = whoever can reach the page may do anything: only for this machine
	SessionHours float64  `json:"session_hours" yaml:"session_hours" mapstructure:"session_hours"` // signed in for at most so long
	IdleHours    float64  `json:"idle_hours" yaml:"idle_hours" mapstructure:"idle_hours"`          // and so long without using the page
	Streams      int      `json:"streams" yaml:"streams" mapstructure:"streams"`                   // live pages that may be open at a time
	Debug        string   `json:"debug" yaml:"debug" mapstructure:"debug"`                         // host:port of this machine for net/http/pprof; "" = none
}

// TLS is how the page is encrypted: with a certificate that the program makes and renews,
// where nothing else is said.
type TLS struct {
	Cert string `json:"cert" yaml:"cert" mapstructure:"cert"` // PEM file of your own certificate, with its chain
	Key  string `json:"key" yaml:"key" mapstructure:"key"`    // PEM file of its key
	Off  bool   `json:"off" yaml:"off" mapstructure:"off"`    // plain HTTP
}

// Default is safe to leave as it is.
var Default = Settings{Listen: ":8443", SignIn: true, SessionHours: 30 * 24, IdleHours: 7 * 24, Streams: 32}

// mostHours is ten years.
const mostHours = 10 * 366 * 24

// Faults says all that is wrong with the settings.
func (s Settings) Faults() []error {
	if s.Listen == "" {
		return nil
	}
	var all []error
	fault := func(bad bool, form string, values ...any) {
		if bad {
			all = append(all, fmt.Errorf(form, values...))
		}
	}
	host, err := hostOf(s.Listen)
	fault(err != nil, "web.listen is %q, and must be host:port, such as :8443 or 127.0.0.1:8443", s.Listen)
	fault(err == nil && !s.SignIn && !ownMachine(host), "web.sign_in is off, so web.listen must be of this machine alone, such as 127.0.0.1:8443, and is %q", s.Listen)
	fault((s.TLS.Cert == "") != (s.TLS.Key == ""), "web.tls.cert and web.tls.key go together: give both, or none and a certificate is made")
	fault(s.TLS.Off && s.TLS.Cert != "", "web.tls.off is on, and web.tls.cert is given: one of them")
	fault(!(s.SessionHours > 0 && s.SessionHours <= mostHours), "web.session_hours is %g, and must be above 0 and at most %d", s.SessionHours, mostHours)
	fault(!(s.IdleHours > 0 && s.IdleHours <= mostHours), "web.idle_hours is %g, and must be above 0 and at most %d", s.IdleHours, mostHours)
	fault(s.Streams < 1 || s.Streams > 1000, "web.streams is %d, and must lie between 1 and 1000", s.Streams)
	if s.Debug != "" {
		host, err := hostOf(s.Debug)
		fault(err != nil || !ownMachine(host), "web.debug is %q, and must be host:port of this machine, such as 127.0.0.1:6060", s.Debug)
	}
	for _, name := range s.Names {
		fault(!isName(name), "web.names has %q, which is neither a host's name nor an address", name)
	}
	return all
}

func hostOf(address string) (string, error) {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return "", err
	}
	_, err = strconv.ParseUint(port, 10, 16)
	return host, err
}

// ownMachine tells whether only programs on this machine reach a host.
func ownMachine(host string) bool {
	ip := net.ParseIP(strings.Trim(host, "[]"))
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

func isName(name string) bool {
	if _, err := netip.ParseAddr(name); err == nil {
		return true
	}
	return name != "" && len(name) <= 253 && strings.Trim(strings.ToLower(name), "abcdefghijklmnopqrstuvwxyz0123456789-.") == "" && !strings.ContainsAny(name[:1]+name[len(name)-1:], "-.")
}

func hours(h float64) time.Duration { return time.Duration(h * float64(time.Hour)) }
