package notify

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"

	"fallkit/internal/alarm"
	"fallkit/internal/journal"
)

// Urgency is how loudly somebody is to be told.
type Urgency int

const (
	Low    Urgency = iota // to know
	Normal                // to look at
	Urgent                // to act on now, at night too
)

// Message is a report in words.
type Message struct {
	Title   string
	Body    string
	Urgency Urgency
}

// words are what is said of one kind of report. %s in a title is the camera.
type words struct {
	title   string
	what    string
	todo    string
	urgency Urgency
}

// texts are all that people read, in one place. A fall's and a camera's escalation differ.
var texts = map[string]words{
	alarm.Suspected: {
		"Possible fall: %s", "Somebody may have fallen. It is not sure yet.",
		"Be ready: if it is a fall, another message follows within seconds.", Normal,
	},
	alarm.AlsoSeen: {
		"Also seen: %s", "A second camera of the room sees the same.", "Nothing.", Low,
	},
	alarm.Confirmed: {
		"FALL: %s", "Somebody seems to have fallen and has not got up.",
		"Go there or call now. Then acknowledge, or the next contact is called.", Urgent,
	},
	alarm.Escalated: {
		"FALL, nobody has answered: %s", "Somebody seems to have fallen, and nobody has acknowledged it yet.",
		"Go there or call now. Then acknowledge, so that nobody else is called.", Urgent,
	},
	alarm.LongLie: {
		"STILL DOWN: %s", "Somebody who has fallen has been down for a long time.",
		"Go there now. If you cannot be there soon, call emergency services.", Urgent,
	},
	alarm.Recovered: {
		"Up again: %s", "The person who fell is up again.",
		"Ask how they are: people who get up can be hurt. Acknowledge if nobody has.", Normal,
	},
	alarm.Acknowledged: {
		"Taken over: %s", "Somebody has taken it over. Nobody else is called.",
		"Nothing, unless you want to help.", Low,
	},
	alarm.Cleared: {
		"Over: %s", "It is over.", "Nothing.", Low,
	},
	alarm.Blind: {
		"Camera blind: %s", "The camera does not see. FALLS ARE NOT NOTICED THERE.",
		"Look after the camera: power, network, a cover or dirt on the lens, darkness.", Normal,
	},
	blindEscalated: {
		"Camera still blind: %s", "The camera still does not see. FALLS ARE NOT NOTICED THERE.",
		"Look after the camera: power, network, a cover or dirt on the lens, darkness.", Normal,
	},
	alarm.Seeing: {
		"Camera sees again: %s", "The camera sees again.", "Nothing.", Low,
	},
	alarm.Drilled: {
		"Drill: %s", "A drill shows whether an alarm reaches everybody.",
		"Hold the drill from the page, or if it runs, wait for the alarm and acknowledge it.", Normal,
	},
	testKind: {
		"TEST of fallwatch: %s", "Somebody tests whether messages reach you this way. Nobody has fallen.", "Nothing.", Normal,
	},
	unknownKind: {
		"Report: %s", "Something was reported that this version does not know.", "Look at the page.", Normal,
	},
}

const (
	blindEscalated = alarm.Blind + " " + alarm.Escalated
	unknownKind    = ""
	testKind       = "test"
)

// Labels of the lines of a message.
const (
	drillMark = "DRILL, no real fall"
	whatLabel = "What"
	whereLine = "Where: %s"
	whenLine  = "When: %s"
	todoLine  = "What to do: %s"
	noteLine  = "Note: %s"
	byLine    = "By: %s"
	calledFor = "Called so far: %s"
	nobody    = "nobody, since no contact is set"
	drillLine = "This is a drill. Nobody has fallen; do what you would do if it were real, and acknowledge."
	lateLine  = "THIS MESSAGE IS LATE: it could not be delivered for %s."
	pageLine  = "Page: %s"
	idLine    = "Report %s"
)

// lateAfter is the age from which a message says that it is late.
const lateAfter = 2 * time.Minute

