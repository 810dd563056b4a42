package alarm

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// happening is one call of a desk.
type happening struct {
	name string
	do   func(d *Desk, at time.Time) []Report
	wait time.Duration // before it
}

// day draws what happens in a house: persons whose machines do what machines do, people who
// answer or do not, cameras that go blind, modes, drills, and clocks that jump.
func day(t *rapid.T) (DeskSettings, []happening) {
	s := DefaultDesk
	s.Contacts = []string{"anna", "ben", "cleo"}[:rapid.IntRange(0, 3).Draw(t, "contacts")]
	s.EscalateMinutes = rapid.Float64Range(0.1, 5).Draw(t, "escalate")
	s.LongLieMinutes = rapid.Float64Range(0.1, 20).Draw(t, "long lie")
	s.TellSuspected, s.EscalateRecovered = rapid.Bool().Draw(t, "tell"), rapid.Bool().Draw(t, "go on")
	s.CoolDownSeconds = rapid.Float64Range(0, 60).Draw(t, "cool down")
	s.Zones = map[string][]Zone{"hall": {aBed}}
	if rapid.Bool().Draw(t, "one room") {
		s.Rooms = map[string]string{"hall": "downstairs", "kitchen": "downstairs"}
		s.SameRoomSeconds = rapid.Float64Range(0, 300).Draw(t, "same room")
	}
	s.Schedules = []Schedule{{Name: "night", From: "20:00", To: "07:00", Contacts: s.Contacts[:len(s.Contacts)/2]}}
	rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
	states := map[int]string{} // of the machines, by track
	var all []happening
	for range rapid.IntRange(1, 150).Draw(t, "happenings") {
		all = append(all, happens(rng, states))
	}
	return s, all
}

// follows says what a machine can raise, by what it raised last.
var follows = map[string][]string{"": {Suspected}, Suspected: {Confirmed, Cleared}, Confirmed: {Recovered}, Cleared: {Suspected}, Recovered: {Suspected}}

func happens(rng *rand.Rand, states map[int]string) happening {
	wait := time.Duration(rng.Int64N(int64(90 * time.Second)))
	if rng.IntN(30) == 0 {
		wait = time.Duration(rng.Int64N(int64(4*time.Hour))) - 2*time.Hour
	}
	camera, track := []string{"hall", "kitchen"}[rng.IntN(2)], 1+rng.IntN(4)
	where := Places{Point{rng.Float64(), rng.Float64()}, Point{rng.Float64(), rng.Float64()}}
	kinds := follows[states[track]]
	kind, n := kinds[rng.IntN(len(kinds))], rng.IntN(1<<30)
	h := happening{wait: wait}
	switch rng.IntN(12) {
	case 0, 1, 2, 3, 4:
		states[track] = kind
		h.name = kind
		h.do = func(d *Desk, at time.Time) []Report {
			return d.Raise(at, camera, track, Event{kind, 1, 2.5, 0.8}, where)
		}
	case 5:
		h.name, h.do = "seen", func(d *Desk, at time.Time) []Report { return d.Seen(at, camera, track, where.Lies) }
	case 6:
		states[track] = ""
		h.name, h.do = "gone", func(d *Desk, at time.Time) []Report { return d.Gone(at, camera, track) }
	case 7:
		h.name, h.do = "acknowledge", func(d *Desk, at time.Time) []Report { return answer(d, at, n) }
	case 8:
		kind := []string{Blind, Seeing}[n%2]
		h.name, h.do = kind, func(d *Desk, at time.Time) []Report { return d.Fault(at, camera, kind, fmt.Sprint(n%3)) }
	case 9:
		h.name, h.do = "mode", func(d *Desk, _ time.Time) []Report { _ = d.SetMode(Modes[n%len(Modes)]); return nil }
	case 10:
		h.name, h.do = "drill or resume", func(d *Desk, at time.Time) []Report {
			if n%2 == 0 {
				d.Resume(at, camera, track, where.Lies)
				return nil
			}
			return d.Drill(at, camera, "anna")
		}
	default:
		h.name, h.do = "tick", func(d *Desk, at time.Time) []Report { return d.Tick(at) }
	}
	return h
}

