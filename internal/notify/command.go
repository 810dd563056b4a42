package notify

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Command is what somebody asks for through a channel.
type Command struct {
	Incident string `json:"incident"` // "" = all that is open of the camera
	Who      string `json:"who"`      // "" = not said
}

// press is what Home Assistant's button sends.
const press = "PRESS"

// maxCommand is the length of the longest command, in bytes.
const maxCommand = 1000

// ParseCommand reads an acknowledgement: PRESS, or {"incident": "...", "who": "..."} with either
// or both. Anything else is an error.
func ParseCommand(payload []byte) (Command, error) {
	var c Command
	switch {
	case len(payload) > maxCommand:
		return c, fmt.Errorf("a command is at most %d bytes, and this has %d", maxCommand, len(payload))
	case string(payload) == press:
		return c, nil
	}
	decoder := json.NewDecoder(strings.NewReader(string(payload)))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&c); err != nil || decoder.More() {
		return Command{}, errors.New(`a command is PRESS or {"incident": "...", "who": "..."}`)
	}
	if !printable(c.Incident) || !printable(c.Who) {
		return Command{}, errors.New("a command's names are printable text")
	}
	return c, nil
}

func printable(s string) bool {
	return utf8.ValidString(s) && strings.IndexFunc(s, func(r rune) bool { return !unicode.IsPrint(r) }) < 0
}
