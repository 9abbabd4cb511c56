// Package figures holds what exporters compute alike from a tracker's readings.
package figures

import (
	"sync/atomic"

	"github.com/cachemeter/cachemeter/metrics"
)

// Errors splits the errors of one namespace into counters that never fall, from
// reading to reading. The zero value is ready; it is safe for concurrent use.
//
// Two parts are differences of counters that a writer raises one after the other, so
// that a reading between the two can see a part that the next one no longer has. A
// counter that falls by one is, to whoever reads it, one that restarted: it stays where
// it was until the truth has caught up.
type Errors struct {
	lookups, other atomic.Uint64 // the greatest seen
}

// Split returns how many lookups failed, and the failures of every kind by class. The
// totals are of the same namespace each time.
func (e *Errors) Split(totals metrics.Stats) (lookups uint64, byClass [metrics.ErrorClasses]uint64) {
	lookups = rise(&e.lookups, totals.Errors-totals.WriteErrors)
	byClass = totals.ErrorsByClass
	byClass[metrics.OtherError] = rise(&e.other, byClass[metrics.OtherError])
	return lookups, byClass
}

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
