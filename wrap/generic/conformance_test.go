package generic_test

import (
	"context"
	"errors"
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cachemeter/cachemeter/metrics"
	"github.com/cachemeter/cachemeter/wrap/generic"
	"github.com/cachemeter/cachemeter/wrap/generic/cachetest"
)

func runSuite(t *testing.T, make func(testing.TB) generic.Cache[string, int]) {
	operations := cachetest.Operations
	if testing.Short() {
		operations /= 10
	}
	cachetest.Suite[string, int]{New: make, Key: strconv.Itoa, Value: func(i int) int { return i }, Operations: operations}.Run(t)
}

func TestConformance(t *testing.T) {
	namespace := metrics.NewTracker().Namespace("n")
	for name, make := range map[string]func(testing.TB) generic.Cache[string, int]{
		"Wrap": func(testing.TB) generic.Cache[string, int] { return generic.Wrap(newTimed[int](), namespace) },
		"Wrap with latency": func(testing.TB) generic.Cache[string, int] {
			return generic.Wrap(newTimed[int](), namespace, generic.WithLatency())
		},
		"Wrap of batches": func(testing.TB) generic.Cache[string, int] {
			return generic.Wrap(&honest{newTimed[int]()}, namespace)
		},
		"SyncMap": func(testing.TB) generic.Cache[string, int] { return generic.FromSyncMap[string, int](nil) },
		"Funcs": func(testing.TB) generic.Cache[string, int] {
			c := newTimed[int]()
			return &generic.Funcs[string, int]{GetFunc: c.Get, SetFunc: c.Set, DeleteFunc: c.Delete}
		},
		"Tiered": func(t testing.TB) generic.Cache[string, int] {
			c, err := generic.NewTiered(namespace,
				generic.Tier[string, int]{Cache: newTimed[int]()}, generic.Tier[string, int]{Cache: &honest{newTimed[int]()}})
			require.NoError(t, err)
			return c
		},
		"Loader":       func(t testing.TB) generic.Cache[string, int] { return loaderAsCache(t, nil) },
		"Entry Loader": func(t testing.TB) generic.Cache[string, int] { return loaderAsCache(t, newTimed[generic.Entry[int]]()) },
	} {
		t.Run(name, func(t *testing.T) { runSuite(t, make) })
	}
}

// Values end with their ttl in every wrapper of a cache that knows time.
func TestConformanceInTime(t *testing.T) {
	for name, wrap := range map[string]func(c *timed[int]) generic.Cache[string, int]{
		"Wrap": func(c *timed[int]) generic.Cache[string, int] { return generic.Wrap(c, nil) },
		"Tiered": func(c *timed[int]) generic.Cache[string, int] {
			tiers, err := generic.NewTiered(nil, generic.Tier[string, int]{Cache: c}, generic.Tier[string, int]{Cache: newTimed[int]()})
			require.NoError(t, err)
			return tiers
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c := wrap(newTimed[int]())
				ctx := t.Context()
				require.NoError(t, c.Set(ctx, "k", 1, time.Minute))
				time.Sleep(time.Minute - 1)
				_, ok, err := c.Get(ctx, "k")
				require.True(t, ok)
				require.NoError(t, err)
				time.Sleep(time.Nanosecond)
				_, ok, err = c.Get(ctx, "k")
				require.False(t, ok)
				require.NoError(t, err)
			})
		})
	}
}

// honest is a timed cache with batches that do what they say.
type honest struct{ *timed[int] }

func (h *honest) GetMany(ctx context.Context, keys []string) (map[string]int, error) {
	return generic.GetMany(ctx, generic.Cache[string, int](h.timed), keys)
}

func (h *honest) SetMany(ctx context.Context, entries map[string]int, ttl time.Duration) error {
	return generic.SetMany(ctx, generic.Cache[string, int](h.timed), entries, ttl)
}

// loaderAsCache sees a loader whose origin has nothing as a cache.
func loaderAsCache(t testing.TB, entries *timed[generic.Entry[int]]) generic.Cache[string, int] {
	load := func(context.Context, string) (int, error) { return 0, generic.ErrAbsent }
	var l *generic.Loader[string, int]
	var err error
	set := func(ctx context.Context, key string, value int, ttl time.Duration) error {
		return entries.Set(ctx, key, generic.Entry[int]{Value: value}, ttl)
	}
	if entries != nil {
		l, err = generic.NewEntryLoader(entries, load, nil, generic.WithNegativeTTL(time.Minute))
	} else {
		inner := newTimed[int]()
		l, err = generic.NewLoader(inner, load, nil)
		set = inner.Set
	}
	require.NoError(t, err)
	return &generic.Funcs[string, int]{
		GetFunc: func(ctx context.Context, key string) (int, bool, error) {
			v, err := l.Get(ctx, key)
			if errors.Is(err, generic.ErrAbsent) {
				return 0, false, nil
			}
			return v, err == nil, err
		},
		SetFunc:    set,
		DeleteFunc: l.Delete,
	}
}
