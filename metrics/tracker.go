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

const (
	defaultMaxNamespaces = 1000

	// maxOverflowTiers bounds the tiers that the overflow is kept apart by.
	maxOverflowTiers = 16
)

// Tracker counts the outcomes of cache operations per namespace, in memory. A
// namespace's name is any string, the empty one included. All methods are safe for
// concurrent use. The zero value is ready, with the default limit; a nil *Tracker
// records nothing.
//
// A tracker has room for a limited number of namespaces (see [WithMaxNamespaces]).
// A name keeps its place for the tracker's life, through [Tracker.ResetAll] too: that
// is what keeps handles valid and exported counters from going backwards.
type Tracker struct {
	dir       directory
	max       int // 0: the default
	full      atomic.Bool
	overflows atomic.Int32 // overflow namespaces, which take no place of the others
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
func (t *Tracker) RecordHit(namespace string) { t.place(namespace, "").RecordHit() }

// RecordMiss adds a miss to the namespace, which begins to exist.
func (t *Tracker) RecordMiss(namespace string) { t.place(namespace, "").RecordMiss() }

// RecordError adds an error to the namespace, which begins to exist.
func (t *Tracker) RecordError(namespace string) { t.place(namespace, "").RecordError() }

// Namespace returns the handle of a namespace, which begins to exist, with zeros.
// Beyond the limit it returns the handle of [Overflow].
func (t *Tracker) Namespace(name string) *Namespace { return t.Tier(name, "") }

// Tier returns the handle of one tier of a namespace: figures of their own beside
// the namespace's, for a cache of several levels such as "L1" and "L2". They are
// not part of the namespace's own figures, which say how the levels do as a whole.
// Tier "" is the namespace itself. Each tier takes a place of the limit.
func (t *Tracker) Tier(name, tier string) *Namespace {
	n := t.place(name, tier)
	if n != nil {
		n.list()
	}
	return n
}

// Stats returns the figures of a namespace since its last reset. One that does not
// exist answers zeros and does not begin to exist.
func (t *Tracker) Stats(namespace string) Stats {
	if t == nil {
		return Stats{}
	}
	n, _ := t.dir.find(namespace, "")
	return n.Stats()
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
	all := slices.Clone(t.known())
	slices.SortFunc(all, func(a, b *Namespace) int {
		return cmp.Or(cmp.Compare(a.name, b.name), cmp.Compare(a.tier, b.tier))
	})
	return all
}

// Reset makes a namespace's figures zero, those of its tiers included. It exists
// from then on, also when it was never seen. What is recorded after Reset returned
// is counted. A name beyond the limit has no figures of its own: resetting it does
// nothing, least of all to those of [Overflow].
func (t *Tracker) Reset(namespace string) {
	if n := t.place(namespace, ""); n != nil && n.name == namespace {
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

func (t *Tracker) known() []*Namespace {
	if t == nil {
		return nil
	}
	return t.dir.all()
}

// place finds the figures that a name is counted in, making them if there is room.
func (t *Tracker) place(name, tier string) *Namespace {
	if t == nil {
		return nil
	}
	n, hash := t.dir.find(name, tier)
	if n != nil {
		return n
	}
	return t.placeNew(name, tier, hash)
}

func (t *Tracker) placeNew(name, tier string, hash uint64) *Namespace {
	if name == Overflow {
		return t.overflow(tier)
	}
	// Once full, a flood of new names does not even queue for the lock.
	if t.full.Load() {
		return t.overflow(tier)
	}
	t.dir.mu.Lock()
	if n, _ := t.dir.find(name, tier); n != nil {
		t.dir.mu.Unlock()
		return n
	}
	if len(t.dir.members)-int(t.overflows.Load()) >= t.limit() {
		t.full.Store(true)
		t.dir.mu.Unlock()
		return t.overflow(tier)
	}
	defer t.dir.mu.Unlock()
	return t.dir.add(name, tier, hash)
}

// overflow returns the overflow of a tier, or of the whole where there are too many tiers.
func (t *Tracker) overflow(tier string) *Namespace {
	n, hash := t.dir.find(Overflow, tier)
	if n != nil {
		return n
	}
	if tier != "" && t.overflows.Load() >= maxOverflowTiers {
		return t.overflow("")
	}
	t.dir.mu.Lock()
	defer t.dir.mu.Unlock()
	if n, _ := t.dir.find(Overflow, tier); n != nil {
		return n
	}
	t.overflows.Add(1)
	return t.dir.add(Overflow, tier, hash)
}

func (t *Tracker) limit() int {
	if t.max > 0 {
		return t.max
	}
	return defaultMaxNamespaces
}
