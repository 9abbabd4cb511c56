package generic

import (
	"context"
	"time"
	"weak"

	"github.com/cachemeter/cachemeter/metrics"
)

// Metered is a cache whose operations are counted. It is made by [Wrap] and as safe
// for concurrent use as the cache inside.
//
// Each Get is one lookup: a hit, a miss, or an error when the cache returned one or
// did not return. A Set or Delete that succeeded counts as a set or delete, one that
// failed as a write error; a Delete of an absent key is a delete too, for the cache
// does not tell.
type Metered[C Cache[K, V], K comparable, V any] struct {
	inner     C
	namespace *metrics.Namespace
	feed      metrics.KeyFeed[K]
	latency   bool
}

// Wrap returns cache with its operations counted under namespace. K and V are
// inferred:
//
//	users := generic.Wrap(cache, tracker.Namespace("user"))
//
// The cache itself stays reachable: typed by [Metered.Inner], and by [As] where
// only a [Cache] is known. What it can do beyond [Cache], such as [BatchGetter], is
// counted when it is reached by [As], and is not claimed when it is not there. A cache
// with Len, and perhaps Cap, shows its size among the figures.
func Wrap[C Cache[K, V], K comparable, V any](cache C, namespace *metrics.Namespace, opts ...Option) *Metered[C, K, V] {
	namespace.Reports(metrics.Sets | metrics.Deletes | metrics.WriteErrors)
	m := &Metered[C, K, V]{inner: cache, namespace: namespace, feed: metrics.NewKeyFeed[K](namespace), latency: gather(opts).latency}
	if _, ok := any(cache).(Sized); ok {
		addSize(namespace, m)
	}
	return m
}

// addSize makes the length of the inner cache part of the figures, for as long as the
// program holds its wrapper.
func addSize[C Cache[K, V], K comparable, V any](namespace *metrics.Namespace, m *Metered[C, K, V]) {
	held := weak.Make(m)
	namespace.AddSize(func() (entries, capacity int, ok bool) {
		m := held.Value()
		if m == nil {
			return 0, 0, false
		}
		capacity = -1
		if c, ok := any(m.inner).(interface{ Cap() int }); ok {
			capacity = c.Cap()
		}
		return any(m.inner).(Sized).Len(), capacity, true
	})
}

// Inner returns the cache inside, with its own type.
func (m *Metered[C, K, V]) Inner() C { return m.inner }

// Unwrap returns the cache inside; [As] walks it.
func (m *Metered[C, K, V]) Unwrap() any { return m.inner }

// Namespace returns where the operations are counted.
func (m *Metered[C, K, V]) Namespace() *metrics.Namespace { return m.namespace }

// Get calls the inner Get and counts its outcome.
func (m *Metered[C, K, V]) Get(ctx context.Context, key K) (value V, ok bool, err error) {
	if m.latency {
		return m.timedGet(ctx, key)
	}
	returned := false
	defer func() {
		if !returned {
			m.namespace.RecordError()
		}
	}()
	value, ok, err = m.inner.Get(ctx, key)
	returned = true
	if err != nil {
		m.namespace.RecordFailures(metrics.ClassOf(err), 1)
	} else if ok {
		m.namespace.RecordHit()
	} else {
		m.namespace.RecordMiss()
	}
	if err == nil && m.feed.Active() {
		m.feed.Lookup(key, metrics.OutcomeOf(ok))
	}
	return value, ok, err
}

func (m *Metered[C, K, V]) timedGet(ctx context.Context, key K) (value V, ok bool, err error) {
	lookup := begin(m.namespace)
	defer func() {
		lookup.end()
		if lookup.outcome != metrics.Error && m.feed.Active() {
			m.feed.Lookup(key, lookup.outcome)
		}
	}()
	value, ok, err = m.inner.Get(ctx, key)
	lookup.answered(ok, err)
	return value, ok, err
}

// Set calls the inner Set and counts it.
func (m *Metered[C, K, V]) Set(ctx context.Context, key K, value V, ttl time.Duration) error {
	w := write{namespace: m.namespace, count: 1}
	defer w.end()
	err := m.inner.Set(ctx, key, value, ttl)
	if w.returned(err) {
		m.namespace.RecordSets(1)
		if m.feed.Active() {
			m.feed.Set(key, ttl)
		}
	}
	return err
}

// Delete calls the inner Delete and counts it.
func (m *Metered[C, K, V]) Delete(ctx context.Context, key K) error {
	w := write{namespace: m.namespace, count: 1}
	defer w.end()
	err := m.inner.Delete(ctx, key)
	if w.returned(err) {
		m.namespace.RecordDeletes(1)
		if m.feed.Active() {
			m.feed.Delete(key)
		}
	}
	return err
}
