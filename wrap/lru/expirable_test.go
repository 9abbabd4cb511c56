package lrumeter_test

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
	"unsafe"

	"github.com/hashicorp/golang-lru/v2/expirable"
	"github.com/stretchr/testify/require"

	lrumeter "github.com/cachemeter/cachemeter/wrap/lru"

	"github.com/cachemeter/cachemeter/metrics"
)

// stopSweep ends the goroutine of an expirable cache, for which golang-lru has no
// method yet; the bubble of a test does not end before it.
func stopSweep[K comparable, V any](c *expirable.LRU[K, V]) {
	done := reflect.ValueOf(c).Elem().FieldByName("done")
	close(*(*chan struct{})(unsafe.Pointer(done.UnsafeAddr())))
	time.Sleep(time.Minute) // it may be waiting for an entry's time
}

func TestExpiredGetIsAMiss(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		namespace := metrics.NewTracker().Namespace("n")
		c := lrumeter.NewExpirable[string, int](0, nil, time.Second, namespace)
		defer stopSweep(c.LRU)
		// The sweep takes both at once, and waits for the second: there is a time when
		// the first is over and still there. golang-lru before v2.0.7 answered true then.
		c.Add("a", 1)
		time.Sleep(9 * time.Millisecond)
		c.Add("b", 1)
		_, ok := c.Get("a")
		require.True(t, ok)
		time.Sleep(time.Second - 4*time.Millisecond)
		require.True(t, c.Contains("a"))
		_, ok = c.Get("a")
		require.False(t, ok)
		time.Sleep(time.Second)
		synctest.Wait()
		s := namespace.Stats()
		require.EqualValues(t, 1, s.Hits)
		require.EqualValues(t, 1, s.Misses)
		require.EqualValues(t, 2, s.Expirations)
		require.Zero(t, s.Evictions+s.Deletes)
		require.Zero(t, s.Entries)
		require.False(t, s.Reported.Has(metrics.Capacity), "size 0 is no limit")
	})
}

// Every entry that came is still there or left for a reason that was counted.
func TestEveryRemovalHasAReason(t *testing.T) {
	for seed := range uint64(10) {
		synctest.Test(t, func(t *testing.T) {
			r := rand.New(rand.NewPCG(seed, 2))
			namespace := metrics.NewTracker().Namespace("n")
			callbacks := 0
			c := lrumeter.NewExpirable(20, func(string, int) { callbacks++ }, time.Second, namespace)
			defer stopSweep(c.LRU)
			came, purged := 0, 0
			for range 20_000 {
				key := fmt.Sprint(r.IntN(60))
				switch r.IntN(12) {
				case 0:
					c.Remove(key)
				case 1:
					c.RemoveOldest()
				case 2:
					if r.IntN(30) == 0 {
						purged += c.Len()
						c.Purge()
					}
				case 3:
					if r.IntN(10) == 0 {
						c.Resize(10 + r.IntN(20))
					}
				case 4, 5:
					time.Sleep(time.Duration(r.IntN(int(200 * time.Millisecond))))
					synctest.Wait()
				default:
					if !c.Contains(key) {
						came++
					}
					c.Add(key, 0)
				}
			}
			s := namespace.Stats()
			require.EqualValues(t, came, int(s.Entries)+int(s.Evictions+s.Deletes+s.Expirations)+purged)
			require.EqualValues(t, came-int(s.Entries), callbacks)
			require.NotZero(t, s.Expirations)
			require.NotZero(t, s.Evictions)
			require.NotZero(t, s.Deletes)
		})
	}
}

// The sweep runs at the same moments as the calls.
func TestReasonsUnderConcurrency(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const ttl = 100 * time.Millisecond
		namespace := metrics.NewTracker().Namespace("n")
		var callbacks atomic.Int64
		c := lrumeter.NewExpirable(500, func(int, int) { callbacks.Add(1) }, ttl, namespace)
		defer stopSweep(c.LRU)
		var wg sync.WaitGroup
		const workers, rounds, burst = 8, 200, 20
		for w := range workers {
			wg.Go(func() {
				for i := range rounds {
					for j := range burst {
						key := (w*rounds+i)*burst + j
						c.Add(key, 0)
						if j%5 == 0 {
							c.Remove(key - 3*burst)
						}
					}
					time.Sleep(ttl / 100)
				}
			})
		}
		wg.Wait()
		s := namespace.Stats()
		require.EqualValues(t, workers*rounds*burst, s.Sets)
		require.EqualValues(t, s.Sets, s.Entries+s.Evictions+s.Deletes+s.Expirations)
		time.Sleep(3 * ttl)
		synctest.Wait()
		s = namespace.Stats()
		require.Zero(t, s.Entries)
		require.EqualValues(t, s.Sets, s.Evictions+s.Deletes+s.Expirations)
		require.EqualValues(t, s.Sets, callbacks.Load())
		require.NotZero(t, s.Expirations)
		require.NotZero(t, s.Evictions)
		require.NotZero(t, s.Deletes)
	})
}

func TestCallbackMayReadFigures(t *testing.T) {
	namespace := metrics.NewTracker().Namespace("n")
	var read []metrics.Stats
	c := lrumeter.NewExpirable(1, func(string, int) { read = append(read, namespace.Stats()) }, 0, namespace)
	c.Add("a", 1)
	c.Add("b", 1)
	require.Len(t, read, 1)
	require.EqualValues(t, 1, read[0].Sets)
}

func TestExpirableCallbackPanics(t *testing.T) {
	namespace := metrics.NewTracker().Namespace("n")
	panicking := true
	c := lrumeter.NewExpirable(1, func(string, int) {
		if panicking {
			panic("callback")
		}
	}, 0, namespace)
	for _, call := range []func(){
		func() { c.Add("a", 1); c.Add("b", 1) },
		func() { c.Purge() },
		func() { c.RemoveOldest() },
		func() { c.Add("c", 1); c.Add("d", 1); c.Remove("d") },
	} {
		require.PanicsWithValue(t, "callback", call)
	}
	panicking = false
	s := namespace.Stats()
	require.EqualValues(t, 4, s.WriteErrors)
	require.Zero(t, s.Expirations, "what a panicking call took did not expire")

	// No lock was left held.
	c.Purge()
	c.Add("e", 1)
	c.Add("f", 1)
	require.EqualValues(t, 1, namespace.Stats().Evictions)
}
