package top

import (
	"context"
	"net/http"
	"time"

	"github.com/charmbracelet/x/ansi"
)

// SetTransport makes all instances be reached by t.
func (w *Watch) SetTransport(t http.RoundTripper) {
	for _, s := range w.sources {
		s.client.Transport = t
	}
}

// Look asks all instances once.
func (w *Watch) Look(ctx context.Context) Picture { return w.take(w.ask(ctx), time.Now()) }

// Screen is what a terminal of this size shows.
func (w *Watch) Screen(p Picture, width, height int) string {
	m := &model{watch: w, picture: p, sortBy: "STATUS", width: width, height: height}
	return m.View()
}

// Address is where an instance's figures are asked for.
func Address(address string) (string, error) {
	s, err := newSource(address, 0)
	if err != nil {
		return "", err
	}
	return s.stats.String(), nil
}

// Width is how many columns a line takes.
func Width(line string) int { return ansi.StringWidth(line) }
