package vision

import "strings"

// redact takes out of a URL what may be a password: all before the last '@', and all
// after the first '=' (cameras take passwords in queries and paths too). It does not
// parse: a password that breaks the URL's grammar must not show either. What is no URL
// stays as it is.
func redact(path string) string {
	scheme, rest, ok := strings.Cut(path, "://")
	if !ok {
		return path
	}
	at, equals := strings.LastIndexByte(rest, '@'), strings.IndexByte(rest, '=')
	switch {
	case equals >= 0 && equals < at: // which of the two hides what cannot be told
		rest = "…"
	case equals >= 0:
		rest = rest[at+1:equals] + "=…"
	default:
		rest = rest[at+1:]
	}
	return scheme + "://" + rest
}
