package web_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"fallkit/internal/alarm"
	"fallkit/internal/web"
	"fallkit/internal/web/webtest"
)

func TestHealthAddresses(t *testing.T) {
	s := newSite(t)
	stranger, here := s.browser(), s.browser()
	here.from = "127.0.0.1:4711"
	stranger.want(200, "GET", "/livez", "")
	if w := stranger.want(503, "GET", "/readyz", ""); strings.Contains(w.Body.String(), "Bedroom") {
		t.Errorf("a stranger is told %s", w.Body)
	}
	local := "Host: localhost:8443"
	if w := here.want(503, "GET", "/readyz", "", local); !strings.Contains(w.Body.String(), "camera Bedroom: the picture is black") {
		t.Errorf("this machine is told %s", w.Body)
	}
	program := s.program(s.admin(), "read")
	if w := program.want(503, "GET", "/readyz", ""); !strings.Contains(w.Body.String(), "Bedroom") {
		t.Errorf("a program is told %s", w.Body)
	}
	s.house.Blinded = nil
	stranger.want(200, "GET", "/readyz", "")

	stranger.want(401, "GET", "/metrics", "")
	for _, b := range []*browser{here, program} {
		if w := b.want(200, "GET", "/metrics", "", local); w.Body.String() != "fallwatch_frames_total 1\n" {
			t.Error(w.Body)
		}
	}
	for _, proxy := range []string{"X-Forwarded-For: 198.51.100.1", "Forwarded: for=198.51.100.1", "Via: 1.1 proxy", "X-Real-IP: 198.51.100.1", "Host: house.example"} {
		here.want(401, "GET", "/metrics", "", local, proxy)
	}
}

func TestNoMetrics(t *testing.T) {
	s := newSite(t)
	s.parts.Metrics = nil
	s.open()
	s.browser().want(404, "GET", "/metrics", "")
}

func TestWhatTheHouseIsAskedFor(t *testing.T) {
	s := newSite(t)
	b := s.admin()
	b.want(204, "POST", "/api/v1/incidents/i-0005/acknowledge", "")
	b.want(204, "PUT", "/api/v1/incidents/i-0005/verdict", `{"verdict": "true"}`)
	b.want(204, "POST", "/api/v1/cameras/Kitchen%20&%20hall/drill", "")
	b.want(204, "PUT", "/api/v1/cameras/Bedroom/zones", `{"zones": [{"name": "Bed", "kind": "lying_allowed", "points": [[0, 0], [1, 0], [1, 1]]}]}`)
	b.want(204, "PUT", "/api/v1/mode", `{"mode": "away"}`)
	want := []string{"acknowledge i-0005 admin", "verdict i-0005 true admin", "drill Kitchen & hall admin", "zones Bedroom admin", "mode away admin"}
	if got := s.house.Changes(); !slices.Equal(got, want) {
		t.Errorf("the house was asked for %q", got)
	}
	var zones struct{ Zones []web.Zone }
	b.read("/api/v1/cameras/Bedroom/zones", &zones)
	if len(zones.Zones) != 1 || zones.Zones[0].Name != "Bed" || len(zones.Zones[0].Points) != 3 {
		t.Errorf("%+v", zones)
	}
	b.want(409, "POST", "/api/v1/incidents/i-0005/acknowledge", "") // has been answered
	b.want(404, "POST", "/api/v1/incidents/i-9999/acknowledge", "")
	b.want(404, "PUT", "/api/v1/incidents/i-9999/verdict", `{"verdict": "true"}`)
	b.want(404, "POST", "/api/v1/cameras/Cellar/drill", "")
	if w := b.want(404, "GET", "/api/v1/incidents/i-0004/evidence", ""); !strings.Contains(w.Body.String(), "nothing is kept") {
		t.Error(w.Body)
	}
}