// answer acknowledges one of what is open, if anything is.
func answer(d *Desk, at time.Time, n int) []Report {
	open := d.Open()
	if len(open) == 0 {
		return nil
	}
	told, err := d.Acknowledge(at, open[n%len(open)].ID, "ben")
	if err != nil {
		panic(err)
	}
	return told
}

// live plays a day, and calls between after each happening.
func live(s DeskSettings, all []happening, between func(d *Desk, told []Report) *Desk) (told []Report) {
	d, at := NewDesk(s), monday
	for _, h := range all {
		at = at.Add(h.wait)
		now := append(h.do(d, at), d.Tick(at)...)
		told = append(told, now...)
		if between != nil {
			d = between(d, now)
		}
	}
	return told
}

func TestTheSameDayIsToldTheSame(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s, all := day(t)
		if a, b := live(s, all, nil), live(s, all, nil); !reflect.DeepEqual(a, b) {
			t.Fatalf("%v\nand\n%v", a, b)
		}
	})
}

// TestARestartAtAnyMomentChangesNothing: what a state is written and read back to goes on alike.
func TestARestartAtAnyMomentChangesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s, all := day(t)
		restarted := live(s, all, func(d *Desk, _ []Report) *Desk {
			text, err := json.Marshal(d)
			if err != nil {
				t.Fatal(err)
			}
			again := NewDesk(s)
			if err := json.Unmarshal(text, again); err != nil {
				t.Fatal(err)
			}
			return again
		})
		if straight := live(s, all, nil); !reflect.DeepEqual(straight, restarted) {
			t.Fatalf("straight on\n%+v\nrestarted\n%+v", straight, restarted)
		}
	})
}

// may says which kinds may come next in an incident, by the last one of those that change it.
var may = map[string][]string{
	"":           {Drilled, Suspected, Blind},
	Drilled:      {Suspected},
	Suspected:    {Confirmed, Cleared, Acknowledged},
	Confirmed:    {Recovered, Acknowledged, Cleared, LongLie, Escalated},
	Recovered:    {Confirmed, Acknowledged, Cleared, Escalated},
	Acknowledged: {Recovered, Cleared, LongLie, Seeing, Blind},
	Blind:        {Blind, Seeing, Acknowledged, Escalated, Cleared},
	Seeing:       {Cleared},
	Cleared:      {},
}

// TestEveryIncidentKeepsItsOrder holds each report against what the incident told before.
func TestEveryIncidentKeepsItsOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s, all := day(t)
		last, ids := map[string]string{}, map[string]bool{}
		for _, r := range live(s, all, nil) {
			if ids[r.ID] {
				t.Fatalf("%s is there twice", r.ID)
			}
			ids[r.ID] = true
			if r.Time.Before(r.Start) || r.Level > len(s.Contacts) {
				t.Fatalf("%+v cannot be", r)
			}
			if r.Kind == AlsoSeen {
				if l := last[r.Incident]; l == "" || l == Cleared {
					t.Fatalf("%s after %q in %s", r.Kind, l, r.Incident)
				}
				continue
			}
			if !slices.Contains(may[last[r.Incident]], r.Kind) {
				t.Fatalf("%s after %q in %s", r.Kind, last[r.Incident], r.Incident)
			}
			if r.Kind != LongLie && r.Kind != Escalated {
				last[r.Incident] = r.Kind
			}
		}
	})
}

// TestNothingConfirmedEndsUnheard: a confirmed incident is open until it is told that it is
// over, and where people could be called, until one of them has answered or was told why not.
func TestNothingConfirmedEndsUnheard(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s, all := day(t)
		confirmed, cleared, heard := map[string]bool{}, map[string]bool{}, map[string]bool{}
		live(s, all, func(d *Desk, told []Report) *Desk {
			for _, r := range told {
				confirmed[r.Incident] = confirmed[r.Incident] || r.Kind == Confirmed
				heard[r.Incident] = heard[r.Incident] || r.Kind == Acknowledged || r.Kind == Cleared && r.Note != ""
				cleared[r.Incident] = cleared[r.Incident] || r.Kind == Cleared
				if r.Kind == Cleared && confirmed[r.Incident] && r.Level > 0 && !heard[r.Incident] {
					t.Fatalf("%+v ends what nobody has answered", r)
				}
			}
			open := map[string]bool{}
			for _, i := range d.Open() {
				open[i.ID] = true
			}
			for id := range confirmed {
				if confirmed[id] && open[id] == cleared[id] {
					t.Fatalf("%s: open %v, told to be over %v", id, open[id], cleared[id])
				}
			}
			return d
		})
	})
}

