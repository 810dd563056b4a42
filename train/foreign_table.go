package train

import (
	"bufio"
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// mostShown is how many faults of a file are told.
const mostShown = 20

// foreignFaults is what is wrong with a file: the first faults, and how many more.
type foreignFaults struct {
	shown []string
	more  int
}

func (f *foreignFaults) add(path string, line int, what string) {
	if len(f.shown) == mostShown {
		f.more++
		return
	}
	f.shown = append(f.shown, fmt.Sprintf("%s:%d: %s", path, line, what))
}

// Error gives a fault a line.
func (f *foreignFaults) Error() string {
	text := strings.Join(f.shown, "\n")
	if f.more > 0 {
		text += fmt.Sprintf("\n… and %d more", f.more)
	}
	return text
}

func (f *foreignFaults) err() error {
	if len(f.shown) == 0 {
		return nil
	}
	return f
}

// foreignTable is a CSV file of another program, read row by row: it is never in memory as
// a whole.
type foreignTable struct {
	path   string
	csv    *csv.Reader
	record *recordLimit
	width  int
	at     map[string]int // where each column stands, by its name in lower case
	faults foreignFaults
	line   int
	values []string
}

// recordLimit gives up where one row is longer than any can be: a double quote that does not
// end would take the rest of the file into memory.
type recordLimit struct {
	from  io.Reader
	given int64
	start int64 // of the row that is being read
}

var errLongRow = errors.New("a row is longer than a million bytes")

func (r *recordLimit) Read(p []byte) (int, error) {
	const longest = 1 << 20
	if r.given-r.start > longest {
		return 0, errLongRow
	}
	n, err := r.from.Read(p)
	r.given += int64(n)
	return n, err
}

// openForeignTable reads the first row. With an error that is a *foreignFaults the file is at
// fault.
func openForeignTable(r io.Reader, path string) (*foreignTable, error) {
	t := &foreignTable{path: path, at: map[string]int{}}
	text := bufio.NewReader(r)
	start, err := text.Peek(3)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("read %s: %w", path, err)
	}
	if bytes.HasPrefix(start, []byte{0xff, 0xfe}) || bytes.HasPrefix(start, []byte{0xfe, 0xff}) {
		t.fault(1, "the file is UTF-16: save it as UTF-8")
		return nil, t.faults.err()
	}
	if bytes.Equal(start, []byte("\ufeff")) {
		_, _ = text.Discard(len(start)) // it was there
	}
	t.record = &recordLimit{from: text}
	t.csv = csv.NewReader(t.record)
	t.csv.FieldsPerRecord, t.csv.ReuseRecord = -1, true
	first, err := t.csv.Read()
	if errors.Is(err, io.EOF) {
		t.fault(1, "the file is empty: its first line must name the columns, "+foreignForms)
		return nil, t.faults.err()
	}
	if err != nil {
		return nil, t.broken(err)
	}
	t.line = 1
	t.name(first)
	return t, t.faults.err()
}

const foreignForms = "which are clip,time_s,score for scores, clip,time_s for alarms, or clip,event,start_s,confirmed_s for events"

func (t *foreignTable) name(first []string) {
	t.width = len(first)
	for i, column := range first {
		column = strings.ToLower(strings.TrimSpace(column))
		if _, twice := t.at[column]; twice && column != "" {
			t.fault(1, "column %q is there twice", column)
		}
		t.at[column] = i
	}
	if len(first) == 1 && strings.ContainsAny(first[0], ";\t") {
		t.fault(1, "the columns are separated by semicolons or tabs: save the file with commas between them")
	}
}

func (t *foreignTable) has(column string) bool {
	_, ok := t.at[column]
	return ok
}

