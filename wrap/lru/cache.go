package lrumeter

import (
	"reflect"

	lru "github.com/hashicorp/golang-lru/v2"

	"github.com/cachemeter/cachemeter/metrics"
)

// Cache is an [lru.Cache] that counts, safe for concurrent use like it, with every
// method it has.
//
// A lookup is a Get: true is a hit, false a miss. Nothing else is. Contains, Peek,
// GetOldest, Keys and Values look at the cache without asking it to serve, and whoever
// calls PeekOrAdd or ContainsOrAdd already holds the value, so that finding it saved
// nothing (Caffeine's putIfAbsent records none either).
//
// Sets are values written by Add, and by ContainsOrAdd and PeekOrAdd where they added;
// deletes are entries that Remove or RemoveOldest took out; evictions are those that
// made room for another entry or had none after Resize. Replacing a value is a set
// alone, and Purge is in no figure. A call that panics, in the callback or because its
// key cannot be hashed, counts as an error.
type Cache[K comparable, V any] struct {
	*lru.Cache[K, V]
	meter meter
	feed  metrics.KeyFeed[K]
}

// New makes a cache of size entries whose operations are counted under namespace.
// It fails as [lru.New] does, when size is not positive.
func New[K comparable, V any](size int, namespace *metrics.Namespace) (*Cache[K, V], error) {
	return NewWithEvict[K, V](size, nil, namespace)
}

// NewWithEvict is [New] with a callback for entries that leave the cache, which is
// called as [lru.NewWithEvict] calls it.
func NewWithEvict[K comparable, V any](size int, onEvicted func(key K, value V), namespace *metrics.Namespace) (*Cache[K, V], error) {
	inner, err := lru.NewWithEvict(size, onEvicted)
	if err != nil {
		return nil, err
	}
	c := Wrap(inner, namespace)
	c.meter.capacity.Store(int64(size))
	return c, nil
}

// Wrap counts what is done with an existing cache through the wrapper; what is done
// with inner itself stays uncounted. golang-lru does not tell a cache's capacity, so
// it is absent from the figures until the first Resize.
func Wrap[K comparable, V any](inner *lru.Cache[K, V], namespace *metrics.Namespace) *Cache[K, V] {
	c := &Cache[K, V]{Cache: inner, feed: metrics.NewKeyFeed[K](namespace)}
	c.meter.init(namespace, reflect.TypeFor[K](), metrics.Sets|metrics.Deletes|metrics.WriteErrors|metrics.Evictions)
	addSize(namespace, c)
	return c
}

// Unwrap returns the cache inside.
func (c *Cache[K, V]) Unwrap() any { return c.Cache }

// Namespace returns where the operations are counted.
func (c *Cache[K, V]) Namespace() *metrics.Namespace { return c.meter.namespace }

// Get is a lookup.
func (c *Cache[K, V]) Get(key K) (value V, ok bool) {
	if c.meter.guarded {
		return guardedGet(&c.meter, &c.feed, c.Cache, key)
	}
	// Whether somebody listens is asked before the inner Get, where looking costs nothing:
	// behind the count, which is a locked instruction, the load would take as long as the
	// count itself. Each answer has its own way, written out in each type of this package:
	// on a common one the key would be kept for later, and a generic function called for
	// both would go through a dictionary, each for 1 to 3 ns.
	if !c.feed.Active() {
		value, ok = c.Cache.Get(key)
		if ok {
			c.meter.namespace.RecordHit()
		} else {
			c.meter.namespace.RecordMiss()
		}
		return value, ok
	}
	value, ok = c.Cache.Get(key)
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
func (c *Cache[K, V]) Add(key K, value V) (evicted bool) {
	w := write{meter: &c.meter}
	defer w.end()
	told := beginWritten(&c.meter, &c.feed, c.Cache)
	evicted = c.Cache.Add(key, value)
	w.set(evicted)
	told.set(key, 0, evicted)
	return evicted
}

// ContainsOrAdd counts a set where it added the value, and is no lookup.
func (c *Cache[K, V]) ContainsOrAdd(key K, value V) (ok, evicted bool) {
	w := write{meter: &c.meter}
	defer w.end()
	told := beginWritten(&c.meter, &c.feed, c.Cache)
	ok, evicted = c.Cache.ContainsOrAdd(key, value)
	w.setUnless(ok, evicted)
	if !ok {
		told.set(key, 0, evicted)
	}
	return ok, evicted
}

// PeekOrAdd counts a set where it added the value, and is no lookup.
func (c *Cache[K, V]) PeekOrAdd(key K, value V) (previous V, ok, evicted bool) {
	w := write{meter: &c.meter}
	defer w.end()
	told := beginWritten(&c.meter, &c.feed, c.Cache)
	previous, ok, evicted = c.Cache.PeekOrAdd(key, value)
	w.setUnless(ok, evicted)
	if !ok {
		told.set(key, 0, evicted)
	}
	return previous, ok, evicted
}

// Remove counts a delete where the key was present.
func (c *Cache[K, V]) Remove(key K) (present bool) {
	w := write{meter: &c.meter}
	defer w.end()
	present = c.Cache.Remove(key)
	w.removed(present)
	tellRemoved(&c.feed, key, present)
	return present
}

// RemoveOldest counts a delete where there was an entry: the caller removes it, not
// the policy.
func (c *Cache[K, V]) RemoveOldest() (key K, value V, ok bool) {
	w := write{meter: &c.meter}
	defer w.end()
	key, value, ok = c.Cache.RemoveOldest()
	w.removed(ok)
	tellRemoved(&c.feed, key, ok)
	return key, value, ok
}

// Resize counts the entries that have no room any more as evictions.
func (c *Cache[K, V]) Resize(size int) (evicted int) {
	w := write{meter: &c.meter}
	defer w.end()
	evicted = c.Cache.Resize(size)
	w.resized(size, evicted)
	return evicted
}

// Purge is in no figure, unless the callback panics in it.
func (c *Cache[K, V]) Purge() {
	w := write{meter: &c.meter}
	defer w.end()
	c.Cache.Purge()
	w.done = true
}

func (c *Cache[K, V]) size() (entries, capacity int) {
	if c.meter.stuck.Load() {
		return -1, -1
	}
	return c.meter.sizeOf(c.Cache)
}
