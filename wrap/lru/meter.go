package lrumeter

import (
	"reflect"
	"sync/atomic"
	"weak"

	"github.com/cachemeter/cachemeter/metrics"
)

// meter is what every wrapper of this package keeps beside its cache.
type meter struct {
	namespace *metrics.Namespace

	// guarded says that a Get can panic, and needs a defer to be counted then: the
	// defer would cost as much as the counting.
	guarded bool

	capacity atomic.Int64 // -1: not known

	asked atomic.Uint32 // counts the writes that somebody listened to

	// stuck says that a key could not be hashed. [lru.Cache] panics then with its
	// lock held, and asking it for its size would wait forever.
	stuck atomic.Bool
}

func (m *meter) init(namespace *metrics.Namespace, key reflect.Type, figures metrics.Figure) {
	m.namespace = namespace
	m.guarded = hashMayPanic(key)
	m.capacity.Store(-1)
	namespace.Reports(figures)
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

func (m *meter) panicked() {
	if m.guarded {
		m.stuck.Store(true)
	}
}

// guardedGet is a Get that can panic, and counts an error then.
func guardedGet[C interface{ Get(K) (V, bool) }, K comparable, V any](m *meter, feed *metrics.KeyFeed[K], inner C, key K) (value V, ok bool) {
	returned := false
	defer func() {
		if !returned {
			m.panicked()
			m.namespace.RecordError()
		}
	}()
	value, ok = inner.Get(key)
	returned = true
	if ok {
		m.namespace.RecordHit()
	} else {
		m.namespace.RecordMiss()
	}
	if feed.Active() {
		feed.Lookup(key, metrics.OutcomeOf(ok))
	}
	return value, ok
}

// sized is a wrapper whose size is read by those who read its figures.
type sized interface {
	size() (entries, capacity int)
}

// addSize makes the size of a cache part of the figures, for as long as the program
// holds its wrapper.
func addSize[C any, P interface {
	*C
	sized
}](namespace *metrics.Namespace, c P) {
	held := weak.Make((*C)(c))
	namespace.AddSize(func() (entries, capacity int, ok bool) {
		c := held.Value()
		if c == nil {
			return 0, 0, false
		}
		entries, capacity = P(c).size()
		return entries, capacity, true
	})
}

// sizeOf answers for a cache whose Len may be called at any time. A capacity that its
// version of golang-lru tells, as those after v2.0.7 do, goes before what the wrapper
// has seen.
func (m *meter) sizeOf(inner interface{ Len() int }) (entries, capacity int) {
	if c, ok := inner.(interface{ Cap() int }); ok {
		return inner.Len(), c.Cap()
	}
	return inner.Len(), int(m.capacity.Load())
}
