package lrumeter_test

import (
	"runtime"
	"testing"

	lru "github.com/hashicorp/golang-lru/v2"
	"github.com/stretchr/testify/require"

	lrumeter "github.com/cachemeter/cachemeter/wrap/lru"

	"github.com/cachemeter/cachemeter/metrics"
)

// requireCounts compares the counters alone.
func requireCounts(t *testing.T, want metrics.Stats, namespace *metrics.Namespace) {
	t.Helper()
	got := namespace.Stats()
	got.Reported, got.ErrorsByClass, got.EvictedWeight, got.Entries, got.Capacity = 0, [metrics.ErrorClasses]uint64{}, 0, 0, 0
	require.Equal(t, want, got)
}

func TestCacheRejectsWhatGolangLRURejects(t *testing.T) {
	_, want := lru.New[string, int](0)
	c, err := lrumeter.New[string, int](0, nil)
	require.Equal(t, want, err)
	require.Nil(t, c)
}

func TestCacheCountsEachMethodOnce(t *testing.T) {
	namespace := metrics.NewTracker().Namespace("n")
	c, err := lrumeter.New[string, int](3, namespace)
	require.NoError(t, err)
	for _, step := range []struct {
		name string
		do   func()
		want metrics.Stats
	}{
		{"Get of an absent key", func() { c.Get("a") }, metrics.Stats{Misses: 1}},
		{"Add", func() { c.Add("a", 1) }, metrics.Stats{Sets: 1}},
		{"Get", func() { c.Get("a") }, metrics.Stats{Hits: 1}},
		{"Add that replaces", func() { c.Add("a", 2) }, metrics.Stats{Sets: 1}},
		{"Peek", func() { c.Peek("a") }, metrics.Stats{}},
		{"Contains", func() { c.Contains("b") }, metrics.Stats{}},
		{"PeekOrAdd that finds", func() { c.PeekOrAdd("a", 9) }, metrics.Stats{}},
		{"PeekOrAdd that adds", func() { c.PeekOrAdd("b", 9) }, metrics.Stats{Sets: 1}},
		{"ContainsOrAdd that finds", func() { c.ContainsOrAdd("a", 9) }, metrics.Stats{}},
		{"ContainsOrAdd that adds", func() { c.ContainsOrAdd("c", 9) }, metrics.Stats{Sets: 1}},
		{"Add that evicts", func() { c.Add("d", 1) }, metrics.Stats{Sets: 1, Evictions: 1}},
		{"GetOldest", func() { c.GetOldest() }, metrics.Stats{}},
		{"Keys and Values", func() { c.Keys(); c.Values() }, metrics.Stats{}},
		{"Remove of an absent key", func() { c.Remove("zzz") }, metrics.Stats{}},
		{"Remove", func() { c.Remove("d") }, metrics.Stats{Deletes: 1}},
		{"Resize", func() { c.Resize(1) }, metrics.Stats{Evictions: 1}},
		{"PeekOrAdd that evicts", func() { c.PeekOrAdd("x", 1) }, metrics.Stats{Sets: 1, Evictions: 1}},
		{"ContainsOrAdd that evicts", func() { c.ContainsOrAdd("y", 1) }, metrics.Stats{Sets: 1, Evictions: 1}},
		{"RemoveOldest", func() { c.RemoveOldest() }, metrics.Stats{Deletes: 1}},
		{"RemoveOldest of an empty cache", func() { c.RemoveOldest() }, metrics.Stats{}},
		{"Purge", func() { c.Add("p", 1); c.Purge() }, metrics.Stats{Sets: 1}},
	} {
		t.Run(step.name, func(t *testing.T) {
			before := namespace.Stats()
			step.do()
			got := namespace.Stats().Sub(before)
			got.Reported, got.EvictedWeight, got.Entries, got.Capacity = 0, 0, 0, 0
			require.Equal(t, step.want, got)
		})
	}
}

func TestCacheSizeIsReadOnRead(t *testing.T) {
	namespace := metrics.NewTracker().Namespace("n")
	c, err := lrumeter.New[string, int](3, namespace)
	require.NoError(t, err)
	c.Add("a", 1)
	s := namespace.Stats()
	require.True(t, s.Reported.Has(metrics.Entries|metrics.Capacity))
	require.EqualValues(t, 1, s.Entries)
	require.EqualValues(t, 3, s.Capacity)
	c.Resize(7)
	require.EqualValues(t, 7, namespace.Stats().Capacity)
}

func TestWrappedCapacityIsAbsentUntilKnown(t *testing.T) {
	namespace := metrics.NewTracker().Namespace("n")
	inner, err := lru.New[string, int](3)
	require.NoError(t, err)
	c := lrumeter.Wrap(inner, namespace)
	if _, tells := any(inner).(interface{ Cap() int }); !tells {
		require.False(t, namespace.Stats().Reported.Has(metrics.Capacity))
	}
	require.True(t, namespace.Stats().Reported.Has(metrics.Entries))
	c.Resize(5)
	require.EqualValues(t, 5, namespace.Stats().Capacity)
	require.Same(t, inner, c.Unwrap())
}

func TestCachePanicsAreCountedAndPassOn(t *testing.T) {
	namespace := metrics.NewTracker().Namespace("n")
	c, err := lrumeter.NewWithEvict(1, func(any, int) { panic("callback") }, namespace)
	require.NoError(t, err)
	c.Add("a", 1)
	for _, call := range []func(){
		func() { c.Add("b", 1) },
		func() { c.PeekOrAdd("c", 1) },
		func() { c.ContainsOrAdd("d", 1) },
		func() { c.Resize(0) },
		func() { c.Resize(1); c.Add("e", 1); c.Remove("e") },
		func() { c.Add("f", 1); c.RemoveOldest() },
		func() { c.Add("g", 1); c.Purge() },
	} {
		require.PanicsWithValue(t, "callback", call)
	}
	s := namespace.Stats()
	require.EqualValues(t, 7, s.Errors)
	require.EqualValues(t, 7, s.WriteErrors)
	require.Zero(t, s.Hits+s.Misses)
}

// golang-lru's Get keeps its lock when hashing the key panics, wrapped or not, so the
// cache is not touched afterwards, and its figures are read once it is dropped.
func TestGetPanicsAreCountedAndPassOn(t *testing.T) {
	namespace := metrics.NewTracker().Namespace("n")
	func() {
		c, err := lrumeter.New[any, int](1, namespace)
		require.NoError(t, err)
		require.Panics(t, func() { c.Get([]int{1}) })
	}()
	runtime.GC()
	requireCounts(t, metrics.Stats{Errors: 1}, namespace)
}

func TestDroppedCacheIsCollected(t *testing.T) {
	namespace := metrics.NewTracker().Namespace("n")
	func() {
		c, err := lrumeter.New[string, int](1, namespace)
		require.NoError(t, err)
		require.EqualValues(t, 1, namespace.Stats().Capacity)
		c.Get("a")
	}()
	runtime.GC()
	s := namespace.Stats()
	require.False(t, s.Reported.Has(metrics.Capacity))
	require.EqualValues(t, 1, s.Misses)
}

func TestCacheAllocatesNothing(t *testing.T) {
	c, err := lrumeter.New[string, int](3, metrics.NewTracker().Namespace("n"))
	require.NoError(t, err)
	c.Add("a", 1)
	for name, call := range map[string]func(){
		"hit":     func() { c.Get("a") },
		"miss":    func() { c.Get("b") },
		"replace": func() { c.Add("a", 1) },
		"remove":  func() { c.Remove("b") },
	} {
		require.Zero(t, testing.AllocsPerRun(100, call), name)
	}
}
