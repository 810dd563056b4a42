package data

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// table is a CSV file with named columns, read row by row. It collects faults instead of
// stopping at the first one.
type table struct {
	path    string
	columns []string       // the first row, trimmed
	at      map[string]int // where each known column stands
	reader  *csv.Reader
	faults  Faults
}

// row is one line of a table.
type row struct {
	table  *table
	line   int
	values []string
}

// openTable reads the first row. Columns in required must all be there, in any order and
// in upper or lower case; others may be there too.
func openTable(r io.Reader, path string, required []string) (*table, error) {
	text, err := io.ReadAll(r)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", path, err)
	}
	text = bytes.TrimPrefix(text, []byte("\ufeff"))
	if err := checkText(text, path); err != nil {
		return nil, err
	}
	t := &table{path: path, at: map[string]int{}, reader: csv.NewReader(bytes.NewReader(text))}
	t.reader.FieldsPerRecord = -1
	first, err := t.reader.Read()
	if errors.Is(err, io.EOF) {
		return nil, Faults{fmt.Sprintf("%s:1: the file is empty: its first line must name the columns %s", path, strings.Join(required, ", "))}
	}
	if err != nil {
		return nil, Faults{t.syntax(err)}
	}
	t.name(first, required)
	return t, t.faults.err()
}

// checkText refuses what is not text, or text of another kind, in words that help.
func checkText(text []byte, path string) error {
	if bytes.HasPrefix(text, []byte{0xff, 0xfe}) || bytes.HasPrefix(text, []byte{0xfe, 0xff}) {
		return Faults{fmt.Sprintf("%s:1: the file is UTF-16: save it as UTF-8", path)}
	}
	line := 0
	for part := range bytes.Lines(text) {
		line++
		if !utf8.Valid(part) {
			return Faults{fmt.Sprintf("%s:%d: the line is not UTF-8: save the file as UTF-8", path, line)}
		}
		if bytes.IndexByte(part, 0) >= 0 {
			return Faults{fmt.Sprintf("%s:%d: the line holds a zero byte: this is not a CSV file", path, line)}
		}
	}
	return nil
}

// name takes the column names from the first row.
func (t *table) name(first, required []string) {
	for i, column := range first {
		column = strings.TrimSpace(column)
		t.columns = append(t.columns, column)
		known := strings.ToLower(column)
		if _, twice := t.at[known]; twice && column != "" {
			t.fault(1, "column %q is there twice", column)
		}
		t.at[known] = i
	}
	var missing []string
	for _, column := range required {
		if _, ok := t.at[column]; !ok {
			missing = append(missing, column)
		}
	}
	switch {
	case len(missing) == 0:
	case len(missing) > 1 && len(first) == 1 && strings.ContainsAny(first[0], ";\t"):
		t.fault(1, "the columns are separated by semicolons or tabs: save the file with commas between them")
	case len(missing) == 1:
		t.fault(1, "column %s is missing: the first line must name %s", missing[0], strings.Join(required, ", "))
	default:
		t.fault(1, "columns %s are missing: the first line must name %s", strings.Join(missing, ", "), strings.Join(required, ", "))
	}
}

// rows gives every row that is not blank and has as many values as there are columns.
// Reading ends at the first place that is not CSV.
func (t *table) rows(yield func(*row) bool) {
	for {
		values, err := t.reader.Read()
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			t.faults = append(t.faults, t.syntax(err))
			return
		}
		line, _ := t.reader.FieldPos(0)
		if strings.TrimSpace(strings.Join(values, "")) == "" {
			continue
		}
		if len(values) != len(t.columns) {
			t.fault(line, "the line has %d values where the first line names %d columns: put a value with a comma in it into double quotes", len(values), len(t.columns))
			continue
		}
		if !yield(&row{table: t, line: line, values: values}) {
			return
		}
	}
}

// fault notes what is wrong with a line.
func (t *table) fault(line int, format string, args ...any) {
	t.faults = append(t.faults, fmt.Sprintf("%s:%d: %s", t.path, line, fmt.Sprintf(format, args...)))
}

func (t *table) syntax(err error) string {
	var where *csv.ParseError
	if !errors.As(err, &where) {
		return fmt.Sprintf("%s: %v", t.path, err)
	}
	what := "a double quote stands inside a value: put the whole value into double quotes and write \"\" for the one inside"
	if errors.Is(where.Err, csv.ErrQuote) {
		what = "a value in double quotes does not end where it should"
	}
	return fmt.Sprintf("%s:%d: %s", t.path, where.StartLine, what)
}

// text is the trimmed value of a column.
func (r *row) text(column string) string {
	return strings.TrimSpace(r.values[r.table.at[column]])
}

// fault notes what is wrong with the row.
func (r *row) fault(format string, args ...any) { r.table.fault(r.line, format, args...) }
