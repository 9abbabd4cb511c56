package generic_test

import (
	"context"
	"runtime"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cachemeter/cachemeter/metrics"
	"github.com/cachemeter/cachemeter/wrap/generic"
)

func TestLoaderLoadsOnce(t *testing.T) {
	o := &origin{}
	l, namespace := newLoader(t, newTimed[int](), o)
	for range 3 {
		v, err := l.Get(t.Context(), "abc")
		require.NoError(t, err)
		require.Equal(t, 103, v)
	}
	require.EqualValues(t, 1, o.calls.Load())
	requireCounts(t, metrics.Stats{Hits: 2, Misses: 1, Loads: 1, Sets: 1}, namespace)
}

func TestStampede(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := &origin{delay: time.Second}
		l, namespace := newLoader(t, newTimed[int](), o)
		var wg sync.WaitGroup
		for range 1000 {
			wg.Go(func() {
				v, err := l.Get(t.Context(), "abc")
				if v != 103 || err != nil {
					t.Errorf("Get = %v, %v", v, err)
				}
			})
		}
		wg.Wait()
		require.EqualValues(t, 1, o.calls.Load())
		requireCounts(t, metrics.Stats{Misses: 1, Coalesced: 999, Loads: 1, Sets: 1}, namespace)
		require.Equal(t, time.Second, namespace.Stats().LoadTime)
	})
}

func TestStampedeWhoseLeaderIsCancelled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := &origin{delay: time.Second}
		l, namespace := newLoader(t, newTimed[int](), o)
		ctx, cancel := context.WithCancel(t.Context())
		var wg sync.WaitGroup
		wg.Go(func() {
			_, err := l.Get(ctx, "abc")
			if err != context.Canceled {
				t.Errorf("the leader got %v", err)
			}
		})
		synctest.Wait()
		for range 999 {
			wg.Go(func() {
				v, err := l.Get(t.Context(), "abc")
				if v != 203 || err != nil {
					t.Errorf("Get = %v, %v", v, err)
				}
			})
		}
		synctest.Wait()
		cancel()
		wg.Wait()
		require.EqualValues(t, 2, o.calls.Load(), "the first load was cancelled, one of the others led a second")
		requireCounts(t, metrics.Stats{Misses: 2, Coalesced: 998, Loads: 1, LoadFailures: 1, Sets: 1}, namespace)
	})
}

func TestFollowerStopsWaitingWithItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := &origin{delay: time.Minute}
		l, namespace := newLoader(t, newTimed[int](), o)
		var wg sync.WaitGroup
		wg.Go(func() { l.Get(t.Context(), "abc") })
		synctest.Wait()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		begun := time.Now()
		_, err := l.Get(ctx, "abc")
		require.Equal(t, context.DeadlineExceeded, err)
		require.Equal(t, time.Second, time.Since(begun))
		wg.Wait()
		requireCounts(t, metrics.Stats{Misses: 1, Coalesced: 1, Loads: 1, Sets: 1}, namespace)
	})
}

func TestLoadErrorGoesToAllAsItIs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := &origin{delay: time.Second, err: errBroken}
		l, namespace := newLoader(t, newTimed[int](), o)
		var wg sync.WaitGroup
		for range 10 {
			wg.Go(func() {
				if _, err := l.Get(t.Context(), "abc"); err != errBroken {
					t.Errorf("Get: %v", err)
				}
			})
		}
		wg.Wait()
		requireCounts(t, metrics.Stats{Misses: 1, Coalesced: 9, LoadFailures: 1}, namespace)
	})
}

func TestLoadPanicGoesToAllAsItIs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		type oddity struct{ int }
		o := &origin{delay: time.Second, boom: &oddity{1}}
		l, namespace := newLoader(t, newTimed[int](), o)
		var wg sync.WaitGroup
		for range 10 {
			wg.Go(func() {
				defer func() {
					if r := recover(); r != o.boom {
						t.Errorf("panicked with %v", r)
					}
				}()
				l.Get(t.Context(), "abc")
			})
		}
		wg.Wait()
		requireCounts(t, metrics.Stats{Errors: 1, Coalesced: 9, LoadFailures: 1}, namespace)

		o.boom = nil
		_, err := l.Get(t.Context(), "abc")
		require.NoError(t, err, "the key is not stuck")
	})
}

