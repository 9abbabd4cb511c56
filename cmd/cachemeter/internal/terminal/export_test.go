package terminal

import "io"

// NewSizedScreen is a screen on something that is no terminal.
func NewSizedScreen(w io.Writer, columns, rows int) *Screen {
	return &Screen{w: w, size: func() (int, int) { return columns, rows }}
}
