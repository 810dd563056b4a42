package web

import (
	"encoding/json"
	"net/http"

	"fallkit/pose"
)

// Quick has passwords hashed with few rounds.
func (p Parts) Quick() Parts {
	p.rounds = 10
	return p
}

// Patterns are those of all addresses.
func (s *Server) Patterns() []string { return s.handler.patterns }

// ReadEvidence counts the poses of what a house keeps.
func ReadEvidence(raw json.RawMessage) (poses int, err error) {
	e, err := readEvidence(raw)
	return len(e.Poses), err
}

// Joints is how many a pose has.
const Joints = pose.Joints

// View is an incident as programs get it.
func View(i Incident) []byte { return marshal(view(i)) }

// Profiles is what is served at Settings.Debug.
func Profiles() http.Handler { return profiles() }
