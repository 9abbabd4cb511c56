package generic

import (
	"context"
	"time"
)

// Cache is what this package decorates: the least that caches have in common.
// [Wrap] keeps what a cache can do beyond it reachable through [As].
type Cache[K comparable, V any] interface {
	// Get looks a key up. An err says that the cache could not answer, whatever ok
	// says; ok false with a nil err, that the key is absent.
	Get(ctx context.Context, key K) (value V, ok bool, err error)

	// Set stores a value for ttl; 0 is the cache's own default.
	Set(ctx context.Context, key K, value V, ttl time.Duration) error

	// Delete removes a key. That it was absent is no error.
	Delete(ctx context.Context, key K) error
}
