package registry

import (
	"reflect"
	"sync/atomic"
	"weak"

	"github.com/cachemeter/cachemeter/metrics"
)

// Meter counts what one woven golang-lru cache does, by the rules of wrap/lru: a Get
// is a lookup and nothing else is; sets, deletes, evictions and expirations are what
// its types count.
//
// A cache without one is not counted: that of a library, or one that the program counts
// by hand, or that cachemeter.yaml excludes. Woven code tests for it first.
type Meter struct {
	// KeyMayPanic says that keys can be of types that cannot be hashed: woven code then
	// asks Hashable or Writable first.
	KeyMayPanic bool

	// Unlocked says that only the cache's user may ask for its length: woven code then
	// tells it to Length.
	Unlocked bool

	callback  bool // user code runs when an entry leaves
	kind      Kind
	namespace atomic.Pointer[metrics.Namespace] // nil once released

	capacity atomic.Int64  // -1: not known
	entries  atomic.Int64  // when last asked
	left     atomic.Uint64 // entries that left, of caches that call back while they remove
	inside   atomic.Int64  // callbacks running now with the cache's lock held
	stuck    atomic.Bool   // the cache's lock is held for ever
	evicting bool          // guarded by the cache's own lock
}

// Kind is a type of golang-lru.
type Kind uint8

// The kinds, by what wrap/lru can tell of them.
const (
	LRU       Kind = iota // lru.Cache
	TwoQueue              // lru.TwoQueueCache: whether Add evicts and Remove finds is not known
	Expirable             // expirable.LRU: calls back with its lock held, and expires
	Simple                // simplelru.LRU: has no lock
)

var figures = [...]metrics.Figure{
	LRU:       metrics.Sets | metrics.Deletes | metrics.WriteErrors | metrics.Evictions,
	TwoQueue:  metrics.Sets | metrics.WriteErrors,
	Expirable: metrics.Sets | metrics.Deletes | metrics.WriteErrors | metrics.Evictions | metrics.Expirations,
	Simple:    metrics.Sets | metrics.Deletes | metrics.WriteErrors | metrics.Evictions,
}

// New returns the meter of a cache that golang-lru has just made, for size entries of
// keys K, nil if it is not to be counted. Only woven constructors call it: who called
// them is read from the stack.
func New[K comparable, C any](kind Kind, cache *C, _ *K, size int, callback bool) *Meter {
	if Asked.Off {
		return nil
	}
	site, counted := cacheSite(kind)
	if !counted {
		return nil
	}
	name, counted := names.cache(site)
	if !counted {
		return nil
	}
	m := &Meter{kind: kind, KeyMayPanic: hashMayPanic(reflect.TypeFor[K]()), Unlocked: kind == Simple, callback: callback}
	m.sized(size)
	namespace := metrics.Default().Namespace(name)
	namespace.Reports(figures[kind])
	m.namespace.Store(namespace)
	held := weak.Make(cache)
	namespace.AddSize(func() (entries, capacity int, ok bool) {
		c := held.Value()
		if c == nil || m.namespace.Load() == nil {
			return 0, 0, false
		}
		if m.stuck.Load() {
			return -1, -1, true
		}
		return m.length(any(c).(interface{ Len() int })), int(m.capacity.Load()), true
	})
	return m
}

// Release stops the counting of a woven cache because a hand-made wrapper of it counts
// from now on. Anything else is left alone.
func Release(cache any) {
	if c, ok := cache.(interface{ CachemeterMeter() *Meter }); ok {
		if m := c.CachemeterMeter(); m != nil {
			m.namespace.Store(nil)
		}
	}
}

// hashMayPanic tells whether a map with keys of type t can meet one that cannot be
// hashed: interfaces are comparable, and what they hold need not be.
func hashMayPanic(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.Interface:
		return true
	case reflect.Array:
		return hashMayPanic(t.Elem())
	case reflect.Struct:
		for i := range t.NumField() {
			if hashMayPanic(t.Field(i).Type) {
				return true
			}
		}
	}
	return false
}

// sized notes a new capacity. An expirable cache of size 0 has no limit.
func (m *Meter) sized(size int) {
	if m.kind == Expirable && size <= 0 {
		size = -1
	}
	m.capacity.Store(int64(size))
}

// length is asked by those who read figures. It must not wait for a lock that the
// asking goroutine holds, nor touch a cache that has none.
func (m *Meter) length(cache interface{ Len() int }) int {
	if m.Unlocked || m.inside.Load() > 0 {
		return int(m.entries.Load())
	}
	entries := cache.Len()
	m.entries.Store(int64(entries))
	return entries
}

// Length notes how many entries a simplelru.LRU has: readers must not ask it.
func (m *Meter) Length(entries int) { m.entries.Store(int64(entries)) }
