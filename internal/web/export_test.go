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

// ReadEvidence is what programs get of what a house keeps.
func ReadEvidence(raw json.RawMessage) ([]byte, error) {
	e, err := readEvidence(raw)
	if err != nil {
		return nil, err
	}
	return marshal(e), nil
}

// Encode is a camera's sight as pages get it.
func Encode(l Live) []byte { return encode(l) }

// Tell is what all pages get each second, made anew.
func (s *Server) Tell() []byte {
	s.pulse.forget()
	return s.tell()
}

// Joints is how many a pose has.
const Joints = pose.Joints

// View is an incident as programs get it.
func View(i Incident) []byte { return marshal(view(i)) }

// Profiles is what is served at Settings.Debug.
func Profiles() http.Handler { return profiles() }
