package lrumeter_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cachemeter/cachemeter/internal/journal"
	"github.com/cachemeter/cachemeter/metrics"
	lrumeter "github.com/cachemeter/cachemeter/wrap/lru"
)

func TestKeysGoToWhoListens(t *testing.T) {
	tracker := metrics.NewTracker()
	namespace := tracker.Namespace("user")
	lru, err := lrumeter.New[string, int](2, namespace)
	require.NoError(t, err)
	simple, err := lrumeter.NewSimple[string, int](2, nil, namespace)
	require.NoError(t, err)
	twoQueue, err := lrumeter.New2Q[string, int](2, namespace)
	require.NoError(t, err)
	boxed, err := lrumeter.New[any, int](2, namespace)
	require.NoError(t, err)
	expirable := lrumeter.NewExpirable[string, int](2, nil, time.Minute, namespace)

	lru.Get("unheard")
	j, stop := journal.Of(tracker)
	for _, key := range []string{"a", "b", "c"} {
		lru.Get(key)
		lru.Add(key, 1)
	}
	lru.Get("c")
	lru.Remove("c")
	lru.Remove("c")
	lru.ContainsOrAdd("b", 1)
	lru.PeekOrAdd("d", 1)
	lru.RemoveOldest()
	require.Equal(t, []string{
		"miss a", "set a", "miss b", "set b", "miss c", "set c", "hit c", "delete c", "set ?", "delete b",
	}, j.Take())

	simple.Get("x")
	simple.Add("x", 1)
	simple.Add("y", 1)
	simple.Add("z", 1)
	simple.Remove("z")
	require.Equal(t, []string{"miss x", "set x", "set ?", "set ?", "delete ?"}, j.Take())

	twoQueue.Get("q")
	twoQueue.Add("q", 1)
	twoQueue.Remove("q")
	require.Equal(t, []string{"miss q", "set q", "delete q"}, j.Take())

	boxed.Get("e")
	boxed.Add("e", 1)
	require.Equal(t, []string{"miss e", "set ?"}[0], j.Take()[0])

	expirable.Get("f")
	expirable.Add("f", 1)
	expirable.Get("f")
	expirable.Remove("f")
	require.Equal(t, []string{"miss f", "set for 1m0s f", "hit f", "delete f"}, j.Take())

	stop()
	lru.Get("unheard")
	require.Empty(t, j.Take())
}

// TestSomeEvictionsAreToldOf, by their keys: of the entries that make room, one in eight.
func TestSomeEvictionsAreToldOf(t *testing.T) {
	tracker := metrics.NewTracker()
	j, _ := journal.Of(tracker)
	namespace := tracker.Namespace("user")
	lru, err := lrumeter.New[int, int](2, namespace)
	require.NoError(t, err)
	simple, err := lrumeter.NewSimple[int, int](2, nil, namespace)
	require.NoError(t, err)
	expirable := lrumeter.NewExpirable[int, int](2, nil, time.Hour, namespace)
	for name, cache := range map[string]interface {
		Get(key int) (int, bool)
		Add(key, value int) bool
	}{"lru": lru, "simple": simple, "expirable": expirable} {
		var evictions []string
		for key := range 24 {
			cache.Get(key)
			cache.Add(key, 1)
		}
		for _, line := range j.Take() {
			if strings.HasPrefix(line, "eviction") {
				evictions = append(evictions, line)
			}
		}
		require.Equal(t, []string{"eviction 5", "eviction 13", "eviction 21"}, evictions, name)
	}
}

// TestListeningDoesNotAllocate, and neither does it with nobody there.
func TestListeningDoesNotAllocate(t *testing.T) {
	tracker := metrics.NewTracker()
	cache, err := lrumeter.New[string, int](2, tracker.Namespace("user"))
	require.NoError(t, err)
	cache.Add("a", 1)
	require.Zero(t, testing.AllocsPerRun(100, func() { cache.Get("a") }))
	tracker.Observe(func(*metrics.Namespace) metrics.Observer { return silent{} })
	require.Zero(t, testing.AllocsPerRun(100, func() { cache.Get("a"); cache.Add("a", 1) }))
}

type silent struct{ metrics.Observer }

func (silent) ObserveLookup(uint64, metrics.Outcome, uint64) bool { return false }
func (silent) ObserveSet(uint64, time.Duration)                   {}
