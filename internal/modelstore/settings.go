// Package modelstore keeps the models that the daemon may use, and trusts none of them: a
// file is taken only if it is whole, made for this program's poses, signed where that is
// asked for, and gives the answers to built-in poses that it came with. A new model is on
// probation until the daemon has got ready with it; if it does not, the one before it comes
// back by itself.
package modelstore

import (
	"fmt"
	"path/filepath"
	"time"
)

// Settings say which models may be used.
type Settings struct {
	// Path is a checkpoint that is used until one is installed; it is trusted as these settings
	// are, without a signature. "" is the model that comes along.
	Path string `json:"path" yaml:"path"`
	// RequireSignature refuses models that none of Keys has signed.
	RequireSignature bool `json:"require_signature" yaml:"require_signature"`
	// Keys are files of Ed25519 public keys (PEM).
	Keys []string `json:"keys" yaml:"keys"`
	// Probation is how long the daemon may take with a new model until it is ready.
	Probation time.Duration `json:"probation" yaml:"probation"`
}

// DefaultSettings use the model that comes along.
var DefaultSettings = Settings{Probation: 5 * time.Minute}

// Faults lists every setting that cannot be, each fault starting with its name.
func (s Settings) Faults() []error {
	var faults []error
	if s.RequireSignature && len(s.Keys) == 0 {
		faults = append(faults, fmt.Errorf("model.require_signature is true, and model.keys names no key: no model could be installed"))
	}
	for _, k := range s.Keys {
		if !filepath.IsAbs(k) {
			faults = append(faults, fmt.Errorf("model.keys has %q, and must name files by their whole path", k))
		}
	}
	if s.Probation < 10*time.Second || s.Probation > 24*time.Hour {
		faults = append(faults, fmt.Errorf("model.probation is %v, and must be from 10s to 24h", s.Probation))
	}
	return faults
}
