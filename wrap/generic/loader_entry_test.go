package generic_test

import (
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cachemeter/cachemeter/metrics"
	"github.com/cachemeter/cachemeter/wrap/generic"
)

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
