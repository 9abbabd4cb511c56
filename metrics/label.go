package metrics

import (
	"strings"
	"unicode/utf8"
)

// Label returns a namespace's or tier's name as exporters write it. Names are any
// string, but labels and JSON are UTF-8: each byte that is not becomes U+FFFD and two
// hexadecimal digits, and so do the bytes of U+FFFD itself. Valid names are returned
// as they are, and different names always have different labels, so that no export has
// the same series twice.
func Label(name string) string {
	if utf8.ValidString(name) && !strings.ContainsRune(name, utf8.RuneError) {
		return name
	}
	const hex = "0123456789abcdef"
	var b strings.Builder
	for i := 0; i < len(name); {
		r, size := utf8.DecodeRuneInString(name[i:])
		if r != utf8.RuneError {
			b.WriteString(name[i : i+size])
			i += size
			continue
		}
		for end := i + size; i < end; i++ {
			b.WriteRune(utf8.RuneError)
			b.WriteByte(hex[name[i]>>4])
			b.WriteByte(hex[name[i]&15])
		}
	}
	return b.String()
}