func TestBadBodies(t *testing.T) {
	s := newSite(t)
	b := s.admin()
	zone := func(points string) string {
		return `{"zones": [{"name": "a", "kind": "ignore", "points": ` + points + `}]}`
	}
	for _, c := range []struct {
		method, path, body string
		want               int
	}{
		{"PUT", "/api/v1/mode", `{"mode": "party"}`, 422},
		{"PUT", "/api/v1/mode", `{"mode": "away", "more": 1}`, 400},
		{"PUT", "/api/v1/mode", `{"mode": "away"} {}`, 400},
		{"PUT", "/api/v1/mode", `{"mode": 1}`, 400},
		{"PUT", "/api/v1/mode", `{"mode": "away"`, 400},
		{"PUT", "/api/v1/mode", `[]`, 400},
		{"PUT", "/api/v1/mode", "\xff\xfe", 400},
		{"PUT", "/api/v1/incidents/i-0005/verdict", `{"verdict": "maybe"}`, 422},
		{"PUT", "/api/v1/incidents/i-0005/verdict", `{"verdict": true}`, 400},
		{"PUT", "/api/v1/cameras/Bedroom/zones", zone(`[[0,0],[1,0]]`), 422},
		{"PUT", "/api/v1/cameras/Bedroom/zones", zone(`[[0,0],[1,0],[1,1.01]]`), 422},
		{"PUT", "/api/v1/cameras/Bedroom/zones", zone(`[[0,0],[1,0],[1,-0.01]]`), 422},
		{"PUT", "/api/v1/cameras/Bedroom/zones", zone(`[[0,0],[1,0],[1,1e999]]`), 400},
		{"PUT", "/api/v1/cameras/Bedroom/zones", zone(`[[0,0],[1,1],[1,0],[0,1]]`), 422},
		{"PUT", "/api/v1/cameras/Bedroom/zones", zone(`[[0,0],[1,1],[0.5,0.5]]`), 422},
		{"PUT", "/api/v1/cameras/Bedroom/zones", strings.Replace(zone(`[[0,0],[1,0],[1,1]]`), "ignore", "trap", 1), 422},
		{"PUT", "/api/v1/cameras/Bedroom/zones", strings.Repeat(" ", 200<<10) + zone(`[[0,0],[1,0],[1,1]]`), 413},
		{"POST", "/api/v1/users", `{"name": "", "scope": "read", "password": "a good password"}`, 422},
		{"POST", "/api/v1/tokens", `{"name": "x", "scope": "root"}`, 422},
		{"DELETE", "/api/v1/tokens/none", "", 422},
		{"DELETE", "/api/v1/users/admin", "", 422},
		{"GET", "/api/v1/incidents?limit=0", "", 400},
		{"GET", "/api/v1/incidents?limit=201", "", 400},
		{"GET", "/api/v1/incidents?limit=x", "", 400},
		{"GET", "/api/v1/audit?limit=-1", "", 400},
		{"DELETE", "/api/v1/mode", "", 405},
		{"GET", "/api/v1/nothing", "", 404},
	} {
		if w := b.ask(c.method, c.path, c.body); w.Code != c.want {
			t.Errorf("%s %s %.80s: %d %s, want %d", c.method, c.path, c.body, w.Code, w.Body, c.want)
		}
	}
	if len(s.house.Changes()) != 0 {
		t.Errorf("something was changed: %v", s.house.Changes())
	}
}

// A house whose disk is full says so, and a change that cannot be written down is made all the same.
func TestAHouseThatFails(t *testing.T) {
	s := newSite(t)
	b := s.admin()
	s.house.Broken = errors.New("no space left on device")
	if w := b.want(500, "POST", "/api/v1/incidents/i-0005/acknowledge", ""); !strings.Contains(w.Body.String(), "no space left") {
		t.Error(w.Body)
	}
	s.parts.Audit = deaf{}
	s.house.Broken = nil
	s.open()
	b.want(204, "POST", "/api/v1/incidents/i-0005/acknowledge", "")
}

// deaf is an audit log that cannot be written.
type deaf struct{}

func (deaf) Audit(web.AuditEntry) error           { return errors.New("no space left on device") }
func (deaf) Audits(int) ([]web.AuditEntry, error) { return nil, errors.New("no space left on device") }

