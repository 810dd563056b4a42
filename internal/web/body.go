package web

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"time"

	"fallkit/internal/web/account"
)

// mostBody is more than the greatest body that is allowed: all zones of a camera. In bytes.
const mostBody = 128 << 10

// read takes a request's JSON, strictly, and answers where it is none.
func read(w http.ResponseWriter, r *http.Request, into any) bool {
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != "application/json" {
		fail(w, http.StatusUnsupportedMediaType, "a change is sent as application/json")
		return false
	}
	err := parse(r.Body, into)
	if large := (*http.MaxBytesError)(nil); errors.As(err, &large) {
		fail(w, http.StatusRequestEntityTooLarge, "this is too long")
		return false
	}
	if err != nil {
		fail(w, http.StatusBadRequest, "this cannot be read: "+err.Error())
		return false
	}
	return true
}

func parse(r io.Reader, into any) error {
	d := json.NewDecoder(r)
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return errors.New("something follows the end")
	}
	return nil
}

// reply answers in JSON. What cannot be said in JSON is our fault, and told as such.
func reply(w http.ResponseWriter, v any) {
	var b bytes.Buffer
	if err := json.NewEncoder(&b).Encode(v); err != nil {
		panic(err)
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(b.Bytes()) // the browser is gone where this fails
}

// fail answers with what went wrong.
func fail(w http.ResponseWriter, status int, text string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]string{"error": text}) // the browser is gone where this fails
}

// broken answers that something of ours failed, and why: whoever has signed in may know.
func (s *Server) broken(w http.ResponseWriter, what string, err error) {
	s.parts.Log.Error("the page could not "+what, "error", err)
	fail(w, http.StatusInternalServerError, err.Error())
}

// answer tells what came of a question to the house, and is true where there is no error.
func (s *Server) answer(w http.ResponseWriter, what string, err error) bool {
	switch {
	case err == nil:
		return true
	case errors.Is(err, ErrUnknown):
		fail(w, http.StatusNotFound, err.Error())
	case errors.Is(err, ErrRefused):
		fail(w, http.StatusConflict, err.Error())
	default:
		s.broken(w, what, err)
	}
	return false
}

// done answers a change of the accounts, and writes it down where it was made.
func (s *Server) done(w http.ResponseWriter, r *http.Request, who account.Identity, err error, what, on, note string) {
	if err != nil {
		s.refuse(w, err)
		return
	}
	s.audit(r, who.Name, what, on, note)
	w.WriteHeader(http.StatusNoContent)
}

// changed answers a change of the house, and writes it down where it was made.
func (s *Server) changed(w http.ResponseWriter, r *http.Request, who account.Identity, err error, what, on, note string) {
	if s.answer(w, what, err) {
		s.audit(r, who.Name, what, on, note)
		w.WriteHeader(http.StatusNoContent)
	}
}

// audit writes down a change. Where that fails the change stands: an alarm is answered though
// the disk is full.
func (s *Server) audit(r *http.Request, who, what, on, note string) {
	e := AuditEntry{Time: s.parts.Now().UTC(), Who: who, From: addressOf(r.RemoteAddr), What: what, On: on, Note: note}
	if err := s.parts.Audit.Audit(e); err != nil {
		s.parts.Log.Error("a change could not be written into the audit log", "who", who, "what", what, "on", on, "error", err)
	}
}

// auditReset writes down that somebody has made a password anew on this machine.
func (s *Server) auditReset(r account.Reset) error {
	s.parts.Log.Warn("a password was made anew on this machine", "user", r.User, "by", r.By, "at", r.Time)
	return s.parts.Audit.Audit(AuditEntry{Time: r.Time, Who: r.By, From: "this machine", What: "new password", On: r.User})
}

// since is for durations on the house's clock.
func (s *Server) since(t time.Time) time.Duration { return s.parts.Now().Sub(t) }