func TestLeaderThatEndsItsGoroutineIsReplaced(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := &origin{delay: time.Second, exit: true}
		l, namespace := newLoader(t, newTimed[int](), o)
		var wg sync.WaitGroup
		wg.Go(func() { l.Get(t.Context(), "abc") })
		synctest.Wait()
		wg.Go(func() {
			v, err := l.Get(t.Context(), "abc")
			if v != 203 || err != nil {
				t.Errorf("Get = %v, %v", v, err)
			}
		})
		wg.Wait()
		requireCounts(t, metrics.Stats{Errors: 1, Misses: 1, LoadFailures: 1, Loads: 1, Sets: 1}, namespace)
	})
}

func TestCacheFailureIsNoMissAndDoesNotStopTheLoad(t *testing.T) {
	c := newTimed[int]()
	c.fail = errBroken
	o := &origin{}
	l, namespace := newLoader(t, c, o)
	v, err := l.Get(t.Context(), "abc")
	require.NoError(t, err)
	require.Equal(t, 103, v)
	requireCounts(t, metrics.Stats{Errors: 2, WriteErrors: 1, Loads: 1}, namespace)

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = l.Get(ctx, "abc")
	require.Equal(t, errBroken, err)
	require.EqualValues(t, 1, o.calls.Load(), "nobody waits for this value")
}

func TestCachePanicPassesThroughTheLoader(t *testing.T) {
	c := newTimed[int]()
	c.boom = "boom"
	o := &origin{}
	l, namespace := newLoader(t, c, o)
	require.PanicsWithValue(t, "boom", func() { l.Get(t.Context(), "abc") })
	requireCounts(t, metrics.Stats{Errors: 1}, namespace)

	// And one in the Set after the load.
	set := &generic.Funcs[string, int]{
		GetFunc: func(context.Context, string) (int, bool, error) { return 0, false, nil },
		SetFunc: func(context.Context, string, int, time.Duration) error { panic("set") },
	}
	l, namespace = newLoader(t, set, o)
	for range 2 { // the second time shows that the key is not stuck
		require.PanicsWithValue(t, "set", func() { l.Get(t.Context(), "abc") })
	}
	requireCounts(t, metrics.Stats{Misses: 2, Errors: 2, WriteErrors: 2, Loads: 2}, namespace)
}

// A lookup may miss, then lose the processor until another's load is over. It must not
// load again.
func TestLateArrivalDoesNotLoadAgain(t *testing.T) {
	inner := newTimed[int]()
	o := &origin{}
	var l *generic.Loader[string, int]
	var namespace *metrics.Namespace
	overtaken := false
	c := &generic.Funcs[string, int]{
		GetFunc: func(ctx context.Context, key string) (int, bool, error) {
			v, ok, err := inner.Get(ctx, key)
			if !overtaken {
				overtaken = true
				_, err := l.Get(ctx, key) // all of another lookup, in between
				require.NoError(t, err)
			}
			return v, ok, err
		},
		SetFunc: inner.Set,
	}
	l, namespace = newLoader(t, c, o)
	v, err := l.Get(t.Context(), "abc")
	require.NoError(t, err)
	require.Equal(t, 103, v)
	require.EqualValues(t, 1, o.calls.Load())
	requireCounts(t, metrics.Stats{Misses: 1, Coalesced: 1, Loads: 1, Sets: 1}, namespace)
}

func TestDeleteBeatsALoadUnderWay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := &origin{delay: time.Second}
		l, namespace := newLoader(t, newTimed[int](), o)
		var wg sync.WaitGroup
		wg.Go(func() {
			v, err := l.Get(t.Context(), "abc")
			if v != 103 || err != nil {
				t.Errorf("Get = %v, %v", v, err)
			}
		})
		synctest.Wait()
		require.NoError(t, l.Delete(t.Context(), "abc"))
		wg.Wait()
		v, err := l.Get(t.Context(), "abc")
		require.NoError(t, err)
		require.Equal(t, 203, v, "what was loaded before the delete was not kept")
		requireCounts(t, metrics.Stats{Misses: 2, Loads: 2, Sets: 1, Deletes: 1}, namespace)
	})
}

