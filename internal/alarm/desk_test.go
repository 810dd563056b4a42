package alarm

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"
)

// monday is the moment at which tests begin: a Monday, 12:00.
var monday = time.Date(2026, time.March, 2, 12, 0, 0, 0, time.UTC)

// scene plays what happens at a desk and keeps what it told.
type scene struct {
	*testing.T
	desk *Desk
	now  time.Time
	told []Report
}

func newScene(t *testing.T, change func(*DeskSettings)) *scene {
	s := DefaultDesk
	s.Contacts = []string{"anna", "ben", "cleo"}
	s.DrillDays = 0
	if change != nil {
		change(&s)
	}
	return &scene{T: t, desk: NewDesk(s), now: monday}
}

func (s *scene) hears(r []Report) { s.told = append(s.told, r...) }

var (
	floor = Point{0.5, 0.9}
	bed   = Point{0.2, 0.5}
)

// raise has person 1 of the hall do something where the body lies.
func (s *scene) raise(track int, kind string, began, lies Point) {
	now := s.now.Sub(monday).Seconds()
	s.hears(s.desk.Raise(s.now, "hall", track, Event{Kind: kind, Start: now - 1, Time: now, Score: 0.9}, Places{began, lies}))
}

// falls is a suspicion and, a second later, the confirmation.
func (s *scene) falls(track int, began, lies Point) {
	s.raise(track, Suspected, began, lies)
	s.wait(time.Second)
	s.raise(track, Confirmed, began, lies)
}

// wait lets time go by, second by second.
func (s *scene) wait(d time.Duration) {
	for end := s.now.Add(d); s.now.Before(end); {
		s.now = s.now.Add(time.Second)
		s.hears(s.desk.Tick(s.now))
	}
}

func (s *scene) acknowledge(who string) {
	s.Helper()
	for _, i := range s.desk.Open() {
		told, err := s.desk.Acknowledge(s.now, i.ID, who)
		if err != nil {
			s.Fatal(err)
		}
		s.hears(told)
	}
}

// expect compares what was told since the last time: kind, seconds since the beginning, who was told.
func (s *scene) expect(want string) {
	s.Helper()
	var got []string
	for _, r := range s.told {
		text := fmt.Sprintf("%s@%.0f", r.Kind, r.Time.Sub(monday).Seconds())
		if len(r.Contacts) > 0 {
			text += ":" + strings.Join(r.Contacts, "+")
		}
		got = append(got, text)
	}
	s.told = nil
	if g := strings.Join(got, " "); g != want {
		s.Errorf("told\n     %q\nwant %q", g, want)
	}
}

func (s *scene) open(want int) {
	s.Helper()
	if n := len(s.desk.Open()); n != want {
		s.Errorf("%d incidents are open, want %d: %+v", n, want, s.desk.Open())
	}
}

func TestAFallIsEscalatedUntilSomebodyAnswers(t *testing.T) {
	s := newScene(t, nil)
	s.falls(1, floor, floor)
	s.expect("suspected@0 confirmed@1:anna")
	s.wait(9 * time.Minute)
	s.expect("escalated@181:ben escalated@361:cleo")
	s.wait(8 * time.Minute)
	s.expect("long_lie@601:anna+ben+cleo")
	s.wait(4 * time.Minute)
	s.expect("escalated@1201:anna+ben+cleo")
	s.acknowledge("ben")
	s.expect("acknowledged@1261:anna+ben+cleo")
	s.wait(30 * time.Minute)
	s.open(1)
	s.raise(1, Recovered, floor, floor)
	s.expect("recovered@3061:anna+ben+cleo cleared@3061")
	s.open(0)
}

func TestASuspicionThatIsLetGoTellsNobody(t *testing.T) {
	s := newScene(t, nil)
	s.raise(1, Suspected, floor, floor)
	s.wait(time.Second)
	s.raise(1, Cleared, floor, floor)
	s.expect("suspected@0 cleared@1")
	s.open(0)
}

func TestASuspicionCanBeTold(t *testing.T) {
	s := newScene(t, func(d *DeskSettings) { d.TellSuspected = true })
	s.raise(1, Suspected, floor, floor)
	s.wait(time.Second)
	s.raise(1, Cleared, floor, floor)
	s.expect("suspected@0:anna cleared@1:anna")
	s.falls(1, floor, floor)
	s.expect("suspected@1:anna confirmed@2:anna")
}

