package generic

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"
)

// BatchError says which keys of a batch could not be answered, and why. The keys that
// are neither in it nor in the values returned beside it are absent.
type BatchError[K comparable] struct {
	Failed map[K]error
}

// Error returns how many keys failed, and the error of one of them.
func (e *BatchError[K]) Error() string {
	for _, err := range e.Failed {
		return fmt.Sprintf("generic: %d keys of a batch failed: %v", len(e.Failed), err)
	}
	return "generic: a batch failed"
}

// Unwrap returns the errors of the keys, in no order.
func (e *BatchError[K]) Unwrap() []error {
	return slices.Collect(maps.Values(e.Failed))
}

// failedOf finds a [*BatchError] in err, and what it says. An error whose methods panic,
// or that is a nil *BatchError, is one of the whole batch: it must not take the place
// of what the cache answered.
func failedOf[K comparable](err error) (failed map[K]error, partial bool) {
	defer func() {
		if recover() != nil {
			failed, partial = nil, false
		}
	}()
	var batch *BatchError[K]
	if errors.As(err, &batch) && batch != nil {
		return batch.Failed, true
	}
	return nil, false
}

// GetMany looks several keys up: at once where cache is a [BatchGetter], through any
// layers, and one by one otherwise; then an err is a [*BatchError].
func GetMany[K comparable, V any](ctx context.Context, cache Cache[K, V], keys []K) (map[K]V, error) {
	if batch, ok := As[BatchGetter[K, V]](cache); ok {
		return batch.GetMany(ctx, keys)
	}
	values := make(map[K]V, len(keys))
	failed := map[K]error{}
	for _, key := range keys {
		value, ok, err := cache.Get(ctx, key)
		if err != nil {
			failed[key] = err
		} else if ok {
			values[key] = value
		}
	}
	return values, batchError(failed)
}

// batchError returns nil where nothing failed.
func batchError[K comparable](failed map[K]error) error {
	if len(failed) == 0 {
		return nil
	}
	return &BatchError[K]{failed}
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