// TestNobodyIsForgotten: as long as a confirmed fall is unanswered and somebody is at home, the
// next call comes within the longest of the times.
func TestNobodyIsForgotten(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s, all := day(t)
		s.EscalateRecovered = true
		d, at := NewDesk(s), monday
		for _, h := range all {
			at = at.Add(h.wait)
			h.do(d, at)
		}
		_ = d.SetMode(Home)
		d.Tick(at)
		var waiting []string
		for _, i := range d.Open() {
			if i.About == OfFall && i.By == "" && (i.State == Confirmed || i.State == Recovered) && i.Rounds == 0 {
				waiting = append(waiting, i.ID)
			}
		}
		called := map[string]bool{}
		for range 3 {
			at = at.Add(minutesOf(max(s.EscalateMinutes, s.RepeatMinutes)))
			for _, r := range d.Tick(at) {
				called[r.Incident] = called[r.Incident] || r.Kind == Escalated || r.Kind == LongLie
			}
		}
		for _, id := range waiting {
			if !called[id] {
				t.Fatalf("nobody was called for %s", id)
			}
		}
	})
}

// TestNobodyIsCalledAfterTheAnswer: who has taken it over is left to it.
func TestNobodyIsCalledAfterTheAnswer(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s, all := day(t)
		level := map[string]int{}
		for _, r := range live(s, all, nil) {
			if r.Kind == Acknowledged {
				level[r.Incident] = r.Level + 1
			}
			if l := level[r.Incident]; l > 0 && (r.Kind == Escalated || r.Level >= l) {
				t.Fatalf("%+v calls somebody after the answer", r)
			}
		}
	})
}

// TestNoConfirmedFallIsLostInARoom: whichever camera confirms a fall, an incident is open that knows
// the person and the camera, and says that somebody lies.
func TestNoConfirmedFallIsLostInARoom(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := DefaultDesk
		s.CoolDownSeconds, s.SameRoomSeconds, s.Rooms = 0, 300, map[string]string{"hall": "a", "kitchen": "a", "bath": "a"}
		d, at := NewDesk(s), monday
		for range rapid.IntRange(1, 60).Draw(t, "events") {
			at = at.Add(time.Duration(rapid.IntRange(0, 60).Draw(t, "wait")) * time.Second)
			camera := rapid.SampledFrom([]string{"hall", "kitchen", "bath"}).Draw(t, "camera")
			track := rapid.IntRange(1, 3).Draw(t, "track")
			kind := rapid.SampledFrom([]string{Suspected, Confirmed, Cleared, Recovered, "gone"}).Draw(t, "kind")
			if kind == "gone" {
				d.Gone(at, camera, track)
				continue
			}
			place := Point{float64(track) / 3, 0.5}
			d.Raise(at, camera, track, Event{kind, 0, 1, 0.9}, Places{place, place})
			i, sight := d.of(camera, track)
			if kind == Confirmed && (i == nil || !sight.Lying || i.Up || i.State != Confirmed && i.State != Acknowledged) {
				t.Fatalf("%s has confirmed person %d, and the incident is %+v", camera, track, i)
			}
		}
	})
}

func FuzzDeskState(f *testing.F) {
	f.Add([]byte(`{"format":1,"mode":"auto","incidents":[{"id":"a","about":"fall","state":"confirmed","camera":"hall","track":1,"contacts":["anna"],"level":1}]}`))
	f.Add([]byte(`{"format":1,"hushed":[{"camera":"hall","track":1,"kind":"suspected"}],"zones":{"hall":[{"kind":"ignore","points":[[0,0],[1,0],[1,1]]}]}}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		d := NewDesk(DefaultDesk)
		if json.Unmarshal(text, d) != nil {
			return
		}
		d.Raise(monday, "hall", 1, Event{Suspected, 0, 1, 0.9}, Places{floor, floor})
		d.Fault(monday, "hall", Blind, "")
		d.Tick(monday.Add(time.Hour))
		if _, err := json.Marshal(d); err != nil {
			t.Fatal(err)
		}
	})
}
