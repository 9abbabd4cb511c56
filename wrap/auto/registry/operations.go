package registry

import (
	"reflect"

	"github.com/cachemeter/cachemeter/metrics"
)

// The methods that end a call are called by functions that woven code defers: on
// return, and when the call panics.

// Hashable is asked before a lookup of a key that may not be. One that is not will
// panic, and is counted as an error here.
func (m *Meter) Hashable(key any) bool {
	if hashable(key) {
		return true
	}
	m.willStick()
	m.namespace.Load().RecordError()
	return false
}

// Writable is [Meter.Hashable] before a write.
func (m *Meter) Writable(key any) bool {
	if hashable(key) {
		return true
	}
	m.willStick()
	m.namespace.Load().RecordWriteErrors(metrics.OtherError, 1)
	return false
}

func hashable(key any) bool {
	if key == nil {
		return true
	}
	switch t := reflect.TypeOf(key); t.Kind() {
	case reflect.Array, reflect.Struct:
		return reflect.ValueOf(key).Comparable() // what is inside decides, and allocates
	default:
		return t.Comparable()
	}
}

// willStick: lru.Cache panics with its lock held when a key cannot be hashed, and
// asking it for its length would wait for ever.
func (m *Meter) willStick() {
	if m.kind == LRU {
		m.stuck.Store(true)
	}
}

// Get ends a lookup.
func (m *Meter) Get(ok bool) {
	if ok {
		m.namespace.Load().RecordHit()
	} else {
		m.namespace.Load().RecordMiss()
	}
}

// Left is asked at the begin of a write, for its end.
func (m *Meter) Left() uint64 { return m.left.Load() }

// Add ends an Add: a set, and an eviction where it caused one.
func (m *Meter) Add(left uint64, evicted bool) {
	if !m.failed(left, evicted) {
		m.set(evicted)
	}
}

// AddUnless ends a write that depends on the key not being there: a set where it was
// not. It is no lookup.
func (m *Meter) AddUnless(left uint64, found, evicted bool) {
	if !m.failed(left, evicted) && !found {
		m.set(evicted)
	}
}

func (m *Meter) set(evicted bool) {
	m.namespace.Load().RecordSets(1)
	if evicted {
		m.namespace.Load().RecordEvictions(1)
	}
}

// Remove ends a Remove or RemoveOldest: a delete where there was an entry.
func (m *Meter) Remove(left uint64, present bool) {
	if !m.failed(left, present) && present {
		m.namespace.Load().RecordDeletes(1)
	}
}

// Resize ends a Resize: the entries that have no room any more are evictions, but for
// a cache that does not tell those of its Add.
func (m *Meter) Resize(left uint64, size, evicted int) {
	if m.failed(left, evicted > 0) {
		return
	}
	m.sized(size)
	if m.kind != TwoQueue {
		m.namespace.Load().RecordEvictions(evicted)
	}
}

// Purge ends a Purge, which is in no figure unless the callback panics in it.
func (m *Meter) Purge(left uint64) { m.failed(left, true) }

// failed counts a write that ends because the callback panicked. called says, for
// caches that call back at the end of a write, whether this one did; the others note
// it in left.
func (m *Meter) failed(left uint64, called bool) bool {
	if !m.callback || !called && left == m.left.Load() || !unwinding(2) {
		return false
	}
	m.namespace.Load().RecordWriteErrors(metrics.OtherError, 1)
	return true
}
