package account

import (
	"crypto/pbkdf2"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Rounds is how often PBKDF2-HMAC-SHA256 goes over a password (OWASP Password Storage
// Cheat Sheet, 2023: 600,000 or more).
const Rounds = 600_000

// mostRounds keeps a changed file from holding the program up for minutes.
const mostRounds = 10_000_000

// The length of a password, in characters.
const (
	leastPassword = 12
	mostPassword  = 256
)

const (
	saltBytes  = 16
	keyBytes   = 32
	hashScheme = "pbkdf2-sha256"
)

var plain = base64.RawStdEncoding

// hash gives what is kept of a password: $pbkdf2-sha256$i=ROUNDS$SALT$KEY, base64 without
// padding.
func hash(password string, rounds int) string {
	salt := make([]byte, saltBytes)
	rand.Read(salt)
	return fmt.Sprintf("$%s$i=%d$%s$%s", hashScheme, rounds, plain.EncodeToString(salt), plain.EncodeToString(derive(password, salt, rounds)))
}

func derive(password string, salt []byte, rounds int) []byte {
	key, err := pbkdf2.Key(sha256.New, password, salt, rounds, keyBytes)
	if err != nil { // in FIPS mode alone, for a salt or key that is too short: these are not
		panic(err)
	}
	return key
}

// matches tells whether hash has made kept of this password.
func matches(kept, password string) bool {
	rounds, salt, key, err := parts(kept)
	return err == nil && subtle.ConstantTimeCompare(derive(password, salt, rounds), key) == 1
}

func parts(kept string) (rounds int, salt, key []byte, err error) {
	part := strings.Split(kept, "$")
	if len(part) != 5 || part[0] != "" || part[1] != hashScheme || !strings.HasPrefix(part[2], "i=") {
		return 0, nil, nil, errors.New("a password's hash has another form than " + hashScheme)
	}
	rounds, err = strconv.Atoi(part[2][2:])
	if err != nil || rounds < 1 || rounds > mostRounds {
		return 0, nil, nil, fmt.Errorf("a password's hash has %q rounds", part[2][2:])
	}
	if salt, err = plain.DecodeString(part[3]); err != nil || len(salt) < saltBytes {
		return 0, nil, nil, errors.New("a password's hash has no good salt")
	}
	if key, err = plain.DecodeString(part[4]); err != nil || len(key) != keyBytes {
		return 0, nil, nil, errors.New("a password's hash has no good key")
	}
	return rounds, salt, key, nil
}

// checkPassword says what is wrong with a new password.
func checkPassword(name, password string) error {
	switch n := utf8.RuneCountInString(password); {
	case !utf8.ValidString(password):
		return Refusal("the password is no text")
	case n < leastPassword:
		return Refusal(fmt.Sprintf("the password has %d characters, and must have %d or more", n, leastPassword))
	case n > mostPassword:
		return Refusal(fmt.Sprintf("the password has more than %d characters", mostPassword))
	case strings.EqualFold(password, name):
		return Refusal("the password is the user's name")
	case oneCharacter(password):
		return Refusal("the password is one character again and again")
	}
	return nil
}

func oneCharacter(text string) bool {
	first, size := utf8.DecodeRuneInString(text)
	return strings.Trim(text[size:], string(first)) == ""
}

// letters are those of made passwords: none that looks like another.
const letters = "abcdefghjkmnpqrstuvwxyz23456789"

// makePassword gives 20 letters in groups of five (99 bits), to be copied by hand.
func makePassword() string {
	var b strings.Builder
	for i := 0; i < 20; {
		var one [1]byte
		rand.Read(one[:])
		if int(one[0]) >= 256-256%len(letters) { // else the first letters would come more often
			continue
		}
		if i > 0 && i%5 == 0 {
			b.WriteByte('-')
		}
		b.WriteByte(letters[int(one[0])%len(letters)])
		i++
	}
	return b.String()
}

// secret gives 256 random bits as text that goes into a cookie or a header.
func secret() string {
	b := make([]byte, 32)
	rand.Read(b)
	return base64.RawURLEncoding.EncodeToString(b)
}

// digest is what is kept of a secret. Secrets are random, so that one round is enough.
func digest(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}
