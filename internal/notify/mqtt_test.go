package notify

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/eclipse/paho.golang/paho"
	mochi "github.com/mochi-mqtt/server/v2"
	"github.com/mochi-mqtt/server/v2/hooks/auth"
	"github.com/mochi-mqtt/server/v2/listeners"
	"github.com/mochi-mqtt/server/v2/packets"

	"fallkit/internal/alarm"
)

// server is an MQTT broker within the test, with all that was published.
type server struct {
	*mochi.Server
	address string
	once    sync.Once

	mu      sync.Mutex
	changed chan struct{}
	topics  map[string][]string // what was published, in order
	kept    map[string]bool     // the last was retained
}

// serve starts a broker; address "" is any.
func serve(t testing.TB, address, password string) *server {
	t.Helper()
	s := &server{
		Server:  mochi.New(&mochi.Options{InlineClient: true, Logger: slog.New(slog.DiscardHandler)}),
		changed: make(chan struct{}, 1), topics: map[string][]string{}, kept: map[string]bool{},
	}
	if password == "" {
		must(t, s.AddHook(new(auth.AllowHook), nil))
	} else {
		must(t, s.AddHook(new(auth.Hook), &auth.Options{Ledger: &auth.Ledger{
			Auth: auth.AuthRules{{Username: "fallwatch", Password: auth.RString(password), Allow: true}},
		}}))
	}
	if address == "" {
		address = "127.0.0.1:0"
	}
	listener, err := net.Listen("tcp", address)
	must(t, err)
	s.address = listener.Addr().String()
	must(t, s.AddListener(listeners.NewNet("test", listener)))
	must(t, s.Serve())
	must(t, s.Subscribe("#", 1, func(_ *mochi.Client, _ packets.Subscription, p packets.Packet) {
		s.mu.Lock()
		s.topics[p.TopicName] = append(s.topics[p.TopicName], string(p.Payload))
		s.mu.Unlock()
		select {
		case s.changed <- struct{}{}:
		default:
		}
	}))
	t.Cleanup(s.down)
	return s
}

// down is the end of a broker, once.
func (s *server) down() { s.once.Do(func() { s.Close() }) }

func (s *server) count(topic string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.topics[topic])
}

// retained is what the broker keeps of a topic.
func (s *server) retained(topic string) string {
	p, _ := s.Topics.Retained.Get(topic)
	return string(p.Payload)
}

// until waits for something to be so.
func (s *server) until(t testing.TB, what string, so func() bool) {
	t.Helper()
	deadline := time.After(20 * time.Second)
	for !so() {
		select {
		case <-s.changed:
		case <-time.After(20 * time.Millisecond): // what is not published
		case <-deadline:
			t.Fatalf("in vain: %s", what)
		}
	}
}

type acknowledged struct{ Camera, Incident, Who string }

// home is a channel to a broker, running.
func home(t testing.TB, c ChannelSettings, house House) Channel {
	t.Helper()
	c.Name, c.Type = "home", MQTT
	s := DefaultSettings
	s.PageURL, s.Channels = "https://fallwatch.local", []ChannelSettings{c}
	for _, fault := range s.Faults() {
		t.Fatal(fault)
	}
	if house.Cameras == nil {
		house.Cameras = func() []string { return []string{"hall", "Küche"} }
	}
	house.Version, house.Zone, house.Now = "1.2.3", time.UTC, func() time.Time { return noon.Add(time.Minute) }
	channels, err := Open(s, house, nil)
	must(t, err)
	return channels[0]
}

func turning(t testing.TB, c Channel) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- c.(runner).Run(ctx) }()
	stopped := false
	stop = func() {
		if stopped {
			return
		}
		stopped = true
		cancel()
		if err := <-done; !errors.Is(err, context.Canceled) {
			t.Errorf("it ends with %v", err)
		}
	}
	t.Cleanup(stop)
	return stop
}

