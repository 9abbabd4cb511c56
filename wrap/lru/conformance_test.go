package lrumeter_test

import (
	"context"
	"strconv"
	"testing"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"
	"github.com/hashicorp/golang-lru/v2/expirable"
	"github.com/hashicorp/golang-lru/v2/simplelru"
	"github.com/stretchr/testify/require"

	"github.com/cachemeter/cachemeter/metrics"
	"github.com/cachemeter/cachemeter/wrap/generic"
	"github.com/cachemeter/cachemeter/wrap/generic/cachetest"
	lrumeter "github.com/cachemeter/cachemeter/wrap/lru"
)

// Every cache of golang-lru and every wrapper of one, adapted, with room for all keys
// and with too little.
func TestConformance(t *testing.T) {
	namespace := metrics.NewTracker().Namespace("n")
	for name, test := range map[string]struct {
		serial bool
		make   func(t testing.TB, size int) generic.Cache[string, int]
	}{
		"bare Cache": {false, func(t testing.TB, size int) generic.Cache[string, int] {
			c, err := lru.New[string, int](size)
			require.NoError(t, err)
			return lrumeter.AsCache(c)
		}},
		"Cache": {false, func(t testing.TB, size int) generic.Cache[string, int] {
			c, err := lrumeter.New[string, int](size, namespace)
			require.NoError(t, err)
			return lrumeter.AsCache(c)
		}},
		"bare TwoQueueCache": {false, func(t testing.TB, size int) generic.Cache[string, int] {
			c, err := lru.New2Q[string, int](size)
			require.NoError(t, err)
			return lrumeter.TwoQueueAsCache(c)
		}},
		"TwoQueueCache": {false, func(t testing.TB, size int) generic.Cache[string, int] {
			c, err := lrumeter.New2Q[string, int](size, namespace)
			require.NoError(t, err)
			return lrumeter.TwoQueueAsCache(c)
		}},
		"bare Expirable": {false, func(t testing.TB, size int) generic.Cache[string, int] {
			return lrumeter.AsCache(expirable.NewLRU[string, int](size, nil, 0))
		}},
		"Expirable": {false, func(t testing.TB, size int) generic.Cache[string, int] {
			return lrumeter.AsCache(lrumeter.NewExpirable[string, int](size, nil, 0, namespace))
		}},
		"bare Simple": {true, func(t testing.TB, size int) generic.Cache[string, int] {
			c, err := simplelru.NewLRU[string, int](size, nil)
			require.NoError(t, err)
			return lrumeter.AsCache(c)
		}},
		"Simple": {true, func(t testing.TB, size int) generic.Cache[string, int] {
			c, err := lrumeter.NewSimple[string, int](size, nil, namespace)
			require.NoError(t, err)
			return lrumeter.AsCache(c)
		}},
	} {
		for size, evicts := range map[int]bool{2 * cachetest.Keys: false, cachetest.Keys / 4: true} {
			t.Run(name+"/"+strconv.Itoa(size), func(t *testing.T) {
				seeds, operations := 3, cachetest.Operations
				if evicts {
					seeds = 1
				}
				if testing.Short() {
					operations /= 10
				}
				cachetest.Suite[string, int]{
					Seeds: seeds, Operations: operations,
					New:    func(t testing.TB) generic.Cache[string, int] { return test.make(t, size) },
					Key:    strconv.Itoa,
					Value:  func(i int) int { return i },
					Evicts: evicts,
					Serial: test.serial,
				}.Run(t)
			})
		}
	}
}

func TestAdapterRefusesATTL(t *testing.T) {
	c, err := lru.New[string, int](1)
	require.NoError(t, err)
	a := lrumeter.AsCache(c)
	require.Equal(t, lrumeter.ErrTTL, a.Set(t.Context(), "k", 1, time.Second))
	require.Zero(t, c.Len())
	ignoring := lrumeter.AsCache(c, lrumeter.IgnoringTTL(), nil)
	require.NoError(t, ignoring.Set(t.Context(), "k", 1, time.Second))
	require.Equal(t, 1, ignoring.Len())
	require.Same(t, c, ignoring.Inner())
	require.NoError(t, ignoring.Clear(t.Context()))
	require.Zero(t, c.Len())
}

func TestEverythingInsideIsReachable(t *testing.T) {
	namespace := metrics.NewTracker().Namespace("n")
	bare, err := lru.New[string, int](1)
	require.NoError(t, err)
	counted := lrumeter.Wrap(bare, namespace)
	c := generic.Wrap(lrumeter.AsCache(counted), nil)
	require.Same(t, counted, c.Inner().Inner())
	found, ok := generic.As[*lru.Cache[string, int]](c)
	require.True(t, ok)
	require.Same(t, bare, found)

	// Its figures would be counted twice.
	load := func(context.Context, string) (int, error) { return 0, nil }
	_, err = generic.NewLoader(lrumeter.AsCache(counted), load, namespace)
	require.ErrorContains(t, err, "counts in namespace \"n\" already")
}

// Figures are read while the owner of a cache that is not safe for concurrent use goes
// on using it.
func TestSimpleFiguresAreReadAtAnyTime(t *testing.T) {
	namespace := metrics.NewTracker().Namespace("n")
	inner, err := simplelru.NewLRU[string, int](10, nil)
	require.NoError(t, err)
	c := generic.Wrap(lrumeter.AsCache(inner), namespace)
	counted, err := lrumeter.NewSimple[string, int](10, nil, namespace)
	require.NoError(t, err)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for range 1000 {
			namespace.Stats()
		}
	}()
	for i := range 1000 {
		require.NoError(t, c.Set(t.Context(), strconv.Itoa(i), i, 0))
		counted.Add(strconv.Itoa(i), i)
	}
	<-done
	require.EqualValues(t, 20, namespace.Stats().Entries)
}
