package generic_test

import (
	"context"

	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cachemeter/cachemeter/internal/journal"
	"github.com/cachemeter/cachemeter/metrics"
	"github.com/cachemeter/cachemeter/wrap/generic"
)

// drawer is a cache that answers batches, and fails for the key "broken".
type drawer map[string]int

func (s drawer) Get(_ context.Context, key string) (int, bool, error) {
	if key == "broken" {
		return 0, false, errBroken
	}
	v, ok := s[key]
	return v, ok, nil
}

func (s drawer) Set(_ context.Context, key string, value int, _ time.Duration) error {
	s[key] = value
	return nil
}

func (s drawer) Delete(_ context.Context, key string) error {
	delete(s, key)
	return nil
}

func (s drawer) GetMany(ctx context.Context, keys []string) (map[string]int, error) {
	return generic.GetMany(ctx, generic.Cache[string, int](oneByOne{s}), keys)
}

func (s drawer) SetMany(ctx context.Context, entries map[string]int, ttl time.Duration) error {
	return generic.SetMany(ctx, generic.Cache[string, int](oneByOne{s}), entries, ttl)
}

// oneByOne hides the batches of a drawer.
type oneByOne struct{ generic.Cache[string, int] }

func TestMeteredTellsOfKeys(t *testing.T) {
	for _, opts := range [][]generic.Option{nil, {generic.WithLatency()}} {
		tracker := metrics.NewTracker()
		j, _ := journal.Of(tracker)
		cache := generic.Wrap(drawer{}, tracker.Namespace("user"), opts...)
		_, _, _ = cache.Get(t.Context(), "a")
		require.NoError(t, cache.Set(t.Context(), "a", 1, time.Second))
		_, _, _ = cache.Get(t.Context(), "a")
		_, _, _ = cache.Get(t.Context(), "broken")
		require.NoError(t, cache.Delete(t.Context(), "a"))
		require.Equal(t, []string{"miss a", "set for 1s a", "hit a", "delete a"}, j.Take())

		require.NoError(t, generic.SetMany(t.Context(), cache, map[string]int{"b": 1}, time.Minute))
		_, err := generic.GetMany(t.Context(), cache, []string{"b", "c", "broken"})
		require.ErrorIs(t, err, errBroken)
		require.Equal(t, []string{"set for 1m0s b", "hit b", "miss c"}, j.Take())
	}
}

func TestTieredTellsOfKeysOfEachTierAndTheWhole(t *testing.T) {
	tracker := metrics.NewTracker()
	whole, first, second := journal.New(), journal.New(), journal.New()
	tracker.Observe(func(n *metrics.Namespace) metrics.Observer {
		return map[string]*journal.Journal{"": whole, "L1": first, "L2": second}[n.TierName()]
	})
	cache, err := generic.NewTiered(tracker.Namespace("user"),
		generic.Tier[string, int]{Cache: drawer{}, Namespace: tracker.Tier("user", "L1"), TTL: time.Second},
		generic.Tier[string, int]{Cache: drawer{"a": 1}, Namespace: tracker.Tier("user", "L2")},
	)
	require.NoError(t, err)
	_, _, _ = cache.Get(t.Context(), "a")
	require.NoError(t, cache.Set(t.Context(), "a", 2, time.Minute))
	require.NoError(t, cache.Delete(t.Context(), "a"))
	_, _ = cache.GetMany(t.Context(), []string{"a"})
	require.NoError(t, cache.SetMany(t.Context(), map[string]int{"a": 1}, time.Minute))
	require.Equal(t, []string{"hit a", "set for 1m0s a", "delete a", "miss a", "set for 1m0s a"}, whole.Take())
	require.Equal(t, []string{"miss a", "set for 1s a", "set for 1s a", "delete a", "miss a", "set for 1s a"}, first.Take())
	require.Equal(t, []string{"hit a", "set for 1m0s a", "delete a", "miss a", "set for 1m0s a"}, second.Take())
}

func TestLoaderTellsOfKeys(t *testing.T) {
	tracker := metrics.NewTracker()
	j, _ := journal.Of(tracker)
	users, err := generic.NewLoader(generic.Cache[string, int](drawer{}), func(context.Context, string) (int, error) { return 7, nil },
		tracker.Namespace("user"), generic.WithTTL(time.Minute))
	require.NoError(t, err)
	for range 2 {
		_, err := users.Get(t.Context(), "a")
		require.NoError(t, err)
	}
	require.NoError(t, users.Delete(t.Context(), "a"))
	require.Equal(t, []string{"miss a", "set for 1m0s a", "hit a", "delete a"}, j.Take())
}

func TestLookupTellsOfKeysOfEveryKind(t *testing.T) {
	tracker := metrics.NewTracker()
	namespace := tracker.Namespace("user")
	j, _ := journal.Of(tracker)
	generic.Lookup(namespace, func(string) (int, bool) { return 0, true })("a")
	generic.Lookup(namespace, func(int) (int, bool) { return 0, false })(7)
	generic.Lookup(namespace, func(int64) (int, bool) { return 0, false })(8)
	generic.Lookup(namespace, func(uint64) (int, bool) { return 0, false })(9)
	generic.Lookup(namespace, func([]byte) (int, bool) { return 0, false })([]byte("b"))
	generic.Lookup(namespace, func([2]int) (int, bool) { return 0, false })([2]int{1, 2})
	generic.Lookup(namespace, func([]int) (int, bool) { return 0, false })([]int{1, 2}) // cannot be hashed
	_, _ = generic.LookupErr(namespace, func(context.Context, string) (int, error) { return 0, errBroken }, nil)(t.Context(), "c")
	_, _ = generic.LookupErrNoContext(namespace, func(string) (int, error) { return 0, nil }, nil)("d")
	require.Equal(t, []string{"hit a", "miss 7", "miss 8", "miss 9", "miss b", "miss [1 2]", "hit d"}, j.Take())
}
