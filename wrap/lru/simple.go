package lrumeter

import (
	"reflect"
	"sync/atomic"

	"github.com/hashicorp/golang-lru/v2/simplelru"

	"github.com/cachemeter/cachemeter/metrics"
)

var _ simplelru.LRUCache[string, int] = (*Simple[string, int])(nil)

// Simple is a [simplelru.LRU] that counts, with every method it has. Like the library's
// it is not safe for concurrent use; its figures may be read at any time.
//
// Lookups, sets, deletes and evictions are those of [Cache].
type Simple[K comparable, V any] struct {
	*simplelru.LRU[K, V]
	meter   meter
	feed    metrics.KeyFeed[K]
	entries atomic.Int64 // what Len said after the last change: readers must not call it
}

// NewSimple makes an LRU of size entries whose operations are counted under
// namespace, with an optional callback for entries that leave it. It fails as
// [simplelru.NewLRU] does.
func NewSimple[K comparable, V any](size int, onEvict simplelru.EvictCallback[K, V], namespace *metrics.Namespace) (*Simple[K, V], error) {
	inner, err := simplelru.NewLRU(size, onEvict)
	if err != nil {
		return nil, err
	}
	c := WrapSimple(inner, namespace)
	c.meter.capacity.Store(int64(size))
	return c, nil
}

// WrapSimple counts what is done with an existing LRU through the wrapper, as [Wrap]
// does. Entries that come or go without it show in the figures after the wrapper's
// next change.
func WrapSimple[K comparable, V any](inner *simplelru.LRU[K, V], namespace *metrics.Namespace) *Simple[K, V] {
	c := &Simple[K, V]{LRU: inner, feed: metrics.NewKeyFeed[K](namespace)}
	c.meter.init(namespace, reflect.TypeFor[K](), metrics.Sets|metrics.Deletes|metrics.WriteErrors|metrics.Evictions)
	if inner != nil {
		c.entries.Store(int64(inner.Len()))
	}
	addSize(namespace, c)
	return c
}

// Unwrap returns the LRU inside.
func (c *Simple[K, V]) Unwrap() any { return c.LRU }

// Namespace returns where the operations are counted.
func (c *Simple[K, V]) Namespace() *metrics.Namespace { return c.meter.namespace }

// Get is a lookup.
func (c *Simple[K, V]) Get(key K) (value V, ok bool) {
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
func (c *Simple[K, V]) Add(key K, value V) (evicted bool) {
	w := write{meter: &c.meter}
	defer c.changed(&w)
	told := beginWritten(&c.meter, &c.feed, c.LRU)
	evicted = c.LRU.Add(key, value)
	w.set(evicted)
	told.set(key, 0, evicted)
	return evicted
}

// Remove counts a delete where the key was present.
func (c *Simple[K, V]) Remove(key K) (present bool) {
	w := write{meter: &c.meter}
	defer c.changed(&w)
	present = c.LRU.Remove(key)
	w.removed(present)
	tellRemoved(&c.feed, key, present)
	return present
}

// RemoveOldest counts a delete where there was an entry: the caller removes it, not
// the policy.
func (c *Simple[K, V]) RemoveOldest() (key K, value V, ok bool) {
	w := write{meter: &c.meter}
	defer c.changed(&w)
	key, value, ok = c.LRU.RemoveOldest()
	w.removed(ok)
	tellRemoved(&c.feed, key, ok)
	return key, value, ok
}

// Resize counts the entries that have no room any more as evictions.
func (c *Simple[K, V]) Resize(size int) (evicted int) {
	w := write{meter: &c.meter}
	defer c.changed(&w)
	evicted = c.LRU.Resize(size)
	w.resized(size, evicted)
	return evicted
}

// Purge is in no figure, unless the callback panics in it.
func (c *Simple[K, V]) Purge() {
	w := write{meter: &c.meter}
	defer c.changed(&w)
	c.LRU.Purge()
	w.done = true
}

func (c *Simple[K, V]) changed(w *write) {
	w.end()
	c.entries.Store(int64(c.Len()))
}

func (c *Simple[K, V]) lastLen() int { return int(c.entries.Load()) }

func (c *Simple[K, V]) size() (entries, capacity int) {
	return c.lastLen(), int(c.meter.capacity.Load())
}
