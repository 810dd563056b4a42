package notify

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"fallkit/internal/alarm"
	"fallkit/internal/journal"
)

var update = flag.Bool("update", false, "write the golden files anew")

// TestMessages holds what people read against testdata/messages.txt.
func TestMessages(t *testing.T) {
	texts := Texts{Page: "https://fallwatch.local:8443", Zone: time.UTC}
	with := func(r alarm.Report, do func(*alarm.Report)) alarm.Report {
		do(&r)
		return r
	}
	confirmed := with(report("i1", alarm.Confirmed, 2), func(r *alarm.Report) { r.Contacts, r.Level = []string{"Anna"}, 1 })
	escalated := with(report("i1", alarm.Escalated, 200), func(r *alarm.Report) {
		r.Contacts, r.Level, r.Note = []string{"Ben"}, 2, "no answer: next is Ben"
	})
	blind := with(report("i2", alarm.Blind, 1), func(r *alarm.Report) { r.Note, r.Track = "no picture for 20 seconds", 0 })
	var all strings.Builder
	show := func(d journal.Delivery, age time.Duration) {
		m := texts.Message(d, d.Report.Time.Add(age))
		all.WriteString("Urgency: " + [...]string{"low", "normal", "urgent"}[m.Urgency] + "\nTitle: " + m.Title + "\n" + m.Body + "\n\n")
	}
	show(delivery(report("i1", alarm.Suspected, 1)), 0)
	show(delivery(confirmed, report("i1", alarm.Suspected, 1)), time.Second)
	show(delivery(escalated, report("i1", alarm.Suspected, 1), confirmed), time.Second)
	show(delivery(escalated, report("i1", alarm.Suspected, 1), confirmed), 3*time.Hour)
	show(delivery(with(report("i1", alarm.LongLie, 600), func(r *alarm.Report) { r.Note = "not up for 10 minutes" }), confirmed, escalated), 0)
	show(delivery(with(report("i1", alarm.Acknowledged, 610), func(r *alarm.Report) { r.Note = "Ben" })), 0)
	show(delivery(report("i1", alarm.Recovered, 620)), 0)
	show(delivery(report("i1", alarm.Cleared, 620)), 0)
	show(delivery(blind), 0)
	show(delivery(with(blind, func(r *alarm.Report) { r.Kind, r.Contacts = alarm.Escalated, []string{"Ben"} }), blind), 0)
	show(delivery(with(blind, func(r *alarm.Report) { r.Kind, r.Note = alarm.Seeing, "" }), blind), 0)
	show(delivery(with(confirmed, func(r *alarm.Report) { r.Drill, r.Note = true, "a drill" })), 0)
	show(delivery(alarm.Report{ID: "d-1", Incident: "d", Kind: alarm.Drilled, Start: noon, Time: noon, Drill: true, Note: "a drill is due: the last one was 31 days ago"}), 0)
	show(delivery(with(confirmed, func(r *alarm.Report) { r.Kind = "of the future" })), 0)

	golden := filepath.Join("testdata", "messages.txt")
	if *update {
		must(t, os.WriteFile(golden, []byte(all.String()), 0o600))
	}
	want, err := os.ReadFile(golden)
	must(t, err)
	same(t, golden, all.String(), string(want))
}

func TestEveryKindHasItsWords(t *testing.T) {
	for _, kind := range []string{
		alarm.Suspected, alarm.Confirmed, alarm.Cleared, alarm.Recovered, alarm.Acknowledged, alarm.Escalated,
		alarm.LongLie, alarm.Blind, alarm.Seeing, alarm.Drilled,
	} {
		w, known := texts[kind]
		if !known || w.what == "" || w.todo == "" || strings.Count(w.title, "%s") != 1 {
			t.Errorf("%s: %+v", kind, w)
		}
	}
}

func TestRoughly(t *testing.T) {
	for d, want := range map[time.Duration]string{
		2 * time.Minute: "2 minutes", 119 * time.Minute: "119 minutes", 2 * time.Hour: "2 hours", 47 * time.Hour: "47 hours", 80 * time.Hour: "3 days",
	} {
		same(t, d.String(), roughly(d), want)
	}
}

func TestWhatIsTypedStaysOneLine(t *testing.T) {
	d := delivery(report("i1", alarm.Acknowledged, 1))
	d.Report.Camera = "hall\r\nBcc: everybody@example.org"
	d.Report.Note = "Ben\n" + strings.Repeat("x", 1000)
	m := Texts{}.Message(d, noon)
	if strings.ContainsAny(m.Title, "\r\n") || strings.Count(m.Body, "\n") != 5 || len(m.Body) > 1000 {
		t.Errorf("%q\n%q", m.Title, m.Body)
	}
}
