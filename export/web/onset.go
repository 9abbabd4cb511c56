package web

import (
	"time"

	"github.com/cachemeter/cachemeter/metrics"
)

// forgiving is how long a cache has to do well before its trouble counts as over: one
// that recovers for a moment has been failing since it first did.
const forgiving = 30 * time.Second

// onset remembers since when a namespace is in trouble.
type onset struct {
	since   time.Time // zero: all is well
	earlier bool      // it may have begun before since: nobody was sampling
	lastBad time.Time
}

// update takes the verdict of a moment. history is asked for only where trouble is new.
func (o *onset) update(at time.Time, bad bool, history func() (since time.Time, earlier bool)) {
	switch {
	case !bad && at.Sub(o.lastBad) > forgiving:
		*o = onset{}
	case bad && o.since.IsZero():
		o.since, o.earlier = history()
		o.lastBad = at
	case bad:
		o.lastBad = at
	}
}

// began looks back from the last sample for the moment at which trouble of this kind
// began, joining samples until they hold enough events to judge. earlier is true
// where it is in everything that was sampled.
func began(points []metrics.Window, at time.Time, v verdict, u usual, nowRate float64) (since time.Time, earlier bool) {
	since = at
	i := len(points)
	for i > 0 {
		var s metrics.Stats
		start, enough := i, false
		for i > 0 && !enough {
			i--
			s = s.Add(points[i].Stats)
			enough = v.reason == reasonSlow || s.TotalRequests()+s.Errors >= fewRequests || points[start-1].End.Sub(points[i].Start) >= nowSpan
		}
		if s.TotalRequests()+s.Errors+s.Loads+s.LoadFailures == 0 {
			continue // a quiet while neither begins nor ends trouble
		}
		if !sameTrouble(s, points[i], v, u, nowRate) {
			return since, false
		}
		since = points[i].Start
	}
	return since, true
}

// sameTrouble tells whether these figures show what v is about. A hit rate counts as
// low when it is nearer to what it is now than to what is usual.
func sameTrouble(s metrics.Stats, w metrics.Window, v verdict, u usual, nowRate float64) bool {
	switch v.reason {
	case reasonErrors:
		return share(s.Errors, s.TotalRequests()+s.Errors) >= degradedErrors
	case reasonLoads:
		return share(s.LoadFailures, s.Loads+s.LoadFailures) >= degradedLoads
	case reasonHitRate:
		return s.TotalRequests() > 0 && s.HitRate() < (u.hitRate+nowRate)/2
	case reasonNoHits:
		return s.Hits == 0
	case reasonSlow:
		median, measured := w.Latency(metrics.Hit).Quantile(0.5)
		return measured && median >= 2*u.hitTime
	default:
		return false
	}
}