func TestRecoveryDoesNotEndWhatNobodyHasAnswered(t *testing.T) {
	s := newScene(t, nil)
	s.falls(1, floor, floor)
	s.wait(time.Minute)
	s.raise(1, Recovered, floor, floor)
	s.wait(3 * time.Minute)
	s.expect("suspected@0 confirmed@1:anna recovered@61:anna escalated@181:ben")
	s.open(1)
	s.acknowledge("anna")
	s.expect("acknowledged@241:anna+ben cleared@241")
	s.open(0)

	s = newScene(t, func(d *DeskSettings) { d.EscalateRecovered = false })
	s.falls(1, floor, floor)
	s.raise(1, Recovered, floor, floor)
	s.wait(time.Hour)
	s.expect("suspected@0 confirmed@1:anna recovered@1:anna")
	s.open(1)
}

func TestWhoFallsAgainIsOneIncident(t *testing.T) {
	s := newScene(t, nil)
	s.falls(1, floor, floor)
	s.raise(1, Recovered, floor, floor)
	s.wait(20 * time.Second)
	s.falls(1, floor, floor)
	s.expect("suspected@0 confirmed@1:anna recovered@1:anna confirmed@22:anna")
	s.open(1)
}

func TestLostAndFoundWhereTheFallEnded(t *testing.T) {
	for _, c := range []struct {
		name  string
		away  time.Duration
		where Point
		open  int
	}{
		{"in the same place", 20 * time.Second, Point{0.52, 0.88}, 1},
		{"elsewhere", 20 * time.Second, Point{0.1, 0.3}, 2},
		{"after long", 2 * time.Minute, floor, 2},
		{"while the first is still seen", 0, floor, 2},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newScene(t, nil)
			s.falls(1, floor, floor)
			s.hears(s.desk.Gone(s.now, "hall", 1))
			s.wait(c.away)
			s.falls(2, c.where, c.where)
			s.open(c.open)
		})
	}
	s := newScene(t, nil)
	s.falls(1, floor, floor)
	s.wait(5 * time.Second)
	if s.desk.Resume(s.now, "kitchen", 2, floor) || s.desk.Resume(s.now, "hall", 2, bed) || !s.desk.Resume(s.now, "hall", 2, floor) {
		t.Error("somebody who lies where another was lost is the same, and nobody else is")
	}
	s.raise(2, Recovered, floor, floor)
	s.expect("suspected@0 confirmed@1:anna recovered@6:anna")
}

func TestASuspicionEndsWithItsPerson(t *testing.T) {
	s := newScene(t, nil)
	s.raise(1, Suspected, floor, floor)
	s.hears(s.desk.Gone(s.now, "hall", 1))
	s.expect("suspected@0 cleared@0")
	s.raise(2, Suspected, floor, floor)
	s.wait(2 * time.Minute) // nobody says that the person is gone: the program was started anew
	s.expect("suspected@0 cleared@60")
}

var aBed = Zone{Name: "bed", Kind: LyingAllowed, Points: [][2]float64{{0, 0.3}, {0.4, 0.3}, {0.4, 0.7}, {0, 0.7}}}

func TestQuietZones(t *testing.T) {
	beds := func(d *DeskSettings) { d.Zones = map[string][]Zone{"hall": {aBed}} }
	for _, c := range []struct {
		name        string
		began, lies Point
		want        string
	}{
		{"lies down on the bed", floor, bed, ""},
		{"turns over in bed", bed, bed, ""},
		{"falls out of bed", bed, floor, "suspected@0 confirmed@1:anna"},
		{"falls elsewhere", floor, floor, "suspected@0 confirmed@1:anna"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newScene(t, beds)
			s.falls(1, c.began, c.lies)
			s.expect(c.want)
		})
	}
	s := newScene(t, beds)
	s.falls(1, bed, bed)
	s.hears(s.desk.Seen(s.now, "hall", 1, bed))
	s.wait(2 * time.Second)
	s.hears(s.desk.Seen(s.now, "hall", 1, floor))
	s.expect("suspected@3 confirmed@3:anna")
	s.raise(1, Recovered, bed, floor)
	s.expect("recovered@3:anna")
}

