package generic_test

import (
	"context"
	"io"
	"maps"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cachemeter/cachemeter/metrics"
	"github.com/cachemeter/cachemeter/wrap/generic"
)

// rich can do everything, out of a map.
type rich struct {
	*timed[int]
	values map[string]int
	err    error
	boom   any
}

func (r *rich) answer() error {
	if r.boom != nil {
		panic(r.boom)
	}
	return r.err
}

func (r *rich) GetMany(_ context.Context, keys []string) (map[string]int, error) {
	found := map[string]int{}
	for _, key := range keys {
		if v, ok := r.values[key]; ok {
			found[key] = v
		}
	}
	return found, r.answer()
}

func (r *rich) SetMany(_ context.Context, entries map[string]int, _ time.Duration) error {
	maps.Copy(r.values, entries)
	return r.answer()
}

func (r *rich) Clear(context.Context) error { clear(r.values); return r.answer() }
func (r *rich) Close() error                { return r.answer() }
func (r *rich) Len() int                    { return len(r.values) }
func (r *rich) Cap() int                    { return 100 }

func newRich() *rich {
	return &rich{timed: newTimed[int](), values: map[string]int{"a": 1, "b": 2}}
}

func TestOptionalInterfacesAreCounted(t *testing.T) {
	inner := newRich()
	namespace := metrics.NewTracker().Namespace("n")
	outer := metrics.NewTracker().Namespace("n")
	var c generic.Cache[string, int] = generic.Wrap(generic.Wrap(inner, namespace), outer)
	getter, ok := generic.As[generic.BatchGetter[string, int]](c)
	require.True(t, ok)
	setter, ok := generic.As[generic.BatchSetter[string, int]](c)
	require.True(t, ok)
	clearer, ok := generic.As[generic.Clearer](c)
	require.True(t, ok)
	closer, ok := generic.As[io.Closer](c)
	require.True(t, ok)
	getMany := func(keys ...string) func() error {
		return func() error { _, err := getter.GetMany(t.Context(), keys); return err }
	}
	setMany := func() error { return setter.SetMany(t.Context(), map[string]int{"c": 3, "d": 4}, 0) }
	clearAll := func() error { return clearer.Clear(t.Context()) }
	for _, test := range []struct {
		name string
		err  error
		call func() error
		want metrics.Stats
	}{
		{"GetMany", nil, getMany("a", "x", "b", "a"), metrics.Stats{Hits: 3, Misses: 1}},
		{"GetMany in part", errBroken, getMany("a", "x", "y"), metrics.Stats{Hits: 1, Errors: 2}},
		{"GetMany in part, told by key", &generic.BatchError[string]{Failed: map[string]error{"x": errBroken}},
			getMany("a", "x", "y"), metrics.Stats{Hits: 1, Misses: 1, Errors: 1}},
		{"GetMany of nothing", errBroken, getMany(), metrics.Stats{Errors: 1}},
		{"SetMany", nil, setMany, metrics.Stats{Sets: 2}},
		{"SetMany that fails", errBroken, setMany, metrics.Stats{Errors: 2, WriteErrors: 2}},
		{"Clear", nil, clearAll, metrics.Stats{}},
		{"Clear that fails", errBroken, clearAll, metrics.Stats{Errors: 1, WriteErrors: 1}},
		{"Close", nil, closer.Close, metrics.Stats{}},
		{"Close that fails", errBroken, closer.Close, metrics.Stats{Errors: 1}},
	} {
		t.Run(test.name, func(t *testing.T) {
			inner.err = test.err
			before := []metrics.Stats{namespace.Stats(), outer.Stats()}
			require.True(t, test.err == test.call())
			for i, n := range []*metrics.Namespace{namespace, outer} {
				d := n.Stats().Sub(before[i])
				d.Reported, d.ErrorsByClass, d.Entries, d.Capacity = 0, [metrics.ErrorClasses]uint64{}, 0, 0
				require.Equal(t, test.want, d)
			}
		})
	}
	inner.boom = "boom"
	before := namespace.Stats()
	for _, call := range []func() error{getMany("a", "b"), setMany, clearAll, closer.Close} {
		require.PanicsWithValue(t, "boom", func() { _ = call() })
	}
	d := namespace.Stats().Sub(before)
	require.EqualValues(t, 6, d.Errors)
	require.EqualValues(t, 3, d.WriteErrors)
}

func TestWhatTheInnerCacheCannotIsNotClaimed(t *testing.T) {
	var c generic.Cache[string, int] = generic.Wrap(&scripted{}, nil)
	_, getter := generic.As[generic.BatchGetter[string, int]](c)
	_, setter := generic.As[generic.BatchSetter[string, int]](c)
	_, clearer := generic.As[generic.Clearer](c)
	_, closer := generic.As[io.Closer](c)
	_, sized := generic.As[generic.Sized](c)
	_, asserted := c.(generic.BatchGetter[string, int])
	require.Equal(t, [6]bool{}, [6]bool{getter, setter, clearer, closer, sized, asserted})
}

func TestSizeIsReadOnRead(t *testing.T) {
	namespace := metrics.NewTracker().Namespace("n")
	inner := newRich()
	c := generic.Wrap(inner, namespace)
	s := namespace.Stats()
	require.EqualValues(t, 2, s.Entries)
	require.EqualValues(t, 100, s.Capacity)
	inner.values["c"] = 3
	require.EqualValues(t, 3, namespace.Stats().Entries)
	sized, ok := generic.As[generic.Sized](c)
	require.True(t, ok)
	require.Equal(t, 3, sized.Len())
	runtime.KeepAlive(c)

	c, sized = nil, nil
	runtime.GC()
	require.False(t, namespace.Stats().Reported.Has(metrics.Entries), "a dropped cache is collected")
}

func TestBatchesOfAnyCache(t *testing.T) {
	namespace := metrics.NewTracker().Namespace("n")
	inner := newTimed[int]()
	c := generic.Wrap(inner, namespace)
	require.NoError(t, generic.SetMany(t.Context(), c, map[string]int{"a": 1, "b": 2}, 0))
	values, err := generic.GetMany(t.Context(), c, []string{"a", "b", "c"})
	require.NoError(t, err)
	require.Equal(t, map[string]int{"a": 1, "b": 2}, values)
	requireCounts(t, metrics.Stats{Hits: 2, Misses: 1, Sets: 2}, namespace)

	inner.fail = errBroken
	_, err = generic.GetMany(t.Context(), c, []string{"a"})
	require.EqualError(t, err, "generic: 1 keys of a batch failed: broken")
	_, err = generic.GetMany(t.Context(), c, []string{"a", "b"})
	require.ErrorIs(t, err, errBroken)
	require.True(t, generic.SetMany(t.Context(), c, map[string]int{"a": 1}, 0) == errBroken)

	batch := generic.Wrap(newRich(), namespace)
	values, err = generic.GetMany(t.Context(), batch, []string{"a", "b", "c"})
	require.NoError(t, err)
	require.Len(t, values, 2)
}
