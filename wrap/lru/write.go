package lrumeter

import "github.com/cachemeter/cachemeter/metrics"

// write is one call under way that changes a cache. Its end is deferred and does not
// recover: a panic, of the user's callback or of hashing the key, counts as a failed
// write and goes on with its value and its stack.
type write struct {
	meter *meter
	done  bool
}

func (w *write) end() {
	if !w.done {
		w.meter.panicked()
		w.meter.namespace.RecordWriteErrors(metrics.OtherError, 1)
	}
}

func (w *write) set(evicted bool) {
	w.done = true
	w.meter.namespace.RecordSets(1)
	if evicted {
		w.meter.namespace.RecordEvictions(1)
	}
}

func (w *write) setUnless(found, evicted bool) {
	if found {
		w.done = true
	} else {
		w.set(evicted)
	}
}

func (w *write) removed(present bool) {
	w.done = true
	if present {
		w.meter.namespace.RecordDeletes(1)
	}
}

func (w *write) resized(capacity, evicted int) {
	w.done = true
	w.meter.capacity.Store(int64(capacity))
	w.meter.namespace.RecordEvictions(evicted)
}
