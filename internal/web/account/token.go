package account

import (
	"crypto/subtle"
	"fmt"
	"slices"
	"strings"
	"time"
)

// tokenStart marks a token, so that it is recognised where it does not belong.
const tokenStart = "fallwatch_"

// Token is what may be told of a token.
type Token struct {
	ID      string    `json:"id"`
	Name    string    `json:"name"`
	Scope   Scope     `json:"scope"`
	Created time.Time `json:"created"`
	Used    time.Time `json:"used,omitzero"` // to the day
}

// Tokens lists all tokens, in the order in which they were made.
func (s *Store) Tokens() []Token {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	all := make([]Token, len(s.kept.Tokens))
	for i, t := range s.kept.Tokens {
		all[i] = Token{t.ID, t.Name, t.Scope, t.Created, t.Used}
	}
	return all
}

// AddToken makes a token for a program. What is given back is shown once: it is kept nowhere.
func (s *Store) AddToken(name string, scope Scope) (string, Token, error) {
	for _, err := range []error{checkName(name), checkScope(scope)} {
		if err != nil {
			return "", Token{}, err
		}
	}
	text := tokenStart + secret()
	made := token{ID: digest(secret())[:12], Name: name, Scope: scope, Hash: digest(text), Created: s.now().UTC()}
	s.mutex.Lock()
	defer s.mutex.Unlock()
	err := s.change(func(f *file) error {
		if len(f.Tokens) >= mostTokens {
			return Refusal(fmt.Sprintf("there are %d tokens already", mostTokens))
		}
		if slices.ContainsFunc(f.Tokens, func(t token) bool { return t.Name == name }) {
			return Refusal(fmt.Sprintf("there is a token %q already", name))
		}
		f.Tokens = append(f.Tokens, made)
		return nil
	})
	return text, Token{made.ID, made.Name, made.Scope, made.Created, time.Time{}}, err
}

// RemoveToken makes a token worthless.
func (s *Store) RemoveToken(id string) (name string, err error) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return name, s.change(func(f *file) error {
		i := slices.IndexFunc(f.Tokens, func(t token) bool { return t.ID == id })
		if i < 0 {
			return Refusal("there is no such token")
		}
		name = f.Tokens[i].Name
		f.Tokens = slices.Delete(f.Tokens, i, i+1)
		return nil
	})
}

// Token gives who holds a token.
func (s *Store) Token(text string) (Identity, bool) {
	if !strings.HasPrefix(text, tokenStart) {
		return Identity{}, false
	}
	hashed := digest(text)
	s.mutex.Lock()
	defer s.mutex.Unlock()
	for i, t := range s.kept.Tokens {
		if subtle.ConstantTimeCompare([]byte(t.Hash), []byte(hashed)) == 1 {
			s.note(i)
			return Identity{Name: "token " + t.Name, Scope: t.Scope}, true
		}
	}
	return Identity{}, false
}

// note writes down once a day that a token is used.
func (s *Store) note(i int) {
	day := s.now().UTC().Truncate(24 * time.Hour)
	if id := s.kept.Tokens[i].ID; !s.kept.Tokens[i].Used.Equal(day) {
		s.keep(func(f *file) {
			for k := range f.Tokens {
				if f.Tokens[k].ID == id {
					f.Tokens[k].Used = day
				}
			}
		})
	}
}
