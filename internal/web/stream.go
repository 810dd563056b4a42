package web

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"time"

	"fallkit/internal/web/account"
)

const (
	streamPatience = 10 * time.Second // for one write: who takes nothing for so long is let go
	beat           = time.Second      // between two tellings of how the house is
	mostStreamsOf  = 8                // of one session or token
	fresh          = beat - beat/10   // a telling that is younger is told again
)

// streams counts the live pages that are open.
type streams struct {
	most  int
	mutex sync.Mutex
	open  int
	of    map[string]int
}

func newStreams(most int) streams { return streams{most: most, of: map[string]int{}} }

// enter takes a place, and gives the function that leaves it; nil where there is none.
func (s *streams) enter(who string) (leave func()) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if s.open >= s.most || s.of[who] >= mostStreamsOf {
		return nil
	}
	s.open++
	s.of[who]++
	return func() {
		s.mutex.Lock()
		defer s.mutex.Unlock()
		s.open--
		if s.of[who]--; s.of[who] == 0 {
			delete(s.of, who)
		}
	}
}

// mailbox keeps the newest of each camera: what nobody has taken is replaced, since a fall is
// seen in what is happening now.
type mailbox struct {
	mutex  sync.Mutex
	newest map[string]Live
	bell   chan struct{} // rings when there is something; never blocks
}

func newMailbox() *mailbox {
	return &mailbox{newest: map[string]Live{}, bell: make(chan struct{}, 1)}
}

func (m *mailbox) put(l Live) {
	m.mutex.Lock()
	m.newest[l.Camera] = l
	m.mutex.Unlock()
	select {
	case m.bell <- struct{}{}:
	default:
	}
}

// take empties the box, in the order of the cameras' names.
func (m *mailbox) take() []Live {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	all := make([]Live, 0, len(m.newest))
	for _, l := range m.newest {
		all = append(all, l)
	}
	clear(m.newest)
	slices.SortFunc(all, func(a, b Live) int { return compare(a.Camera, b.Camera) })
	return all
}

// live is server-sent events: "house" each second, and "live" whenever a camera has seen
// something, newest first and the rest left out where the browser is slow.
func (s *Server) live(w http.ResponseWriter, r *http.Request, who account.Identity) {
	cameras, err := s.chosen(r.URL.Query().Get("camera"))
	if !s.answer(w, "list cameras", err) {
		return
	}
	leave := s.streams.enter(who.Session + who.Name)
	if leave == nil {
		w.Header().Set("Retry-After", "10")
		fail(w, http.StatusServiceUnavailable, "too many live pages are open: close one")
		return
	}
	defer leave()
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("X-Accel-Buffering", "no") // proxies pass it on at once
	out := &events{w: w, control: http.NewResponseController(w)}
	box, ended, stop := s.watch(r.Context(), cameras)
	defer stop()
	still := func() bool { // signed in, and the cameras are the same
		_, ok := s.identity(r)
		now, err := s.chosen(r.URL.Query().Get("camera"))
		return ok && err == nil && slices.Equal(now, cameras)
	}
	out.run(r.Context(), box, ended, still, s.tell)
}

// chosen is the camera that was asked for, or all.
func (s *Server) chosen(camera string) ([]string, error) {
	names := s.names()
	if camera == "" {
		return names, nil
	}
	if !slices.Contains(names, camera) {
		return nil, fmt.Errorf("camera %q: %w", camera, ErrUnknown)
	}
	return []string{camera}, nil
}

func (s *Server) names() []string {
	var names []string
	for _, c := range s.parts.House.Cameras() {
		names = append(names, c.Name)
	}
	return names
}

// watch fills a mailbox from cameras until stop is called. ended is closed when a camera's
// channel is.
func (s *Server) watch(ctx context.Context, cameras []string) (box *mailbox, ended <-chan struct{}, stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	box = newMailbox()
	done := make(chan struct{})
	end := sync.OnceFunc(func() { close(done) })
	var all sync.WaitGroup
	for _, camera := range cameras {
		seen, leave := s.parts.House.Subscribe(camera)
		all.Go(func() {
			defer leave()
			for {
				select {
				case l, ok := <-seen:
					if !ok {
						end()
						return
					}
					box.put(l)
				case <-ctx.Done():
					return
				}
			}
		})
	}
	return box, done, func() { cancel(); all.Wait() }
}

