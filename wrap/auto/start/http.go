package start

import (
	"encoding/json"
	"net"
	"net/http"
	"time"

	"github.com/cachemeter/cachemeter/metrics"
)

// serve listens at once, so that a taken port is told at start, and serves from a
// goroutine for the life of the program.
func serve(address string, tracker *metrics.Tracker) error {
	l, err := net.Listen("tcp", address)
	if err != nil {
		return err
	}
	server := &http.Server{Handler: handler(tracker), ReadHeaderTimeout: 10 * time.Second}
	go server.Serve(l) // ends with the program
	return nil
}

func handler(tracker *metrics.Tracker) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		json.NewEncoder(w).Encode(tracker.AllStats())
	})
}
