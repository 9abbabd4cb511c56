package generic

import (
	"context"
	"time"
)

// BatchGetter is a cache that looks several keys up at once.
type BatchGetter[K comparable, V any] interface {
	// GetMany returns what it found; an absent key is not in the map. With a non-nil
	// err the map may hold the keys that could be answered all the same. A
	// [*BatchError] says which keys could not, and any other error means all that are
	// not in the map.
	GetMany(ctx context.Context, keys []K) (map[K]V, error)
}

// BatchSetter is a cache that stores several values at once.
type BatchSetter[K comparable, V any] interface {
	// SetMany stores all entries for ttl, as Set would.
	SetMany(ctx context.Context, entries map[K]V, ttl time.Duration) error
}

// Sized is a cache that knows how many entries it holds. [Wrap] makes the number part
// of the namespace's figures: whoever reads them calls Len, at any time and from any
// goroutine.
type Sized interface {
	Len() int
}

// Clearer is a cache that can drop all of its entries.
type Clearer interface {
	Clear(ctx context.Context) error
}
