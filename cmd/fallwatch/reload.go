package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"reflect"
	"strings"

	"fallkit/internal/config"
)

// again reads the settings and makes ready what they ask for. All of them take effect at once but
// those of the model, which is chosen at a start alone.
func (d *daemon) again(old *shift) (*shift, error) {
	s, origins, err := d.load()
	if err != nil {
		return nil, err
	}
	if dir, err := s.stateDir(); err != nil || dir != d.state {
		return nil, errors.Join(err, errors.New("state.dir cannot change while the program runs: restart it"))
	}
	if err := canListen(old.settings, s); err != nil {
		return nil, err
	}
	next, err := d.prepare(s, origins)
	if err != nil {
		return nil, err
	}
	now, later := changes(old.origins, origins)
	d.log.Info("settings are read again", "changed", strings.Join(now, " "))
	if len(later) > 0 {
		d.log.Warn("some changed settings need a restart: until then the old ones hold", "keys", strings.Join(later, " "))
	}
	return next, nil
}

// atStart is how the keys begin that only a start takes up.
const atStart = "model."

// changes are the keys whose values differ: those that take effect now, and those that wait for
// a start. Values are not told, since there may be passwords in them.
func changes(before, after config.Origins) (now, later []string) {
	was := map[string]any{}
	for _, o := range before {
		was[o.Key] = o.Value
	}
	for _, o := range after {
		switch {
		case reflect.DeepEqual(was[o.Key], o.Value):
		case strings.HasPrefix(o.Key, atStart):
			later = append(later, o.Key)
		default:
			now = append(now, o.Key)
		}
	}
	return now, later
}

// canListen tries the addresses of the page that are new, so that a page that is up does not go
// down for one that somebody else has. Ports that the page has already cannot be tried.
func canListen(old, s Settings) error {
	for _, a := range []struct{ key, address string }{{"web.listen", s.Web.Listen}, {"web.debug", s.Web.Debug}} {
		if a.address == "" || portOf(a.address) == portOf(old.Web.Listen) || portOf(a.address) == portOf(old.Web.Debug) {
			continue
		}
		var config net.ListenConfig
		l, err := config.Listen(context.Background(), "tcp", a.address)
		if err != nil {
			return fmt.Errorf("%s: %w", a.key, err)
		}
		_ = l.Close()
	}
	return nil
}

func portOf(address string) string {
	_, port, _ := net.SplitHostPort(address)
	return port
}
