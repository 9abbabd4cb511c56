package insight

import (
	"time"

	"github.com/cachemeter/cachemeter/metrics"
)

// Report is what is known of one namespace since somebody listens, as a value. What
// cannot be told is zero in it and absent from its JSON.
type Report struct {
	Namespace string
	Tier      string

	Observed time.Duration
	Lookups  uint64 // hits and misses
	HitRate  float64

	Curve       Curve
	PresentSize uint64 // entries: the capacity the cache reports, else what it holds
	Sizes       []Size // at factors of the present size
	WorkingSet  []WindowKeys
	SeenOnce    Estimate // keys looked up a single time
	NeverRead   Estimate // values that were gone or replaced before any lookup hit them
	HotKeys     []HotKey
	Age         AgeReport
	Misses      MissReport
	Worth       Worth

	// Dropped is how many sampled events were lost because too many came at once. A few
	// do no harm.
	Dropped uint64
}

// Estimate is a number made from a sample.
type Estimate struct {
	Count   float64
	Share   float64 // of all of its kind
	Samples uint64  // how many of the kind were sampled; 0 when there is nothing to tell
}

// AgeReport is how old entries get.
type AgeReport struct {
	AtHit      Ages // since the entry was written
	AtEviction Ages // the same, where the wrapper tells which key was evicted
	Absence    Ages // from an eviction to the next miss of the same key
}

// MissReport splits the misses by their causes.
type MissReport struct {
	Samples uint64
	Share   [missCauses]float64 // by [MissCause], of all misses
}

// EvictedTooSoon is the share of misses that would have been hits, had the cache not
// evicted the key while its value was still valid.
func (m MissReport) EvictedTooSoon() float64 { return m.Share[Evicted] }

// Size is one other size the cache could have.
type Size struct {
	Factor  float64 // of the present size
	Entries uint64
	HitRate float64
	Enough  bool          // there are enough samples: without, HitRate and Saves say nothing
	Saves   time.Duration // more than at the present size; negative for less
}

// factors of the present size that a report looks at.
var factors = [...]float64{0.25, 0.5, 1, 2, 4, 8}

// report looks at everything at one moment. The lock is held for copying alone.
func (o *observer) report() Report {
	stats := o.namespace.Totals()
	r := Report{Namespace: o.namespace.Name(), Tier: o.namespace.TierName(), Dropped: o.inbox.dropped.Load()}

	o.mu.Lock()
	r.Observed = time.Since(o.clock.began)
	s := stats.Sub(o.base)
	r.Lookups, r.HitRate = s.TotalRequests(), s.HitRate()
	o.drain(inboxSlots)
	now := o.now()
	r.WorkingSet = o.keys.read(now)
	var reuse reuse
	var keys int
	if w := o.watch; w != nil {
		a := &w.analysis
		a.fill(&r, now)
		r.HotKeys = w.hot.top(o.opts.HotKeys)
		reuse, keys = a.reuse, a.lookedUp()
		r.Curve = Curve{Samples: a.judged, Rate: 1 / a.sample.weight, Keys: uint64(float64(keys)*a.sample.weight + 0.5)}
	}
	o.mu.Unlock()

	r.Curve.draw(&reuse, float64(r.Lookups))
	r.Worth = worthOf(s, o.namespace)
	r.PresentSize = presentSize(s)
	r.Sizes = sizes(&r)
	return r
}

// fill puts what the sampled entries tell into r.
func (a *analysis) fill(r *Report, now uint32) {
	once, seen := 0, 0
	for i := range a.sample.entries {
		e := &a.sample.entries[i]
		a.fates.settle(e, now, a.sample.weight)
		if e.lookups > 0 {
			seen++
		}
		if e.lookups == 1 {
			once++
		}
	}
	if seen > 0 {
		r.SeenOnce = Estimate{Count: float64(once) * a.sample.weight, Share: float64(once) / float64(seen), Samples: uint64(seen)}
	}
	f := &a.fates
	if f.ended > 0 {
		r.NeverRead = Estimate{Count: f.endUnread, Share: f.endUnread / f.ended, Samples: f.ends}
	}
	r.Age = AgeReport{AtHit: f.atHit.summary(), AtEviction: f.atEvict.summary(), Absence: f.absence.summary()}
	total := 0.0
	for _, weight := range f.misses {
		total += weight
	}
	if total > 0 {
		r.Misses.Samples = f.sampled
		for cause, weight := range f.misses {
			r.Misses.Share[cause] = weight / total
		}
	}
}

// lookedUp returns how many of the sampled keys were looked up, rather than only written.
func (a *analysis) lookedUp() int {
	n := 0
	for i := range a.sample.entries {
		if a.sample.entries[i].lookups > 0 {
			n++
		}
	}
	return n
}

func presentSize(s metrics.Stats) uint64 {
	if s.Reported.Has(metrics.Capacity) && s.Capacity > 0 {
		return s.Capacity
	}
	return s.Entries
}
