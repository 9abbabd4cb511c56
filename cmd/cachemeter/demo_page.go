package main

import (
	"fmt"
	"net"
	"net/http"
	"slices"
	"time"

	"github.com/cachemeter/cachemeter/export/web"
	"github.com/cachemeter/cachemeter/insight"
	"github.com/cachemeter/cachemeter/metrics"
)

// servePage serves the live page of a tracker, with insight, and returns its URL. It
// samples once a second whether anybody watches or not, so that the page can tell
// since when something has been going on. close ends all of it.
func servePage(address string, tracker *metrics.Tracker) (url string, close func(), err error) {
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return "", nil, fmt.Errorf("cannot serve the page: %w", err)
	}
	windows := metrics.NewWindows(tracker, metrics.WithSampledLatency())
	ins := insight.Attach(tracker, insight.Options{ShowKeys: true}) // the demo's keys are nobody's secret
	mux := http.NewServeMux()
	err = web.Register(mux, tracker, web.WithWindows(windows), web.WithInsight(func(namespace string) (any, bool) {
		return insightOf(ins, namespace)
	}))
	if err != nil {
		listener.Close()
		return "", nil, err
	}
	mux.Handle("/", http.RedirectHandler(web.Path, http.StatusFound))
	server := &http.Server{Handler: mux, ReadHeaderTimeout: 10 * time.Second}
	go server.Serve(listener) // until close, which is the only end it has
	stop := every(time.Second, func(time.Time) { windows.Sample() })
	return "http://" + listener.Addr().String() + web.Path, func() {
		stop()
		server.Close()
		ins.Detach()
	}, nil
}

// insightOf returns the report of the first that keys are heard of: the namespace as a
// whole, or the tier that is asked first.
func insightOf(ins *insight.Insight, namespace string) (insight.Report, bool) {
	for _, tier := range []string{"", "L1"} {
		r := ins.ReportTier(namespace, tier)
		if r.Curve.Keys > 0 || slices.ContainsFunc(r.WorkingSet, func(w insight.WindowKeys) bool { return w.Keys > 0 }) {
			return r, true
		}
	}
	return insight.Report{}, false
}
