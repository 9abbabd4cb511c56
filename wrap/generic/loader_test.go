package generic_test

import (
	"context"
	"errors"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cachemeter/cachemeter/metrics"
	"github.com/cachemeter/cachemeter/wrap/generic"
)

// timed is a cache whose values end with their ttl.
type timed[V any] struct {
	mu   sync.Mutex
	m    map[string]timedValue[V]
	fail error
	boom any
}

type timedValue[V any] struct {
	value V
	ends  time.Time
}

func newTimed[V any]() *timed[V] { return &timed[V]{m: map[string]timedValue[V]{}} }

func (c *timed[V]) trouble() error {
	if c.boom != nil {
		panic(c.boom)
	}
	return c.fail
}

func (c *timed[V]) Get(_ context.Context, key string) (value V, ok bool, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := c.trouble(); err != nil {
		return value, false, err
	}
	v, ok := c.m[key]
	if !ok || !v.ends.IsZero() && !time.Now().Before(v.ends) {
		return value, false, nil
	}
	return v.value, true, nil
}

func (c *timed[V]) Set(_ context.Context, key string, value V, ttl time.Duration) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := c.trouble(); err != nil {
		return err
	}
	v := timedValue[V]{value: value}
	if ttl > 0 {
		v.ends = time.Now().Add(ttl)
	}
	c.m[key] = v
	return nil
}

func (c *timed[V]) Delete(_ context.Context, key string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.m, key)
	return c.trouble()
}

// origin is where values come from.
type origin struct {
	calls atomic.Int64
	delay time.Duration
	err   error
	boom  any
	exit  bool // the first call
}

func (o *origin) load(ctx context.Context, key string) (int, error) {
	n := o.calls.Add(1)
	if o.delay > 0 {
		select {
		case <-time.After(o.delay):
		case <-ctx.Done():
			return 0, ctx.Err()
		}
	}
	if o.exit && n == 1 {
		runtime.Goexit()
	}
	if o.boom != nil {
		panic(o.boom)
	}
	if o.err != nil {
		return 0, o.err
	}
	return int(n)*100 + len(key), nil
}

func newLoader(t *testing.T, c generic.Cache[string, int], o *origin, opts ...generic.LoaderOption) (*generic.Loader[string, int], *metrics.Namespace) {
	namespace := metrics.NewTracker().Namespace("n")
	l, err := generic.NewLoader(c, o.load, namespace, opts...)
	require.NoError(t, err)
	return l, namespace
}

func newEntryLoader(t *testing.T, c generic.Cache[string, generic.Entry[int]], o *origin, opts ...generic.EntryOption) (*generic.Loader[string, int], *metrics.Namespace) {
	namespace := metrics.NewTracker().Namespace("n")
	l, err := generic.NewEntryLoader(c, o.load, namespace, opts...)
	require.NoError(t, err)
	return l, namespace
}

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

func TestAbsentAtTheOrigin(t *testing.T) {
	errNoRows := errors.New("no rows")
	synctest.Test(t, func(t *testing.T) {
		o := &origin{err: errNoRows}
		l, namespace := newEntryLoader(t, newTimed[generic.Entry[int]](), o,
			generic.WithAbsent(errNoRows), generic.WithNegativeTTL(time.Minute))
		for range 3 {
			_, err := l.Get(t.Context(), "abc")
			require.Equal(t, errNoRows, err)
		}
		requireCounts(t, metrics.Stats{Misses: 1, Hits: 2, NegativeHits: 2, Loads: 1, Sets: 1}, namespace)
		time.Sleep(time.Minute)
		o.err = nil
		v, err := l.Get(t.Context(), "abc")
		require.NoError(t, err)
		require.Equal(t, 203, v)
	})
	t.Run("not remembered unless told", func(t *testing.T) {
		o := &origin{err: generic.ErrAbsent}
		l, namespace := newLoader(t, newTimed[int](), o)
		for range 2 {
			_, err := l.Get(t.Context(), "abc")
			require.Equal(t, generic.ErrAbsent, err)
		}
		requireCounts(t, metrics.Stats{Misses: 2, Loads: 2}, namespace)
	})
}

func TestServeStale(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := &origin{}
		l, namespace := newEntryLoader(t, newTimed[generic.Entry[int]](), o,
			generic.WithTTL(time.Minute), generic.WithServeStale(time.Hour))
		get := func() (int, error) { return l.Get(t.Context(), "abc") }
		v, err := get()
		require.NoError(t, err)
		require.Equal(t, 103, v)

		time.Sleep(time.Minute)
		o.err = errBroken
		v, err = get()
		require.NoError(t, err)
		require.Equal(t, 103, v)
		requireCounts(t, metrics.Stats{Misses: 1, Hits: 1, StaleHits: 1, Loads: 1, LoadFailures: 1, Sets: 1}, namespace)

		// Those who wait for the failing load are served the same way, and coalesced.
		o.delay = time.Second
		var wg sync.WaitGroup
		for range 5 {
			wg.Go(func() {
				if v, err := get(); v != 103 || err != nil {
					t.Errorf("Get = %v, %v", v, err)
				}
			})
		}
		wg.Wait()
		requireCounts(t, metrics.Stats{Misses: 1, Hits: 2, StaleHits: 2, Coalesced: 4, Loads: 1, LoadFailures: 2, Sets: 1}, namespace)

		// An absent key is an answer, not a failure.
		o.err = generic.ErrAbsent
		_, err = get()
		require.Equal(t, generic.ErrAbsent, err)

		o.err = errBroken
		time.Sleep(time.Hour)
		_, err = get()
		require.Equal(t, errBroken, err, "too old to be served")
	})
}

func TestRefreshAhead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := &origin{delay: time.Second}
		l, namespace := newEntryLoader(t, newTimed[generic.Entry[int]](), o,
			generic.WithTTL(time.Minute), generic.WithRefreshAhead(10*time.Second, 5*time.Second))
		get := func(want int) {
			t.Helper()
			begun := time.Now()
			v, err := l.Get(t.Context(), "abc")
			require.NoError(t, err)
			require.Equal(t, want, v)
			if want > 103 {
				require.Zero(t, time.Since(begun), "a refresh is not waited for")
			}
		}
		get(103)
		time.Sleep(49 * time.Second)
		get(103)
		require.EqualValues(t, 1, o.calls.Load())
		time.Sleep(2 * time.Second)
		get(103)
		get(103)
		synctest.Wait()
		require.EqualValues(t, 2, o.calls.Load(), "one refresh for all")
		time.Sleep(2 * time.Second)
		get(203)
		time.Sleep(47 * time.Second)
		get(203)
		synctest.Wait()
		requireCounts(t, metrics.Stats{Misses: 1, Hits: 5, Loads: 2, Sets: 2}, namespace)

		// A refresh that panics does not end the program.
		before := namespace.Stats()
		time.Sleep(4 * time.Second)
		o.boom = "boom"
		get(203)
		time.Sleep(2 * time.Second)
		synctest.Wait()
		d := namespace.Stats().Sub(before)
		require.EqualValues(t, 1, d.LoadFailures)
		require.EqualValues(t, 1, d.Errors)

		// One that hangs ends with its timeout.
		before = namespace.Stats()
		o.boom, o.delay = nil, time.Hour
		get(203)
		time.Sleep(5*time.Second + 1)
		synctest.Wait()
		d = namespace.Stats().Sub(before)
		require.EqualValues(t, 1, d.LoadFailures)
		require.Equal(t, 5*time.Second, d.LoadTime)
	})
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
