package notify

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/eclipse/paho.golang/autopaho"
	"github.com/eclipse/paho.golang/paho"

	"fallkit/internal/journal"
)

// broker speaks MQTT v5: reports as they happen, how each camera stands now, and what Home
// Assistant needs to find it all. What it is told to acknowledge it hands on.
type broker struct {
	name     string
	topics   topics
	config   autopaho.ClientConfig
	house    House
	texts    Texts
	log      *slog.Logger
	states   states
	up       chan struct{}      // it is connected, or Home Assistant was born: tell everything
	commands chan *paho.Publish // of others
	ready    chan struct{}      // closed when link may be used
	link     *autopaho.ConnectionManager

	back    func()     // nil = nobody wants to know
	telling sync.Mutex // how a camera stands

	mu   sync.Mutex
	last error // of the last attempt to connect
}

// waitingCommands beyond which commands are dropped: a button is pressed by people.
const waitingCommands = 16

func newBroker(c ChannelSettings, address, password string, house House, texts Texts, log *slog.Logger) (*broker, error) {
	u, err := url.Parse(address)
	if err != nil {
		return nil, errors.New("url is no address")
	}
	trust, err := trusted(c.CAFile)
	if err != nil {
		return nil, err
	}
	user := c.User
	if u.User != nil {
		user = u.User.Username()
		if p, set := u.User.Password(); set {
			password = p
		}
	}
	b := &broker{
		name: c.Name, topics: topics{or(c.Topic, "fallwatch"), or(c.Discovery, "homeassistant")}, house: house, texts: texts, log: log,
		up: make(chan struct{}, 1), commands: make(chan *paho.Publish, waitingCommands), ready: make(chan struct{}),
	}
	b.config = b.connection(&url.URL{Scheme: u.Scheme, Host: withPort(u)}, trust, user, password)
	return b, nil
}

func or(text, otherwise string) string {
	if text == "" {
		return otherwise
	}
	return text
}

func withPort(u *url.URL) string {
	switch {
	case u.Port() != "":
		return u.Host
	case u.Scheme == "mqtts":
		return u.Host + ":8883"
	}
	return u.Host + ":1883"
}

// connection keeps no session: a button that was pressed while nobody listened must not
// acknowledge what happens later.
func (b *broker) connection(address *url.URL, trust *tls.Config, user, password string) autopaho.ClientConfig {
	trust.ServerName = address.Hostname()
	config := autopaho.ClientConfig{
		ServerUrls: []*url.URL{address}, TlsCfg: trust, KeepAlive: 20, CleanStartOnInitialConnection: true,
		ConnectTimeout: 10 * time.Second, ReconnectBackoff: reconnect,
		ConnectUsername: user, ConnectPassword: []byte(password),
		WillMessage:    &paho.WillMessage{Topic: b.topics.status(), Payload: []byte(offline), QoS: 1, Retain: true},
		WillProperties: &paho.WillProperties{},
		OnConnectionUp: func(*autopaho.ConnectionManager, *paho.Connack) { b.connected() },
		OnConnectError: b.note,
	}
	config.PacketTimeout = 5 * time.Second
	config.ClientID = slug(b.topics.base) + "-" + slug(b.name)
	config.OnPublishReceived = []func(paho.PublishReceived) (bool, error){b.received}
	return config
}

// reconnect waits at first little, at most half a minute.
func reconnect(attempt int) time.Duration {
	if attempt == 0 {
		return 0
	}
	return min(30*time.Second, time.Second<<min(attempt-1, 5))
}

// OnReturn has back called whenever the connection is there again.
func (b *broker) OnReturn(back func()) { b.back = back }

func (b *broker) connected() {
	b.note(nil)
	b.tellAll()
	if b.back != nil {
		b.back()
	}
}

func (b *broker) note(err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.last = err
}

func (b *broker) tellAll() {
	select {
	case b.up <- struct{}{}:
	default:
	}
}