// next reads a row that is not blank into values; false at the end, or where the file cannot
// be read further.
func (t *foreignTable) next(ctx context.Context) (ok bool, err error) {
	const often = 4096 // rows
	for {
		t.record.start = t.csv.InputOffset()
		values, err := t.csv.Read()
		if errors.Is(err, io.EOF) {
			return false, nil
		}
		if err != nil {
			return false, t.broken(err)
		}
		t.line, _ = t.csv.FieldPos(0)
		if t.line%often == 0 && ctx.Err() != nil {
			return false, ctx.Err()
		}
		switch {
		case strings.TrimSpace(strings.Join(values, "")) == "":
		case len(values) != t.width:
			t.fault(t.line, "the line has %d values where the first line names %d columns", len(values), t.width)
		default:
			t.values = values
			return true, nil
		}
	}
}

// broken is what there is to say where a row is no CSV, nil where that is noted as a fault.
func (t *foreignTable) broken(err error) error {
	var where *csv.ParseError
	switch {
	case errors.Is(err, errLongRow):
		t.fault(t.line+1, "a row is longer than a million bytes: does a value in double quotes not end?")
	case errors.As(err, &where):
		t.fault(where.StartLine, "a double quote stands where none can be: put the whole value into double quotes and write \"\" for one inside")
	default:
		return fmt.Errorf("read %s: %w", t.path, err)
	}
	return t.faults.err()
}

func (t *foreignTable) fault(line int, format string, args ...any) {
	t.faults.add(t.path, line, fmt.Sprintf(format, args...))
}

// text is the trimmed value of a column, "" where the column is not there.
func (t *foreignTable) text(column string) string {
	i, ok := t.at[column]
	if !ok {
		return ""
	}
	return strings.TrimSpace(t.values[i])
}

// seconds is a moment in a clip.
func (t *foreignTable) seconds(column string) (float64, bool) {
	v := t.text(column)
	f, err := strconv.ParseFloat(v, 64)
	if err != nil || !(f >= 0 && f < 1e9) {
		t.fault(t.line, "%s is %q, and must be a number of seconds from the clip's first frame, 0 or more", column, v)
		return 0, false
	}
	return f, true
}

// score is a number from 0 to 1.
func (t *foreignTable) score(meaning string, fits func(float64) bool) (float64, bool) {
	v := t.text("score")
	f, err := strconv.ParseFloat(v, 64)
	if err != nil || !fits(f) {
		t.fault(t.line, "score is %q, and must be %s", v, meaning)
		return 0, false
	}
	return f, true
}

// track is a person's number, 0 where there is no such column. Spreadsheets and pandas write
// 3 as 3.0.
func (t *foreignTable) track() (int, bool) {
	if !t.has("track") {
		return 0, true
	}
	v := t.text("track")
	f, err := strconv.ParseFloat(v, 64)
	if err != nil || !(f >= 0 && f <= 1<<31) || f != float64(int(f)) {
		t.fault(t.line, "track is %q, and must be a whole number: a person's, within the clip", v)
		return 0, false
	}
	return int(f), true
}

// kind tells by the columns what the file holds; "" where a column is missing.
func (t *foreignTable) kind() ForeignKind {
	kind, needs := ForeignAlarms, []string{"clip", "time_s"}
	switch {
	case t.has("event") || t.has("start_s") || t.has("confirmed_s"):
		kind, needs = ForeignEvents, []string{"clip", "event", "start_s", "confirmed_s"}
	case t.has("score"):
		kind, needs = ForeignScores, []string{"clip", "time_s", "score"}
	}
	if i := slices.IndexFunc(needs, func(c string) bool { return !t.has(c) }); i >= 0 {
		t.fault(1, "column %s is missing: the first line must name the columns, %s", needs[i], foreignForms)
		return ""
	}
	if kind == ForeignAlarms {
		t.refuseHiddenScores()
	}
	return kind
}

// refuseHiddenScores keeps a misspelt column of scores from making an alarm of every row.
func (t *foreignTable) refuseHiddenScores() {
	for _, column := range slices.Sorted(maps.Keys(t.at)) {
		for _, sign := range []string{"scor", "prob", "conf", "logit"} {
			if strings.Contains(column, sign) {
				t.fault(1, "column %q looks like scores: call it score, or leave it out where every row is an alarm", column)
				return
			}
		}
	}
}
