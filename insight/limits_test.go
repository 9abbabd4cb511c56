package insight

import (
	"fmt"
	"math"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cachemeter/cachemeter/metrics"
)

func heapInUse() uint64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// TestMemoryIsBounded sends requests with TTLs, writes and deletes over more and more
// keys through one namespace, with every window of the working set in use, and weighs
// what is kept on the way.
func TestMemoryIsBounded(t *testing.T) {
	const mib = 1 << 20
	tracker := metrics.NewTracker()
	namespace := tracker.Namespace("user")
	before := heapInUse()
	o := newObserver(Options{}.complete(), namespace)
	weigh := func() int64 {
		weight := int64(heapInUse()) - int64(before)
		runtime.KeepAlive(o)
		return weight
	}
	o.ObserveLookup(1, metrics.Miss, 0)
	for minute := range uint32(25 * 60) {
		o.keys.turn(minute * 60_000)
		o.keys.current.Load().add(hashed(uint64(minute), 7))
	}
	var weights []int64
	for i := range uint64(generatedRequests) {
		// New keys come all the time, and most lookups are of old ones.
		key := hashed(i/4, 1)
		if i%8 > 0 {
			key = hashed(hashed(i, 2)%(1+i/64), 1)
		}
		outcome := metrics.OutcomeOf(i%3 > 0)
		o.ObserveLookup(key, outcome, i)
		switch {
		case outcome == metrics.Miss:
			o.ObserveSet(key, time.Duration(i%5)*time.Minute)
		case i%1000 == 1:
			o.ObserveDelete(key)
		case i%1000 == 2:
			o.ObserveEviction(key)
		}
		if i == generatedRequests/100 || i == generatedRequests/10 || i == generatedRequests-1 {
			weights = append(weights, weigh())
			t.Logf("after %9d requests: %d KiB, one key in %.0f sampled", i+1, weights[len(weights)-1]/1024, o.watch.analysis.sample.weight)
		}
	}
	require.NotNil(t, o.watch.analysis.sample.loads, "with TTLs there is more to keep")
	require.Len(t, o.watch.analysis.sample.entries, 8192)
	for _, weight := range weights {
		require.LessOrEqual(t, weight, int64(mib))
	}
	require.InDelta(t, weights[1], weights[2], 64*1024, "constant once the sample is full")
}

// TestSmallNamespacesAreSmall: a thousand of them are affordable.
func TestSmallNamespacesAreSmall(t *testing.T) {
	tracker := metrics.NewTracker()
	ins := Attach(tracker, Options{MaxNamespaces: 1000})
	before := heapInUse()
	for i := range 100 {
		namespace := tracker.Namespace(fmt.Sprint(i))
		feed := metrics.NewKeyFeed[int](namespace)
		for key := range 50 {
			namespace.RecordMiss()
			feed.Lookup(key, metrics.Miss)
		}
	}
	each := (int64(heapInUse()) - int64(before)) / 100
	t.Logf("%d KiB each", each/1024)
	require.Less(t, each, int64(128*1024))
	require.Len(t, ins.Reports(), 100)
}

// TestListeningDoesNotAllocate once everything has its size.
func TestListeningDoesNotAllocate(t *testing.T) {
	tracker := metrics.NewTracker()
	Attach(tracker, Options{})
	namespace := tracker.Namespace("user")
	feed := metrics.NewKeyFeed[int](namespace)
	lookup := func(key int) {
		namespace.RecordMiss()
		feed.Lookup(key, metrics.OutcomeOf(key%2 == 0))
		feed.Set(key, time.Duration(key%3)*time.Hour)
		feed.Delete(key + 1)
		feed.Eviction(key + 2)
		feed.Expiration(key + 3)
	}
	for key := range 100_000 {
		lookup(key)
	}
	key := 0
	require.Zero(t, testing.AllocsPerRun(20_000, func() {
		key += 7
		lookup(key)
	}))
}

