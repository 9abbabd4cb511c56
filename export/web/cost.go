package web

import (
	"github.com/cachemeter/cachemeter/metrics"
)

// cost is what a namespace's misses and errors cost its callers, and what its hits
// save them, over one window. Times are in seconds of waiting per second.
type cost struct {
	missKnown bool
	miss      float64 // seconds that one miss costs: the lookup itself, and the load after it
	waiting   float64 // misses/s x miss + errors/s x what an error takes

	extraMisses  float64 // misses/s beyond the usual hit rate
	extraWaiting float64
	errorShare   float64

	savedKnown bool
	saved      float64 // hits/s x (miss - what a hit takes); known where loads are measured
}

// costOf prices the window now with the times of the last minute, which are steadier.
func costOf(now, recent metrics.Window, u usual) cost {
	var c cost
	s := now.Stats
	c.errorShare = share(s.Errors, s.TotalRequests()+s.Errors)
	if u.known && s.TotalRequests() > 0 {
		c.extraMisses = max(u.hitRate-s.HitRate(), 0) * now.RequestRate()
	}
	lookup, lookupKnown := recent.Latency(metrics.Miss).Mean()
	load, loadKnown := recent.Stats.MeanLoadTime()
	c.missKnown = lookupKnown || loadKnown
	c.miss = (lookup + load).Seconds()
	failure, failureKnown := recent.Latency(metrics.Error).Mean()
	if c.missKnown || failureKnown {
		c.waiting = now.Rate(s.Misses)*c.miss + now.Rate(s.Errors)*failure.Seconds()
	}
	c.extraWaiting = c.extraMisses * c.miss
	if loadKnown {
		hit, _ := recent.Latency(metrics.Hit).Mean()
		c.savedKnown = true
		c.saved = now.Rate(s.Hits) * max(c.miss-hit.Seconds(), 0)
	}
	return c
}
