package alarm

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"
)

// TestTwoCamerasOfARoom plays what the cameras a and b, which share a room, and c, which does not,
// see: "a1?" is a suspicion of a's person 1, "!" the confirmation, "-" that it was let go, "^" that
// the person was seen to be up, "." that they are in sight, "x" that they are lost from it; a number
// is seconds that go by. What is told is the incident's number, what, and whose; in capitals where
// somebody is called.
func TestTwoCamerasOfARoom(t *testing.T) {
	for _, c := range []struct{ name, happens, told string }{
		{"two see one fall", "a1? 1 b4? a1! 1 b4!", "1 suspected a1, 1 also_seen b4, 1 CONFIRMED a1"},
		{"the second is the surer", "a1? 1 b4? 1 b4!", "1 suspected a1, 1 also_seen b4, 1 CONFIRMED a1"},
		{"the second comes after the confirmation", "a1? 1 a1! 5 b4? 1 b4!", "1 suspected a1, 1 CONFIRMED a1, 1 also_seen b4"},
		{"the second comes too late", "a1? 1 a1! 11 b4?", "1 suspected a1, 1 CONFIRMED a1, 2 suspected b4"},
		{"another room", "a1? 1 c1? 1 c1!", "1 suspected a1, 2 suspected c1, 2 CONFIRMED c1"},
		{"two people in one picture", "a1? a2? b4? b5?", "1 suspected a1, 2 suspected a2, 1 also_seen b4, 2 also_seen b5"},
		{"a third one", "a1? b4? b5?", "1 suspected a1, 1 also_seen b4, 2 suspected b5"},
		{"one lets go", "a1? b4? 1 a1- 1 b4!", "1 suspected a1, 1 also_seen b4, 1 CONFIRMED a1"},
		{"both let go", "a1? b4? 1 a1- b4-", "1 suspected a1, 1 also_seen b4, 1 cleared a1"},
		{"one loses the person", "a1? b4? 1 a1x 1 b4!", "1 suspected a1, 1 also_seen b4, 1 CONFIRMED a1"},
		{"both lose the person", "a1? b4? 1 b4x a1x", "1 suspected a1, 1 also_seen b4, 1 cleared a1"},
		{"the first one is back under another number", "a1? b4? 1 a1x 1 a2? a2!", "1 suspected a1, 1 also_seen b4, 1 also_seen a2, 1 CONFIRMED a2"},
		{"the first one let go before", "a1? a1- 1 b4?", "1 suspected a1, 1 cleared a1, 2 suspected b4"},

		{"one alone has confirmed, and sees the person up", "a1? a1! b4? 4 b4- a1^", "1 suspected a1, 1 CONFIRMED a1, 1 also_seen b4, 1 RECOVERED a1"},
		{"the one that has not confirmed sees the person up", "a1? b4? b4! 4 b4^", "1 suspected a1, 1 also_seen b4, 1 CONFIRMED a1, 1 RECOVERED a1"},
		{"both have confirmed, and one sees the person up", "a1? a1! b4? b4! 4 a1^ 9 b4. 9 b4.", "1 suspected a1, 1 CONFIRMED a1, 1 also_seen b4"},
		{"and the other one, too", "a1? a1! b4? b4! 4 a1^ 2 b4^", "1 suspected a1, 1 CONFIRMED a1, 1 also_seen b4, 1 RECOVERED a1"},
		{"and the other one loses the person", "a1? a1! b4? b4! 4 a1^ b4x 61", "1 suspected a1, 1 CONFIRMED a1, 1 also_seen b4, 1 RECOVERED a1"},
		{"one confirms when the other has seen the person up", "a1? a1! b4? 4 a1^ b4!", "1 suspected a1, 1 CONFIRMED a1, 1 also_seen b4, 1 RECOVERED a1, 1 CONFIRMED a1"},
		{"who falls again is one incident in both", "a1? a1! b4? b4! a1^ b4^ 30 b4? b4! a1?", "1 suspected a1, 1 CONFIRMED a1, 1 also_seen b4, 1 RECOVERED a1, 1 CONFIRMED a1"},
		{"lost and found by the second camera", "a1? a1! b4? b4! b4x 20 b7? b7!", "1 suspected a1, 1 CONFIRMED a1, 1 also_seen b4"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newScene(t, func(d *DeskSettings) { d.Rooms = map[string]string{"a": "living", "b": "living", "c": "hall"} })
			for _, word := range strings.Fields(c.happens) {
				s.play(word)
			}
			if got := s.story(); got != c.told {
				t.Errorf("told\n     %q\nwant %q", got, c.told)
			}
		})
	}
}

