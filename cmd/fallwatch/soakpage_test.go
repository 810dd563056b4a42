package main

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"time"

	"fallkit/internal/retention"
)

// flat is how much memory may change from the start of a run to its end.
const flat = 0.05

// check holds the run to what is promised.
func (s *soak) check() {
	t := s.t
	all := s.tally()
	if s.accepted == 0 || all.falls == 0 {
		t.Errorf("%d falls and %d reports: nothing was tried", all.falls, s.accepted)
	}
	if got := s.hook.count(); got != s.accepted || s.hook.twice > 0 {
		t.Errorf("%d reports were accepted, %d delivered, %d of them twice", s.accepted, got, s.hook.twice)
	}
	if s.kept != 0 {
		t.Errorf("%d incidents are kept days after they were over", s.kept)
	}
	if !s.long {
		return
	}
	if s.pruned == 0 {
		t.Error("nothing was pruned on the way")
	}
	if c := courseOf(s.samples, rssOf); math.Abs(c.growth()) > flat {
		t.Errorf("resident memory is not flat: %+v", c)
	}
	for what, of := range map[string]func(sample) float64{"own": ownOf, "live": heapOf} {
		if c := courseOf(s.samples, of); c.growth() > flat {
			t.Errorf("the %s memory grows: %+v", what, c)
		}
	}
	for what, of := range map[string]func(sample) float64{"goroutines": goroutinesOf, "open files": filesOf} {
		if c := courseOf(s.samples, of); c.end > c.start {
			t.Errorf("more and more %s: %+v", what, c)
		}
	}
}

func rssOf(s sample) float64        { return s.rss }
func ownOf(s sample) float64        { return s.own }
func heapOf(s sample) float64       { return s.heap }
func goroutinesOf(s sample) float64 { return s.goroutines }
func filesOf(s sample) float64      { return s.files }

