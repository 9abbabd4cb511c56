package generic

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/cachemeter/cachemeter/metrics"
)

// Tier is one cache of a [Tiered].
type Tier[K comparable, V any] struct {
	Cache Cache[K, V]

	// Namespace counts what this tier does, back-fills included; [metrics.Tracker.Tier]
	// makes it. Leave it nil where Cache counts already.
	Namespace *metrics.Namespace

	// TTL is the longest that a value lives in this tier: Set shortens a longer ttl to
	// it, and a back-fill, which cannot know how long the value has left, uses it. 0 is
	// the cache's own default for back-fills and no limit for Set.
	TTL time.Duration
}

var (
	_ Cache[string, int]       = (*Tiered[string, int])(nil)
	_ BatchGetter[string, int] = (*Tiered[string, int])(nil)
	_ BatchSetter[string, int] = (*Tiered[string, int])(nil)
)

// Tiered is one cache of several, the nearest first, safe for concurrent use where its
// tiers are. It is made by [NewTiered].
//
// The figures of the whole: a lookup that any tier answered is one hit; one that every
// tier answered with "not there" is one miss; and one that was not found while a tier
// failed is an error, for the value may be just there. A Set or Delete is one of the
// whole, failed if a tier failed.
type Tiered[K comparable, V any] struct {
	tiers []tier[K, V]
	whole *metrics.Namespace
	feed  metrics.KeyFeed[K]
}

type tier[K comparable, V any] struct {
	Cache[K, V]
	ttl time.Duration
}

// NewTiered makes one cache of tiers, nearest first, counted under whole; nil counts
// nothing, as when a [Loader] over it counts the whole. It fails where there is no
// tier, a tier has no cache, or one event would be counted twice in one namespace.
//
//	cache, err := generic.NewTiered(tracker.Namespace("user"),
//		generic.Tier[string, User]{Cache: l1, Namespace: tracker.Tier("user", "L1"), TTL: time.Minute},
//		generic.Tier[string, User]{Cache: l2, Namespace: tracker.Tier("user", "L2")},
//	)
func NewTiered[K comparable, V any](whole *metrics.Namespace, tiers ...Tier[K, V]) (*Tiered[K, V], error) {
	if len(tiers) == 0 {
		return nil, errors.New("generic: a tiered cache needs at least one tier")
	}
	t := &Tiered[K, V]{whole: whole, feed: metrics.NewKeyFeed[K](whole)}
	used := map[*metrics.Namespace]int{}
	for i, given := range tiers {
		if given.Cache == nil {
			return nil, fmt.Errorf("generic: tier %d has no cache", i+1)
		}
		if counts(given.Cache, given.Namespace) {
			return nil, fmt.Errorf("generic: the cache of tier %d counts in namespace %q already: leave the tier's Namespace nil", i+1, given.Namespace.Name())
		}
		if counts(given.Cache, whole) || given.Namespace != nil && given.Namespace == whole {
			return nil, fmt.Errorf("generic: tier %d counts in namespace %q, as the whole does: give it Tracker.Tier(%q, \"L%d\")", i+1, whole.Name(), whole.Name(), i+1)
		}
		if first, again := used[given.Namespace]; again && given.Namespace != nil {
			return nil, fmt.Errorf("generic: tiers %d and %d count in one namespace: give each its own by Tracker.Tier", first, i+1)
		}
		used[given.Namespace] = i + 1
		cache := given.Cache
		if given.Namespace != nil {
			cache = Wrap(cache, given.Namespace)
		}
		t.tiers = append(t.tiers, tier[K, V]{cache, max(given.TTL, 0)})
	}
	whole.Reports(metrics.Sets | metrics.Deletes | metrics.WriteErrors)
	return t, nil
}

// counts tells whether a layer of cache counts in namespace already.
func counts(cache any, namespace *metrics.Namespace) bool {
	if namespace == nil {
		return false
	}
	for cache != nil {
		if c, ok := cache.(interface{ Namespace() *metrics.Namespace }); ok && c.Namespace() == namespace {
			return true
		}
		layer, ok := cache.(interface{ Unwrap() any })
		if !ok {
			return false
		}
		cache = layer.Unwrap()
	}
	return false
}

