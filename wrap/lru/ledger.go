package lrumeter

import (
	"sync"
	"sync/atomic"

	"github.com/cachemeter/cachemeter/metrics"
)

// ledger tells expirations from everything else that makes the expirable cache call
// its callback. The callback does not say why; but all calls through the wrapper say
// how many entries they took, and whatever is left over was taken by the sweep.
//
// Calls that take entries pass one at a time, as they do behind the cache's own lock.
// A nil ledger does nothing.
type ledger struct {
	namespace *metrics.Namespace
	callbacks atomic.Int64  // user callbacks running now
	gone      atomic.Uint64 // entries that left, for whatever reason
	settled   atomic.Uint64 // those of them whose reason is known; changed with mu held

	mu sync.Mutex // held by a call that may take entries
}

// removed notes that an entry left. It never waits: a call under way settles for it.
func (l *ledger) removed() {
	l.gone.Add(1)
	l.settleIdle()
}

// settleIdle counts what left while no call was under way. Whoever holds mu comes here
// after having released it, so nothing stays behind.
func (l *ledger) settleIdle() {
	for l.settled.Load() != l.gone.Load() && l.mu.TryLock() {
		l.settle(0, false)
		l.mu.Unlock()
	}
}

func (l *ledger) begin() {
	if l == nil {
		return
	}
	l.mu.Lock()
	l.settle(0, false)
}

// end settles a call that took own entries, or all that have left since its begin.
func (l *ledger) end(own uint64, all bool) {
	if l == nil {
		return
	}
	l.settle(own, all)
	l.mu.Unlock()
	l.settleIdle()
}

func (l *ledger) settle(own uint64, all bool) {
	gone := l.gone.Load()
	if left := gone - l.settled.Load(); !all && left > own {
		l.namespace.RecordExpirations(int(left - own))
	}
	l.settled.Store(gone)
}

// ledgerWrite is a [write] to an expirable cache.
type ledgerWrite struct {
	write
	ledger *ledger
	own    uint64
	all    bool
}

func (w *ledgerWrite) took(entry bool) {
	if entry {
		w.own = 1
	}
}

// end is deferred. How many entries a call took that did not return is not known:
// all that left meanwhile are taken for its own.
func (w *ledgerWrite) end() {
	w.ledger.end(w.own, w.all || !w.done)
	w.write.end()
}