// pruneAll does the last round of retention, long after everything is over.
func (s *soak) pruneAll() {
	last := soakBegin
	for _, r := range s.rooms {
		last = later(last, r.begin)
	}
	o := s.keeper.Round(last.AddDate(0, 0, 1+s.keeper.Settings.Days))
	if o.Err != nil {
		s.t.Error(o.Err)
	}
	s.left = o.Removed
	records, err := s.journal.Incidents(10_000, "")
	if err != nil {
		s.t.Error(err)
	}
	for _, r := range records {
		if !r.Open {
			s.kept++
		}
	}
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

func (s *soak) tally() soakTally {
	var all soakTally
	for _, r := range s.rooms {
		all.add(&r.tally)
	}
	return all
}

// verdict is the run in a line.
func (s *soak) verdict() string {
	t := s.tally()
	return fmt.Sprintf("%.1f camera-days: %d of %d falls suspected, %d confirmed; %d false suspicions, %d false alarms; %d reports, %d delivered; RSS %s",
		t.seconds/86400, t.kinds[0].found, t.falls, t.kinds[1].found, t.kinds[0].falseCount, t.kinds[1].falseCount, s.accepted, s.hook.count(), megabytes(courseOf(s.samples, rssOf)))
}

func megabytes(c course) string {
	return fmt.Sprintf("%.1f MB at the start, %.1f at the end (%+.1f %%), %.1f at most", c.start/1e6, c.end/1e6, 100*c.growth(), c.most/1e6)
}

func plainCourse(c course) string {
	return fmt.Sprintf("%.0f at the start, %.0f at the end, %.0f at most", c.start, c.end, c.most)
}

// page is what readers get.
func (s *soak) page(took, processor time.Duration) string {
	t := s.tally()
	days := t.seconds / 86400
	var b strings.Builder
	fmt.Fprintf(&b, `# %.0f camera-days of a home

`+"`make soak-watch`"+` writes this page. %d cameras watch people of all ages who live through generated everyday life
([simulate.md](simulate.md), preset `+"`long-day`"+`) and now and then fall. The poses, with the errors of a real pose network, go
picture by picture through the pipeline that `+"`fallwatch replay`"+` and the daemon have: people, streaming scores, the alarm desk, the
journal on disk, and a webhook that gets every report. Anna answers two minutes after each confirmed fall, and what is over is forgotten after a day.
%s

| | |
|---|---|
| model | %s |
| footage | %.0f h, %.1f camera-days, %.4g poses a second |
| time that it took | %.0f minutes; %.0f minutes of processor time, generating and scoring: %.0f times as fast as life |
| falls | %d |
`, days, s.cameras, where(), s.model(), t.seconds/3600, days, s.day.FPS, took.Minutes(), processor.Minutes(), t.seconds/processor.Seconds(), t.falls)
	if asked := float64(s.cameras*s.clips) * s.day.Hours / 48 / 24; s.stopped.Err() != nil {
		fmt.Fprintf(&b, "| interrupted | %.0f camera-days were asked for |\n", asked)
	}
	for k, kind := range tallied {
		c := &t.kinds[k]
		low, high := wilson(c.found, t.falls)
		fmt.Fprintf(&b, "| falls %s | %d of %d: %.3f [%.3f, %.3f]; median %+.1f s after the fall's end |\n", kind, c.found, t.falls, float64(c.found)/float64(t.falls), low, high, median(c.delays))
		few, many := poisson(c.falseCount)
		fmt.Fprintf(&b, "| false alarms (%s) a day | %.2f [%.2f, %.2f]: %d in all |\n", kind, float64(c.falseCount)/days, few/days, many/days, c.falseCount)
	}
	fmt.Fprintf(&b, "| reports *fallen again* of an incident that was told of before, where nobody fell | %d |\n", t.kinds[1].again)
	fmt.Fprintf(&b, "| reports | %d accepted by the journal, %d delivered, %d of them twice |\n", s.accepted, s.hook.count(), s.hook.twice)
	fmt.Fprintf(&b, "| incidents removed by retention | %d on the way (every %.0f minutes), %d after the end, and %d were left that were over |\n", s.pruned, retention.Every.Minutes(), s.left, s.kept)
	fmt.Fprintf(&b, "| the journal | %.1f MB in use before the end |\n", s.journalBytes/1e6)
	fmt.Fprintf(&b, "| resident memory, the generator's with it | %s |\n", megabytes(courseOf(s.samples, rssOf)))
	fmt.Fprintf(&b, "| of that, what is in no file (the journal's pages are) | %s |\n", megabytes(courseOf(s.samples, ownOf)))
	fmt.Fprintf(&b, "| of that, what Go's collector has found in use | %s |\n", megabytes(courseOf(s.samples, heapOf)))
	fmt.Fprintf(&b, "| goroutines | %s |\n", plainCourse(courseOf(s.samples, goroutinesOf)))
	fmt.Fprintf(&b, "| open files | %s |\n", plainCourse(courseOf(s.samples, filesOf)))
	fmt.Fprintf(&b, `
The program was looked at every %.0f minutes of the home's time, %d times. *Start* is the median of the first
tenth after %.0f hours, when the journal has grown to what retention allows, *end* that of the last tenth. Falls are found, and alarms false, as [metrics.md](metrics.md) says; the intervals hold 95 %% (Wilson's
of shares, exact ones of Poisson counts). The run fails where memory grows by more than 5 %%, or goroutines or files at all.

Resident memory from the start to the end of the run, of its highest value:

`+"```\n%s\n```\n", looksEvery.Minutes(), len(s.samples), warm.Hours(), drawnLine(series(s.samples, rssOf), 72))
	b.WriteString(t.byActivity())
	b.WriteString(caution)
	return b.String()
}

const caution = `
No zone was drawn: in a home, bed and sofa are ` + "`lying_allowed`" + `, and whoever lies down there raises nothing. Generated life is
not yours: how often people do what is not measured but chosen, and the errors of the poses are those of generated rooms.
What these numbers say is that the program holds out, and where its false alarms come from.
`

// byActivity tells what was done where the score rose.
func (t *soakTally) byActivity() string {
	var b strings.Builder
	b.WriteString("\nWhat the person whom the clip is about did when a false alarm began (one clip in five shows others, too):\n\n")
	b.WriteString("| activity | hours | suspected | confirmed | confirmed in an hour of it |\n|---|---|---|---|---|\n")
	states := slices.Collect(maps.Keys(t.kinds[0].falseBy))
	for state := range t.kinds[1].falseBy {
		if !slices.Contains(states, state) {
			states = append(states, state)
		}
	}
	slices.SortFunc(states, func(a, b string) int {
		return cmp.Or(t.kinds[1].falseBy[b]-t.kinds[1].falseBy[a], t.kinds[0].falseBy[b]-t.kinds[0].falseBy[a], cmp.Compare(a, b))
	})
	for _, state := range states {
		hours := t.spent[state] / 3600
		fmt.Fprintf(&b, "| %s | %.1f | %d | %d | %.2f |\n", strings.ReplaceAll(state, "_", " "), hours, t.kinds[0].falseBy[state], t.kinds[1].falseBy[state], float64(t.kinds[1].falseBy[state])/hours)
	}
	return b.String()
}

// model is what the scores came from, for readers.
func (s *soak) model() string {
	if s.detector.name == comesAlong {
		return fmt.Sprintf("%s, threshold %.3f", comesAlong, s.detector.alarm.Threshold)
	}
	return fmt.Sprintf("another than comes along, threshold %.3f", s.detector.alarm.Threshold)
}

// where tells when, of what and on what.
func where() string {
	commit := "an unknown state"
	if out, err := exec.Command("git", "rev-parse", "--short=12", "HEAD").Output(); err == nil {
		commit = "commit " + strings.TrimSpace(string(out))
	}
	return fmt.Sprintf("Last run: %s, %s, %s, %d cores.", time.Now().UTC().Format("2 January 2006"), commit, runtime.Version(), runtime.NumCPU())
}
