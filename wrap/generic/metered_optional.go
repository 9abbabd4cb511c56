package generic

import (
	"context"
	"io"
	"time"

	"github.com/cachemeter/cachemeter/metrics"
)

// As fills in *target with a counted view of what the inner cache can do, where it
// can, for [BatchGetter], [BatchSetter], [Clearer] and [io.Closer]. Call the function
// [As] instead.
//
// Each key of a batch is one lookup: a hit when it was found, an error when the batch
// failed for it (see [BatchError]), else a miss. Each entry of a batch is one set, or one write error when the
// batch failed. A failed Clear is a write error, a failed Close an error.
func (m *Metered[C, K, V]) As(target any) bool {
	switch target := target.(type) {
	case *BatchGetter[K, V]:
		inner, ok := As[BatchGetter[K, V]](m.inner)
		if ok {
			*target = batchGetter[K, V]{inner, m.namespace}
		}
		return ok
	case *BatchSetter[K, V]:
		inner, ok := As[BatchSetter[K, V]](m.inner)
		if ok {
			*target = batchSetter[K, V]{inner, m.namespace}
		}
		return ok
	case *Clearer:
		inner, ok := As[Clearer](m.inner)
		if ok {
			*target = clearer{inner, m.namespace}
		}
		return ok
	case *io.Closer:
		inner, ok := As[io.Closer](m.inner)
		if ok {
			*target = closer{inner, m.namespace}
		}
		return ok
	}
	return false
}

type batchGetter[K comparable, V any] struct {
	inner     BatchGetter[K, V]
	namespace *metrics.Namespace
}

// Unwrap returns the layer whose method is called.
func (b batchGetter[K, V]) Unwrap() any { return b.inner }

func (b batchGetter[K, V]) GetMany(ctx context.Context, keys []K) (map[K]V, error) {
	returned := false
	defer func() {
		if !returned {
			b.namespace.RecordErrors(max(len(keys), 1))
		}
	}()
	values, err := b.inner.GetMany(ctx, keys)
	returned = true
	b.record(keys, values, err)
	return values, err
}

func (b batchGetter[K, V]) record(keys []K, values map[K]V, err error) {
	if b.namespace == nil {
		return
	}
	failed, partial := failedOf[K](err)
	// The keys are gone through, not the map: a key asked for twice is two lookups.
	hits, failures := 0, 0
	for _, key := range keys {
		if _, ok := values[key]; ok {
			hits++
		} else if err == nil {
			continue
		} else if !partial {
			failures++
		} else if _, ok := failed[key]; ok {
			failures++
		}
	}
	if err != nil {
		// A failed call counts at least once.
		b.namespace.RecordFailures(metrics.ClassOf(err), max(failures, 1))
	}
	b.namespace.RecordHits(hits)
	b.namespace.RecordMisses(len(keys) - hits - failures)
	if b.namespace.Observer() == nil {
		return
	}
	feed := metrics.NewKeyFeed[K](b.namespace)
	for _, key := range keys {
		_, found := values[key]
		_, lost := failed[key]
		if found || err == nil || partial && !lost {
			feed.Lookup(key, metrics.OutcomeOf(found))
		}
	}
}

func tellSets[K comparable, V any](namespace *metrics.Namespace, entries map[K]V, ttl time.Duration) {
	if feed := metrics.NewKeyFeed[K](namespace); feed.Active() {
		for key := range entries {
			feed.Set(key, ttl)
		}
	}
}

type batchSetter[K comparable, V any] struct {
	inner     BatchSetter[K, V]
	namespace *metrics.Namespace
}

// Unwrap returns the layer whose method is called.
func (b batchSetter[K, V]) Unwrap() any { return b.inner }

func (b batchSetter[K, V]) SetMany(ctx context.Context, entries map[K]V, ttl time.Duration) error {
	w := write{namespace: b.namespace, count: max(len(entries), 1)}
	defer w.end()
	err := b.inner.SetMany(ctx, entries, ttl)
	if w.returned(err) {
		b.namespace.RecordSets(len(entries))
		tellSets(b.namespace, entries, ttl)
	}
	return err
}

type clearer struct {
	inner     Clearer
	namespace *metrics.Namespace
}

// Unwrap returns the layer whose method is called.
func (c clearer) Unwrap() any { return c.inner }

func (c clearer) Clear(ctx context.Context) error {
	w := write{namespace: c.namespace, count: 1}
	defer w.end()
	err := c.inner.Clear(ctx)
	w.returned(err)
	return err
}

type closer struct {
	inner     io.Closer
	namespace *metrics.Namespace
}

// Unwrap returns the layer whose method is called.
func (c closer) Unwrap() any { return c.inner }

func (c closer) Close() error {
	returned := false
	defer func() {
		if !returned {
			c.namespace.RecordError()
		}
	}()
	err := c.inner.Close()
	returned = true
	if err != nil {
		c.namespace.RecordFailures(metrics.ClassOf(err), 1)
	}
	return err
}
