package lrumeter

import (
	"reflect"
	"sync/atomic"
	"time"

	"github.com/hashicorp/golang-lru/v2/expirable"

	"github.com/cachemeter/cachemeter/metrics"
)

// Expirable is an [expirable.LRU] that counts, safe for concurrent use like it, with
// every method it has.
//
// Lookups, sets, deletes and evictions are those of [Cache]; a Get of an entry whose
// time is over is a miss. Expirations are the entries that the library's own sweep
// removed: known where the cache was made by [NewExpirable], absent otherwise. An
// entry whose time was over when it left for another reason counts under that reason.
//
// The library calls the callback with its lock held, and a callback that calls the
// cache waits for ever. Reading the figures there is safe, but for a cache that was
// made elsewhere.
type Expirable[K comparable, V any] struct {
	*expirable.LRU[K, V]
	meter  meter
	feed   metrics.KeyFeed[K]
	ttl    time.Duration // 0: none, or not known
	ledger *ledger       // nil: the callback is not ours
	last   atomic.Int64  // entries, when last asked; -1 before
}

// NewExpirable makes a cache of size entries (0: no limit) that live for ttl (0: for
// ever), with an optional callback for entries that leave it, as [expirable.NewLRU]
// does. Its operations are counted under namespace. The library starts a goroutine
// that sweeps and, up to v2.0.7, never ends.
//
// Calling the embedded LRU past the wrapper makes what it removes count as expired.
func NewExpirable[K comparable, V any](size int, onEvict expirable.EvictCallback[K, V], ttl time.Duration, namespace *metrics.Namespace) *Expirable[K, V] {
	if namespace == nil {
		return WrapExpirable(expirable.NewLRU(size, onEvict, ttl), nil)
	}
	// The closure must not hold the wrapper: the library's goroutine keeps it forever.
	l := &ledger{namespace: namespace}
	inner := expirable.NewLRU(size, func(key K, value V) {
		l.removed()
		if onEvict != nil {
			l.callbacks.Add(1)
			defer l.callbacks.Add(-1)
			onEvict(key, value)
		}
	}, ttl)
	c := WrapExpirable(inner, namespace)
	c.ledger, c.ttl = l, max(ttl, 0)
	c.meter.capacity.Store(capacityOf(size))
	namespace.Reports(metrics.Expirations)
	return c
}

// WrapExpirable counts what is done with an existing cache through the wrapper, as
// [Wrap] does.
func WrapExpirable[K comparable, V any](inner *expirable.LRU[K, V], namespace *metrics.Namespace) *Expirable[K, V] {
	c := &Expirable[K, V]{LRU: inner, feed: metrics.NewKeyFeed[K](namespace)}
	c.last.Store(-1)
	c.meter.init(namespace, reflect.TypeFor[K](), metrics.Sets|metrics.Deletes|metrics.WriteErrors|metrics.Evictions)
	addSize(namespace, c)
	return c
}

// Unwrap returns the cache inside.
func (c *Expirable[K, V]) Unwrap() any { return c.LRU }

// Namespace returns where the operations are counted.
func (c *Expirable[K, V]) Namespace() *metrics.Namespace { return c.meter.namespace }

// Get is a lookup.
func (c *Expirable[K, V]) Get(key K) (value V, ok bool) {
	if c.meter.guarded {
		return guardedGet(&c.meter, &c.feed, c.LRU, key)
	}
	if !c.feed.Active() {
		value, ok = c.LRU.Get(key)
		if ok {
			c.meter.namespace.RecordHit()
		} else {
			c.meter.namespace.RecordMiss()
		}
		return value, ok
	}
	value, ok = c.LRU.Get(key)
	if ok {
		c.meter.namespace.RecordHit()
		c.feed.Lookup(key, metrics.Hit)
	} else {
		c.meter.namespace.RecordMiss()
		c.feed.Lookup(key, metrics.Miss)
	}
	return value, ok
}

// Add counts a set, and an eviction where it caused one.
func (c *Expirable[K, V]) Add(key K, value V) (evicted bool) {
	w := c.begin()
	defer w.end()
	told := beginWritten(&c.meter, &c.feed, c.LRU)
	evicted = c.LRU.Add(key, value)
	w.set(evicted)
	told.set(key, c.ttl, evicted)
	w.took(evicted)
	return evicted
}

// Remove counts a delete where the key was present.
func (c *Expirable[K, V]) Remove(key K) (present bool) {
	w := c.begin()
	defer w.end()
	present = c.LRU.Remove(key)
	w.removed(present)
	tellRemoved(&c.feed, key, present)
	w.took(present)
	return present
}

// RemoveOldest counts a delete where there was an entry: the caller removes it, not
// the policy.
func (c *Expirable[K, V]) RemoveOldest() (key K, value V, ok bool) {
	w := c.begin()
	defer w.end()
	key, value, ok = c.LRU.RemoveOldest()
	w.removed(ok)
	tellRemoved(&c.feed, key, ok)
	w.took(ok)
	return key, value, ok
}

// Resize counts the entries that have no room any more as evictions. A size of 0 is
// no limit.
func (c *Expirable[K, V]) Resize(size int) (evicted int) {
	w := c.begin()
	defer w.end()
	evicted = c.LRU.Resize(size)
	w.resized(int(capacityOf(size)), evicted)
	w.own = uint64(evicted)
	return evicted
}

// Purge is in no figure, unless the callback panics in it. An entry that expires
// while it runs counts as purged.
func (c *Expirable[K, V]) Purge() {
	w := c.begin()
	defer w.end()
	c.LRU.Purge()
	w.done, w.all = true, true
}

func (c *Expirable[K, V]) begin() ledgerWrite {
	c.ledger.begin()
	return ledgerWrite{write: write{meter: &c.meter}, ledger: c.ledger}
}

// size answers what it last knew while a callback runs: whoever reads figures in a
// callback would wait for a lock that it holds itself.
func (c *Expirable[K, V]) size() (entries, capacity int) {
	capacity = int(c.meter.capacity.Load())
	if c.ledger != nil && c.ledger.callbacks.Load() > 0 {
		return int(c.last.Load()), capacity
	}
	entries, capacity = c.meter.sizeOf(c.LRU)
	c.last.Store(int64(entries))
	return entries, capacity
}

// capacityOf returns -1 for a size that means no limit.
func capacityOf(size int) int64 {
	if size <= 0 {
		return -1
	}
	return int64(size)
}
