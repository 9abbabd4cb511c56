package metrics

import "time"

// Stats returns the namespace's figures since its last reset. All of them come from
// one pass over the counters: ratios computed from it are consistent.
func (n *Namespace) Stats() Stats {
	if n == nil {
		return Stats{}
	}
	// The baseline first: counters only grow, so what is read after it is never less.
	l := n.listing.Load()
	return n.stats(l)
}

// Totals returns the figures since the tracker was made: no reset lowers them.
// Exporters of counters read these.
func (n *Namespace) Totals() Stats {
	if n == nil {
		return Stats{}
	}
	return n.stats(unlisted)
}

// Exists tells whether [Tracker.AllStats] lists the namespace: true from its first
// event, handle or reset on, false after [Tracker.ResetAll] until its next event.
func (n *Namespace) Exists() bool {
	if n == nil {
		return false
	}
	l := n.listing.Load()
	return n.existsWith(l)
}

func (n *Namespace) existsWith(l *listing) bool {
	if l.exists {
		return true
	}
	t := n.counters.load().minus(&l.base)
	return t.any()
}

func (n *Namespace) stats(l *listing) Stats {
	n.counters.settle()
	// The whole before its parts, which writers add to first: whatever error is counted
	// here has its class by then, and none is taken for one without a class.
	t := n.counters.load().minus(&l.base)
	var classes [errorClasses]uint64
	for i := 1; i < errorClasses; i++ {
		classes[i] = n.classes[i].Load() - l.classes[i]
	}
	s := Stats{
		Hits: t[cHits], Misses: t[cMisses], Errors: t[cErrors],
		Sets: t[cSets], Deletes: t[cDeletes],
		Evictions: t[cEvictions], EvictedWeight: t[cEvictedWeight], Expirations: t[cExpirations],
		Loads: t[cLoads], LoadFailures: t[cLoadFailures], LoadTime: time.Duration(t[cLoadNanos]),
		Coalesced: t[cCoalesced], WriteErrors: t[cWriteErrors], BytesRead: t[cBytesRead],
		NegativeHits: t[cNegatives], StaleHits: t[cStale],
		Reported: Figure(n.reported.Load()),
	}
	s.splitErrors(classes)
	n.readSizes(&s)
	s.Reported |= s.nonZero()
	return s
}

// splitErrors divides the errors by class. A reading or a reset in the middle of a
// recording can have a part that its whole does not have; what is over is dropped.
func (s *Stats) splitErrors(classes [errorClasses]uint64) {
	rest := s.Errors
	for i := 1; i < errorClasses; i++ {
		s.ErrorsByClass[i] = min(classes[i], rest)
		rest -= s.ErrorsByClass[i]
	}
	s.ErrorsByClass[OtherError] = rest
	s.WriteErrors = min(s.WriteErrors, s.Errors)
	if rest < s.Errors {
		s.Reported |= ErrorsByClass
	}
}

// list makes the namespace exist as it stands.
func (n *Namespace) list() {
	if n.listing.Load().exists {
		return
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	l := *n.listing.Load()
	l.exists = true
	n.listing.Store(&l)
}

// rebase moves the baseline to now: what was counted before is subtracted from
// every later reading. The cells are not touched, so no concurrent event is lost.
func (n *Namespace) rebase(exists bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	l := &listing{exists: exists}
	for i := range l.classes {
		l.classes[i] = n.classes[i].Load()
	}
	l.base = n.counters.load()
	for i := range l.latency {
		if h := n.TotalLatency(Outcome(i)); h.Count > 0 {
			l.latency[i] = &h
		}
	}
	n.listing.Store(l)
}

func (n *Namespace) statsIfExists() (Stats, bool) {
	l := n.listing.Load()
	if !n.existsWith(l) {
		return Stats{}, false
	}
	return n.stats(l), true
}
