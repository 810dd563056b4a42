package web

import (
	"encoding/json"
	"fmt"
	"math"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"fallkit/internal/web/account"
	"fallkit/pose"
)

func compare(a, b string) int { return strings.Compare(a, b) }

// finite is v, or 0 where JSON has no word for it.
func finite(v float64) float64 {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return 0
	}
	return v
}

// rounded keeps parts of one.
func rounded(v float32, parts float64) float32 {
	return float32(finite(math.Round(float64(v)*parts) / parts))
}

func (s *Server) cameras(w http.ResponseWriter, _ *http.Request, _ account.Identity) {
	reply(w, map[string]any{"cameras": s.cameraViews()})
}

// skeleton tells programs what the keypoints of a pose are.
func skeleton(w http.ResponseWriter, _ *http.Request, _ account.Identity) {
	joints, bones := []string{}, [][2]int{}
	for j := range pose.Joint(pose.Joints) {
		joints = append(joints, j.String())
	}
	for _, b := range pose.Bones {
		bones = append(bones, [2]int{int(b.From), int(b.To)})
	}
	reply(w, map[string]any{"joints": joints, "bones": bones})
}

// The number of incidents and of audit entries that are given at a time.
const (
	usualList = 50
	mostList  = 200
)

// listed reads ?limit=, and answers where it is wrong.
func listed(w http.ResponseWriter, r *http.Request) (limit int, ok bool) {
	text := r.URL.Query().Get("limit")
	if text == "" {
		return usualList, true
	}
	limit, err := strconv.Atoi(text)
	if err != nil || limit < 1 || limit > mostList {
		fail(w, http.StatusBadRequest, fmt.Sprintf("limit is %q, and must lie between 1 and %d", cut(text, 20), mostList))
		return 0, false
	}
	return limit, true
}

func (s *Server) incidents(w http.ResponseWriter, r *http.Request, _ account.Identity) {
	limit, ok := listed(w, r)
	if !ok {
		return
	}
	before := r.URL.Query().Get("before")
	if before != "" && !isIncident(before) {
		fail(w, http.StatusBadRequest, "before is no incident's name")
		return
	}
	found, err := s.parts.House.Incidents(limit, before)
	if len(found) == 0 && !s.answer(w, "list incidents", err) {
		return
	}
	all := make([]incidentView, len(found))
	for i, one := range found {
		all[i] = view(one)
	}
	s.replyList(w, "incidents", all, err)
}

// replyList gives what could be read, and says what could not: one damaged entry does not hide
// all others.
func (s *Server) replyList(w http.ResponseWriter, name string, all any, err error) {
	answer := map[string]any{name: all}
	if err != nil {
		s.parts.Log.Error("the page shows a part only", "of", name, "error", err)
		answer["fault"] = err.Error()
	}
	reply(w, answer)
}

// incident is one of them.
func (s *Server) incident(w http.ResponseWriter, _ *http.Request, _ account.Identity, name string) {
	if found, err := s.parts.House.Incident(name); s.answer(w, "read an incident", err) {
		reply(w, view(found))
	}
}

// isIncident tells whether a text could be an incident's name: nothing that leads anywhere as a path.
func isIncident(name string) bool {
	const letters = "abcdefghijklmnopqrstuvwxyz0123456789-_.:"
	return name != "" && len(name) <= 128 && name[0] != '.' && !strings.Contains(name, "..") && strings.Trim(strings.ToLower(name), letters) == ""
}

// ofIncident takes the incident from the address.
func (s *Server) ofIncident(handle func(http.ResponseWriter, *http.Request, account.Identity, string)) func(http.ResponseWriter, *http.Request, account.Identity) {
	return func(w http.ResponseWriter, r *http.Request, who account.Identity) {
		if name := r.PathValue("incident"); isIncident(name) {
			handle(w, r, who, name)
			return
		}
		fail(w, http.StatusNotFound, "there is no such incident")
	}
}

// ofCamera takes the camera from the address, and only one that there is.
func (s *Server) ofCamera(handle func(http.ResponseWriter, *http.Request, account.Identity, string)) func(http.ResponseWriter, *http.Request, account.Identity) {
	return func(w http.ResponseWriter, r *http.Request, who account.Identity) {
		if name := r.PathValue("camera"); slices.Contains(s.names(), name) {
			handle(w, r, who, name)
			return
		}
		fail(w, http.StatusNotFound, "there is no such camera")
	}
}

// evidence is a replay: poses and scores before and after an incident began.
type evidence struct {
	Camera string         `json:"camera"`
	Width  int            `json:"width"`
	Height int            `json:"height"`
	Track  int            `json:"track"`
	Times  []float64      `json:"times"`          // seconds from the incident's start
	Poses  [][][3]float32 `json:"poses"`          // [time, joint] x, y in pixels, confidence; null = not seen
	Scores []*float64     `json:"scores"`         // [time]; null = none
	Also   []evidence     `json:"also,omitempty"` // of other cameras of the room; their times are from the same start
}

// keptEvidence is watch.Evidence, of which the form in JSON is pose.Pose's own.
type keptEvidence struct {
	Camera               string
	Width, Height, Track int
	Times                []float64
	Poses                []*struct{ Keypoints []pose.Keypoint }
	Scores               []*float64
	Also                 []json.RawMessage
}

