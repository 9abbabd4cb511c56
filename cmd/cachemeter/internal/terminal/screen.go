package terminal

import (
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// Screen repaints a few lines in place, below what the terminal showed before.
// It is for one goroutine.
type Screen struct {
	w     io.Writer
	size  func() (columns, rows int)
	shown int // lines on the terminal now
}

// NewScreen returns a screen on w, which is a terminal.
func NewScreen(w io.Writer) *Screen {
	return &Screen{w: w, size: func() (int, int) { return Size(w) }}
}

// Show replaces what was shown by text. Lines wider than the terminal are cut and
// so are lines that do not fit: a line that wraps or scrolls could not be erased.
func (s *Screen) Show(text string) {
	columns, rows := s.size()
	lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	if fit := max(rows-1, 1); len(lines) > fit {
		lines = lines[:fit]
	}
	var b strings.Builder
	b.WriteString(s.erase(min(s.shown, rows-1)))
	for _, line := range lines {
		b.WriteString(cut(line, columns))
		b.WriteByte('\n')
	}
	s.shown = len(lines)
	io.WriteString(s.w, b.String())
}

// Clear takes away what was shown.
func (s *Screen) Clear() {
	io.WriteString(s.w, s.erase(s.shown))
	s.shown = 0
}

func (s *Screen) erase(lines int) string {
	if lines < 1 {
		return ""
	}
	return fmt.Sprintf("\x1b[%dA\x1b[J", lines)
}

func cut(line string, columns int) string {
	if utf8.RuneCountInString(line) <= columns {
		return line
	}
	return string([]rune(line)[:columns])
}
