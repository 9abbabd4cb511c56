package lrumeter

import (
	"context"
	"errors"
	"time"

	"github.com/hashicorp/golang-lru/v2/simplelru"
)

// ErrTTL is what an [Adapter] answers to a Set with a time of its own.
var ErrTTL = errors.New("lrumeter: golang-lru has no time to live per entry: set ttl 0, or make the adapter with IgnoringTTL")

// common is what all golang-lru caches share.
type common[K comparable, V any] interface {
	Get(key K) (V, bool)
	Purge()
	Len() int
}

// evicting is a cache that tells whether Add evicted and Remove found an entry.
type evicting[K comparable, V any] interface {
	common[K, V]
	Add(key K, value V) (evicted bool)
	Remove(key K) (present bool)
}

// silent is a cache that tells neither.
type silent[K comparable, V any] interface {
	common[K, V]
	Add(key K, value V)
	Remove(key K)
}

// Adapter is a golang-lru cache with the methods of generic.Cache, and of its optional
// interfaces Sized and Clearer. It is as safe for concurrent use as the cache inside.
type Adapter[C common[K, V], K comparable, V any] struct {
	cache     C
	add       func(key K, value V)
	remove    func(key K)
	purge     func()
	length    func() int
	ignoreTTL bool
}

// AdapterOption changes how an adapter is made.
type AdapterOption func(*adapterOptions)

type adapterOptions struct{ ignoreTTL bool }

// IgnoringTTL makes Set drop a time to live, which golang-lru cannot give to one entry,
// rather than answer [ErrTTL]. Choose it where something else keeps old values from
// being served: an expirable cache with a shorter time, or a loader's own entries.
func IgnoringTTL() AdapterOption {
	return func(o *adapterOptions) { o.ignoreTTL = true }
}

// AsCache adapts an [lru.Cache], [expirable.LRU] or [simplelru.LRU], or this package's
// wrapper of one, which goes on counting. K and V are inferred:
//
//	cache := generic.Wrap(lrumeter.AsCache(bare), users)
//	cache := lrumeter.AsCache(counted)
//
// [lru.Cache]: https://pkg.go.dev/github.com/hashicorp/golang-lru/v2#Cache
// [expirable.LRU]: https://pkg.go.dev/github.com/hashicorp/golang-lru/v2/expirable#LRU
// [simplelru.LRU]: https://pkg.go.dev/github.com/hashicorp/golang-lru/v2/simplelru#LRU
func AsCache[C evicting[K, V], K comparable, V any](cache C, opts ...AdapterOption) *Adapter[C, K, V] {
	a := adapt[C, K, V](cache, opts)
	a.add = func(key K, value V) { cache.Add(key, value) }
	a.remove = func(key K) { cache.Remove(key) }
	// A simplelru.LRU must not be asked for its length beside a call to it, and those
	// who read figures do not know of the calls: its wrapper keeps the length for them.
	switch simple := any(cache).(type) {
	case *Simple[K, V]:
		a.length = simple.lastLen
	case *simplelru.LRU[K, V]:
		kept := WrapSimple(simple, nil)
		a.add = func(key K, value V) { kept.Add(key, value) }
		a.remove = func(key K) { kept.Remove(key) }
		a.purge, a.length = kept.Purge, kept.lastLen
	}
	return a
}

// TwoQueueAsCache is [AsCache] for an [lru.TwoQueueCache], or this package's wrapper of
// one, whose Add and Remove return nothing.
//
// [lru.TwoQueueCache]: https://pkg.go.dev/github.com/hashicorp/golang-lru/v2#TwoQueueCache
func TwoQueueAsCache[C silent[K, V], K comparable, V any](cache C, opts ...AdapterOption) *Adapter[C, K, V] {
	a := adapt[C, K, V](cache, opts)
	a.add, a.remove = cache.Add, cache.Remove
	return a
}

func adapt[C common[K, V], K comparable, V any](cache C, opts []AdapterOption) *Adapter[C, K, V] {
	var o adapterOptions
	for _, opt := range opts {
		if opt != nil {
			opt(&o)
		}
	}
	return &Adapter[C, K, V]{cache: cache, purge: cache.Purge, length: cache.Len, ignoreTTL: o.ignoreTTL}
}

// Inner returns the cache inside, with its own type.
func (a *Adapter[C, K, V]) Inner() C { return a.cache }

// Unwrap returns the cache inside.
func (a *Adapter[C, K, V]) Unwrap() any { return a.cache }

// Get calls the cache's Get; its error is always nil.
func (a *Adapter[C, K, V]) Get(_ context.Context, key K) (value V, ok bool, err error) {
	value, ok = a.cache.Get(key)
	return value, ok, nil
}

// Set calls the cache's Add. It answers [ErrTTL] and stores nothing when ttl is not 0.
func (a *Adapter[C, K, V]) Set(_ context.Context, key K, value V, ttl time.Duration) error {
	if ttl != 0 && !a.ignoreTTL {
		return ErrTTL
	}
	a.add(key, value)
	return nil
}

// Delete calls the cache's Remove; its error is always nil.
func (a *Adapter[C, K, V]) Delete(_ context.Context, key K) error {
	a.remove(key)
	return nil
}

// Clear calls the cache's Purge; its error is always nil.
func (a *Adapter[C, K, V]) Clear(context.Context) error {
	a.purge()
	return nil
}

// Len returns the number of entries, and may be called at any time.
func (a *Adapter[C, K, V]) Len() int { return a.length() }
