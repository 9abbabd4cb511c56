package lrumeter

import (
	"reflect"

	lru "github.com/hashicorp/golang-lru/v2"

	"github.com/cachemeter/cachemeter/metrics"
)

// TwoQueueCache is an [lru.TwoQueueCache] that counts, safe for concurrent use like
// it, with every method it has.
//
// A lookup is a Get, and nothing else, as with [Cache]; sets are values written by
// Add. The library does not tell whether Add evicted an entry, nor whether Remove
// found one: evictions and deletes are absent from the figures.
type TwoQueueCache[K comparable, V any] struct {
	*lru.TwoQueueCache[K, V]
	meter meter
	feed  metrics.KeyFeed[K]
}

// New2Q makes a 2Q cache of size entries whose operations are counted under
// namespace. It fails as [lru.New2Q] does.
func New2Q[K comparable, V any](size int, namespace *metrics.Namespace) (*TwoQueueCache[K, V], error) {
	return New2QParams[K, V](size, lru.Default2QRecentRatio, lru.Default2QGhostEntries, namespace)
}

// New2QParams is [New2Q] with the ratios of [lru.New2QParams].
func New2QParams[K comparable, V any](size int, recentRatio, ghostRatio float64, namespace *metrics.Namespace) (*TwoQueueCache[K, V], error) {
	inner, err := lru.New2QParams[K, V](size, recentRatio, ghostRatio)
	if err != nil {
		return nil, err
	}
	c := WrapTwoQueue(inner, namespace)
	c.meter.capacity.Store(int64(size))
	return c, nil
}

// WrapTwoQueue counts what is done with an existing cache through the wrapper, as
// [Wrap] does.
func WrapTwoQueue[K comparable, V any](inner *lru.TwoQueueCache[K, V], namespace *metrics.Namespace) *TwoQueueCache[K, V] {
	c := &TwoQueueCache[K, V]{TwoQueueCache: inner, feed: metrics.NewKeyFeed[K](namespace)}
	c.meter.init(namespace, reflect.TypeFor[K](), metrics.Sets|metrics.WriteErrors)
	addSize(namespace, c)
	return c
}

// Unwrap returns the cache inside.
func (c *TwoQueueCache[K, V]) Unwrap() any { return c.TwoQueueCache }

// Namespace returns where the operations are counted.
func (c *TwoQueueCache[K, V]) Namespace() *metrics.Namespace { return c.meter.namespace }

// Get is a lookup.
func (c *TwoQueueCache[K, V]) Get(key K) (value V, ok bool) {
	if c.meter.guarded {
		return guardedGet(&c.meter, &c.feed, c.TwoQueueCache, key)
	}
	if !c.feed.Active() {
		value, ok = c.TwoQueueCache.Get(key)
		if ok {
			c.meter.namespace.RecordHit()
		} else {
			c.meter.namespace.RecordMiss()
		}
		return value, ok
	}
	value, ok = c.TwoQueueCache.Get(key)
	if ok {
		c.meter.namespace.RecordHit()
		c.feed.Lookup(key, metrics.Hit)
	} else {
		c.meter.namespace.RecordMiss()
		c.feed.Lookup(key, metrics.Miss)
	}
	return value, ok
}

// Add counts a set.
func (c *TwoQueueCache[K, V]) Add(key K, value V) {
	w := write{meter: &c.meter}
	defer w.end()
	c.TwoQueueCache.Add(key, value)
	w.set(false)
	if c.feed.Active() {
		c.feed.Set(key, 0)
	}
}

// Remove is in no figure, unless it panics.
func (c *TwoQueueCache[K, V]) Remove(key K) {
	w := write{meter: &c.meter}
	defer w.end()
	c.TwoQueueCache.Remove(key)
	w.done = true
	if c.feed.Active() {
		c.feed.Delete(key)
	}
}

// Resize counts no evictions: those of Add are not known, and half a figure is none.
func (c *TwoQueueCache[K, V]) Resize(size int) (evicted int) {
	evicted = c.TwoQueueCache.Resize(size)
	c.meter.capacity.Store(int64(size))
	return evicted
}

func (c *TwoQueueCache[K, V]) size() (entries, capacity int) {
	return c.meter.sizeOf(c.TwoQueueCache)
}
