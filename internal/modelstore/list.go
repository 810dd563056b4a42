package modelstore

import "time"

// Line is one model as people read of it.
type Line struct {
	Role      string    `json:"role"` // current, previous, shipped or failed
	Name      string    `json:"name"`
	SHA256    string    `json:"sha256,omitempty"`
	Installed time.Time `json:"installed,omitzero"`
	Signed    string    `json:"signed,omitempty"`    // by which key
	Learned   string    `json:"learned,omitempty"`   // from which data
	Probation bool      `json:"probation,omitempty"` // it has not been ready yet
	Fault     string    `json:"fault,omitempty"`     // why it cannot be used, or was taken back
}

// List tells of every model, the current one first; each is checked.
func (s *Store) List() ([]Line, error) {
	state, faults, err := s.read()
	if err != nil {
		return nil, err
	}
	var lines []Line
	for _, f := range faults {
		lines = append(lines, Line{Role: "list", Fault: f.Error()})
	}
	if e := state.Current; e != nil {
		l := s.line("current", e)
		l.Probation = state.Probation != nil
		lines = append(lines, l)
	}
	if e := state.Previous; e != nil {
		lines = append(lines, s.line("previous", e))
	}
	m, err := s.shipped()
	l := Line{Role: "shipped", Name: s.Shipped.Name}
	if state.Current == nil {
		l.Role = "current"
	}
	lines = append(lines, l.with(m, err))
	if f := state.Failed; f != nil {
		lines = append(lines, Line{Role: "failed", Name: f.Name, SHA256: f.SHA256, Installed: f.Installed, Fault: f.Why})
	}
	return lines, nil
}

func (s *Store) line(role string, e *Entry) Line {
	m, err := s.load(e)
	return Line{Role: role, Name: e.Name, SHA256: e.SHA256, Installed: e.Installed}.with(m, err)
}

func (l Line) with(m *Model, err error) Line {
	if err != nil {
		l.Fault = err.Error()
		return l
	}
	l.SHA256, l.Signed, l.Learned = m.SHA256, m.Signed, m.Meta["data"]
	return l
}