func TestOnePanicIsOneFailure(t *testing.T) {
	s := newSite(t)
	b := s.admin()
	s.parts.House = panics{s.house}
	s.open()
	w := b.want(500, "GET", "/api/v1/health", "")
	if strings.Contains(w.Body.String(), "a bug") || w.Header().Get("X-Content-Type-Options") != "nosniff" {
		t.Error(w.Body, w.Header())
	}
	b.want(200, "GET", "/api/v1/incidents", "")
	defer func() {
		if fault, _ := recover().(error); !errors.Is(fault, http.ErrAbortHandler) {
			t.Errorf("net/http's own panic became %v", fault)
		}
	}()
	s.parts.Metrics = http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) })
	s.open()
	b.ask("GET", "/metrics", "")
}

type panics struct{ *webtest.House }

func (panics) Health() map[string]any { panic("a bug") }

func TestNumbersThatJSONDoesNotKnow(t *testing.T) {
	s := newSite(t)
	s.parts.House = odd{s.house}
	s.open()
	b := s.admin()
	b.want(200, "GET", "/api/v1/cameras", "")
	b.want(200, "GET", "/api/v1/health", "")
}

type odd struct{ *webtest.House }

func (odd) Cameras() []web.CameraState {
	return []web.CameraState{{Name: "a", Rate: math.NaN(), Score: math.Inf(1), PoseMillis: math.NaN()}}
}

func (odd) Health() map[string]any { return map[string]any{"x": math.NaN()} }

func TestIncidentsPageByPage(t *testing.T) {
	s := newSite(t)
	b := s.admin()
	var all []string
	for before := ""; ; {
		var page struct{ Incidents []struct{ ID string } }
		b.read("/api/v1/incidents?limit=2&before="+before, &page)
		for _, i := range page.Incidents {
			all = append(all, i.ID)
		}
		if len(page.Incidents) < 2 {
			break
		}
		before = page.Incidents[1].ID
	}
	if got := strings.Join(all, " "); got != "i-0005 i-0004 i-0003 i-0002 i-0001" {
		t.Error(got)
	}
	b.want(404, "GET", "/api/v1/incidents/i-9999", "")
}

func TestIncidentIsWhatItsReportsComeTo(t *testing.T) {
	report := func(kind string) alarm.Report {
		return alarm.Report{Kind: kind, Camera: "hall", Level: 1, Note: "Anna"}
	}
	for _, c := range []struct {
		kinds              []string
		kind, state, extra string
	}{
		{[]string{alarm.Suspected}, "fall", "suspected", ""},
		{[]string{alarm.Suspected, alarm.Cleared}, "fall", "over", ""},
		{[]string{alarm.Suspected, alarm.Confirmed}, "fall", "confirmed", "urgent"},
		{[]string{alarm.Suspected, alarm.Confirmed, alarm.Recovered}, "fall", "confirmed", "urgent recovered"}, // until somebody has answered
		{[]string{alarm.Suspected, alarm.Confirmed, alarm.Recovered, alarm.Acknowledged}, "fall", "over", "recovered"},
		{[]string{alarm.Suspected, alarm.Confirmed, alarm.Acknowledged}, "fall", "acknowledged", ""},
		{[]string{alarm.Suspected, alarm.Confirmed, alarm.Acknowledged, alarm.LongLie}, "fall", "acknowledged", "long_lie"},
		{[]string{alarm.Suspected, alarm.Confirmed, alarm.Acknowledged, alarm.Recovered}, "fall", "over", "recovered"},
		{[]string{alarm.Suspected, alarm.Confirmed, alarm.LongLie, alarm.Escalated}, "fall", "confirmed", "urgent long_lie"},
		{[]string{alarm.Suspected, alarm.Acknowledged, alarm.Confirmed}, "fall", "acknowledged", ""},
		{[]string{alarm.Blind}, "blind", "confirmed", "urgent"},
		{[]string{alarm.Blind, alarm.Seeing}, "blind", "over", ""},
		{[]string{alarm.Blind, alarm.Acknowledged, alarm.Seeing}, "blind", "over", ""},
		{[]string{alarm.Suspected, alarm.Confirmed, alarm.LongLie, alarm.Recovered, alarm.Confirmed}, "fall", "confirmed", "urgent"}, // fallen again
		{[]string{alarm.Suspected, alarm.Confirmed, alarm.Cleared}, "fall", "over", ""},                                              // nobody was at home
		{[]string{alarm.Drilled, alarm.Suspected, alarm.Confirmed}, "drill", "confirmed", "urgent"},
		{[]string{alarm.Drilled, alarm.Suspected, alarm.Confirmed, alarm.Acknowledged, alarm.Cleared}, "drill", "over", ""},
		{[]string{alarm.Drilled}, "reminder", "over", ""},
		{nil, "fall", "suspected", ""},
	} {
		i := web.Incident{ID: "x"}
		for _, k := range c.kinds {
			r := report(k)
			if r.Drill = c.kind == "drill" || c.kind == "reminder"; c.kind == "reminder" {
				r.Camera = ""
			}
			i.Reports = append(i.Reports, r)
		}
		var v struct {
			Kind, State    string
			Urgent         bool
			Recovered      bool
			LongLie        bool `json:"long_lie"`
			Confirmed      bool
			AcknowledgedBy string `json:"acknowledged_by"`
		}
		if err := json.Unmarshal(web.View(i), &v); err != nil {
			t.Fatal(err)
		}
		if v.Kind != c.kind || v.State != c.state || v.Urgent != strings.Contains(c.extra, "urgent") ||
			v.Recovered != strings.Contains(c.extra, "recovered") || v.LongLie != strings.Contains(c.extra, "long_lie") ||
			v.Confirmed != slices.Contains(c.kinds, alarm.Confirmed) {
			t.Errorf("%v: %+v", c.kinds, v)
		}
		if (v.AcknowledgedBy == "Anna") != slices.Contains(c.kinds, alarm.Acknowledged) {
			t.Errorf("%v: answered by %q", c.kinds, v.AcknowledgedBy)
		}
	}
}

