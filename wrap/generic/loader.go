package generic

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/cachemeter/cachemeter/metrics"
)

// Loader gets values from a cache, and loads what is absent from the origin: once for
// all who ask at the same time. It is safe for concurrent use where its cache and load
// function are, holds no lock while either runs, and starts no goroutine unless
// [WithRefreshAhead] asks for it.
//
// Each [Loader.Get] has one outcome. It is a hit when the cache had the value, or
// remembered that there is none; a miss when it led a load; coalesced when it was
// served by, or gave up waiting for, a load that another lookup led; and an error when
// the cache could not answer or the load panicked. An origin that fails is a failed
// load, not an error: the cache did answer. That a key is absent at the origin is a
// successful load.
//
// The cache inside should not count in the same namespace; a tier's, made by
// [metrics.Tracker.Tier], shows what it does by itself.
type Loader[K comparable, V any] struct {
	plain     Cache[K, V]        // either this,
	entries   Cache[K, Entry[V]] // or this
	load      func(ctx context.Context, key K) (V, error)
	namespace *metrics.Namespace
	feed      metrics.KeyFeed[K]
	options   options
	flights   flights[K, V]
}

// NewLoader makes a loader over a cache of plain values. It fails without a cache or a
// load function, and where the cache counts in namespace already.
//
//	users, err := generic.NewLoader(cache, fetchUser, tracker.Namespace("user"))
func NewLoader[K comparable, V any](cache Cache[K, V], load func(ctx context.Context, key K) (V, error), namespace *metrics.Namespace, opts ...LoaderOption) (*Loader[K, V], error) {
	if cache == nil {
		return nil, errors.New("generic: nil cache")
	}
	l := &Loader[K, V]{plain: cache, load: load, namespace: namespace, feed: metrics.NewKeyFeed[K](namespace), options: gather(opts)}
	return l.checked()
}

// NewEntryLoader makes a loader over a cache of entries, which can do what plain values
// cannot: see [WithNegativeTTL], [WithServeStale] and [WithRefreshAhead].
func NewEntryLoader[K comparable, V any](cache Cache[K, Entry[V]], load func(ctx context.Context, key K) (V, error), namespace *metrics.Namespace, opts ...EntryOption) (*Loader[K, V], error) {
	if cache == nil {
		return nil, errors.New("generic: nil cache")
	}
	l := &Loader[K, V]{entries: cache, load: load, namespace: namespace, feed: metrics.NewKeyFeed[K](namespace), options: gather(opts)}
	return l.checked()
}

func (l *Loader[K, V]) checked() (*Loader[K, V], error) {
	if l.load == nil {
		return nil, errors.New("generic: nil load function")
	}
	if counts(l.Unwrap(), l.namespace) {
		return nil, fmt.Errorf("generic: the loader's cache counts in namespace %q already: give the cache a tier's handle, or nil", l.namespace.Name())
	}
	if o := l.options; o.ttl == 0 && (o.staleFor > 0 || o.refreshAhead > 0) {
		return nil, errors.New("generic: WithServeStale and WithRefreshAhead need WithTTL")
	}
	figures := metrics.Sets | metrics.Deletes | metrics.WriteErrors | metrics.Loads | metrics.Coalesced
	if l.options.negativeTTL > 0 {
		figures |= metrics.NegativeHits
	}
	if l.options.staleFor > 0 {
		figures |= metrics.StaleHits
	}
	l.namespace.Reports(figures)
	return l, nil
}

// Namespace returns where the loader counts.
func (l *Loader[K, V]) Namespace() *metrics.Namespace { return l.namespace }

// Unwrap returns the cache.
func (l *Loader[K, V]) Unwrap() any {
	if l.entries != nil {
		return l.entries
	}
	return l.plain
}

// Get returns the value of key from the cache, or loads and stores it.
//
// While a load of the key is under way, Get waits for it, for as long as ctx lasts. The
// load runs in the goroutine and with the context of the first caller. When that
// context ends before the load, one of those who wait loads in its place. An error of
// the load goes to all who waited, as it is; and so does what it panicked with, as a
// panic. A cache that fails does not stop Get: the value is loaded. What the cache says
// to storing it is counted and not returned.
func (l *Loader[K, V]) Get(ctx context.Context, key K) (V, error) {
	var begun time.Time
	if l.options.latency {
		begun = time.Now()
	}
	start := l.flights.landed.count.Load()
	if l.entries != nil {
		return l.getEntry(ctx, key, begun, start)
	}
	value, ok, err := ask(ctx, l.plain, key, l.namespace)
	if err != nil {
		return l.afterError(ctx, key, start, value, err)
	}
	if !ok {
		return l.await(ctx, key, start, attempt[V]{})
	}
	l.hit(key, begun)
	return value, nil
}

func (l *Loader[K, V]) getEntry(ctx context.Context, key K, begun time.Time, start uint64) (V, error) {
	found, ok, err := ask(ctx, l.entries, key, l.namespace)
	if err != nil {
		return l.afterError(ctx, key, start, found.Value, err)
	}
	if !ok {
		return l.await(ctx, key, start, attempt[V]{})
	}
	if !found.Expires.IsZero() {
		now := time.Now()
		if found.over(now) {
			servable := !found.Absent && now.Before(found.Expires.Add(l.options.staleFor))
			return l.await(ctx, key, start, attempt[V]{old: found.Value, stale: servable})
		}
		if ahead := l.options.refreshAhead; ahead > 0 && !found.Absent && !now.Before(found.Expires.Add(-ahead)) {
			l.refresh(ctx, key)
		}
	}
	l.hit(key, begun)
	if found.Absent {
		l.namespace.RecordNegativeHits(1)
		var none V
		return none, l.options.absent
	}
	return found.Value, nil
}

// ask looks key up. That the cache did not return is counted here.
func ask[K comparable, V any](ctx context.Context, cache Cache[K, V], key K, namespace *metrics.Namespace) (value V, ok bool, err error) {
	returned := false
	defer func() {
		if !returned {
			namespace.RecordError()
		}
	}()
	value, ok, err = cache.Get(ctx, key)
	returned = true
	return value, ok, err
}

// afterError goes on without the cache, which has failed, unless the caller is gone.
func (l *Loader[K, V]) afterError(ctx context.Context, key K, start uint64, value V, err error) (V, error) {
	l.namespace.RecordFailures(metrics.ClassOf(err), 1)
	if ctx.Err() != nil {
		return value, err
	}
	return l.await(ctx, key, start, attempt[V]{counted: true})
}

func (l *Loader[K, V]) hit(key K, begun time.Time) {
	l.namespace.RecordHit()
	if l.feed.Active() {
		l.feed.Lookup(key, metrics.Hit)
	}
	if l.options.latency {
		l.namespace.RecordLatency(metrics.Hit, time.Since(begun))
	}
}

// Delete removes the key from the cache. A load under way does not bring it back: its
// result goes to those who wait for it and is not stored, unless it is being stored at
// this very moment.
func (l *Loader[K, V]) Delete(ctx context.Context, key K) error {
	l.flights.drop(key)
	w := write{namespace: l.namespace, count: 1}
	defer w.end()
	var err error
	if l.entries != nil {
		err = l.entries.Delete(ctx, key)
	} else {
		err = l.plain.Delete(ctx, key)
	}
	if w.returned(err) {
		l.namespace.RecordDeletes(1)
		if l.feed.Active() {
			l.feed.Delete(key)
		}
	}
	return err
}
