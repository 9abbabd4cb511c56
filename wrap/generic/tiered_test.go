package generic_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cachemeter/cachemeter/metrics"
	"github.com/cachemeter/cachemeter/wrap/generic"
)

// two is a tiered cache of two, with handles on everything.
type two struct {
	*generic.Tiered[string, int]
	l1, l2               *timed[int]
	whole, first, second *metrics.Namespace
}

func newTwo(t *testing.T) two {
	tracker := metrics.NewTracker()
	s := two{
		l1: newTimed[int](), l2: newTimed[int](),
		whole: tracker.Namespace("n"), first: tracker.Tier("n", "L1"), second: tracker.Tier("n", "L2"),
	}
	var err error
	s.Tiered, err = generic.NewTiered(s.whole,
		generic.Tier[string, int]{Cache: s.l1, Namespace: s.first, TTL: time.Minute},
		generic.Tier[string, int]{Cache: s.l2, Namespace: s.second})
	require.NoError(t, err)
	return s
}

func TestTieredOutcomes(t *testing.T) {
	for _, test := range []struct {
		name                 string
		arrange              func(s two)
		value                int
		ok                   bool
		err                  error
		whole, first, second metrics.Stats
	}{
		{
			name:    "in the first",
			arrange: func(s two) { s.l1.Set(context.Background(), "k", 7, 0) },
			value:   7, ok: true,
			whole: metrics.Stats{Hits: 1}, first: metrics.Stats{Hits: 1},
		},
		{
			name:    "in the second, filled back",
			arrange: func(s two) { s.l2.Set(context.Background(), "k", 7, 0) },
			value:   7, ok: true,
			whole: metrics.Stats{Hits: 1}, first: metrics.Stats{Misses: 1, Sets: 1}, second: metrics.Stats{Hits: 1},
		},
		{
			name:    "nowhere",
			arrange: func(two) {},
			whole:   metrics.Stats{Misses: 1}, first: metrics.Stats{Misses: 1}, second: metrics.Stats{Misses: 1},
		},
		{
			name: "the first fails, the second has it",
			arrange: func(s two) {
				s.l2.Set(context.Background(), "k", 7, 0)
				s.l1.fail = errBroken
			},
			value: 7, ok: true,
			whole: metrics.Stats{Hits: 1}, first: metrics.Stats{Errors: 1}, second: metrics.Stats{Hits: 1},
		},
		{
			name:    "the first fails, the second has it not",
			arrange: func(s two) { s.l1.fail = errBroken },
			err:     errBroken,
			whole:   metrics.Stats{Errors: 1}, first: metrics.Stats{Errors: 1}, second: metrics.Stats{Misses: 1},
		},
		{
			name:    "the second fails",
			arrange: func(s two) { s.l2.fail = errBroken },
			err:     errBroken,
			whole:   metrics.Stats{Errors: 1}, first: metrics.Stats{Misses: 1}, second: metrics.Stats{Errors: 1},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := newTwo(t)
			test.arrange(s)
			value, ok, err := s.Get(t.Context(), "k")
			require.Equal(t, test.value, value)
			require.Equal(t, test.ok, ok)
			require.True(t, test.err == err, "%v", err)
			requireCounts(t, test.whole, s.whole)
			requireCounts(t, test.first, s.first)
			requireCounts(t, test.second, s.second)
		})
		t.Run(test.name+", as a batch", func(t *testing.T) {
			s := newTwo(t)
			test.arrange(s)
			values, err := s.GetMany(t.Context(), []string{"k"})
			require.Equal(t, test.ok, len(values) == 1)
			require.Equal(t, test.value, values["k"])
			require.ErrorIs(t, err, test.err)
			requireCounts(t, test.whole, s.whole)
			requireCounts(t, test.first, s.first)
			requireCounts(t, test.second, s.second)
		})
	}
}

func TestTieredBatchOfAllKinds(t *testing.T) {
	s := newTwo(t)
	s.l1.Set(t.Context(), "near", 1, 0)
	s.l2.Set(t.Context(), "far", 2, 0)
	values, err := s.GetMany(t.Context(), []string{"near", "far", "none", "far"})
	require.NoError(t, err)
	require.Equal(t, map[string]int{"near": 1, "far": 2}, values)
	requireCounts(t, metrics.Stats{Hits: 3, Misses: 1}, s.whole)
	requireCounts(t, metrics.Stats{Hits: 1, Misses: 3, Sets: 1}, s.first)
	requireCounts(t, metrics.Stats{Hits: 2, Misses: 1}, s.second)

	s.l2.fail = errBroken
	values, err = s.GetMany(t.Context(), []string{"far", "none"})
	require.ErrorIs(t, err, errBroken)
	require.Equal(t, map[string]int{"far": 2}, values)
	requireCounts(t, metrics.Stats{Hits: 4, Misses: 1, Errors: 1}, s.whole)
}

