package redismeter

import (
	"unicode"
	"unicode/utf8"
)

// Fallback is the namespace of keys that have no other, and of what cannot be told
// apart, such as an EXISTS over keys of several namespaces that found some.
const Fallback = "redis"

const (
	longestPrefix = 64
	longestDigits = 3  // in a row: more look like a number, a date or an id
	shortestHash  = 16 // hexadecimal digits and dashes that long are a hash or UUID
)

// Prefix returns the part of a key before its first colon when that looks like a
// name, and [Fallback] otherwise. It is what the hook takes for the namespace unless
// told otherwise.
//
// A name begins with a letter or underscore, is at most 64 bytes of letters, digits,
// "_", "-" and ".", has no more than three digits in a row, and is no hash or UUID.
// The braces of a cluster's {tag} at the beginning are stripped, and a tag that is no
// name is skipped: "{user:17}:cart", "{user}:17" and "{17}user:cart" are "user".
// The answer shares the key's memory.
func Prefix(key string) string {
	// Most keys begin with a few letters and a colon.
	seen := byte(0)
	for i := 0; i < len(key); i++ {
		kind := kindOf[key[i]]
		if kind == colon {
			if seen&^letter == 0 && i > 0 && i < shortestHash {
				return key[:i]
			}
			break
		}
		if seen |= kind; i >= shortestHash {
			break
		}
	}
	return prefixOfOdd(key)
}

// Kinds of bytes.
const (
	letter byte = 1 << iota
	colon
	odd
)

var kindOf = func() (kinds [256]byte) {
	for c := range kinds {
		switch lower := c | 0x20; {
		case 'a' <= lower && lower <= 'z' && c < 0x80:
			kinds[c] = letter
		case c == ':':
			kinds[c] = colon
		default:
			kinds[c] = odd
		}
	}
	return kinds
}()

// prefixOfOdd is Prefix without the short way.
func prefixOfOdd(key string) string {
	if len(key) > 0 && key[0] == '{' {
		return prefixOfTagged(key[1:])
	}
	if end := nameEnd(key); end > 0 && end < len(key) && key[end] == ':' && isName(key[:end]) {
		return key[:end]
	}
	return Fallback
}

func prefixOfTagged(key string) string {
	end := nameEnd(key)
	if end == len(key) {
		return Fallback
	}
	name, next := key[:end], end+1
	switch {
	case key[end] == ':' && isName(name):
		return name
	case key[end] == '}' && next < len(key) && key[next] == ':' && isName(name):
		return name
	}
	// The tag is an id: what follows it may be the name.
	for end < len(key) && end <= longestPrefix && key[end] != '}' {
		end++
	}
	if end == len(key) || key[end] != '}' {
		return Fallback
	}
	rest := key[end+1:]
	if len(rest) > 0 && rest[0] == ':' {
		rest = rest[1:]
	}
	if end := nameEnd(rest); end > 0 && end < len(rest) && rest[end] == ':' && isName(rest[:end]) {
		return rest[:end]
	}
	return Fallback
}

// nameEnd returns where the characters of a name end: at the latest one beyond what
// a name can have.
func nameEnd(s string) int {
	for i := 0; i < len(s) && i <= longestPrefix; i++ {
		if c := s[i]; c == ':' || c == '{' || c == '}' {
			return i
		}
	}
	return min(len(s), longestPrefix+1)
}

func isName(s string) bool {
	if s == "" || len(s) > longestPrefix {
		return false
	}
	digits, hex := 0, true
	for i := 0; i < len(s); i++ {
		c := s[i]
		switch lower := c | 0x20; {
		case '0' <= c && c <= '9':
			if digits++; digits > longestDigits || i == 0 {
				return false
			}
			continue
		case 'a' <= lower && lower <= 'z':
			hex = hex && lower <= 'f'
		case c == '-':
			if i == 0 {
				return false
			}
		case c == '_':
			hex = false
		case c == '.':
			if i == 0 {
				return false
			}
			hex = false
		case c >= utf8.RuneSelf:
			return isForeignName(s)
		default:
			return false
		}
		digits = 0
	}
	return !hex || len(s) < shortestHash
}

// isForeignName is isName for names with letters beyond ASCII.
func isForeignName(s string) bool {
	digits := 0
	for i, r := range s {
		switch {
		case r == utf8.RuneError:
			return false
		case unicode.IsDigit(r):
			if digits++; digits > longestDigits || i == 0 {
				return false
			}
			continue
		case unicode.IsLetter(r), r == '_', i > 0 && (r == '-' || r == '.' || unicode.IsMark(r)):
		default:
			return false
		}
		digits = 0
	}
	return true
}
