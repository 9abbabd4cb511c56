package generic

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"sync"
	"time"
)

// ErrTTL is what caches without a clock answer to a Set with a time to live.
var ErrTTL = errors.New("generic: this cache keeps values until they are deleted: set ttl 0")

// Funcs is a [Cache] made of functions. Get and Set make a read-through pair; an
// operation without its function answers [errors.ErrUnsupported]. It is as safe for
// concurrent use as its functions.
type Funcs[K comparable, V any] struct {
	GetFunc    func(ctx context.Context, key K) (value V, ok bool, err error)
	SetFunc    func(ctx context.Context, key K, value V, ttl time.Duration) error
	DeleteFunc func(ctx context.Context, key K) error
}

// Get calls GetFunc.
func (f *Funcs[K, V]) Get(ctx context.Context, key K) (value V, ok bool, err error) {
	if f.GetFunc == nil {
		return value, false, errors.ErrUnsupported
	}
	return f.GetFunc(ctx, key)
}

// Set calls SetFunc.
func (f *Funcs[K, V]) Set(ctx context.Context, key K, value V, ttl time.Duration) error {
	if f.SetFunc == nil {
		return errors.ErrUnsupported
	}
	return f.SetFunc(ctx, key, value, ttl)
}

// Delete calls DeleteFunc.
func (f *Funcs[K, V]) Delete(ctx context.Context, key K) error {
	if f.DeleteFunc == nil {
		return errors.ErrUnsupported
	}
	return f.DeleteFunc(ctx, key)
}

// SyncMap is a [Cache] over a [sync.Map]. Nothing ever leaves it by itself.
type SyncMap[K comparable, V any] struct{ m *sync.Map }

// FromSyncMap adapts a map that others may go on using; nil makes a new one.
func FromSyncMap[K comparable, V any](m *sync.Map) *SyncMap[K, V] {
	if m == nil {
		m = new(sync.Map)
	}
	return &SyncMap[K, V]{m}
}

// Unwrap returns the [*sync.Map].
func (s *SyncMap[K, V]) Unwrap() any { return s.m }

// Get loads a value. One that is no V, stored by somebody else, is an error.
func (s *SyncMap[K, V]) Get(_ context.Context, key K) (value V, ok bool, err error) {
	stored, ok := s.m.Load(key)
	if !ok {
		return value, false, nil
	}
	value, ok = stored.(V)
	// A nil interface is a V where V is an interface, though no assertion says so.
	if t := reflect.TypeFor[V](); !ok && (stored != nil || t.Kind() != reflect.Interface) {
		return value, false, fmt.Errorf("generic: the sync.Map holds a %T, not a %v", stored, t)
	}
	return value, true, nil
}

// Set stores a value. It answers [ErrTTL] and stores nothing when ttl is not 0.
func (s *SyncMap[K, V]) Set(_ context.Context, key K, value V, ttl time.Duration) error {
	if ttl != 0 {
		return ErrTTL
	}
	s.m.Store(key, value)
	return nil
}

// Delete removes a key; its error is always nil.
func (s *SyncMap[K, V]) Delete(_ context.Context, key K) error {
	s.m.Delete(key)
	return nil
}

// Clear removes all keys; its error is always nil.
func (s *SyncMap[K, V]) Clear(context.Context) error {
	s.m.Clear()
	return nil
}
