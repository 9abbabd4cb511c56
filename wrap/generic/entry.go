package generic

import (
	"context"
	"errors"
	"time"
)

// ErrAbsent is the error by which an origin says that it has no such key, unless
// [WithAbsent] names another.
var ErrAbsent = errors.New("generic: absent at the origin")

// Entry is what a loader made by [NewEntryLoader] keeps in its cache: a value with what
// has to be known to refresh it in time, to serve it past its time, or to remember that
// there is none. It can be encoded, as JSON for instance, where the cache is remote.
type Entry[V any] struct {
	Value   V         `json:"value"`
	Absent  bool      `json:"absent,omitempty"` // the origin has no such key
	Expires time.Time `json:"expires,omitzero"` // zero: as long as the cache keeps it
}

// store is the cache of a loader, seen as one of entries.
type store[K comparable, V any] interface {
	get(ctx context.Context, key K) (Entry[V], bool, error)
	set(ctx context.Context, key K, entry Entry[V], ttl time.Duration) error
}

// values is a cache of plain values: they have no time that the loader knows of.
type values[K comparable, V any] struct{ Cache[K, V] }

func (c values[K, V]) get(ctx context.Context, key K) (Entry[V], bool, error) {
	value, ok, err := c.Get(ctx, key)
	return Entry[V]{Value: value}, ok, err
}

func (c values[K, V]) set(ctx context.Context, key K, entry Entry[V], ttl time.Duration) error {
	return c.Set(ctx, key, entry.Value, ttl)
}

type entries[K comparable, V any] struct{ Cache[K, Entry[V]] }

func (c entries[K, V]) get(ctx context.Context, key K) (Entry[V], bool, error) {
	return c.Get(ctx, key)
}

func (c entries[K, V]) set(ctx context.Context, key K, entry Entry[V], ttl time.Duration) error {
	return c.Set(ctx, key, entry, ttl)
}