// Name is its own in the settings.
func (b *broker) Name() string { return b.name }

// Run holds the connection until ctx ends, and then says that fallwatch is offline.
func (b *broker) Run(ctx context.Context) error {
	if b.house.Open != nil {
		b.states.take(b.house.Open()...)
	}
	link, err := autopaho.NewConnection(context.WithoutCancel(ctx), b.config)
	if err != nil {
		return fmt.Errorf("channel %s: %w", b.name, err)
	}
	b.link = link
	close(b.ready)
	defer b.leave(ctx)
	again := time.NewTicker(republishSeconds * time.Second)
	defer again.Stop()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-b.up:
			b.logged("telling Home Assistant what there is", b.introduce(ctx))
		case <-again.C:
			b.logged("telling how the cameras stand", b.stand(ctx))
		case command := <-b.commands:
			b.logged("a command", b.obey(command))
		}
	}
}

// leave ends the connection in order: then the broker does not publish the will.
func (b *broker) leave(ctx context.Context) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Second)
	defer cancel()
	_ = b.publish(ctx, b.topics.status(), []byte(offline), true) // the broker may be gone
	_ = b.link.Disconnect(ctx)
}

func (b *broker) logged(what string, err error) {
	if err != nil {
		b.log.Warn(what, "channel", b.name, "err", err)
	}
}

// Send publishes a report, and how its camera stands since.
func (b *broker) Send(ctx context.Context, d journal.Delivery) error {
	if err := b.await(ctx); err != nil {
		return err
	}
	m := b.texts.Message(d, b.house.now())
	body, err := json.Marshal(HookBody{Version: 1, Report: d.Report, Title: m.Title, Text: m.Body, Attempt: d.Attempt + 1})
	if err != nil {
		return err
	}
	b.states.take(append(d.Before, d.Report)...)
	if err := b.publish(ctx, b.topics.report(), body, false); err != nil {
		return err
	}
	camera := d.Report.Camera
	if camera == "" {
		return nil
	}
	if b.states.latest(d.Report) {
		if err := b.publish(ctx, b.topics.of(camera, "event"), body, true); err != nil {
			return err
		}
		if d.Strip != nil {
			if err := b.publish(ctx, b.topics.of(camera, "strip"), d.Strip, true); err != nil {
				return err
			}
		}
	}
	return b.camera(ctx, camera)
}

