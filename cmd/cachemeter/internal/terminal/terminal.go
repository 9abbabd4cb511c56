// Package terminal shows things that change on a terminal.
package terminal

import (
	"io"
	"os"

	"golang.org/x/term"
)

// Is tells whether w is a terminal that a person looks at.
func Is(w io.Writer) bool {
	file, ok := w.(*os.File)
	return ok && term.IsTerminal(int(file.Fd())) && os.Getenv("TERM") != "dumb"
}

// Size returns the terminal's columns and rows: 80 by 24 where they are unknown.
func Size(w io.Writer) (columns, rows int) {
	if file, ok := w.(*os.File); ok {
		if columns, rows, err := term.GetSize(int(file.Fd())); err == nil && columns > 0 && rows > 0 {
			return columns, rows
		}
	}
	return 80, 24
}
