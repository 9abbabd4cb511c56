package generic

import (
	"hash/maphash"
	"sync"
	"sync/atomic"
)

// flight is one load under way. Its leader runs it; others wait for done and read the
// result afterwards.
type flight[V any] struct {
	done chan struct{}

	entry Entry[V]
	err   error
	panic any // what the load panicked with, or nil

	// left says that there is no result: the leader's own context ended, or its
	// goroutine. Somebody who waited leads the next flight.
	left bool

	dropped atomic.Bool // the key was deleted meanwhile: the result is not to be kept
}

// flights are the loads of one [Loader] that are under way, by key. The zero value is
// ready.
//
// This is not golang.org/x/sync/singleflight, because there a load ends with its first
// caller's context, or has to run in a goroutine with no context at all; because a
// caller cannot stop waiting without a goroutine either; because its keys are strings;
// because it cannot say who led; and because a panic reaches the waiters in another
// goroutine, which nobody can recover.
type flights[K comparable, V any] struct {
	mu sync.Mutex
	m  map[K]*flight[V]

	landed recent
}

// join returns the flight of key and whether the caller leads it. start is what
// landed.count said before the caller looked at the cache: fresh is false where a load
// of the key has ended since, so that the cache must be asked again before loading.
func (f *flights[K, V]) join(key K, start uint64) (fl *flight[V], leads, fresh bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if fl = f.m[key]; fl != nil {
		return fl, false, true
	}
	if f.m == nil {
		f.m = make(map[K]*flight[V])
	}
	fl = &flight[V]{done: make(chan struct{})}
	f.m[key] = fl
	return fl, true, !f.landed.since(start, hash(key))
}

// idle returns a new flight of key, or nil where one is under way.
func (f *flights[K, V]) idle(key K) *flight[V] {
	fl, leads, _ := f.join(key, f.landed.count.Load())
	if !leads {
		return nil
	}
	return fl
}

// land ends a flight: who comes later starts another. kept tells whether the cache has
// its result.
func (f *flights[K, V]) land(key K, fl *flight[V], kept bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.m[key] == fl {
		delete(f.m, key)
	}
	if kept {
		f.landed.note(hash(key))
	}
}

// drop makes the flight of key, if there is one, end without its result being kept, and
// who comes later not wait for it.
func (f *flights[K, V]) drop(key K) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if fl := f.m[key]; fl != nil {
		fl.dropped.Store(true)
		delete(f.m, key)
	}
}

// recent remembers which loads have ended lately, by a hash of their keys. A hash that
// stands for two keys costs one needless look at the cache.
type recent struct {
	count  atomic.Uint64
	hashes [256]uint64
}

func (r *recent) note(hash uint64) {
	n := r.count.Load()
	r.hashes[n%uint64(len(r.hashes))] = hash
	r.count.Store(n + 1)
}

// since tells whether a load with that hash may have ended since count was start.
func (r *recent) since(start, hash uint64) bool {
	n := r.count.Load()
	if n-start > uint64(len(r.hashes)) {
		return true
	}
	for ; start != n; start++ {
		if r.hashes[start%uint64(len(r.hashes))] == hash {
			return true
		}
	}
	return false
}

var seed = maphash.MakeSeed()

func hash[K comparable](key K) uint64 { return maphash.Comparable(seed, key) }
