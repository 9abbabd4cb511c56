package web

import (
	"compress/gzip"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/cachemeter/cachemeter/metrics"
)

// serveStats answers with the document of this moment.
func (s *server) serveStats(w http.ResponseWriter, r *http.Request) {
	q, err := parseRequest(r.URL.RawQuery)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "application/json")
	h.Set("Vary", "Accept-Encoding")
	if r.Method == http.MethodHead {
		return
	}
	b := append(s.observer.appendDocument(nil, time.Now(), q), '\n')
	// What fails below is a client that is gone.
	if !acceptsGzip(r) {
		h.Set("Content-Length", strconv.Itoa(len(b)))
		w.Write(b)
		return
	}
	h.Set("Content-Encoding", "gzip")
	z, _ := gzip.NewWriterLevel(w, gzip.BestSpeed) // the level is one that exists
	z.Write(b)
	z.Close()
}

// parseRequest reads the parameters of stats.json.
func parseRequest(query string) (q request, err error) {
	values, err := url.ParseQuery(query)
	if err != nil {
		return q, fmt.Errorf("web: cannot read the query: %w", err)
	}
	if values.Has("namespace") {
		name := values.Get("namespace")
		q.only = &name
	}
	if values.Has("history") {
		d, err := time.ParseDuration(values.Get("history"))
		if err != nil || d <= 0 {
			return q, fmt.Errorf("web: history=%q: want a time above 0, such as 5m; at most %v is kept", values.Get("history"), metrics.LongWindow)
		}
		q.history = min(d, metrics.LongWindow)
	}
	switch buckets := values.Get("buckets"); buckets {
	case "", "0":
	case "1":
		q.buckets = true
	default:
		return q, fmt.Errorf("web: buckets=%q: want 1 or 0", buckets)
	}
	return q, nil
}