func TestEvidence(t *testing.T) {
	s := newSite(t)
	b := s.admin()
	var e struct {
		Camera        string
		Width, Height int
		Times         []float64
		Poses         [][][3]float64
		Scores        []*float64
	}
	b.read("/api/v1/incidents/i-0005/evidence", &e)
	if e.Camera != webtest.Living || e.Width != 640 || len(e.Times) != 151 || len(e.Poses) != 151 || len(e.Poses[0]) != web.Joints || *e.Scores[150] < 0.9 {
		t.Errorf("%s %d, %d times, %d poses", e.Camera, e.Width, len(e.Times), len(e.Poses))
	}
	if w := b.want(200, "GET", "/api/v1/incidents/i-0005/strip.png", ""); w.Header().Get("Content-Type") != "image/png" || !strings.HasPrefix(w.Body.String(), "\x89PNG") {
		t.Error(w.Header())
	}
	b.want(404, "GET", "/api/v1/incidents/i-0002/strip.png", "")
	for raw, good := range map[string]bool{
		`{"times": [0, 1], "poses": [null, null], "scores": [null, 0.5]}`: true,
		`{"times": [0], "poses": [null], "scores": [-1]}`:                 true,
		`{}`: true,
		`{"times": [0, 1], "poses": [null], "scores": [null, 0.5]}`:     false,
		`{"times": [0], "poses": [{"Keypoints": []}], "scores": [0.5]}`: false,
		`{"times": "x"}`: false,
		`[]`:             false,
	} {
		if _, err := web.ReadEvidence(json.RawMessage(raw)); (err == nil) != good {
			t.Errorf("%s: %v", raw, err)
		}
	}
}

// One incident that cannot be read does not hide the others.
func TestDamagedIncidents(t *testing.T) {
	s := newSite(t)
	s.parts.House = damaged{s.house}
	s.open()
	var list struct {
		Incidents []struct{ ID string }
		Fault     string
	}
	b := s.admin()
	b.read("/api/v1/incidents", &list)
	if len(list.Incidents) != 5 || list.Fault != "incident i-0007 is damaged" {
		t.Errorf("%+v", list)
	}
}

type damaged struct{ *webtest.House }

func (d damaged) Incidents(limit int, before string) ([]web.Incident, error) {
	all, err := d.House.Incidents(limit, before)
	return all, errors.Join(err, errors.New("incident i-0007 is damaged"))
}

