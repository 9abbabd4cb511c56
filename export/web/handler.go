package web

import (
	"errors"
	"fmt"
	"net/http"
	"path"
	"strings"
	"time"

	"github.com/cachemeter/cachemeter/metrics"
)

// Path is where [Register] mounts the page.
const Path = "/debug/cachemeter/"

// Register mounts the page of the tracker on the mux, under [Path]. It fails when one
// of them is nil and when the mux already has something at that path.
func Register(mux *http.ServeMux, tracker *metrics.Tracker, opts ...Option) (err error) {
	switch {
	case mux == nil:
		return errors.New("web: nil mux")
	case tracker == nil:
		return errors.New("web: nil tracker")
	}
	// ServeMux panics at conflicting patterns and offers no way to ask first.
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("web: cannot mount %s: %v", Path, p)
		}
	}()
	mux.Handle(Path, newServer(Path, tracker, opts))
	return nil
}

// Handler returns the page of the tracker as a handler for any router and any prefix:
// it looks at the last element of the path alone, and all links of the page are
// relative. The page itself is at paths that end in a slash; it redirects there. A
// nil tracker shows an empty page. It is safe for concurrent use.
func Handler(tracker *metrics.Tracker, opts ...Option) http.Handler {
	return newServer("", tracker, opts)
}

// server routes the requests of one page.
type server struct {
	prefix   string // "" for any
	tracker  *metrics.Tracker
	observer *observer
	hub      *hub
	reset    bool
}

func newServer(prefix string, tracker *metrics.Tracker, opts []Option) *server {
	o := options{interval: time.Second}
	for _, opt := range opts {
		if opt != nil {
			opt(&o)
		}
	}
	if o.windows == nil {
		o.windows = metrics.NewWindows(tracker, metrics.WithSampledLatency())
	}
	observer := newObserver(tracker, o)
	return &server{prefix: prefix, tracker: tracker, observer: observer, hub: newHub(observer, o.interval), reset: o.reset}
}

// ServeHTTP answers one request.
func (s *server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	name, known := s.route(r)
	if !known {
		http.NotFound(w, r)
		return
	}
	secure(w.Header())
	if name == "reset" && s.reset {
		s.serveReset(w, r)
		return
	}
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		http.Error(w, "web: this page is read only: want GET or HEAD", http.StatusMethodNotAllowed)
		return
	}
	switch name {
	case "":
		serveAsset(w, r, "index.html")
	case "stats.json":
		s.serveStats(w, r)
	case "events":
		s.hub.serve(w, r)
	default:
		if _, isAsset := assets()[name]; isAsset {
			serveAsset(w, r, name)
			return
		}
		if s.prefix == "" && !strings.Contains(name, ".") {
			redirectToFolder(w, r)
			return
		}
		http.NotFound(w, r)
	}
}

// route returns the element of the path below the prefix, "" for the page.
func (s *server) route(r *http.Request) (name string, known bool) {
	if s.prefix != "" {
		name, known = strings.CutPrefix(r.URL.Path, s.prefix)
		return name, known && !strings.Contains(name, "/")
	}
	if strings.HasSuffix(r.URL.Path, "/") {
		return "", true
	}
	if name = path.Base(r.URL.Path); name == "." { // a prefix was stripped, and nothing is left
		name = "-"
	}
	return name, true
}

// redirectToFolder sends the browser from the folder's name to the folder, so that
// relative links work. It goes by the request's own path: a router may have stripped
// the prefix from r.URL.
func redirectToFolder(w http.ResponseWriter, r *http.Request) {
	p, _, _ := strings.Cut(r.RequestURI, "?")
	w.Header().Set("Location", "./"+path.Base(p)+"/")
	w.WriteHeader(http.StatusMovedPermanently)
}

// secure sets what every answer carries: nothing from elsewhere is loaded, nothing
// inline runs, no other page frames or reads it.
func secure(h http.Header) {
	h.Set("Content-Security-Policy", "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "+
		"connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "DENY")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cache-Control", "no-store")
}

// serveReset is the only request that changes something, and only where the program
// asked for it.
func (s *server) serveReset(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		http.Error(w, "web: reset wants POST", http.StatusMethodNotAllowed)
		return
	}
	if err := http.NewCrossOriginProtection().Check(r); err != nil {
		http.Error(w, "web: reset refused: "+err.Error(), http.StatusForbidden)
		return
	}
	if r.URL.Query().Has("namespace") {
		want := asked(r.URL.Query().Get("namespace"))
		for _, n := range s.tracker.Namespaces() {
			if metrics.Label(n.Name()) == want {
				s.tracker.Reset(n.Name()) // with all its tiers
				break
			}
		}
	} else {
		s.tracker.ResetAll()
	}
	w.WriteHeader(http.StatusNoContent)
}
