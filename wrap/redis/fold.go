package redismeter

import (
	"maps"
	"sync"
	"sync/atomic"
)

// Fold replaces what looks like an id by "*": whole numbers, more than three digits in
// a row, UUIDs, and hashes of at least 16 hexadecimal digits. "user:17:cart" becomes
// "user:*:cart", "log2026-11-22" becomes "log*-*-*", and "s3:bucket" stays. What has
// nothing to fold is returned as it is.
func Fold(key string) string {
	var buf [longestName]byte
	folded, changed := appendFolded(buf[:0], key)
	if !changed {
		return key
	}
	return string(folded)
}

// appendFolded appends the folded form of s to b and tells whether it differs.
func appendFolded(b []byte, s string) (folded []byte, changed bool) {
	for i := 0; i < len(s); {
		if isUUIDAt(s, i) {
			b, changed = append(b, '*'), true
			i += uuidLength
			continue
		}
		end := i
		for end < len(s) && isWordByte(s[end]) {
			end++
		}
		if end == i {
			b = append(b, s[i])
			i++
			continue
		}
		var differs bool
		b, differs = appendFoldedWord(b, s[i:end])
		changed = changed || differs
		i = end
	}
	return b, changed
}

func appendFoldedWord(b []byte, word string) ([]byte, bool) {
	digits, hex := 0, true
	for i := 0; i < len(word); i++ {
		if isDigit(word[i]) {
			digits++
		}
		hex = hex && isHex(word[i])
	}
	if digits == len(word) || hex && len(word) >= shortestHash {
		return append(b, '*'), true
	}
	changed := false
	for i := 0; i < len(word); {
		end := i
		for end < len(word) && isDigit(word[end]) {
			end++
		}
		switch {
		case end-i > longestDigits:
			b, changed = append(b, '*'), true
			i = end
		case end > i:
			b = append(b, word[i:end]...)
			i = end
		default:
			b = append(b, word[i])
			i++
		}
	}
	return b, changed
}

const uuidLength = 36

func isUUIDAt(s string, at int) bool {
	if len(s)-at < uuidLength || at > 0 && isWordByte(s[at-1]) {
		return false
	}
	if end := at + uuidLength; end < len(s) && isWordByte(s[end]) {
		return false
	}
	for i := range uuidLength {
		c := s[at+i]
		switch i {
		case 8, 13, 18, 23:
			if c != '-' {
				return false
			}
		default:
			if !isHex(c) {
				return false
			}
		}
	}
	return true
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }
func isHex(c byte) bool   { return isDigit(c) || 'a' <= c|0x20 && c|0x20 <= 'f' }
func isWordByte(c byte) bool {
	return isDigit(c) || 'a' <= c|0x20 && c|0x20 <= 'z' || c >= 0x80
}

// names keeps the folded names that were made, so that folding the next key of the
// same kind allocates nothing. Reading takes no lock. The zero value is ready.
type names struct {
	known atomic.Pointer[map[string]string]
	mu    sync.Mutex // held while adding
}

// mostNames bounds what is kept: a tracker keeps no more apart by default.
const mostNames = 1000

// fold is [Fold] without the allocation, for what was folded before.
func (n *names) fold(s string) string {
	if len(s) > longestInspected {
		return s
	}
	var buf [longestInspected]byte
	folded, changed := appendFolded(buf[:0], s)
	if !changed {
		return s
	}
	known := n.known.Load()
	if known != nil {
		if name, ok := (*known)[string(folded)]; ok {
			return name
		}
		if len(*known) >= mostNames {
			return string(folded)
		}
	}
	return n.keep(string(folded))
}

func (n *names) keep(name string) string {
	n.mu.Lock()
	defer n.mu.Unlock()
	more := map[string]string{}
	if known := n.known.Load(); known != nil {
		if len(*known) >= mostNames || len(name) > longestName {
			return name
		}
		more = maps.Clone(*known)
	}
	more[name] = name
	n.known.Store(&more)
	return name
}
