package lrumeter

import "github.com/cachemeter/cachemeter/metrics"

// write is one call that changes a cache. Its end is deferred and does not recover:
// a panic, of the user's callback or of hashing the key, counts as a failed write
// and goes on with its value and its stack.
type write struct {
	namespace *metrics.Namespace
	done      bool
}

func (w *write) end() {
	if !w.done {
		w.namespace.RecordWriteErrors(metrics.OtherError, 1)
	}
}

func (w *write) set(evicted bool) {
	w.done = true
	w.namespace.RecordSets(1)
	if evicted {
		w.namespace.RecordEvictions(1)
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
		w.namespace.RecordDeletes(1)
	}
}

func (w *write) evicted(count int) {
	w.done = true
	w.namespace.RecordEvictions(count)
}
