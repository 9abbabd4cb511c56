package start

import (
	"net"
	"net/http"
	"time"

	"github.com/cachemeter/cachemeter/export/web"
	"github.com/cachemeter/cachemeter/metrics"
)

// serve listens at once, so that a taken port is told at start, and serves from a
// goroutine for the life of the program: the page, and a redirect to it.
func serve(address string, tracker *metrics.Tracker) error {
	mux := http.NewServeMux()
	if err := web.Register(mux, tracker); err != nil {
		return err
	}
	mux.Handle("GET /{$}", http.RedirectHandler(web.Path, http.StatusFound))
	l, err := net.Listen("tcp", address)
	if err != nil {
		return err
	}
	server := &http.Server{Handler: mux, ReadHeaderTimeout: 10 * time.Second}
	go server.Serve(l) // ends with the program
	return nil
}
