package web

import (
	"fmt"
	"math"
	"time"

	"github.com/cachemeter/cachemeter/metrics"
)

// level is how well a cache does, from nothing known to broken.
type level string

const (
	levelNoData   level = "no_data"  // nothing was sampled yet
	levelIdle     level = "idle"     // no operation in the last seconds
	levelOK       level = "ok"       // it works as usual
	levelDegraded level = "degraded" // it works worse than it should
	levelFailing  level = "failing"  // it does not do its job
)

func (l level) bad() bool { return l == levelDegraded || l == levelFailing }

// reason is what a bad level is about.
type reason string

const (
	reasonErrors  reason = "errors"   // operations that the cache could not answer
	reasonHitRate reason = "hit_rate" // far fewer hits than usual
	reasonNoHits  reason = "no_hits"  // not one hit
	reasonLoads   reason = "loads"    // the origin behind it fails
	reasonSlow    reason = "slow"     // hits take far longer than usual
)

// The limits between the levels. They are documented in stats.md.
const (
	failingErrors  = 0.10 // share of all operations
	degradedErrors = 0.01
	failingLoads   = 0.25 // share of all loads
	degradedLoads  = 0.05
	fewEvents      = 3   // fewer failures than this are an accident
	fewRequests    = 20  // fewer say nothing about a hit rate
	manyRequests   = 100 // so many without a hit are no warm-up
	smallestDrop   = 0.10
	sureDeviations = 4 // standard deviations that a drop has to be beyond chance
	slowFactor     = 4
	slowAtLeast    = time.Millisecond
)

// verdict says how a cache does, in words too.
type verdict struct {
	level   level
	reason  reason
	message string
}

// usual is how a namespace does when all is well: everything that was sampled up to
// a minute ago.
type usual struct {
	hitRate float64
	known   bool
	hitTime time.Duration // the median; 0 where nobody measured
}

func usualOf(r metrics.Recent) usual {
	before := r.SinceStart.Stats.Sub(r.Short.Stats)
	if before.TotalRequests() < fewRequests {
		return usual{}
	}
	u := usual{hitRate: before.HitRate(), known: true}
	u.hitTime, _ = r.SinceStart.Latency(metrics.Hit).Quantile(0.5)
	return u
}

// judge compares the last seconds with what is usual. recent is the last minute.
func judge(now, recent metrics.Window, u usual) verdict {
	if now.Empty() {
		return verdict{level: levelNoData, message: "no data yet"}
	}
	s := now.Stats
	requests := s.TotalRequests()
	if requests+s.Errors+s.Loads+s.LoadFailures == 0 {
		return verdict{level: levelIdle, message: "no requests"}
	}
	errors := share(s.Errors, requests+s.Errors)
	loads := share(s.LoadFailures, s.Loads+s.LoadFailures)
	drop := u.hitRate - s.HitRate()
	dropped := u.known && sureDrop(s, u)
	switch {
	case s.Errors >= fewEvents && errors >= failingErrors:
		return verdict{levelFailing, reasonErrors, percent(errors) + " of operations fail" + mostly(s)}
	case dropped && s.HitRate() < u.hitRate/2:
		return verdict{levelFailing, reasonHitRate, fmt.Sprintf("hit rate %s, usually %s", percent(s.HitRate()), percent(u.hitRate))}
	case s.LoadFailures >= fewEvents && loads >= failingLoads:
		return verdict{levelFailing, reasonLoads, percent(loads) + " of loads from the origin fail"}
	case s.Hits == 0 && requests > 0 && recent.Stats.Hits == 0 && recent.Stats.TotalRequests() >= manyRequests:
		return verdict{levelFailing, reasonNoHits, fmt.Sprintf("none of the last %d lookups hit", recent.Stats.TotalRequests())}
	case dropped && drop >= smallestDrop:
		return verdict{levelDegraded, reasonHitRate, fmt.Sprintf("hit rate %s, usually %s", percent(s.HitRate()), percent(u.hitRate))}
	case s.Errors >= fewEvents && errors >= degradedErrors:
		return verdict{levelDegraded, reasonErrors, percent(errors) + " of operations fail" + mostly(s)}
	case s.LoadFailures >= fewEvents && loads >= degradedLoads:
		return verdict{levelDegraded, reasonLoads, percent(loads) + " of loads from the origin fail"}
	}
	if hits := now.Latency(metrics.Hit); hits.Count >= fewRequests && u.hitTime > 0 {
		if median, _ := hits.Quantile(0.5); median >= slowFactor*u.hitTime && median >= slowAtLeast {
			return verdict{levelDegraded, reasonSlow, fmt.Sprintf("a hit takes %v, usually %v", short(median), short(u.hitTime))}
		}
	}
	return verdict{level: levelOK, message: "works as usual"}
}

// sureDrop tells whether so few hits are beyond chance. The two-proportion test's
// error is that of the usual rate over this window's requests.
func sureDrop(s metrics.Stats, u usual) bool {
	n := float64(s.TotalRequests())
	if n < fewRequests {
		return false
	}
	deviation := math.Sqrt(max(u.hitRate*(1-u.hitRate), 0.01) / n)
	return u.hitRate-s.HitRate() > sureDeviations*deviation
}

// mostly names the class that more than half of the errors are of.
func mostly(s metrics.Stats) string {
	for c, n := range s.ErrorsByClass {
		if class := metrics.ErrorClass(c); class != metrics.OtherError && 2*n > s.Errors {
			return ", mostly " + class.String()
		}
	}
	return ""
}

func share(part, whole uint64) float64 {
	if whole == 0 {
		return 0
	}
	return float64(part) / float64(whole)
}

func percent(x float64) string {
	switch {
	case x > 0 && x < 0.001:
		return "under 0.1 %"
	case x < 0.0995 && x > 0 || x > 0.995 && x < 1:
		return fmt.Sprintf("%.1f %%", 100*x)
	default:
		return fmt.Sprintf("%.0f %%", 100*x)
	}
}

// short rounds a duration to what is worth reading.
func short(d time.Duration) time.Duration {
	for unit := time.Duration(1); ; unit *= 10 {
		if d < 1000*unit {
			return d.Round(unit)
		}
	}
}