// play does what a word says.
func (s *scene) play(word string) {
	s.Helper()
	var camera string
	var track, wait int
	var mark rune
	if _, err := fmt.Sscanf(word, "%d", &wait); err == nil {
		s.wait(time.Duration(wait) * time.Second)
		return
	}
	camera = word[:1]
	if _, err := fmt.Sscanf(word[1:], "%d%c", &track, &mark); err != nil {
		s.Fatalf("%s: %v", word, err)
	}
	kinds := map[rune]string{'?': Suspected, '!': Confirmed, '-': Cleared, '^': Recovered}
	where := Point{0.1 * float64(len(camera)), 0.5}
	if track%2 == 0 && camera == "a" || track == 5 {
		where = floor
	}
	switch mark {
	case '.':
		s.hears(s.desk.Seen(s.now, camera, track, where))
	case 'x':
		s.hears(s.desk.Gone(s.now, camera, track))
	default:
		now := s.now.Sub(monday).Seconds()
		s.hears(s.desk.Raise(s.now, camera, track, Event{Kind: kinds[mark], Start: now, Time: now, Score: 0.9}, Places{where, where}))
	}
}

// story is what was told.
func (s *scene) story() string {
	numbers, all := map[string]int{}, []string{}
	for _, r := range s.told {
		if numbers[r.Incident] == 0 {
			numbers[r.Incident] = len(numbers) + 1
		}
		kind := r.Kind
		if len(r.Contacts) > 0 {
			kind = strings.ToUpper(kind)
		}
		all = append(all, fmt.Sprintf("%d %s %s%d", numbers[r.Incident], kind, r.Camera, r.Track))
	}
	return strings.Join(all, ", ")
}

// TestRoomsWithOtherModesStandApart: a camera that is away or tested takes no real alarm along.
func TestRoomsWithOtherModesStandApart(t *testing.T) {
	s := newScene(t, func(d *DeskSettings) {
		d.Rooms = map[string]string{"a": "living", "b": "living"}
		d.Schedules = []Schedule{{Name: "always", From: "00:00", To: "23:59", Mode: Away, Cameras: []string{"a"}}}
	})
	for _, word := range strings.Fields("a1? a1! b4? b4!") {
		s.play(word)
	}
	if got, want := s.story(), "1 suspected a1, 1 confirmed a1, 2 suspected b4, 2 CONFIRMED b4"; got != want {
		t.Errorf("told %q, want %q", got, want)
	}
}

// TestARoomOutlivesARestart: the second camera's part is kept, and goes with its camera.
func TestARoomOutlivesARestart(t *testing.T) {
	s := newScene(t, func(d *DeskSettings) { d.Rooms = map[string]string{"a": "living", "b": "living"} })
	for _, word := range strings.Fields("a1? a1! b9? b9!") {
		s.play(word)
	}
	text, err := json.Marshal(s.desk)
	if err != nil {
		t.Fatal(err)
	}
	again := NewDesk(s.desk.settings)
	if err := json.Unmarshal(text, again); err != nil {
		t.Fatal(err)
	}
	again.Begin(s.now, []string{"a", "b"})
	if n := again.LastTrack("b"); n != 9 {
		t.Errorf("people of b are numbered on from %d", n)
	}
	again.Begin(s.now, []string{"a"})
	if open := again.Open(); len(open) != 1 || len(open[0].Also) != 0 {
		t.Errorf("%+v", open)
	}
}
