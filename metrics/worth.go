package metrics

import (
	"math"
	"time"
)

// TimeSaved returns how much time a cache has saved its callers: its hits times what
// the mean load from the origin takes longer than the mean hit. It comes from measured
// parts alone, and is false until there were loads and hit is not empty. It is negative
// where hits take longer than loads.
//
// hit is how long hits took, as [Namespace.Latency] tells; s and hit should be of the
// same interval.
func TimeSaved(s Stats, hit Histogram) (saved time.Duration, ok bool) {
	load, ok := s.MeanLoadTime()
	if !ok {
		return 0, false
	}
	meanHit, ok := hit.Mean()
	if !ok {
		return 0, false
	}
	// The product may be beyond 292 years: it is cut there rather than wrapped around.
	nanos := float64(s.Hits) * float64(load-meanHit)
	if nanos >= math.MaxInt64 {
		return math.MaxInt64, true
	}
	if nanos <= math.MinInt64 {
		return math.MinInt64, true
	}
	return time.Duration(nanos), true
}

// TimeSaved returns how much time the namespace's cache has saved since its last
// reset; see the function [TimeSaved].
func (n *Namespace) TimeSaved() (saved time.Duration, ok bool) {
	return TimeSaved(n.Stats(), n.Latency(Hit))
}