func TestLoaderRefusesWhatCannotBe(t *testing.T) {
	load := (&origin{}).load
	namespace := metrics.NewTracker().Namespace("user")
	for want, make := range map[string]func() (*generic.Loader[string, int], error){
		"generic: nil cache": func() (*generic.Loader[string, int], error) { return generic.NewLoader(nil, load, nil) },
		"generic: nil load function": func() (*generic.Loader[string, int], error) {
			return generic.NewLoader[string, int](newTimed[int](), nil, nil)
		},
		`generic: the loader's cache counts in namespace "user" already: give the cache a tier's handle, or nil`: func() (*generic.Loader[string, int], error) {
			return generic.NewLoader(generic.Wrap(generic.Wrap(newTimed[int](), namespace), nil), load, namespace)
		},
		"generic: WithServeStale and WithRefreshAhead need WithTTL": func() (*generic.Loader[string, int], error) {
			return generic.NewEntryLoader(newTimed[generic.Entry[int]](), load, nil, generic.WithServeStale(1))
		},
	} {
		l, err := make()
		require.EqualError(t, err, want)
		require.Nil(t, l)
	}
}

func TestLoaderHitAllocatesNothing(t *testing.T) {
	o := &origin{}
	for name, opts := range map[string][]generic.LoaderOption{"plain": nil, "latency": {generic.WithLatency()}} {
		l, _ := newLoader(t, newTimed[int](), o, opts...)
		l.Get(t.Context(), "abc")
		ctx := t.Context()
		require.Zero(t, testing.AllocsPerRun(100, func() { l.Get(ctx, "abc") }), name)
	}
}

// Real goroutines, no bubble: totals are exact, and every value is right.
func TestLoaderUnderConcurrency(t *testing.T) {
	const workers, gets = 8, 5_000
	o := &origin{}
	keys := []string{"a", "bb", "ccc", "dddd", "eeeee"}
	l, namespace := newLoader(t, newTimed[int](), o)
	before := runtime.NumGoroutine()
	var wg sync.WaitGroup
	for w := range workers {
		wg.Go(func() {
			for i := range gets {
				key := keys[(w+i)%len(keys)]
				if i%50 == 0 {
					l.Delete(t.Context(), key)
				}
				v, err := l.Get(t.Context(), key)
				if err != nil || v%100 != len(key) {
					t.Errorf("Get(%q) = %v, %v", key, v, err)
				}
			}
		})
	}
	wg.Wait()
	s := namespace.Stats()
	require.EqualValues(t, workers*gets, s.Hits+s.Misses+s.Coalesced)
	require.EqualValues(t, o.calls.Load(), s.Loads)
	require.Equal(t, s.Misses, s.Loads)
	// The workers may still be on their way out; require.Eventually has one of its own.
	for range 1_000_000 {
		if runtime.NumGoroutine() <= before {
			return
		}
		runtime.Gosched()
	}
	require.Fail(t, "a goroutine is left")
}

// The cache's worth: what the hits would have cost as loads.
func TestTimeSavedByALoader(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		slow := &scripted{ok: true, delay: time.Millisecond}
		o := &origin{delay: 21 * time.Millisecond}
		l, namespace := newLoader(t, slow, o, generic.WithLatency())
		_, ok := namespace.TimeSaved()
		require.False(t, ok)
		slow.ok = false
		l.Get(t.Context(), "abc")
		_, ok = namespace.TimeSaved()
		require.False(t, ok, "no hit was measured")
		slow.ok = true
		for range 10 {
			l.Get(t.Context(), "abc")
		}
		saved, ok := namespace.TimeSaved()
		require.True(t, ok)
		require.Equal(t, 10*20*time.Millisecond, saved)
	})
}
