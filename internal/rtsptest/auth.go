package rtsptest

import (
	"crypto/md5"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"regexp"
)

const (
	realm = "camera"
	nonce = "5ccc069c403ebaf9f0171e9517f40e41"
)

// challenge is what a request without the right password gets to read.
func (c *Camera) challenge() string {
	if c.Digest {
		return fmt.Sprintf("Digest realm=%q, nonce=%q", realm, nonce)
	}
	return fmt.Sprintf("Basic realm=%q", realm)
}

// allows checks a request's Authorization.
func (c *Camera) allows(method, authorization string) bool {
	if c.User == "" {
		return true
	}
	want := "Basic " + base64.StdEncoding.EncodeToString([]byte(c.User+":"+c.Password))
	if c.Digest {
		parts := digestParts(authorization)
		want = c.response(method, parts["uri"])
		authorization = parts["response"]
	}
	return subtle.ConstantTimeCompare([]byte(want), []byte(authorization)) == 1
}

// response is what the right password gives, RFC 2617 section 3.2.2 without qop.
func (c *Camera) response(method, uri string) string {
	sum := func(s string) string { return fmt.Sprintf("%x", md5.Sum([]byte(s))) }
	return sum(sum(c.User+":"+realm+":"+c.Password) + ":" + nonce + ":" + sum(method+":"+uri))
}

var digestPart = regexp.MustCompile(`(\w+)="([^"]*)"`)

func digestParts(authorization string) map[string]string {
	parts := map[string]string{}
	for _, m := range digestPart.FindAllStringSubmatch(authorization, -1) {
		parts[m[1]] = m[2]
	}
	return parts
}
