package web

import (
	"net/http"
	"time"
)

// patience is how long one event may take to write before the client counts as gone.
const patience = 10 * time.Second

// serve streams events to one client until it leaves, falls behind or its server
// shuts down.
func (h *hub) serve(w http.ResponseWriter, r *http.Request) {
	header := w.Header()
	header.Set("Content-Type", "text/event-stream")
	header.Set("X-Accel-Buffering", "no") // proxies that keep events back defeat them
	header.Set("Vary", "Accept-Encoding")
	compressed := acceptsGzip(r)
	if compressed {
		header.Set("Content-Encoding", "gzip")
	}
	if r.Method == http.MethodHead {
		return
	}
	// Before the client hears of it: a server that shuts down then has to know.
	server, _ := r.Context().Value(http.ServerContextKey).(*http.Server)
	watcher := h.join(server)
	defer h.leave(watcher)

	control := http.NewResponseController(w)
	send := func(b []byte) error {
		// A writer that has no deadlines goes without.
		_ = control.SetWriteDeadline(time.Now().Add(patience))
		if _, err := w.Write(b); err != nil {
			return err
		}
		return control.Flush()
	}
	if err := control.Flush(); err != nil {
		header.Del("Content-Encoding")
		http.Error(w, "web: cannot stream events: "+err.Error(), http.StatusNotImplemented)
		return
	}
	if compressed && send(gzipHeader) != nil {
		return
	}

	for {
		select {
		case <-r.Context().Done():
			return
		case <-watcher.dropped:
			return
		case f := <-watcher.frames:
			b := f.plain
			if compressed {
				b = f.deflate()
			}
			if send(b) != nil {
				return
			}
		}
	}
}