func TestHomeAssistantFindsTheCameras(t *testing.T) {
	s := serve(t, "", "")
	stop := turning(t, home(t, ChannelSettings{URL: Secret("mqtt://" + s.address)}, House{}))
	s.until(t, "online", func() bool { return s.retained("fallwatch/status") == "online" })
	s.until(t, "the cameras' state", func() bool { return s.retained("fallwatch/hall/blind") == "OFF" })

	const topic = "homeassistant/device/fallwatch_hall/config"
	var got map[string]any
	must(t, json.Unmarshal([]byte(s.retained(topic)), &got))
	same(t, "device", got["device"], any(map[string]any{
		"identifiers": []any{"fallwatch_hall"}, "name": "Fallwatch hall", "manufacturer": "Fallkit", "model": "fallwatch",
		"sw_version": "1.2.3", "configuration_url": "https://fallwatch.local",
	}))
	same(t, "origin", got["origin"], any(map[string]any{"name": "fallwatch", "sw_version": "1.2.3"}))
	components := got["components"].(map[string]any)
	same(t, "fall", components["fallwatch_hall_fall"], any(map[string]any{
		"platform": "binary_sensor", "unique_id": "fallwatch_hall_fall", "name": "Fall", "device_class": "safety",
		"state_topic": "fallwatch/hall/fall", "payload_on": "ON", "payload_off": "OFF", "expire_after": 180.0,
		"availability_topic": "fallwatch/status",
	}))
	same(t, "blind", components["fallwatch_hall_blind"].(map[string]any)["device_class"], any("problem"))
	same(t, "event", components["fallwatch_hall_event"].(map[string]any)["value_template"], any("{{ value_json.report.kind }}"))
	same(t, "acknowledge", components["fallwatch_hall_acknowledge"].(map[string]any)["command_topic"], any("fallwatch/hall/acknowledge"))
	same(t, "strip", components["fallwatch_hall_strip"].(map[string]any)["image_topic"], any("fallwatch/hall/strip"))
	for key, c := range components { // what Home Assistant's device discovery demands of each
		component := c.(map[string]any)
		if component["platform"] == nil || component["unique_id"] != key {
			t.Errorf("%s: %v", key, component)
		}
	}
	same(t, "fall", s.retained("fallwatch/hall/fall"), "OFF")
	if s.retained("homeassistant/device/fallwatch_"+slug("Küche")+"/config") == "" {
		t.Error("the other camera was not told of")
	}

	n := s.count(topic)
	must(t, s.Publish("homeassistant/status", []byte("online"), false, 0))
	s.until(t, "told again when Home Assistant is born", func() bool { return s.count(topic) > n })

	stop()
	same(t, "after a stop", s.retained("fallwatch/status"), "offline")
}

func TestHowACameraStands(t *testing.T) {
	s := serve(t, "", "")
	c := home(t, ChannelSettings{URL: Secret("mqtt://" + s.address), Topic: "house/fw"}, House{})
	turning(t, c)
	stands := func() string {
		return s.retained("house/fw/hall/fall") + " " + s.retained("house/fw/hall/alarm") + " " + s.retained("house/fw/hall/blind")
	}
	var before []alarm.Report
	send := func(r alarm.Report) {
		t.Helper()
		d := delivery(r, before...)
		d.Strip = []byte("PNG of " + r.ID)
		must(t, c.Send(t.Context(), d))
		before = append(before, r)
	}
	for n, step := range []struct{ kind, fallAlarmBlind string }{
		{alarm.Suspected, "OFF OFF OFF"},
		{alarm.Confirmed, "ON ON OFF"},
		{alarm.Escalated, "ON ON OFF"},
		{alarm.Recovered, "OFF ON OFF"},
		{alarm.Acknowledged, "OFF OFF OFF"},
		{alarm.Cleared, "OFF OFF OFF"},
	} {
		send(report("i1", step.kind, n))
		same(t, step.kind, stands(), step.fallAlarmBlind)
		var event HookBody
		must(t, json.Unmarshal([]byte(s.retained("house/fw/hall/event")), &event))
		same(t, "event", event.Report.Kind, step.kind)
		same(t, "strip", s.retained("house/fw/hall/strip"), "PNG of "+event.Report.ID)
	}
	same(t, "all reports, none kept", []any{s.count("house/fw/report"), s.retained("house/fw/report")}, []any{6, ""})

	before = nil
	for n, step := range []struct{ kind, fallAlarmBlind string }{
		{alarm.Blind, "OFF OFF ON"}, {alarm.Escalated, "OFF OFF ON"}, {alarm.Seeing, "OFF OFF OFF"},
	} {
		send(report("i2", step.kind, 10+n))
		same(t, step.kind, stands(), step.fallAlarmBlind)
	}

	// A report that comes late, after a newer one, does not turn back what the newer one has said.
	late, newer := report("i3", alarm.Confirmed, 20), report("i3", alarm.Recovered, 21)
	must(t, c.Send(t.Context(), delivery(newer)))
	must(t, c.Send(t.Context(), delivery(late)))
	same(t, "out of order", stands(), "OFF ON OFF")
	if event := s.retained("house/fw/hall/event"); !strings.Contains(event, "i3-21") {
		t.Errorf("the last event is %s", event)
	}
}

