package generic

import (
	"context"
	"slices"
	"time"
)

// GetMany looks each key up as Get does, a tier's share of them at once. The keys that
// no tier has, while one failed for them, are in a [*BatchError] beside what was found.
func (t *Tiered[K, V]) GetMany(ctx context.Context, keys []K) (map[K]V, error) {
	whole := batchGetter[K, V]{untold[K, V]{t}, t.whole}
	return whole.GetMany(ctx, keys)
}

// SetMany writes through as Set does, each tier at once. Where a tier fails, the nearer
// ones lose all the keys.
func (t *Tiered[K, V]) SetMany(ctx context.Context, entries map[K]V, ttl time.Duration) error {
	w := write{namespace: t.whole, count: max(len(entries), 1)}
	defer w.end()
	err := t.setMany(ctx, entries, ttl)
	if w.returned(err) {
		t.whole.RecordSets(len(entries))
		tellSets(t.whole, entries, ttl)
	}
	return err
}

func (t *Tiered[K, V]) setMany(ctx context.Context, entries map[K]V, ttl time.Duration) error {
	for i := len(t.tiers) - 1; i >= 0; i-- {
		err := SetMany(ctx, t.tiers[i].Cache, entries, t.tiers[i].limit(ttl))
		if err == nil {
			continue
		}
		errs := []error{err}
		for key := range entries {
			errs = append(errs, t.forget(ctx, key, i)...)
		}
		return join(errs)
	}
	return nil
}

// untold is a tiered cache whose batches are not counted in the whole.
type untold[K comparable, V any] struct{ *Tiered[K, V] }

func (t untold[K, V]) GetMany(ctx context.Context, keys []K) (map[K]V, error) {
	found := make(map[K]V, len(keys))
	failures := map[K]error{} // of any tier, by key
	missing := slices.Clone(keys)
	broken := make([]bool, len(t.tiers))
	for i, tier := range t.tiers {
		if len(missing) == 0 {
			break
		}
		values, err := GetMany(ctx, tier.Cache, missing)
		if err != nil {
			broken[i] = true
			blame(failures, missing, values, err)
		}
		fill := make(map[K]V, len(values))
		missing = slices.DeleteFunc(missing, func(key K) bool {
			value, ok := values[key]
			if ok {
				found[key], fill[key] = value, value
				delete(failures, key)
			}
			return ok
		})
		for j, nearer := range t.tiers[:i] {
			if !broken[j] && len(fill) > 0 {
				// The lookups are answered: a back-fill that fails is the tier's own error.
				_ = SetMany(ctx, nearer.Cache, fill, nearer.ttl)
			}
		}
	}
	return found, batchError(failures)
}

// blame notes err for the keys that it kept from being answered.
func blame[K comparable, V any](failures map[K]error, keys []K, values map[K]V, err error) {
	failed, partial := failedOf[K](err)
	for _, key := range keys {
		if _, ok := values[key]; ok {
			continue
		}
		if !partial {
			failures[key] = err
		} else if cause, ok := failed[key]; ok {
			failures[key] = cause
		}
	}
}
