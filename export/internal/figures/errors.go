// Package figures holds what exporters compute alike from a tracker's readings.
package figures

import (
	"sync/atomic"

	"github.com/cachemeter/cachemeter/metrics"
)

// Errors splits the errors of one namespace into counters that never fall and never
// show an error that was none. The zero value is ready; it is safe for concurrent use.
//
// Failed lookups are errors less write errors, counters that move while they are read.
// A difference that falls by one is, to whoever reads a counter, one that restarted;
// one that is too high for a moment cannot be taken back. So the whole is from an
// earlier reading than its parts, which can only make the difference too small, and a
// smaller one than before waits until the truth has caught up.
type Errors struct {
	lookups atomic.Uint64 // the greatest seen
	byClass [metrics.ErrorClasses]atomic.Uint64
}

// Split returns how many of the namespace's lookups failed, and its failures of every
// kind by class. The totals are those of [metrics.Namespace.Totals] of a moment ago.
func (e *Errors) Split(n *metrics.Namespace, totals metrics.Stats) (lookups uint64, byClass [metrics.ErrorClasses]uint64) {
	parts := totals
	if totals.Reported&(metrics.WriteErrors|metrics.ErrorsByClass) != 0 && totals.Errors > 0 {
		parts = n.Totals()
	}
	other := totals.Errors
	for i := range byClass {
		if class := metrics.ErrorClass(i); class != metrics.OtherError {
			byClass[i] = rise(&e.byClass[i], parts.ErrorsByClass[i])
			other = less(other, parts.ErrorsByClass[i])
		}
	}
	byClass[metrics.OtherError] = rise(&e.byClass[metrics.OtherError], other)
	return rise(&e.lookups, less(totals.Errors, parts.WriteErrors)), byClass
}

// less returns a - b, and 0 where b is greater.
func less(a, b uint64) uint64 { return a - min(a, b) }

// rise returns the greater of v and what highest holds, and keeps it there.
func rise(highest *atomic.Uint64, v uint64) uint64 {
	for {
		old := highest.Load()
		if v <= old {
			return old
		}
		if highest.CompareAndSwap(old, v) {
			return v
		}
	}
}