func TestStatesBeginWithWhatIsOpen(t *testing.T) {
	s := serve(t, "", "")
	j := opened(t)
	must(t, j.Accept([]alarm.Report{report("i1", alarm.Confirmed, 1)}, nil, to()))
	must(t, j.Accept([]alarm.Report{report("i2", alarm.Suspected, 1), report("i2", alarm.Cleared, 2)}, nil, to()))
	records, err := j.Incidents(100, "")
	must(t, err)
	turning(t, home(t, ChannelSettings{URL: Secret("mqtt://" + s.address)}, House{Open: func() []alarm.Report { return Recall(records) }}))
	s.until(t, "the fall that is open", func() bool { return s.retained("fallwatch/hall/fall") == "ON" })
}

func TestAcknowledgingByMQTT(t *testing.T) {
	s := serve(t, "", "")
	got := make(chan acknowledged, 10)
	must(t, s.Publish("fallwatch/hall/acknowledge", []byte("PRESS"), true, 1)) // of an earlier time
	turning(t, home(t, ChannelSettings{URL: Secret("mqtt://" + s.address)}, House{
		Acknowledge: func(camera, incident, who string) error { got <- acknowledged{camera, incident, who}; return nil },
	}))
	s.until(t, "online", func() bool { return s.retained("fallwatch/status") == "online" })
	for _, p := range []struct{ topic, payload string }{
		{"fallwatch/nowhere/acknowledge", "PRESS"},
		{"fallwatch/hall/acknowledge", "nonsense"},
		{"fallwatch/hall/acknowledge", `{"incident":"i1","who":"Ben"}`},
		{"fallwatch/" + slug("Küche") + "/acknowledge", "PRESS"},
	} {
		must(t, s.Publish(p.topic, []byte(p.payload), false, 1))
	}
	same(t, "the first", <-got, acknowledged{"hall", "i1", "Ben"})
	same(t, "the second", <-got, acknowledged{"Küche", "", "somebody, through home"})
	if len(got) > 0 {
		t.Errorf("one more: %+v", <-got)
	}
}

func TestTheWillSaysOffline(t *testing.T) {
	s := serve(t, "", "")
	c := home(t, ChannelSettings{URL: Secret("mqtt://" + s.address)}, House{})
	c.(*broker).config.PacketTimeout = 200 * time.Millisecond // for what was under way when the cable was cut
	turning(t, c)
	s.until(t, "online", func() bool { return s.retained("fallwatch/status") == "online" })
	client, found := s.Clients.Get("fallwatch-home")
	if !found {
		t.Fatal("the client has another name")
	}
	will := client.Properties.Will
	same(t, "will", []any{will.TopicName, string(will.Payload), will.Retain, will.Qos}, []any{"fallwatch/status", "offline", true, byte(1)})
	n := s.count("fallwatch/status")
	client.Stop(errors.New("the cable is cut"))
	s.until(t, "online again", func() bool { return s.count("fallwatch/status") > n && s.retained("fallwatch/status") == "online" })
}

func (s *server) all(topic string) []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.topics[topic])
}

func TestABrokerThatIsAwayLosesNothing(t *testing.T) {
	s := serve(t, "", "")
	address := s.address
	j := opened(t)
	c := home(t, ChannelSettings{URL: Secret("mqtt://" + address)}, House{})
	c.(*broker).config.ReconnectBackoff = func(int) time.Duration { return 10 * time.Millisecond }
	told := make(chan Outcome, 100)
	settings := quick()
	settings.TimeoutSeconds = 0.05
	running(t, &Notifier{Outbox: j, Channels: []Channel{c}, Settings: settings, Told: func(o Outcome) {
		select {
		case told <- o:
		default:
		}
	}})
	must(t, j.Accept([]alarm.Report{report("i1", alarm.Confirmed, 0)}, nil, to("home")))
	drained(t, j, told)
	s.down()
	for n := 1; n <= 20; n++ {
		must(t, j.Accept([]alarm.Report{report("i1", alarm.Escalated, n)}, nil, to("home")))
	}
	for o := range told {
		if o.Err != nil {
			break
		}
	}
	s = serve(t, address, "")
	drained(t, j, told)
	seen := map[string]bool{}
	for _, text := range s.all("fallwatch/report") {
		var body HookBody
		must(t, json.Unmarshal([]byte(text), &body))
		seen[body.Report.ID] = true
	}
	for n := 1; n <= 20; n++ {
		if !seen[fmt.Sprintf("i1-%d", n)] {
			t.Errorf("report %d was lost", n)
		}
	}
	s.until(t, "Home Assistant is told anew", func() bool { return s.retained("homeassistant/device/fallwatch_hall/config") != "" })
}