func TestZonesDrawnLaterWin(t *testing.T) {
	s := newScene(t, func(d *DeskSettings) { d.Zones = map[string][]Zone{"hall": {aBed}} })
	if err := s.desk.SetZones("hall", nil); err != nil {
		t.Fatal(err)
	}
	s.falls(1, bed, bed)
	s.expect("suspected@0 confirmed@1:anna")
	for name, z := range map[string]Zone{
		"kind":    {Name: "x", Kind: "lava", Points: aBed.Points},
		"corners": {Name: "x", Kind: Ignore, Points: aBed.Points[:2]},
		"corner":  {Name: "x", Kind: Ignore, Points: [][2]float64{{0, 0}, {1, 2}, {0, 1}}},
	} {
		if err := s.desk.SetZones("hall", []Zone{z}); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestCoolDownIsNoHole(t *testing.T) {
	s := newScene(t, nil)
	s.falls(1, floor, floor)
	s.raise(1, Recovered, floor, floor)
	s.acknowledge("anna")
	s.told = nil
	s.falls(1, floor, floor) // within the cool-down
	s.expect("")
	s.wait(10 * time.Second)
	s.hears(s.desk.Seen(s.now, "hall", 1, floor)) // and it is over, and the person still lies
	s.expect("suspected@12 confirmed@12:anna")
}

func TestAwayCallsNobodyUntilSomebodyIsHome(t *testing.T) {
	s := newScene(t, nil)
	if err := s.desk.SetMode(Away); err != nil {
		t.Fatal(err)
	}
	s.falls(1, floor, floor)
	s.wait(5 * time.Minute)
	s.expect("suspected@0 confirmed@1")
	if err := s.desk.SetMode(Home); err != nil {
		t.Fatal(err)
	}
	s.wait(time.Second)
	s.expect("escalated@302:anna")
	if err := s.desk.SetMode("party"); err == nil || !strings.Contains(err.Error(), `"party"`) {
		t.Error(err)
	}
	_ = s.desk.SetMode(Away)
	s.falls(2, bed, bed)
	s.raise(2, Recovered, bed, bed)
	s.expect("suspected@302 confirmed@303 recovered@303 cleared@303")
}

func TestTestModeMarksAll(t *testing.T) {
	s := newScene(t, nil)
	_ = s.desk.SetMode(Test)
	s.falls(1, floor, floor)
	for _, r := range s.told {
		if !r.Drill {
			t.Errorf("%+v is not marked as a drill", r)
		}
	}
	s.expect("suspected@0 confirmed@1:anna")
}

func TestSchedules(t *testing.T) {
	night := Schedule{Name: "night", From: "22:00", To: "07:00", Contacts: []string{"cleo"}}
	club := Schedule{Name: "club", Days: []string{"tue"}, From: "14:00", To: "16:30", Mode: Away, Cameras: []string{"hall"}}
	late := Schedule{Name: "late", Days: []string{"tue"}, From: "23:00", To: "01:00", Mode: Test}
	all := []Schedule{night, club, late}
	at := func(day, hour, minute int) time.Time {
		return monday.AddDate(0, 0, day).Add(time.Duration(hour-12)*time.Hour + time.Duration(minute)*time.Minute)
	}
	for _, c := range []struct {
		at     time.Time
		camera string
		want   string
	}{
		{at(0, 12, 0), "hall", "home anna"},
		{at(0, 21, 59), "hall", "home anna"},
		{at(0, 22, 0), "hall", "home cleo"},
		{at(1, 6, 59), "hall", "home cleo"},
		{at(1, 7, 0), "hall", "home anna"},
		{at(1, 14, 0), "hall", "away anna"},
		{at(1, 14, 0), "bedroom", "home anna"},
		{at(1, 16, 30), "hall", "home anna"},
		{at(0, 15, 0), "hall", "home anna"},
		{at(1, 23, 30), "hall", "test cleo"},
		{at(2, 0, 30), "hall", "test cleo"}, // of Tuesday's night
		{at(1, 0, 30), "hall", "home cleo"},
	} {
		mode, who := during(all, c.at, c.camera, []string{"anna"})
		if got := mode + " " + strings.Join(who, "+"); got != c.want {
			t.Errorf("%s %s: %s, want %s", c.at.Format("Mon 15:04"), c.camera, got, c.want)
		}
	}
	for name, bad := range map[string]Schedule{
		"days":  {Days: []string{"monday"}, From: "10:00", To: "11:00"},
		"from":  {From: "9:00", To: "11:00"},
		"to is": {From: "09:00", To: "24:01"},
		"mode":  {From: "09:00", To: "11:00", Mode: "party"},
	} {
		if f := bad.Faults(); len(f) != 1 || !strings.HasPrefix(f[0].Error(), name) {
			t.Errorf("%s: %v", name, f)
		}
	}
}

func TestABlindCamera(t *testing.T) {
	s := newScene(t, nil)
	fault := func(kind, note string) { s.hears(s.desk.Fault(s.now, "hall", kind, note)) }
	fault(Seeing, "")
	fault(Blind, "silent")
	fault(Blind, "silent")
	s.expect("blind@0:anna")
	fault(Blind, "black")
	s.expect("blind@0")
	s.wait(time.Hour)
	s.expect("escalated@3600:ben")
	s.open(1)
	fault(Seeing, "")
	s.expect("seeing@3600:anna+ben cleared@3600")
	s.open(0)
	fault(Blind, "covered")
	s.hears(s.desk.Begin(s.now, []string{"kitchen"}))
	s.expect("blind@3600:anna cleared@3600:anna")
}

func TestADrillIsAWholeAlarm(t *testing.T) {
	s := newScene(t, func(d *DeskSettings) { d.DrillDays = 30 })
	s.wait(time.Second)
	s.hears(s.desk.Drill(s.now, "hall", "anna"))
	s.expect("drill@1 suspected@1 confirmed@1:anna")
	s.wait(4 * time.Minute)
	s.expect("escalated@181:ben")
	s.acknowledge("ben")
	s.expect("acknowledged@241:anna+ben cleared@241")
	s.hears(s.desk.Drill(s.now, "hall", "anna"))
	s.told = nil
	s.wait(20 * time.Minute)
	s.expect("escalated@421:ben escalated@601:cleo long_lie@841:anna+ben+cleo escalated@1441:anna+ben+cleo")
	s.wait(time.Second)
	s.expect("cleared@1442:anna+ben+cleo")
	s.now = s.now.AddDate(0, 0, 30)
	s.wait(time.Second)
	if len(s.told) != 1 || s.told[0].Kind != Drilled || !strings.Contains(s.told[0].Note, "30 days ago") {
		t.Errorf("a drill is due: %+v", s.told)
	}
	s.told = nil
	s.now = s.now.AddDate(0, 0, 6)
	s.wait(time.Second)
	s.expect("")
	s.now = s.now.AddDate(0, 0, 1)
	s.wait(time.Second)
	if len(s.told) != 1 {
		t.Errorf("a drill is still due: %+v", s.told)
	}
}

func TestAClockThatIsSetBackStopsNothing(t *testing.T) {
	s := newScene(t, nil)
	s.falls(1, floor, floor)
	s.now = s.now.Add(-time.Hour)
	s.told = nil
	s.wait(3*time.Minute + time.Second) // the first second is none: the clock has gone back
	if len(s.told) != 1 || s.told[0].Kind != Escalated || s.told[0].Time.Before(s.told[0].Start) {
		t.Errorf("%+v", s.told)
	}
}

func TestAcknowledgeWhatIsNotThere(t *testing.T) {
	s := newScene(t, nil)
	if _, err := s.desk.Acknowledge(s.now, "nothing", "anna"); err == nil || !strings.Contains(err.Error(), `"nothing"`) {
		t.Error(err)
	}
	s.falls(1, floor, floor)
	s.acknowledge("anna")
	s.told = nil
	s.acknowledge("ben") // too late
	s.expect("")
	if by := s.desk.Open()[0].By; by != "anna" {
		t.Errorf("taken over by %s", by)
	}
}

func TestTooManyIncidentsAreBounded(t *testing.T) {
	s := newScene(t, func(d *DeskSettings) { d.SamePlace = 0 })
	for track := range mostOpen + 5 {
		where := Point{float64(track%10) / 10, float64(track/10) / 10}
		s.falls(track+1, where, where)
		s.raise(track+1, Recovered, where, where)
	}
	s.wait(time.Minute)
	s.open(mostOpen)
}

func TestAStateThatCannotBeIsRefused(t *testing.T) {
	for _, text := range []string{`{`, `{"format":2}`, `{"format":1,"incidents":[null]}`, `{"format":1,"incidents":[{"level":3}]}`, `{"format":1,"hushed":[null]}`} {
		if err := json.Unmarshal([]byte(text), NewDesk(DefaultDesk)); err == nil {
			t.Errorf("%s was taken", text)
		}
	}
}

func TestDeskSettingsNameTheirFaults(t *testing.T) {
	if f := DefaultDesk.Faults(); len(f) > 0 {
		t.Fatal(f)
	}
	v := reflect.ValueOf(&DeskSettings{}).Elem()
	for i := range v.NumField() {
		if v.Field(i).Kind() != reflect.Float64 {
			continue
		}
		s := DefaultDesk
		reflect.ValueOf(&s).Elem().Field(i).SetFloat(-1)
		name := v.Type().Field(i).Tag.Get("yaml")
		if f := s.Faults(); len(f) != 1 || !strings.HasPrefix(f[0].Error(), "desk."+name+" is -1") {
			t.Errorf("%s: %v", name, f)
		}
	}
}