// readEvidence checks what is drawn.
func readEvidence(raw json.RawMessage) (e evidence, err error) {
	var k keptEvidence
	if err := json.Unmarshal(raw, &k); err != nil {
		return e, err
	}
	if len(k.Poses) != len(k.Times) || len(k.Scores) != len(k.Times) {
		return e, fmt.Errorf("%d times, %d poses and %d scores do not go together", len(k.Times), len(k.Poses), len(k.Scores))
	}
	e = evidence{k.Camera, k.Width, k.Height, k.Track, k.Times, make([][][3]float32, len(k.Poses)), k.Scores, nil}
	for i, score := range k.Scores {
		if score != nil && *score < 0 { // the house's word for none
			e.Scores[i] = nil
		}
	}
	for i, p := range k.Poses {
		if p == nil {
			continue
		}
		if len(p.Keypoints) != pose.Joints {
			return e, fmt.Errorf("pose %d has %d joints, and must have %d", i+1, len(p.Keypoints), pose.Joints)
		}
		for _, j := range p.Keypoints {
			e.Poses[i] = append(e.Poses[i], [3]float32{rounded(j.X, 10), rounded(j.Y, 10), rounded(j.Score, 100)})
		}
	}
	if e.Times == nil {
		e.Times, e.Scores = []float64{}, []*float64{}
	}
	for _, raw := range k.Also {
		other, err := readEvidence(raw)
		if err != nil {
			return e, fmt.Errorf("another camera's: %w", err)
		}
		e.Also = append(e.Also, other)
	}
	return e, nil
}

func (s *Server) evidence(w http.ResponseWriter, _ *http.Request, _ account.Identity, incident string) {
	raw, _, err := s.parts.House.Evidence(incident)
	if !s.answer(w, "read evidence", err) {
		return
	}
	if raw == nil {
		fail(w, http.StatusNotFound, "nothing is kept of this incident")
		return
	}
	e, err := readEvidence(raw)
	if err != nil {
		s.broken(w, "read evidence of "+incident, fmt.Errorf("what is kept of this incident is damaged: %w", err))
		return
	}
	reply(w, e)
}

func (s *Server) strip(w http.ResponseWriter, _ *http.Request, _ account.Identity, incident string) {
	_, png, err := s.parts.House.Evidence(incident)
	if !s.answer(w, "read evidence", err) {
		return
	}
	if !strings.HasPrefix(string(png), "\x89PNG\r\n\x1a\n") {
		fail(w, http.StatusNotFound, "no strip is kept of this incident")
		return
	}
	w.Header().Set("Content-Type", "image/png")
	_, _ = w.Write(png) // the browser is gone where this fails
}

func (s *Server) acknowledge(w http.ResponseWriter, r *http.Request, who account.Identity, incident string) {
	s.changed(w, r, who, s.parts.House.Acknowledge(incident, who.Name), "acknowledge", incident, "")
	s.pulse.forget()
}

func (s *Server) verdict(w http.ResponseWriter, r *http.Request, who account.Identity, incident string) {
	var given struct {
		Verdict string `json:"verdict"`
	}
	if !read(w, r, &given) {
		return
	}
	if !slices.Contains([]string{VerdictTrue, VerdictFalse, ""}, given.Verdict) {
		fail(w, http.StatusUnprocessableEntity, `verdict must be "true", "false", or "" to take it back`)
		return
	}
	s.changed(w, r, who, s.parts.House.Verdict(incident, given.Verdict, who.Name), "verdict", incident, given.Verdict)
	s.pulse.forget()
}

func (s *Server) drill(w http.ResponseWriter, r *http.Request, who account.Identity, camera string) {
	s.changed(w, r, who, s.parts.House.Drill(camera, who.Name), "drill", camera, "")
	s.pulse.forget()
}

func (s *Server) zones(w http.ResponseWriter, _ *http.Request, _ account.Identity, camera string) {
	z, err := s.parts.House.Zones(camera)
	if s.answer(w, "read zones", err) {
		reply(w, map[string]any{"zones": append([]Zone{}, z...)})
	}
}

func (s *Server) setZones(w http.ResponseWriter, r *http.Request, who account.Identity, camera string) {
	var given struct {
		Zones []Zone `json:"zones"`
	}
	if !read(w, r, &given) {
		return
	}
	if err := checkZones(given.Zones); err != nil {
		fail(w, http.StatusUnprocessableEntity, err.Error())
		return
	}
	err := s.parts.House.SetZones(camera, append([]Zone{}, given.Zones...), who.Name)
	s.changed(w, r, who, err, "set zones", camera, strconv.Itoa(len(given.Zones)))
}

func (s *Server) setMode(w http.ResponseWriter, r *http.Request, who account.Identity) {
	var given struct {
		Mode string `json:"mode"`
	}
	if !read(w, r, &given) {
		return
	}
	if !slices.Contains(Modes, given.Mode) {
		fail(w, http.StatusUnprocessableEntity, "mode must be "+strings.Join(Modes, " or "))
		return
	}
	s.changed(w, r, who, s.parts.House.SetMode(given.Mode, who.Name), "mode", given.Mode, "")
	s.pulse.forget()
}

// health is what the house says of itself, and the page of itself.
func (s *Server) health(w http.ResponseWriter, _ *http.Request, _ account.Identity) {
	facts := map[string]any{}
	for name, value := range s.parts.House.Health() {
		if f, ok := value.(float64); ok {
			value = finite(f)
		}
		facts[name] = value
	}
	answer := map[string]any{"cameras": s.cameraViews(), "facts": facts, "fingerprint": s.Fingerprint()}
	if err := s.parts.House.Ready(); err != nil {
		answer["not_ready"] = err.Error()
	}
	reply(w, answer)
}

func (s *Server) audits(w http.ResponseWriter, r *http.Request, _ account.Identity) {
	limit, ok := listed(w, r)
	if !ok {
		return
	}
	all, err := s.parts.Audit.Audits(limit)
	if len(all) > 0 || s.answer(w, "read the audit log", err) {
		s.replyList(w, "entries", append([]AuditEntry{}, all...), err)
	}
}
