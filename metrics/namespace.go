package metrics

import (
	"sync"
	"sync/atomic"
	"time"
)

// Namespace is the handle on one namespace's figures: keep it, and recording costs
// a few nanoseconds. All methods are safe for concurrent use, allocate nothing and
// never block. A nil *Namespace is valid: it records nothing and its figures are zero.
//
// Handles come from [Tracker.Namespace] and [Tracker.Tier] and are valid for the
// life of their tracker, through every reset.
//
// It has every method of otter v2's stats.Recorder, so that an otter cache can be
// given one as it is.
type Namespace struct {
	name string
	tier string

	counters counters
	classes  *[errorClasses]atomic.Uint64
	latency  atomic.Pointer[latencies] // nil until something was measured

	listening atomic.Pointer[listening] // nil unless somebody listens

	listing  atomic.Pointer[listing]
	reported atomic.Uint32

	mu    sync.Mutex // guards sizes, and orders changes of listing
	sizes []*sizeSource
}

// listing is what readers need beside the counters: whether the namespace exists
// though nothing was recorded since the baseline, and the baseline itself.
type listing struct {
	exists  bool
	base    totals
	classes [errorClasses]uint64
	latency [outcomes]*Histogram
}

var unlisted = &listing{}

func newNamespace(name, tier string) *Namespace {
	n := &Namespace{
		name: name, tier: tier,
		classes: new([errorClasses]atomic.Uint64),
	}
	n.counters.init()
	n.listing.Store(unlisted)
	return n
}

// Name returns the namespace's name: [Overflow] for a handle that was asked for
// beyond the tracker's limit, "" for a nil handle.
func (n *Namespace) Name() string {
	if n == nil {
		return ""
	}
	return n.name
}

// TierName returns the tier whose figures these are, "" for the namespace as a whole.
func (n *Namespace) TierName() string {
	if n == nil {
		return ""
	}
	return n.tier
}

// RecordHit adds one lookup that found its value.
func (n *Namespace) RecordHit() {
	if n != nil {
		n.counters.add(cHits, 1)
	}
}

// RecordMiss adds one lookup that was answered "not there".
func (n *Namespace) RecordMiss() {
	if n != nil {
		n.counters.add(cMisses, 1)
	}
}

// RecordError adds one operation that the cache could not answer, without a class.
// Errors are neither hits nor misses and leave [Stats.HitRate] alone.
func (n *Namespace) RecordError() {
	if n != nil {
		n.counters.add(cErrors, 1)
	}
}

// RecordHits adds count hits; a count below 1 adds nothing.
func (n *Namespace) RecordHits(count int) { n.record(cHits, count) }

// RecordMisses adds count misses; a count below 1 adds nothing.
func (n *Namespace) RecordMisses(count int) { n.record(cMisses, count) }

// RecordErrors adds count errors without a class; a count below 1 adds nothing.
func (n *Namespace) RecordErrors(count int) { n.record(cErrors, count) }

// RecordOutcome adds count lookups of the given outcome; an unknown outcome or a
// count below 1 adds nothing.
func (n *Namespace) RecordOutcome(outcome Outcome, count int) {
	if outcome < outcomes {
		n.record(counter(outcome), count)
	}
}

// RecordFailures adds count errors of one class: to the errors, and to the figure
// of the class beside them. A count below 1 adds nothing.
func (n *Namespace) RecordFailures(class ErrorClass, count int) {
	if n == nil || count < 1 {
		return
	}
	// The part before the whole: see [Namespace.stats].
	if class != OtherError && class < errorClasses {
		n.classes[class].Add(uint64(count))
	}
	n.counters.add(cErrors, uint64(count))
}

// RecordWriteErrors adds count failed sets or deletes of one class. They are errors
// too: [Stats.WriteErrors] is a part of [Stats.Errors].
func (n *Namespace) RecordWriteErrors(class ErrorClass, count int) {
	if n == nil || count < 1 {
		return
	}
	n.counters.add(cWriteErrors, uint64(count))
	n.RecordFailures(class, count)
}

// RecordSets adds count values written; a count below 1 adds nothing.
func (n *Namespace) RecordSets(count int) { n.record(cSets, count) }

// RecordDeletes adds count entries deleted on request; a count below 1 adds nothing.
func (n *Namespace) RecordDeletes(count int) { n.record(cDeletes, count) }

// RecordEvictions adds count entries of weight 1 that the cache's policy removed
// to make room; a count below 1 adds nothing. Deletes, replacements and
// expirations are not evictions.
func (n *Namespace) RecordEvictions(count int) {
	n.record(cEvictedWeight, count)
	n.record(cEvictions, count)
}

// RecordEviction adds one entry of the given weight that the cache's policy removed.
func (n *Namespace) RecordEviction(weight uint32) {
	if n == nil {
		return
	}
	n.counters.add(cEvictedWeight, uint64(weight))
	n.counters.add(cEvictions, 1)
}

// RecordExpirations adds count entries whose time was over; a count below 1 adds nothing.
func (n *Namespace) RecordExpirations(count int) { n.record(cExpirations, count) }

// RecordCoalesced adds count lookups that waited for a load which another lookup
// had begun. They are a count of their own: neither hits nor misses.
func (n *Namespace) RecordCoalesced(count int) { n.record(cCoalesced, count) }

// RecordNegativeHits marks count of the hits as answered by a remembered absence.
// The hits themselves are recorded apart.
func (n *Namespace) RecordNegativeHits(count int) { n.record(cNegatives, count) }

// RecordStaleHits marks count of the hits as answered with a value past its time.
// The hits themselves are recorded apart.
func (n *Namespace) RecordStaleHits(count int) { n.record(cStale, count) }

// RecordBytesRead adds count bytes of payload that hits returned; a count below 1
// adds nothing.
func (n *Namespace) RecordBytesRead(count int) { n.record(cBytesRead, count) }

// RecordLoadSuccess adds one load from the origin that took d. A negative d counts
// as none.
func (n *Namespace) RecordLoadSuccess(d time.Duration) { n.recordLoad(cLoads, d) }

// RecordLoadFailure adds one load from the origin that failed after d. A negative
// d counts as none.
func (n *Namespace) RecordLoadFailure(d time.Duration) { n.recordLoad(cLoadFailures, d) }

func (n *Namespace) recordLoad(which counter, d time.Duration) {
	if n == nil {
		return
	}
	n.counters.add(cLoadNanos, uint64(max(d, 0)))
	n.counters.add(which, 1)
}

func (n *Namespace) record(which counter, count int) {
	if n == nil || count < 1 {
		return
	}
	n.counters.add(which, uint64(count))
}

// Reports declares figures that this namespace's cache can report, so that they
// show as zeros before anything of the kind has happened. Declaring adds; it never
// takes away. A figure above zero shows whether declared or not.
func (n *Namespace) Reports(figures Figure) {
	if n != nil && !Figure(n.reported.Load()).Has(figures) {
		n.reported.Or(uint32(figures))
	}
}