// What a house keeps of an incident is not trusted: a PNG that is none is not handed on.
func TestStripThatIsNone(t *testing.T) {
	s := newSite(t)
	s.parts.House = forged{s.house}
	s.open()
	b := s.admin()
	b.want(404, "GET", "/api/v1/incidents/i-0005/strip.png", "")
	b.want(500, "GET", "/api/v1/incidents/i-0005/evidence", "")
}

type forged struct{ *webtest.House }

func (forged) Evidence(string) (json.RawMessage, []byte, error) {
	return json.RawMessage(`{"times": 1}`), []byte("<script>alert(1)</script>"), nil
}

func TestSkeleton(t *testing.T) {
	var k struct {
		Joints []string
		Bones  [][2]int
	}
	newSite(t).admin().read("/api/v1/skeleton", &k)
	if len(k.Joints) != web.Joints || k.Joints[0] != "nose" || len(k.Bones) < 12 {
		t.Errorf("%+v", k)
	}
}

func TestFaults(t *testing.T) {
	if faults := web.Default.Faults(); faults != nil {
		t.Errorf("the default: %v", faults)
	}
	if faults := (web.Settings{}).Faults(); faults != nil {
		t.Errorf("no page: %v", faults)
	}
	for name, change := range map[string]func(*web.Settings){
		"web.listen ":        func(s *web.Settings) { s.Listen = "8443" },
		"web.listen is":      func(s *web.Settings) { s.Listen = "host:99999" },
		"web.sign_in is off": func(s *web.Settings) { s.SignIn = false },
		"web.tls.cert and":   func(s *web.Settings) { s.TLS.Cert = "a" },
		"web.tls.off is on":  func(s *web.Settings) { s.TLS = web.TLS{Cert: "a", Key: "b", Off: true} },
		"web.session_hours":  func(s *web.Settings) { s.SessionHours = math.NaN() },
		"web.idle_hours":     func(s *web.Settings) { s.IdleHours = 0 },
		"web.streams":        func(s *web.Settings) { s.Streams = 0 },
		"web.debug":          func(s *web.Settings) { s.Debug = ":6060" },
		"web.names":          func(s *web.Settings) { s.Names = []string{"a b"} },
	} {
		s := web.Default
		change(&s)
		if faults := s.Faults(); len(faults) != 1 || !strings.HasPrefix(faults[0].Error(), name) {
			t.Errorf("%s: %v", name, faults)
		}
	}
	for _, good := range []web.Settings{
		{Listen: "127.0.0.1:8443", SessionHours: 1, IdleHours: 1, Streams: 1},
		{Listen: "[::1]:8443", SessionHours: 1, IdleHours: 1, Streams: 1, Debug: "localhost:6060"},
		{Listen: ":1", SignIn: true, SessionHours: 1, IdleHours: 1, Streams: 1, Names: []string{"a.example", "192.0.2.1", "fd00::1"}},
	} {
		if faults := good.Faults(); faults != nil {
			t.Errorf("%+v: %v", good, faults)
		}
	}
}

func TestNewSaysWhatIsWrong(t *testing.T) {
	s := newSite(t)
	for _, c := range []struct {
		settings web.Settings
		want     string
	}{
		{web.Settings{Listen: ":0", SignIn: true, TLS: web.TLS{Cert: "none.crt", Key: "none.key"}}, "none.crt"},
		{web.Settings{Listen: ":0", SignIn: true}, "accounts.json is damaged"},
	} {
		p := s.parts
		p.Folder = t.TempDir()
		if err := writeFile(p.Folder+"/accounts.json", `{"version": 1`); err != nil {
			t.Fatal(err)
		}
		if _, err := web.New(c.settings, p); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v, want %q", err, c.want)
		}
	}
}