func TestTieredWritesThrough(t *testing.T) {
	s := newTwo(t)
	require.NoError(t, s.Set(t.Context(), "k", 1, time.Hour))
	require.NoError(t, s.SetMany(t.Context(), map[string]int{"a": 1, "b": 2}, time.Hour))
	for _, key := range []string{"k", "a", "b"} {
		require.WithinDuration(t, time.Now().Add(time.Minute), s.l1.m[key].ends, time.Second, "the tier's own limit")
		require.WithinDuration(t, time.Now().Add(time.Hour), s.l2.m[key].ends, time.Second)
	}
	requireCounts(t, metrics.Stats{Sets: 3}, s.whole)
	requireCounts(t, metrics.Stats{Sets: 3}, s.first)
	requireCounts(t, metrics.Stats{Sets: 3}, s.second)

	require.NoError(t, s.Delete(t.Context(), "k"))
	require.NotContains(t, s.l1.m, "k")
	require.NotContains(t, s.l2.m, "k")
	requireCounts(t, metrics.Stats{Sets: 3, Deletes: 1}, s.whole)

	// Where the far tier fails, the near one must not go on with a value of its own.
	s.l2.fail = errBroken
	require.True(t, s.Set(t.Context(), "a", 5, 0) == errBroken)
	require.True(t, s.SetMany(t.Context(), map[string]int{"b": 5}, 0) == errBroken)
	require.Empty(t, s.l1.m)
	require.True(t, s.Delete(t.Context(), "a") == errBroken)
	requireCounts(t, metrics.Stats{Sets: 3, Deletes: 1, Errors: 3, WriteErrors: 3}, s.whole)
}

func TestTieredPanicsAreCountedAndPassOn(t *testing.T) {
	s := newTwo(t)
	s.l1.boom = "boom"
	require.PanicsWithValue(t, "boom", func() { s.Get(t.Context(), "k") })
	require.PanicsWithValue(t, "boom", func() { s.GetMany(t.Context(), []string{"k"}) })
	requireCounts(t, metrics.Stats{Errors: 2}, s.whole)
	requireCounts(t, metrics.Stats{Errors: 2}, s.first)
	require.PanicsWithValue(t, "boom", func() { s.Set(t.Context(), "k", 1, 0) })
	require.PanicsWithValue(t, "boom", func() { s.Delete(t.Context(), "k") })
	requireCounts(t, metrics.Stats{Errors: 4, WriteErrors: 2}, s.whole)
}

func TestAsFindsTheFirstTierThatIs(t *testing.T) {
	s := newTwo(t)
	found, ok := generic.As[*timed[int]](s.Tiered)
	require.True(t, ok)
	require.Same(t, s.l1, found)
	_, ok = generic.As[generic.Sized](s.Tiered)
	require.False(t, ok)
}

func TestTieredRefusesWhatCannotBe(t *testing.T) {
	tracker := metrics.NewTracker()
	users, l1 := tracker.Namespace("user"), tracker.Tier("user", "L1")
	type tier = generic.Tier[string, int]
	cache := newTimed[int]()
	for _, test := range []struct {
		want  string
		tiers []tier
	}{
		{"generic: a tiered cache needs at least one tier", nil},
		{"generic: tier 2 has no cache", []tier{{Cache: cache}, {}}},
		{`generic: the cache of tier 1 counts in namespace "user" already: leave the tier's Namespace nil`, []tier{{Cache: generic.Wrap(cache, l1), Namespace: l1}}},
		{`generic: tier 1 counts in namespace "user", as the whole does: give it Tracker.Tier("user", "L1")`, []tier{{Cache: cache, Namespace: users}}},
		{`generic: tier 2 counts in namespace "user", as the whole does: give it Tracker.Tier("user", "L2")`, []tier{{Cache: cache}, {Cache: generic.Wrap(cache, users)}}},
		{"generic: tiers 1 and 2 count in one namespace: give each its own by Tracker.Tier", []tier{{Cache: cache, Namespace: l1}, {Cache: cache, Namespace: l1}}},
	} {
		c, err := generic.NewTiered(users, test.tiers...)
		require.EqualError(t, err, test.want)
		require.Nil(t, c)
	}
}

// A loader over tiers counts the whole: one lookup, one outcome.
func TestLoaderOverTiers(t *testing.T) {
	tracker := metrics.NewTracker()
	tiers, err := generic.NewTiered(nil,
		generic.Tier[string, int]{Cache: newTimed[int](), Namespace: tracker.Tier("n", "L1")},
		generic.Tier[string, int]{Cache: newTimed[int](), Namespace: tracker.Tier("n", "L2")})
	require.NoError(t, err)
	o := &origin{}
	l, err := generic.NewLoader(tiers, o.load, tracker.Namespace("n"))
	require.NoError(t, err)
	r := rand.New(rand.NewPCG(1, 2))
	const gets = 1000
	for range gets {
		_, err := l.Get(t.Context(), fmt.Sprint(r.IntN(50)))
		require.NoError(t, err)
	}
	s := tracker.Stats("n")
	require.EqualValues(t, gets, s.Hits+s.Misses)
	require.EqualValues(t, 50, s.Misses)
	require.EqualValues(t, 50, tracker.Tier("n", "L2").Stats().Misses)
	require.EqualValues(t, gets-50, tracker.Tier("n", "L1").Stats().Hits)
}