// Texts put reports into words.
type Texts struct {
	Page string         // the address of fallwatch's page, "" = none
	Zone *time.Location // in which times are told; nil = the machine's
}

// Message tells of a delivery at a moment.
func (t Texts) Message(d journal.Delivery, now time.Time) Message {
	w := wordsOf(d)
	m := Message{Title: fmt.Sprintf(w.title, oneLine(place(d.Report))), Urgency: w.urgency}
	lines := []string{w.what}
	if d.Report.Drill && d.Report.Kind != alarm.Drilled && d.Report.Kind != testKind { // whose own words say so
		m.Title = drillMark + ": " + m.Title
		lines = []string{drillLine, whatLabel + ": " + w.what}
	}
	if late := now.Sub(d.Report.Time); late >= lateAfter {
		lines = append(lines, fmt.Sprintf(lateLine, roughly(late)))
	}
	lines = append(lines, fmt.Sprintf(whereLine, oneLine(place(d.Report))), fmt.Sprintf(whenLine, t.when(d.Report)))
	if d.Report.Note != "" {
		lines = append(lines, fmt.Sprintf(noteOf(d.Report.Kind), oneLine(d.Report.Note)))
	}
	lines = append(lines, fmt.Sprintf(todoLine, w.todo))
	if w.urgency == Urgent {
		lines = append(lines, called(d))
	}
	if t.Page != "" {
		lines = append(lines, fmt.Sprintf(pageLine, t.Page))
	}
	m.Body = strings.Join(append(lines, fmt.Sprintf(idLine, d.Report.ID)), "\n")
	return m
}

// noteOf is what a note is, which for one kind is a name.
func noteOf(kind string) string {
	if kind == alarm.Acknowledged {
		return byLine
	}
	return noteLine
}

func wordsOf(d journal.Delivery) words {
	kind := d.Report.Kind
	if kind == alarm.Escalated && about(d) == alarm.Blind {
		kind = blindEscalated
	}
	if w, known := texts[kind]; known {
		return w
	}
	return texts[unknownKind]
}

// about is the kind with which the incident began.
func about(d journal.Delivery) string {
	if len(d.Before) > 0 {
		return d.Before[0].Kind
	}
	return d.Report.Kind
}

func place(r alarm.Report) string {
	if r.Camera == "" {
		return "the whole house"
	}
	return r.Camera
}

// oneLine keeps what somebody has typed from becoming more lines, headers of a mail, or a page.
func oneLine(s string) string {
	const most = 300
	s = strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(s, "?"))
	if runes := []rune(s); len(runes) > most {
		return string(runes[:most]) + "…"
	}
	return s
}

// when tells the moment of the report, and of the start where that is another minute.
func (t Texts) when(r alarm.Report) string {
	zone := t.Zone
	if zone == nil {
		zone = time.Local
	}
	at := r.Time.In(zone)
	text := at.Format("15:04:05 on Monday, 2 January 2006")
	if began := r.Start.In(zone); at.Sub(began) >= time.Minute {
		text += began.Format(" (it began at 15:04:05)")
	}
	return text
}

// called names who has been called, the receivers of this report among them.
func called(d journal.Delivery) string {
	var people []string
	for _, r := range append(slices.Clone(d.Before), d.Report) {
		for _, name := range r.Contacts {
			if !slices.Contains(people, name) {
				people = append(people, name)
			}
		}
	}
	if len(people) == 0 {
		return fmt.Sprintf(calledFor, nobody)
	}
	return fmt.Sprintf(calledFor, strings.Join(people, ", "))
}

// roughly is a time as people say it.
func roughly(d time.Duration) string {
	switch {
	case d < 2*time.Hour:
		return fmt.Sprintf("%d minutes", int(d.Minutes()))
	case d < 48*time.Hour:
		return fmt.Sprintf("%d hours", int(d.Hours()))
	}
	return fmt.Sprintf("%d days", int(d.Hours()/24))
}
