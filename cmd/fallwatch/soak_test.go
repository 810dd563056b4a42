package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/signal"
	"path/filepath"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/google/renameio/v2"

	"fallkit/data/simulate"
	"fallkit/internal/alarm"
	"fallkit/internal/config"
	"fallkit/internal/journal"
	"fallkit/internal/notify"
	"fallkit/internal/retention"
	"fallkit/internal/watch"
	"fallkit/pose"
)

// What make soak-watch sets.
const (
	soakDays  = "FALLKIT_SOAK_WATCH"       // camera-days
	soakPage  = "FALLKIT_SOAK_WATCH_PAGE"  // the page that is written
	soakModel = "FALLKIT_SOAK_WATCH_MODEL" // "" = the one that comes along
)

// TestSoakWatch lives through days of a home with several cameras: generated poses through the
// pipeline of replay into a journal, from there to a webhook, with somebody who answers and with
// retention. By default it is minutes of that life; make soak-watch has it run for 30 camera-days.
// Interrupted once, it ends after the clips that are being seen, and says what came of those.
func TestSoakWatch(t *testing.T) {
	s := &soak{t: t, cameras: 2, clips: 1, day: simulate.Settings{Preset: simulate.LongDay, Hours: 0.2, Seed: 8, Width: 640, Height: 480}}
	if text := os.Getenv(soakDays); text != "" {
		days, err := strconv.Atoi(text)
		if err != nil || days < 1 {
			t.Fatalf("%s is %q, and must be a number of camera-days", soakDays, text)
		}
		s.cameras, s.day.Hours, s.day.Seed = 4, 24, 1
		s.clips, s.long = days*48/s.cameras, true
	}
	began, used := time.Now(), processorTime(t, os.Getpid())
	s.run()
	s.check()
	if path := os.Getenv(soakPage); path != "" {
		page := s.page(time.Since(began), processorTime(t, os.Getpid())-used)
		if err := renameio.WriteFile(path, []byte(page), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	t.Log(s.verdict())
}

// soak is a home that is lived in.
type soak struct {
	t       *testing.T
	cameras int
	clips   int // of each camera
	day     simulate.Settings
	long    bool

	detector *detector
	house    *watch.House
	journal  *journal.Journal
	keeper   *retention.Keeper
	hook     *countingHook
	rooms    []*soakRoom
	stopped  context.Context
	chores   chores
	samples  []sample
	accepted int // reports
	pruned   int // incidents, on the way
	left     int // and after the end
	kept     int // that are over and were not removed in the end

	journalBytes float64
}

// soakBegin is the moment of the first pictures.
var soakBegin = time.Date(2026, time.March, 2, 0, 0, 0, 0, time.UTC)

func (s *soak) run() {
	t := s.t
	var release func()
	s.stopped, release = signal.NotifyContext(t.Context(), os.Interrupt)
	defer release()
	settings := DefaultSettings()
	settings.Model.Path = os.Getenv(soakModel)
	var err error
	if s.detector, err = openDetector(settings, config.Origins{}); err != nil {
		t.Fatal(err)
	}
	s.day.FPS = s.detector.front.fps
	dir := t.TempDir()
	if s.journal, err = journal.Open(filepath.Join(dir, "journal.db")); err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := s.journal.Close(); err != nil {
			t.Error(err)
		}
	}()
	s.hook = newCountingHook()
	defer s.hook.Close()
	told := notify.DefaultSettings
	told.Channels = []notify.ChannelSettings{{Name: "hook", Type: notify.Webhook, URL: notify.Secret(s.hook.URL), Everything: true}}
	told.Contacts = []notify.Contact{{Name: "anna", Channels: []string{"hook"}}}
	settings.Notify = told
	channels, err := notify.Open(told, notify.House{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	notifier := &notify.Notifier{Outbox: s.journal, Channels: channels, Settings: told}
	s.keeper = &retention.Keeper{
		Settings: retention.Settings{Days: 1}, Places: []retention.Place{s.journal}, Free: func() (uint64, error) { return 1 << 40, nil },
		Told: func(retention.Outcome) {},
	}
	s.house = &watch.House{Desk: alarm.NewDesk(settings.desk()), Outbox: outbox{s.journal, told, notifier}, Simulated: true, Told: s.told}
	for i := range s.cameras {
		r := &soakRoom{soak: s, name: fmt.Sprintf("room-%d", i+1), days: s.day, tape: tape{begin: soakBegin}}
		r.days.Seed += uint64(1000 * i)
		s.rooms = append(s.rooms, r)
		s.house.Cameras = append(s.house.Cameras, &watch.Camera{Name: r.name, Eyes: r, Scorer: s.detector.scorer, Alarm: s.detector.alarm})
	}
	telling, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- notifier.Run(telling) }()
	if err := s.house.Together(t.Context()); err != nil {
		t.Error(err)
	}
	s.settle()
	stop()
	if err := <-ended; err != nil && !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

// settle has the last reports delivered, and everything that is over pruned.
func (s *soak) settle() {
	for _, i := range s.house.Open() {
		if i.By == "" {
			if err := s.house.Acknowledge(i.ID, "anna"); err != nil {
				s.t.Error(err)
			}
		}
	}
	until(time.Minute, func() bool { return s.journal.Depth()["hook"] == 0 && s.hook.count() >= s.accepted })
	s.journalBytes = float64(s.journal.Bytes())
	s.pruneAll()
}

// told hears of each report, of the camera whose picture brings it about, or of the time.
func (s *soak) told(r alarm.Report) {
	s.accepted++
	if r.Kind == alarm.Confirmed {
		s.chores.answer = append(s.chores.answer, answer{r.Incident, r.Time.Add(answersAfter)})
	}
	for _, room := range s.rooms {
		if room.name == r.Camera {
			room.heard(r)
		}
	}
}

// chores are what is done in the house as its time goes by.
type chores struct {
	answer []answer
	prune  time.Time
	look   time.Time
}

// answer is that somebody answers.
type answer struct {
	incident string
	at       time.Time
}

const (
	answersAfter = 2 * time.Minute
	looksEvery   = 10 * time.Minute // of the house, at the program itself
)

// pass does what is due. It is called between two pictures.
func (s *soak) pass(now time.Time) {
	c := &s.chores
	for len(c.answer) > 0 && !now.Before(c.answer[0].at) {
		if err := s.house.Acknowledge(c.answer[0].incident, "anna"); err != nil && !errors.Is(err, alarm.ErrNotOpen) {
			s.t.Error(err)
		}
		c.answer = c.answer[1:]
	}
	if !now.Before(c.prune) {
		c.prune = now.Add(retention.Every)
		o := s.keeper.Round(now)
		s.pruned += o.Removed
		if o.Err != nil {
			s.t.Error(o.Err)
		}
	}
	if !now.Before(c.look) {
		c.look = now.Add(looksEvery)
		s.samples = append(s.samples, sampleNow(s.t, now))
		if n := len(s.samples); s.long && n%int(24*time.Hour/looksEvery) == 0 {
			s.t.Logf("after %.0f days of the home: %.0f MB, %.0f goroutines", now.Sub(soakBegin).Hours()/24, s.samples[n-1].rss/1e6, s.samples[n-1].goroutines)
		}
	}
}

// soakRoom are the eyes of a camera before whom one generated clip follows the other.
type soakRoom struct {
	*soak
	tape
	name string
	days simulate.Settings

	tracks int // that were numbered before the present clip
	told   []alarm.Report
	tally  soakTally
}

// between two clips nobody is seen for so long that nobody is taken for somebody else.
const between = 90 * time.Second

// reel is a part of a clip; the last one has the truth.
type soakReel struct {
	frames []pose.Frame
	truth  *simulate.Outline
}

const reelFrames = 256

// Watch sees all clips, which are made meanwhile.
func (r *soakRoom) Watch(ctx context.Context, each func(watch.View)) error {
	ctx, stop := context.WithCancel(ctx)
	reels := make(chan soakReel, 2)
	made := make(chan error, 1)
	go func() {
		defer close(reels)
		made <- r.film(ctx, reels)
	}()
	last, length := 0, 0.0
	for reel := range reels {
		for _, f := range reel.frames {
			length = f.Time + 1/r.days.FPS
			last = max(last, r.see(f, each))
		}
		if reel.truth != nil {
			r.judge(reel.truth)
			r.tracks, r.begin = r.tracks+last, r.begin.Add(seconds(length)+between)
			last = 0
		}
	}
	stop()
	return <-made
}

// film makes the clips, a day at a time.
func (r *soakRoom) film(ctx context.Context, reels chan<- soakReel) error {
	observer := simulate.Fitted()
	var plan []simulate.Clip
	for range r.clips {
		select {
		case <-r.stopped.Done():
			return nil
		default:
		}
		if len(plan) == 0 {
			plan = simulate.Plan(r.days)
			r.days.Seed++
		}
		var part soakReel
		give := func() bool {
			select {
			case reels <- part:
				part = soakReel{}
				return true
			case <-ctx.Done():
				return false
			}
		}
		truth, err := plan[0].Play(observer, func(f pose.Frame) bool {
			part.frames = append(part.frames, f)
			return len(part.frames) < reelFrames || give()
		})
		if err != nil {
			return err
		}
		part.truth = &truth
		if !give() {
			return ctx.Err()
		}
		plan = plan[1:]
	}
	return nil
}

// see shows a frame, whose people are others than those of the clips before, and gives the
// highest number of its tracks.
func (r *soakRoom) see(f pose.Frame, each func(watch.View)) (last int) {
	now := r.at(f.Time)
	r.pass(now)
	for i := range f.People {
		last = max(last, f.People[i].Track)
		f.People[i].Track += r.tracks
	}
	f.Time = now.Sub(soakBegin).Seconds()
	each(watch.View{Frame: f, At: now, Width: r.days.Width, Height: r.days.Height})
	return last
}

// Counts tells nothing: there is no camera.
func (*soakRoom) Counts() watch.Counts { return watch.Counts{} }

// SetRate changes nothing.
func (*soakRoom) SetRate(float64) {}

// countingHook is a webhook that counts what it hears.
type countingHook struct {
	*httptest.Server
	mutex sync.Mutex
	heard map[string]bool
	twice int
}

func newCountingHook() *countingHook {
	h := &countingHook{heard: map[string]bool{}}
	h.Server = httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		h.mutex.Lock()
		defer h.mutex.Unlock()
		id := r.Header.Get(notify.IdempotencyHeader)
		if h.heard[id] {
			h.twice++
		}
		h.heard[id] = true
	}))
	return h
}

func (h *countingHook) count() int {
	h.mutex.Lock()
	defer h.mutex.Unlock()
	return len(h.heard)
}