func FuzzChanges(f *testing.F) {
	for _, seed := range []string{
		`{"zones": [{"name": "Bed", "kind": "lying_allowed", "points": [[0, 0], [1, 0], [1, 1]]}]}`, `{"zones": null}`, `{"mode": "away"}`, `{"verdict": "true"}`,
		`{"name": "admin", "password": "x"}`, `{"name": "Anna", "scope": "read", "password": "a password for Anna"}`, `{"old": "", "new": ""}`, `[[[[[[`, `{"zones": [{"points": [[1e308, 1e308]]}]}`, "\x00",
	} {
		f.Add(seed)
	}
	paths := []route{
		{"PUT", "/api/v1/cameras/Bedroom/zones", ""}, {"PUT", "/api/v1/mode", ""}, {"PUT", "/api/v1/incidents/i-0005/verdict", ""}, {"POST", "/api/v1/tokens", ""}, {"POST", "/api/v1/users", ""}, {"PUT", "/api/v1/users/nobody", ""},
	}
	admin := newSite(f).admin()
	f.Fuzz(func(t *testing.T, body string) {
		s := *admin
		s.site = &site{TB: t, server: admin.server, house: admin.house, clock: admin.clock}
		for _, p := range paths {
			w := s.ask(p.method, p.path, body, "Content-Type: application/json")
			if w.Code >= 500 || !json.Valid(w.Body.Bytes()) && w.Code != 204 {
				t.Errorf("%s %s %q: %d %s", p.method, p.path, body, w.Code, w.Body)
			}
			checkKept(t, &s)
		}
		if w := s.site.browser().try("admin", body); w.Code != 403 && w.Code != 429 && w.Code != 204 {
			t.Errorf("sign in with %q: %d %s", body, w.Code, w.Body)
		}
	})
}

// checkKept looks whether all zones that the house was given can be.
func checkKept(t *testing.T, s *browser) {
	zones, _ := s.house.Zones(webtest.Blind)
	for _, z := range zones {
		if len(z.Points) < 3 || len(z.Points) > 40 || z.Name == "" || !slices.Contains(web.ZoneKinds, z.Kind) {
			t.Errorf("the house was given %+v", z)
		}
		for _, p := range z.Points {
			if !(p[0] >= 0 && p[0] <= 1 && p[1] >= 0 && p[1] <= 1) {
				t.Errorf("the house was given %+v", z)
			}
		}
	}
}

func FuzzEvidence(f *testing.F) {
	raw, _, err := webtest.New(time.Now).Evidence("i-0005")
	if err != nil {
		f.Fatal(err)
	}
	f.Add([]byte(raw))
	f.Add([]byte(`{"times": [0], "poses": [null], "scores": [-1]}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		text, err := web.ReadEvidence(raw)
		if err == nil && !json.Valid(text) {
			t.Errorf("%q becomes %q", raw, text)
		}
	})
}

func FuzzRequests(f *testing.F) {
	f.Add("GET", "/api/v1/incidents?limit=1", "Authorization", "Bearer fallwatch_x")
	f.Add("PUT", "/api/v1/incidents/%2e%2e/verdict", "Cookie", "__Host-fallwatch=x")
	f.Add("POST", "/api/v1/signin", "Origin", "null")
	server := newSite(f).server
	f.Fuzz(func(t *testing.T, method, path, header, value string) {
		r, err := http.NewRequestWithContext(t.Context(), method, "https://fallwatch.local:8443/"+strings.TrimPrefix(path, "/"), strings.NewReader("{}"))
		if err != nil {
			return
		}
		r.RemoteAddr = "192.0.2.7:4711"
		r.Header[http.CanonicalHeaderKey(header)] = []string{value}
		w := httptest.NewRecorder()
		server.ServeHTTP(w, r)
		if w.Code >= 500 && w.Code != 503 || w.Code == 200 && r.Method != http.MethodGet && r.Method != http.MethodHead {
			t.Errorf("%s %s: %d %s", method, path, w.Code, w.Body)
		}
		for _, secret := range []string{"Bedroom", "i-0005"} {
			if strings.Contains(w.Body.String(), secret) && !strings.Contains(path, secret) {
				t.Errorf("%s %s tells %s", method, path, secret)
			}
		}
		if h := w.Header().Get("Content-Security-Policy"); h == "" {
			t.Error(fmt.Sprint("no headers: ", w.Header()))
		}
	})
}