// TestConcurrentUse has writers of every event, readers, resets, and others who attach
// and detach, all at once. What is told of is either taken in or counted as dropped.
func TestConcurrentUse(t *testing.T) {
	tracker := metrics.NewTracker()
	ins := Attach(tracker, Options{ShowKeys: true, Samples: 256})
	const goroutines, each = 8, 20_000
	// Made before anybody counts: a report begins when its namespace is introduced, and a
	// lookup that another goroutine counts just before that is not in it.
	for i := range 4 {
		tracker.Namespace(fmt.Sprint(i))
	}
	var writers, others sync.WaitGroup
	var stop atomic.Bool
	for range 2 {
		others.Go(func() {
			for !stop.Load() {
				for _, r := range ins.Reports() {
					b, err := r.MarshalJSON()
					if err != nil || len(b) == 0 {
						panic(err)
					}
				}
				Attach(tracker, Options{Namespaces: []string{"3"}}).Detach()
				ins.Reset("2")
			}
		})
	}
	for g := range goroutines {
		writers.Go(func() {
			for i := range each {
				namespace := tracker.Namespace(fmt.Sprint(i % 4))
				feed := metrics.NewKeyFeed[int](namespace)
				key := int(hashed(uint64(i), uint64(g))) % 5000
				outcome := metrics.Outcome(i % 3)
				namespace.RecordOutcome(outcome, 1)
				feed.Lookup(key, outcome)
				feed.Set(key, time.Duration(i%2)*time.Millisecond)
				feed.Delete(key + 1)
				feed.Eviction(key + 2)
				feed.Expiration(key + 3)
			}
		})
	}
	writers.Wait()
	stop.Store(true)
	others.Wait()
	r := ins.Report("0")
	require.Equal(t, tracker.Stats("0").TotalRequests(), r.Lookups)
	ins.Detach()
	before := ins.Report("0")
	feed := metrics.NewKeyFeed[int](tracker.Namespace("0"))
	require.False(t, feed.Active())
	require.Equal(t, before.Curve.Samples, ins.Report("0").Curve.Samples)
}

// TestNobodyWaits: with the analysis busy, lookups return, are taken in later in their
// order, and beyond what fits are counted as dropped.
func TestNobodyWaits(t *testing.T) {
	o := newObserver(Options{}.complete(), metrics.NewTracker().Namespace("user"))
	o.mu.Lock()
	for i := range uint64(inboxSlots + 44) {
		o.ObserveLookup(hashed(i, 1), metrics.Miss, i)
	}
	require.EqualValues(t, 44, o.inbox.dropped.Load())
	o.mu.Unlock()
	r := o.report()
	require.EqualValues(t, inboxSlots, r.Curve.Samples)
	require.EqualValues(t, 44, r.Dropped)
	for lap := range uint64(10) { // the places are used again
		o.mu.Lock()
		for i := range uint64(100) {
			o.ObserveLookup(hashed(i, 2+lap), metrics.Miss, i)
		}
		o.mu.Unlock()
		require.EqualValues(t, inboxSlots+100*(lap+1), o.report().Curve.Samples)
	}
}

// TestTheClockCanBeSetBack, which happens every 12 days after the first 24.
func TestTheClockCanBeSetBack(t *testing.T) {
	o := newObserver(Options{}.complete(), metrics.NewTracker().Namespace("user"))
	o.ObserveSet(5, time.Hour)
	o.ObserveLookup(5, metrics.Hit, 0)
	e := &o.watch.analysis.sample.entries[0]
	o.clock.back = -(setBackAt - 10_000)
	o.ObserveSet(5, 2*time.Hour)
	at := e.written
	require.Greater(t, at, uint32(setBackBy))
	o.clock.back -= 20_000
	o.ObserveLookup(5, metrics.Hit, 1)
	require.InDelta(t, at-setBackBy, e.written, 2)
	require.InDelta(t, float64(at)+20_000-setBackBy, float64(e.touched), 1000)
	require.Equal(t, uint64(2), o.watch.analysis.fates.atHit.samples)
	last := 0
	for bucket, weight := range o.watch.analysis.fates.atHit.weight {
		if weight > 0 {
			last = bucket
		}
	}
	low, next := ageBounds(last)
	require.True(t, low <= 20_000 && 20_000 < next, "the hit was 20 s after the write, not %d to %d ms", low, next)
	require.Less(t, o.watch.analysis.sample.loads[0].due, uint32(math.MaxUint32))
}
