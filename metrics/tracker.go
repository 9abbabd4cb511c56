package metrics

import (
	"cmp"
	"slices"
	"sync"
	"sync/atomic"
)

// Overflow is the namespace that collects what is recorded for names beyond the
// tracker's limit. It is an ordinary namespace: it can be read, reset and recorded
// to by name.
const Overflow = "_other"

// Tracker counts the outcomes of cache operations per namespace, in memory. A
// namespace's name is any string, the empty one included. All methods are safe for
// concurrent use. The zero value is ready, with the default limit; a nil *Tracker
// records nothing.
//
// A tracker has room for a limited number of namespaces (see [WithMaxNamespaces]).
// A name keeps its place for the tracker's life, through [Tracker.ResetAll] too: that
// is what keeps handles valid and exported counters from going backwards.
type Tracker struct {
	places
	max int // 0: the default

	sorted atomic.Pointer[[]*Namespace] // what Namespaces answered last
}

// NewTracker returns an empty tracker.
func NewTracker(opts ...Option) *Tracker {
	var o options
	for _, opt := range opts {
		if opt != nil {
			opt(&o)
		}
	}
	return &Tracker{max: o.maxNamespaces}
}

var defaultTracker = sync.OnceValue(func() *Tracker { return NewTracker() })

// Default returns the process-wide tracker, made on first use.
func Default() *Tracker { return defaultTracker() }

// RecordHit adds a hit to the namespace, which begins to exist.
func (t *Tracker) RecordHit(namespace string) {
	if t == nil {
		return
	}
	n := t.whole.find(namespace)
	if n == nil {
		n = t.placeNew(namespace, "")
	}
	n.RecordHit()
}

// RecordMiss adds a miss to the namespace, which begins to exist.
func (t *Tracker) RecordMiss(namespace string) {
	if t == nil {
		return
	}
	n := t.whole.find(namespace)
	if n == nil {
		n = t.placeNew(namespace, "")
	}
	n.RecordMiss()
}

// RecordError adds an error to the namespace, which begins to exist.
func (t *Tracker) RecordError(namespace string) {
	if t == nil {
		return
	}
	n := t.whole.find(namespace)
	if n == nil {
		n = t.placeNew(namespace, "")
	}
	n.RecordError()
}

// Namespace returns the handle of a namespace, which begins to exist, with zeros.
// Beyond the limit it returns the handle of [Overflow].
func (t *Tracker) Namespace(name string) *Namespace { return t.Tier(name, "") }

// Tier returns the handle of one tier of a namespace: figures of their own beside
// the namespace's, for a cache of several levels such as "L1" and "L2". They are
// not part of the namespace's own figures, which say how the levels do as a whole.
// Tier "" is the namespace itself. Each tier takes a place of the limit.
func (t *Tracker) Tier(name, tier string) *Namespace {
	n := t.placeTier(name, tier)
	if n != nil {
		n.list()
		n.counters.settle()
	}
	return n
}

// Stats returns the figures of a namespace since its last reset. One that does not
// exist answers zeros and does not begin to exist.
func (t *Tracker) Stats(namespace string) Stats {
	if t == nil {
		return Stats{}
	}
	return t.whole.find(namespace).Stats()
}

// AllStats returns the figures of every existing namespace, without tiers.
func (t *Tracker) AllStats() map[string]Stats {
	all := make(map[string]Stats)
	for _, n := range t.known() {
		if n.tier != "" {
			continue
		}
		if s, exists := n.statsIfExists(); exists {
			all[n.name] = s
		}
	}
	return all
}

// Namespaces returns a handle for every namespace and tier that the tracker has a
// place for, by name and then by tier. After [Tracker.ResetAll] it still lists those
// that no longer exist ([Namespace.Exists]), so that exporters can go on from their
// totals.
func (t *Tracker) Namespaces() []*Namespace {
	known := t.known()
	if len(known) == 0 {
		return nil
	}
	// Places are never given up, so a list of the right length is the right list.
	if sorted := t.sorted.Load(); sorted != nil && len(*sorted) == len(known) {
		return slices.Clone(*sorted)
	}
	all := slices.Clone(known)
	slices.SortFunc(all, func(a, b *Namespace) int {
		return cmp.Or(cmp.Compare(a.name, b.name), cmp.Compare(a.tier, b.tier))
	})
	t.sorted.Store(&all)
	return slices.Clone(all)
}

// Reset makes a namespace's figures zero, those of its tiers included. It exists
// from then on, also when it was never seen. What is recorded after Reset returned
// is counted. A name beyond the limit has no figures of its own: resetting it does
// nothing, least of all to those of [Overflow].
func (t *Tracker) Reset(namespace string) {
	if n := t.place(namespace); n != nil && n.name == namespace {
		n.rebase(true)
	}
	for _, n := range t.known() {
		if n.name == namespace && n.tier != "" {
			n.rebase(n.Exists())
		}
	}
}

// ResetAll makes no namespace exist any more. A handle that somebody still holds
// goes on working: its next event makes its namespace exist again.
func (t *Tracker) ResetAll() {
	for _, n := range t.known() {
		n.rebase(false)
	}
}