// await gives the last reason where there is no connection in time.
func (b *broker) await(ctx context.Context) error {
	select {
	case <-b.ready:
	case <-ctx.Done():
		return errors.New("it has not begun yet")
	}
	err := b.link.AwaitConnection(ctx)
	if err == nil {
		return nil
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.told(or2(b.last, err))
}

func or2(err, otherwise error) error {
	if err == nil {
		return otherwise
	}
	return err
}

// told marks as refused what the broker says of names and passwords.
func (b *broker) told(err error) error {
	var answer *autopaho.ConnackError
	if errors.As(err, &answer) {
		switch answer.ReasonCode {
		case 0x84, 0x85, 0x86, 0x87, 0x8A, 0x8C: // version, client, user or password, not authorised, banned, method
			return refused("the broker does not let fallwatch in: %s (reason %#x)", or(answer.Reason, answer.Error()), answer.ReasonCode)
		}
	}
	return fmt.Errorf("no connection to the broker: %w", err)
}

// publish waits for the broker's receipt.
func (b *broker) publish(ctx context.Context, topic string, payload []byte, retain bool) error {
	answer, err := b.link.Publish(ctx, &paho.Publish{Topic: topic, Payload: payload, QoS: 1, Retain: retain})
	switch {
	case err != nil && answer != nil && answer.ReasonCode >= 0x80:
		return refused("publishing %s: %w", topic, err)
	case err != nil:
		return fmt.Errorf("publishing %s: %w", topic, err)
	}
	return nil
}

// introduce tells all that whoever has just come needs.
func (b *broker) introduce(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	if err := b.subscribe(ctx); err != nil {
		return err
	}
	if b.topics.discovery != "-" {
		for _, camera := range b.house.cameras() {
			config, err := b.topics.announce(camera, b.house.Version, b.texts.Page)
			if err == nil {
				err = b.publish(ctx, b.topics.device(camera), config, true)
			}
			if err != nil {
				return err
			}
		}
	}
	if err := b.publish(ctx, b.topics.status(), []byte(online), true); err != nil {
		return err
	}
	return b.stand(ctx)
}

// subscribe wants nothing that was kept: an old command is none.
func (b *broker) subscribe(ctx context.Context) error {
	wanted := []paho.SubscribeOptions{{Topic: b.topics.commands(), QoS: 1, RetainHandling: 2}}
	if b.topics.discovery != "-" {
		wanted = append(wanted, paho.SubscribeOptions{Topic: b.topics.birth(), QoS: 1, RetainHandling: 2})
	}
	_, err := b.link.Subscribe(ctx, &paho.Subscribe{Subscriptions: wanted})
	return err
}

// stand tells how each camera stands, as long as fallwatch is well: else it expires.
func (b *broker) stand(ctx context.Context) error {
	if !b.house.healthy() {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	var faults []error
	for _, camera := range b.house.cameras() {
		faults = append(faults, b.camera(ctx, camera))
	}
	return errors.Join(faults...)
}

// camera tells how one stands. Who tells later knows more: without the lock an old state could be
// published after a new one.
func (b *broker) camera(ctx context.Context, camera string) error {
	b.telling.Lock()
	defer b.telling.Unlock()
	s := b.states.of(camera)
	for _, part := range []struct {
		name string
		is   bool
	}{{"fall", s.Fall}, {"alarm", s.Alarm}, {"blind", s.Blind}} {
		if err := b.publish(ctx, b.topics.of(camera, part.name), []byte(onOff(part.is)), true); err != nil {
			return err
		}
	}
	return nil
}

// received sorts what comes in. It must not wait.
func (b *broker) received(p paho.PublishReceived) (bool, error) {
	switch {
	case p.Packet.Retain: // of a time before
	case p.Packet.Topic == b.topics.birth():
		if string(p.Packet.Payload) == online {
			b.tellAll()
		}
	default:
		select {
		case b.commands <- p.Packet:
		default:
		}
	}
	return true, nil
}

// obey acknowledges for whoever has pressed.
func (b *broker) obey(p *paho.Publish) error {
	command, err := ParseCommand(p.Payload)
	if err != nil {
		return err
	}
	for _, camera := range b.house.cameras() {
		if b.topics.of(camera, "acknowledge") != p.Topic || b.house.Acknowledge == nil {
			continue
		}
		return b.house.Acknowledge(camera, command.Incident, or(command.Who, "somebody, through "+b.name))
	}
	return fmt.Errorf("no camera has the topic %q", strings.ToValidUTF8(p.Topic, "?"))
}

// Test connects beside the running fallwatch, under another name and without a will, and publishes
// a test.
func (b *broker) Test(ctx context.Context) error {
	config := b.config
	config.ClientID += "-test"
	config.WillMessage, config.WillProperties, config.OnPublishReceived = nil, nil, nil
	config.OnConnectionUp = nil
	failed := make(chan error, 1)
	config.OnConnectError = func(err error) {
		select {
		case failed <- err:
		default:
		}
	}
	link, err := autopaho.NewConnection(ctx, config)
	if err != nil {
		return err
	}
	defer func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Second)
		defer cancel()
		_ = link.Disconnect(ctx)
	}()
	up := make(chan error, 1)
	go func() { up <- link.AwaitConnection(ctx) }()
	select {
	case err := <-failed:
		return b.told(err)
	case err := <-up:
		if err != nil {
			return b.told(err)
		}
	}
	_, err = link.Publish(ctx, &paho.Publish{Topic: b.topics.test(), Payload: []byte(`{"test":true}`), QoS: 1})
	return err
}