func TestABrokerThatRefuses(t *testing.T) {
	s := serve(t, "", "right")
	for password, refusedIt := range map[string]bool{"right": false, "wrong": true} {
		c := home(t, ChannelSettings{URL: Secret("mqtt://" + s.address), User: "fallwatch", Secret: Secret(password)}, House{})
		stop := turning(t, c)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		err := c.Send(ctx, delivery(report("i1", alarm.Confirmed, 1)))
		if errors.Is(err, ErrRefused) != refusedIt || (err != nil) != refusedIt {
			t.Errorf("with the %s password: %v", password, err)
		}
		if err != nil && strings.Contains(err.Error(), "wrong") {
			t.Errorf("the password is in %v", err)
		}
		cancel()
		stop()
		err = Test(t.Context(), c, noon)
		if (err != nil) != refusedIt {
			t.Errorf("a test with the %s password: %v", password, err)
		}
	}
	same(t, "tests", s.count("fallwatch/test"), 1)
}

func TestNobodyWellTellsNothing(t *testing.T) {
	s := serve(t, "", "")
	turning(t, home(t, ChannelSettings{URL: Secret("mqtt://" + s.address), Discovery: "-"}, House{Healthy: func() bool { return false }}))
	s.until(t, "online", func() bool { return s.retained("fallwatch/status") == "online" })
	c := home(t, ChannelSettings{URL: Secret("mqtt://" + s.address)}, House{})
	must(t, Test(t.Context(), c, noon))
	same(t, "states", s.count("fallwatch/hall/fall"), 0)
	same(t, "no discovery", s.count("homeassistant/device/fallwatch_hall/config"), 0)
}

func TestSlug(t *testing.T) {
	same(t, "plain", slug("living-room_2"), "living-room_2")
	for _, name := range []string{"Living room", "Küche", "a/b", "a+b", "A", ""} {
		if s := slug(name); strings.ContainsAny(s, "/+# ") || s == slug("another") {
			t.Errorf("%q is %q", name, s)
		}
	}
	if slug("A b") == slug("a_b") || slug("a b") == slug("a/b") {
		t.Error("two names are one")
	}
}

func FuzzParseCommand(f *testing.F) {
	for _, s := range []string{"PRESS", `{"incident":"i1","who":"Ben"}`, `{}`, `{"who":1}`, "{", `{"x":1}`, "\xff"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, payload []byte) {
		c, err := ParseCommand(payload)
		if err != nil && c != (Command{}) {
			t.Error("an error comes with a command")
		}
		if !printable(c.Incident) || !printable(c.Who) {
			t.Errorf("%+v is not printable", c)
		}
	})
}

// FuzzReceived: whatever is published to the topics that fallwatch listens to, it stays alive, and only
// commands that are some are obeyed.
func FuzzReceived(f *testing.F) {
	f.Add("fallwatch/hall/acknowledge", []byte("PRESS"), false)
	f.Add("homeassistant/status", []byte("online"), true)
	f.Fuzz(func(t *testing.T, topic string, payload []byte, retain bool) {
		obeyed := 0
		b := home(t, ChannelSettings{URL: "mqtt://nowhere"}, House{
			Acknowledge: func(string, string, string) error { obeyed++; return nil },
		}).(*broker)
		_, _ = b.received(paho.PublishReceived{Packet: &paho.Publish{Topic: topic, Payload: payload, Retain: retain}})
		for len(b.commands) > 0 {
			_ = b.obey(<-b.commands)
		}
		_, err := ParseCommand(payload)
		if obeyed > 0 && (retain || err != nil || !bytes.HasSuffix([]byte(topic), []byte("/acknowledge"))) {
			t.Errorf("%q %q was obeyed", topic, payload)
		}
	})
}
