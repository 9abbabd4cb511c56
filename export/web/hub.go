package web

import (
	"net/http"
	"sync"
	"time"

	"github.com/cachemeter/cachemeter/metrics"
)

// hub tells all watchers of new figures. Its goroutine runs while there are any.
type hub struct {
	observer *observer
	interval time.Duration

	mu       sync.Mutex
	watchers map[*watcher]struct{}
	running  bool                  // the goroutine is there
	latest   *frame                // nil while it is not
	servers  map[*http.Server]bool // those that streams came by: true once they shut down
}

// watcher is one connection that wants events.
type watcher struct {
	frames  chan *frame
	dropped chan struct{} // closed when it was too slow, or its server ends
	server  *http.Server
}

// backlog is how many events a watcher may be behind before it is dropped. Its
// connection's buffers come on top.
const backlog = 3

func newHub(o *observer, interval time.Duration) *hub {
	return &hub{
		observer: o,
		interval: interval,
		watchers: make(map[*watcher]struct{}),
		servers:  make(map[*http.Server]bool),
	}
}

// join adds a watcher, who gets the latest figures at once. The first one starts the
// goroutine. server may be nil.
func (h *hub) join(server *http.Server) *watcher {
	w := &watcher{frames: make(chan *frame, backlog), dropped: make(chan struct{}), server: server}
	h.mu.Lock()
	defer h.mu.Unlock()
	ended, met := h.servers[server]
	if ended {
		close(w.dropped)
		return w
	}
	if !met && server != nil {
		h.servers[server] = false
		// Shutdown waits for connections and knows nothing of streams that do not end.
		server.RegisterOnShutdown(func() { h.end(server) })
	}
	h.watchers[w] = struct{}{}
	if h.latest != nil {
		w.frames <- h.latest
	}
	if !h.running {
		h.running = true
		go h.run()
	}
	return w
}

func (h *hub) leave(w *watcher) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.watchers, w)
}

// end drops the watchers of a server that shuts down.
func (h *hub) end(server *http.Server) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.servers[server] = true
	for w := range h.watchers {
		if w.server == server {
			h.drop(w)
		}
	}
}

// drop is called with mu held.
func (h *hub) drop(w *watcher) {
	delete(h.watchers, w)
	close(w.dropped)
}

// run samples and tells, until nobody is left.
func (h *hub) run() {
	ticker := time.NewTicker(h.interval)
	defer ticker.Stop()
	last := make(map[*metrics.Namespace]metrics.Stats)
	var lastAt time.Time
	for h.watched() {
		h.tell(newFrame(h.observer.tick(last, &lastAt)))
		<-ticker.C
	}
}

// watched tells whether anybody is there to be told. When not, the goroutine is over.
func (h *hub) watched() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(h.watchers) > 0 {
		return true
	}
	h.running, h.latest = false, nil
	return false
}

// tell sends f to every watcher and drops those who did not keep up.
func (h *hub) tell(f *frame) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.latest = f
	for w := range h.watchers {
		select {
		case w.frames <- f:
		default:
			h.drop(w)
		}
	}
}

// tick encodes what watchers get, with what was counted since the tick before.
func (o *observer) tick(last map[*metrics.Namespace]metrics.Stats, lastAt *time.Time) []byte {
	o.windows.Sample()
	at := time.Now()
	ticks := make(map[*metrics.Namespace]tick, len(last))
	for _, n := range o.tracker.Namespaces() {
		if n.TierName() != "" {
			continue
		}
		total := n.Totals()
		if before, met := last[n]; met {
			d := total.Sub(before)
			ticks[n] = tick{at.Sub(*lastAt), d.Hits, d.Misses, d.Errors}
		}
		last[n] = total
	}
	*lastAt = at
	return o.appendDocument(nil, at, request{live: true, ticks: ticks})
}