// events writes server-sent events.
type events struct {
	w       http.ResponseWriter
	control *http.ResponseController
}

// run writes until the browser leaves or is too slow, a camera ends, or still says no.
func (e *events) run(ctx context.Context, box *mailbox, ended <-chan struct{}, still func() bool, tell func() []byte) {
	clock := time.NewTicker(beat)
	defer clock.Stop()
	if !e.write("retry: 2000\n\n") || !e.send("house", tell()) {
		return
	}
	for {
		ok := true
		select {
		case <-ctx.Done():
			return
		case <-ended:
			return
		case <-clock.C:
			ok = still() && e.send("house", tell())
		case <-box.bell:
			for _, l := range box.take() {
				ok = ok && e.send("live", encode(l))
			}
		}
		if !ok {
			return
		}
	}
}

func (e *events) send(name string, data []byte) bool {
	return e.write("event: " + name + "\ndata: " + string(data) + "\n\n")
}

// write gives the browser a while to take it. The deadline is the machine's own clock.
func (e *events) write(text string) bool {
	if err := e.control.SetWriteDeadline(time.Now().Add(streamPatience)); err != nil {
		return false
	}
	if _, err := e.w.Write([]byte(text)); err != nil {
		return false
	}
	return e.control.Flush() == nil
}

// encode rounds positions to a tenth of a pixel: a third of the bytes.
func encode(l Live) []byte {
	people := make([]Person, len(l.People))
	for i, p := range l.People {
		people[i] = p
		people[i].Keypoints = make([][3]float32, len(p.Keypoints))
		for j, k := range p.Keypoints {
			people[i].Keypoints[j] = [3]float32{rounded(k[0], 10), rounded(k[1], 10), rounded(k[2], 100)}
		}
		people[i].Score = finite(p.Score)
	}
	l.People = people
	return marshal(l)
}

// pulse is the newest telling of how the house is. It is made once for all who listen.
type pulse struct {
	mutex sync.Mutex
	at    time.Time
	body  []byte
}

// forget has the next telling made anew: something was changed.
func (p *pulse) forget() {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	p.body = nil
}

// tell is how the house is: its cameras and the incidents that are not over.
func (s *Server) tell() []byte {
	s.pulse.mutex.Lock()
	defer s.pulse.mutex.Unlock()
	if age := s.since(s.pulse.at); s.pulse.body != nil && age >= 0 && age < fresh {
		return s.pulse.body
	}
	now := s.parts.Now().UTC()
	house := houseView{Time: now, Mode: s.parts.House.Mode(), Cameras: s.cameraViews(), Incidents: []incidentView{}}
	if err := s.parts.House.Ready(); err != nil {
		house.NotReady = err.Error()
	}
	incidents, err := s.parts.House.Incidents(mostOpenIncidents, "")
	if err != nil {
		house.Fault = err.Error()
	}
	for _, i := range incidents {
		if v := view(i); v.State != stateOver {
			v.Reports = nil
			house.Incidents = append(house.Incidents, v)
		}
	}
	s.pulse.at, s.pulse.body = now, marshal(house)
	return s.pulse.body
}

// mostOpenIncidents are looked through for those that are not over.
const mostOpenIncidents = 50

// houseView is the "house" event.
type houseView struct {
	Time      time.Time      `json:"time"`
	Mode      string         `json:"mode"`
	NotReady  string         `json:"not_ready,omitempty"` // why
	Fault     string         `json:"fault,omitempty"`     // the incidents cannot be read
	Cameras   []CameraState  `json:"cameras"`
	Incidents []incidentView `json:"incidents"` // not over; without their reports
}

func (s *Server) cameraViews() []CameraState {
	all := slices.Clone(s.parts.House.Cameras())
	for i := range all {
		c := &all[i]
		c.PoseMillis, c.ScoreMillis, c.Rate, c.Score = finite(c.PoseMillis), finite(c.ScoreMillis), finite(c.Rate), finite(c.Score)
	}
	if all == nil {
		all = []CameraState{}
	}
	return all
}

// marshal is for values that can always be said in JSON.
func marshal(v any) []byte {
	text, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return text
}
