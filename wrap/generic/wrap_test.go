package generic_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cachemeter/cachemeter/metrics"
	"github.com/cachemeter/cachemeter/wrap/generic"
)

var errBroken = errors.New("broken")

// scripted is a cache that answers what it is told to.
type scripted struct {
	value   int
	ok      bool
	err     error
	panicky any
	delay   time.Duration
}

func (s *scripted) answer() {
	time.Sleep(s.delay)
	if s.panicky != nil {
		panic(s.panicky)
	}
}

func (s *scripted) Get(context.Context, string) (int, bool, error) {
	s.answer()
	return s.value, s.ok, s.err
}

func (s *scripted) Set(context.Context, string, int, time.Duration) error {
	s.answer()
	return s.err
}

func (s *scripted) Delete(context.Context, string) error {
	s.answer()
	return s.err
}

func TestGetHasOneOutcome(t *testing.T) {
	for _, test := range []struct {
		name  string
		cache scripted
		want  metrics.Stats
	}{
		{"hit", scripted{value: 7, ok: true}, metrics.Stats{Hits: 1}},
		{"miss", scripted{}, metrics.Stats{Misses: 1}},
		{"error", scripted{err: errBroken}, metrics.Stats{Errors: 1}},
		{"an error wins over a value", scripted{value: 7, ok: true, err: errBroken}, metrics.Stats{Errors: 1}},
	} {
		for _, opts := range [][]generic.Option{nil, {generic.WithLatency()}} {
			t.Run(test.name, func(t *testing.T) {
				namespace := metrics.NewTracker().Namespace("n")
				value, ok, err := generic.Wrap(&test.cache, namespace, opts...).Get(t.Context(), "k")
				require.Equal(t, test.cache.value, value)
				require.Equal(t, test.cache.ok, ok)
				require.True(t, test.cache.err == err)
				requireCounts(t, test.want, namespace)
			})
		}
	}
}

// requireCounts compares the plain counts alone.
func requireCounts(t *testing.T, want metrics.Stats, namespace *metrics.Namespace) {
	t.Helper()
	got := namespace.Stats()
	got.Reported, got.ErrorsByClass, got.LoadTime = 0, [metrics.ErrorClasses]uint64{}, 0
	require.Equal(t, want, got)
}

func TestErrorsKeepTheirClass(t *testing.T) {
	namespace := metrics.NewTracker().Namespace("n")
	c := generic.Wrap(&scripted{err: context.DeadlineExceeded}, namespace)
	_, _, err := c.Get(t.Context(), "k")
	require.True(t, context.DeadlineExceeded == err)
	require.EqualValues(t, 1, namespace.Stats().ErrorsByClass[metrics.TimeoutError])
}

func TestWritesAreCounted(t *testing.T) {
	namespace := metrics.NewTracker().Namespace("n")
	inner := &scripted{}
	c := generic.Wrap(inner, namespace)
	require.NoError(t, c.Set(t.Context(), "k", 1, 0))
	require.NoError(t, c.Delete(t.Context(), "k"))
	inner.err = errBroken
	require.Same(t, errBroken, c.Set(t.Context(), "k", 1, 0))
	require.Same(t, errBroken, c.Delete(t.Context(), "k"))
	requireCounts(t, metrics.Stats{Sets: 1, Deletes: 1, Errors: 2, WriteErrors: 2}, namespace)
}

func TestPanicsAreCountedAndPassOn(t *testing.T) {
	type oddity struct{ n int }
	value := &oddity{1}
	for _, opts := range [][]generic.Option{nil, {generic.WithLatency()}} {
		namespace := metrics.NewTracker().Namespace("n")
		c := generic.Wrap(&scripted{panicky: value}, namespace, opts...)
		for _, call := range []func(){
			func() { c.Get(t.Context(), "k") },
			func() { c.Set(t.Context(), "k", 1, 0) },
			func() { c.Delete(t.Context(), "k") },
		} {
			func() {
				defer func() { require.Same(t, value, recover()) }()
				call()
			}()
		}
		requireCounts(t, metrics.Stats{Errors: 3, WriteErrors: 2}, namespace)
	}
}

func TestNilNamespace(t *testing.T) {
	c := generic.Wrap(&scripted{value: 7, ok: true}, nil, generic.WithLatency(), nil)
	value, ok, err := c.Get(t.Context(), "k")
	require.Equal(t, 7, value)
	require.True(t, ok)
	require.NoError(t, err)
	require.NoError(t, c.Set(t.Context(), "k", 1, 0))
	require.NoError(t, c.Delete(t.Context(), "k"))
}

func TestLatencyIsMeasuredWhenAskedFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		namespace := metrics.NewTracker().Namespace("n")
		inner := &scripted{ok: true, delay: 3 * time.Millisecond}
		generic.Wrap(inner, namespace).Get(t.Context(), "k")
		require.Zero(t, namespace.Latency(metrics.Hit).Count)

		c := generic.Wrap(inner, namespace, generic.WithLatency())
		c.Get(t.Context(), "k")
		inner.ok = false
		c.Get(t.Context(), "k")
		inner.panicky = "oops"
		require.Panics(t, func() { c.Get(t.Context(), "k") })
		for _, outcome := range []metrics.Outcome{metrics.Hit, metrics.Miss, metrics.Error} {
			h := namespace.Latency(outcome)
			require.EqualValues(t, 1, h.Count, outcome)
			require.Equal(t, 3*time.Millisecond, h.Sum, outcome)
		}
	})
}

func TestInnerStaysReachable(t *testing.T) {
	inner := &scripted{}
	c := generic.Wrap(generic.Wrap(inner, nil), nil)
	require.Same(t, inner, c.Inner().Inner())
	var plain generic.Cache[string, int] = c
	found, ok := generic.As[*scripted](plain)
	require.True(t, ok)
	require.Same(t, inner, found)
	_, ok = generic.As[interface{ Len() int }](plain)
	require.False(t, ok)
	_, ok = generic.As[*scripted](nil)
	require.False(t, ok)
}

func TestWrapInfersFromAnInterface(t *testing.T) {
	var c generic.Cache[string, int] = &scripted{ok: true}
	namespace := metrics.NewTracker().Namespace("n")
	generic.Wrap(c, namespace).Get(t.Context(), "k")
	require.EqualValues(t, 1, namespace.Stats().Hits)
}

func TestNothingIsAllocated(t *testing.T) {
	ctx := t.Context()
	namespace := metrics.NewTracker().Namespace("n")
	inner := &scripted{ok: true}
	c := generic.Wrap(inner, namespace)
	timed := generic.Wrap(inner, namespace, generic.WithLatency())
	lookup := generic.Lookup(namespace, func(string) (int, bool) { return 0, true })
	lookupErr := generic.LookupErr(namespace, func(context.Context, string) (int, error) { return 0, errAbsent },
		func(err error) bool { return errors.Is(err, errAbsent) })
	for name, call := range map[string]func(){
		"Get":       func() { c.Get(ctx, "k") },
		"timed Get": func() { timed.Get(ctx, "k") },
		"Set":       func() { c.Set(ctx, "k", 1, 0) },
		"Delete":    func() { c.Delete(ctx, "k") },
		"Lookup":    func() { lookup("k") },
		"LookupErr": func() { lookupErr(ctx, "k") },
	} {
		require.Zero(t, testing.AllocsPerRun(100, call), name)
	}
}
