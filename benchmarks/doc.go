// Package benchmarks measures cachemeter beside other counters, histograms, caches'
// own statistics and Redis hooks, on the same work and in one process:
//
//	go test -bench . ./benchmarks         # one look
//	go run ./benchmarks/report            # interleaved rounds, medians, README.md
//
// It holds no code to import. Every subject's count is checked by a test before its
// speed means anything.
package benchmarks