// Namespace returns where the whole is counted.
func (t *Tiered[K, V]) Namespace() *metrics.Namespace { return t.whole }

// Unwrap returns the tiers, nearest first, each with its counting; [As] tries them
// in turn.
func (t *Tiered[K, V]) Unwrap() []any {
	layers := make([]any, len(t.tiers))
	for i, tier := range t.tiers {
		layers[i] = tier.Cache
	}
	return layers
}

// Get asks tier after tier until one has the key, and stores what it found in the
// nearer ones that did not have it. A tier that fails is passed by; its error is
// returned where no tier has the key, and lost where one has.
func (t *Tiered[K, V]) Get(ctx context.Context, key K) (value V, ok bool, err error) {
	l := lookup{namespace: t.whole, outcome: metrics.Error}
	defer func() {
		l.count()
		if l.outcome != metrics.Error && t.feed.Active() {
			t.feed.Lookup(key, l.outcome)
		}
	}()
	value, ok, err = t.get(ctx, key)
	l.answered(ok, err)
	return value, ok, err
}

func (t *Tiered[K, V]) get(ctx context.Context, key K) (V, bool, error) {
	var errs []error
	var failed uint64 // a bit for each tier
	for i, tier := range t.tiers {
		value, ok, err := tier.Get(ctx, key)
		if err != nil {
			errs = append(errs, err)
			failed |= 1 << i
			continue
		}
		if !ok {
			continue
		}
		for j, nearer := range t.tiers[:i] {
			if failed&(1<<j) == 0 {
				// The lookup is answered: a back-fill that fails is the tier's own error.
				_ = nearer.Set(ctx, key, value, nearer.ttl)
			}
		}
		return value, true, nil
	}
	var none V
	return none, false, join(errs)
}

// Set writes through: the furthest tier first, then the nearer ones. Where a tier
// fails, the nearer ones do not get the value but lose the key, so that none of them
// serves an older value than the failed tier may hold; and the error is returned.
func (t *Tiered[K, V]) Set(ctx context.Context, key K, value V, ttl time.Duration) error {
	w := write{namespace: t.whole, count: 1}
	defer w.end()
	err := t.set(ctx, key, value, ttl)
	if w.returned(err) {
		t.whole.RecordSets(1)
		if t.feed.Active() {
			t.feed.Set(key, ttl)
		}
	}
	return err
}

func (t *Tiered[K, V]) set(ctx context.Context, key K, value V, ttl time.Duration) error {
	for i := len(t.tiers) - 1; i >= 0; i-- {
		if err := t.tiers[i].Set(ctx, key, value, t.tiers[i].limit(ttl)); err != nil {
			return join(append([]error{err}, t.forget(ctx, key, i)...))
		}
	}
	return nil
}

// Delete removes the key from every tier, the furthest first, so that a Get between does
// not fill it back; one that had found it before still may. It tries all of them and
// returns what failed.
func (t *Tiered[K, V]) Delete(ctx context.Context, key K) error {
	w := write{namespace: t.whole, count: 1}
	defer w.end()
	err := join(t.forget(ctx, key, len(t.tiers)))
	if w.returned(err) {
		t.whole.RecordDeletes(1)
		if t.feed.Active() {
			t.feed.Delete(key)
		}
	}
	return err
}

// forget deletes the key from the n nearest tiers.
func (t *Tiered[K, V]) forget(ctx context.Context, key K, n int) (errs []error) {
	for i := n - 1; i >= 0; i-- {
		if err := t.tiers[i].Delete(ctx, key); err != nil {
			errs = append(errs, err)
		}
	}
	return errs
}

func (t tier[K, V]) limit(ttl time.Duration) time.Duration {
	if t.ttl > 0 && (ttl <= 0 || ttl > t.ttl) {
		return t.ttl
	}
	return ttl
}
