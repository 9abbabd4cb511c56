// Package web shows a tracker's figures live: a page, the same figures as JSON, and
// a stream of them.
//
//	mux := http.NewServeMux()
//	err := web.Register(mux, metrics.Default()) // the page is at /debug/cachemeter/
//
// [Register] is for a ServeMux, [Handler] for any router and any prefix. Under the
// prefix are
//
//	            the page
//	stats.json  the figures of this moment; stats.md beside this file explains each
//	events      server-sent events, each the same document, once a second
//
// # Exposure
//
// It is read only: no request changes anything, unless [WithReset] allows it. But it
// tells the names of caches and how busy they are, to whoever can reach it, and it
// has no login. Serve it where only you can reach it: on a loopback address, behind
// the authentication of the program, or on a port that is not published. Keys and
// values never appear: the tracker does not have them.
//
// The page loads nothing from elsewhere and runs under a Content-Security-Policy
// that allows only its own files.
//
// # Cost
//
// Nobody watches, nothing runs: no goroutine, no sample. While somebody does, one
// goroutine samples the tracker once a second and encodes the document once for all
// watchers. A watcher that reads too slowly is disconnected, not waited for.
// Recording is not touched by any of it. For 1,000 busy namespaces and 50 watchers
// that is 3 % of one processor. What was sampled is kept for 15 minutes: 60 MiB for
// 1,000 namespaces that are all busy and measure latency, next to nothing for those
// where nothing happens (BenchmarkLive).
package web
