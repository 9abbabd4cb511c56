package generic

import (
	"context"
	"errors"
	"time"
)

// GetMany looks several keys up: at once where cache is a [BatchGetter], through any
// layers, and one by one otherwise. Keys that could not be answered are absent from
// the map and their errors are in err; a single error is returned as it is.
func GetMany[K comparable, V any](ctx context.Context, cache Cache[K, V], keys []K) (map[K]V, error) {
	if batch, ok := As[BatchGetter[K, V]](cache); ok {
		return batch.GetMany(ctx, keys)
	}
	values := make(map[K]V, len(keys))
	var errs []error
	for _, key := range keys {
		value, ok, err := cache.Get(ctx, key)
		if err != nil {
			errs = append(errs, err)
		} else if ok {
			values[key] = value
		}
	}
	return values, join(errs)
}

// SetMany stores several values: at once where cache is a [BatchSetter], through any
// layers, and one by one otherwise. It tries all of them; a single error is returned
// as it is.
func SetMany[K comparable, V any](ctx context.Context, cache Cache[K, V], entries map[K]V, ttl time.Duration) error {
	if batch, ok := As[BatchSetter[K, V]](cache); ok {
		return batch.SetMany(ctx, entries, ttl)
	}
	var errs []error
	for key, value := range entries {
		if err := cache.Set(ctx, key, value, ttl); err != nil {
			errs = append(errs, err)
		}
	}
	return join(errs)
}

// join is [errors.Join] that leaves a single error as it is.
func join(errs []error) error {
	if len(errs) == 1 {
		return errs[0]
	}
	return errors.Join(errs...)
}
