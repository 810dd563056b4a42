package notify

import (
	"encoding/json"
	"fmt"
	"hash/crc32"
	"strings"
	"unicode"
)

// topics are where one fallwatch says what.
type topics struct {
	base      string // before all of its own
	discovery string // before all of Home Assistant's; "-" = none
}

func (t topics) status() string              { return t.base + "/status" }
func (t topics) report() string              { return t.base + "/report" }
func (t topics) test() string                { return t.base + "/test" }
func (t topics) of(camera, of string) string { return t.base + "/" + slug(camera) + "/" + of }
func (t topics) commands() string            { return t.base + "/+/acknowledge" }
func (t topics) birth() string               { return t.discovery + "/status" }

// device is the topic of the discovery of a camera.
func (t topics) device(camera string) string {
	return t.discovery + "/device/" + t.id(camera) + "/config"
}

func (t topics) id(camera string) string { return slug(t.base) + "_" + slug(camera) }

// slug is a name as it can stand in topics, and no other name's.
func slug(name string) string {
	plain := strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9', r == '-', r == '_':
			return r
		case r < unicode.MaxASCII && unicode.IsUpper(r):
			return unicode.ToLower(r)
		}
		return '_'
	}, name)
	if plain == name {
		return plain
	}
	return fmt.Sprintf("%s_%04x", plain, crc32.ChecksumIEEE([]byte(name))&0xFFFF)
}

// What is told over and over, and how long it holds: a fallwatch that hangs becomes unavailable
// even if its connection lives. In seconds.
const (
	republishSeconds = 60
	expireSeconds    = 3 * republishSeconds
)

// entity is one thing of a device, by the names that Home Assistant's MQTT discovery gives
// (home-assistant.io/integrations/mqtt, "device discovery").
type entity struct {
	Platform       string `json:"platform"`
	UniqueID       string `json:"unique_id"`
	Name           string `json:"name"`
	StateTopic     string `json:"state_topic,omitempty"`
	CommandTopic   string `json:"command_topic,omitempty"`
	ImageTopic     string `json:"image_topic,omitempty"`
	ContentType    string `json:"content_type,omitempty"`
	Attributes     string `json:"json_attributes_topic,omitempty"`
	ValueTemplate  string `json:"value_template,omitempty"`
	DeviceClass    string `json:"device_class,omitempty"`
	EntityCategory string `json:"entity_category,omitempty"`
	Icon           string `json:"icon,omitempty"`
	PayloadOn      string `json:"payload_on,omitempty"`
	PayloadOff     string `json:"payload_off,omitempty"`
	PayloadPress   string `json:"payload_press,omitempty"`
	ExpireAfter    int    `json:"expire_after,omitempty"`
	Availability   string `json:"availability_topic"`
}

type device struct {
	Identifiers  []string `json:"identifiers"`
	Name         string   `json:"name"`
	Manufacturer string   `json:"manufacturer"`
	Model        string   `json:"model"`
	Version      string   `json:"sw_version,omitempty"`
	Page         string   `json:"configuration_url,omitempty"`
}

type origin struct {
	Name    string `json:"name"`
	Version string `json:"sw_version,omitempty"`
}

type announcement struct {
	Device     device            `json:"device"`
	Origin     origin            `json:"origin"`
	Components map[string]entity `json:"components"`
	QoS        int               `json:"qos"`
}

// announce is the discovery of one camera as a device.
func (t topics) announce(camera, version, page string) ([]byte, error) {
	a := announcement{
		Device:     device{[]string{t.id(camera)}, "Fallwatch " + camera, "Fallkit", "fallwatch", version, page},
		Origin:     origin{"fallwatch", version},
		Components: map[string]entity{},
		QoS:        1,
	}
	for key, e := range t.entities(camera) {
		e.UniqueID, e.Availability = t.id(camera)+"_"+key, t.status()
		if e.Platform == "binary_sensor" {
			e.StateTopic, e.PayloadOn, e.PayloadOff, e.ExpireAfter = t.of(camera, key), on, off, expireSeconds
		}
		a.Components[e.UniqueID] = e
	}
	return json.Marshal(a)
}

func (t topics) entities(camera string) map[string]entity {
	return map[string]entity{
		"fall":  {Platform: "binary_sensor", Name: "Fall", DeviceClass: "safety"},
		"alarm": {Platform: "binary_sensor", Name: "Unanswered alarm", Icon: "mdi:bell-alert"},
		"blind": {Platform: "binary_sensor", Name: "Blind", DeviceClass: "problem", EntityCategory: "diagnostic"},
		"event": {
			Platform: "sensor", Name: "Last event", Icon: "mdi:history", StateTopic: t.of(camera, "event"),
			ValueTemplate: "{{ value_json.report.kind }}", Attributes: t.of(camera, "event"),
		},
		"acknowledge": {
			Platform: "button", Name: "Acknowledge", Icon: "mdi:account-check",
			CommandTopic: t.of(camera, "acknowledge"), PayloadPress: press,
		},
		"strip": {Platform: "image", Name: "Last fall", ImageTopic: t.of(camera, "strip"), ContentType: "image/png"},
	}
}

const (
	on      = "ON"
	off     = "OFF"
	online  = "online"
	offline = "offline"
)

func onOff(b bool) string {
	if b {
		return on
	}
	return off
}
