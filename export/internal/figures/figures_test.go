package figures_test

import (
	"math"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cachemeter/cachemeter/export/internal/figures"
	"github.com/cachemeter/cachemeter/metrics"
)

func TestSplit(t *testing.T) {
	n := metrics.NewTracker().Namespace("remote")
	var e figures.Errors
	n.RecordErrors(2)
	lookups, byClass := e.Split(n, n.Totals())
	require.EqualValues(t, 2, lookups)
	require.Equal(t, [metrics.ErrorClasses]uint64{2}, byClass, "without a class")

	n.RecordFailures(metrics.TimeoutError, 3)
	n.RecordWriteErrors(metrics.ConnectionError, 4)
	lookups, byClass = e.Split(n, n.Totals())
	require.EqualValues(t, 5, lookups)
	require.Equal(t, [metrics.ErrorClasses]uint64{metrics.OtherError: 2, metrics.TimeoutError: 3, metrics.ConnectionError: 4}, byClass)

	lookups, again := e.Split(n, metrics.Stats{Errors: 1, Reported: metrics.WriteErrors})
	require.EqualValues(t, 5, lookups, "an older reading lowers nothing")
	require.Equal(t, byClass, again)
}

// TestSplitBesideWriters has writers that only ever fail with a class, or in writing:
// no reader may see anything else, nor a counter fall, and in the end all is exact.
func TestSplitBesideWriters(t *testing.T) {
	n := metrics.NewTracker().Namespace("remote")
	stop := make(chan struct{})
	var writers sync.WaitGroup
	for range 3 {
		writers.Go(func() {
			for i := 0; ; i++ {
				select {
				case <-stop:
					return
				default:
					// Counters are striped by where the stack ends: end it everywhere.
					atDepth(i%64, func() { n.RecordWriteErrors(metrics.TimeoutError+metrics.ErrorClass(i%2), 1) })
				}
			}
		})
	}
	var e figures.Errors
	var last [metrics.ErrorClasses]uint64
	for range rounds {
		lookups, byClass := e.Split(n, n.Totals())
		if lookups != 0 || byClass[metrics.OtherError] != 0 {
			t.Errorf("%d lookups failed, %d errors without a class: there were none", lookups, byClass[metrics.OtherError])
			break
		}
		for i := range byClass {
			if byClass[i] < last[i] {
				t.Errorf("%s fell from %d to %d", metrics.ErrorClass(i), last[i], byClass[i])
			}
		}
		last = byClass
	}
	close(stop)
	writers.Wait()
	_, byClass := e.Split(n, n.Totals())
	require.Equal(t, n.Totals().ErrorsByClass, byClass)
}

func atDepth(depth int, f func()) {
	if depth == 0 {
		f()
		return
	}
	atDepth(depth-1, f)
}

func TestBuckets(t *testing.T) {
	n := metrics.NewTracker().Namespace("user")
	for _, d := range []time.Duration{0, 1, 1023, 1025, 4095, time.Second, time.Hour} {
		n.RecordLatency(metrics.Hit, d)
	}
	h := n.TotalLatency(metrics.Hit)
	counts := figures.Buckets(h, figures.DefaultBounds())
	require.Equal(t, []uint64{3, 2, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 1}, counts)
	require.Equal(t, []uint64{7}, figures.Buckets(h, nil))
	require.Equal(t, []uint64{0, 0}, figures.Buckets(metrics.Histogram{}, []float64{1}))
}

// The default bounds lie between buckets: just below counts below, just above does not.
func TestDefaultBoundsAreExact(t *testing.T) {
	bounds := figures.DefaultBounds()
	require.True(t, figures.RisingBounds(bounds))
	require.Len(t, bounds, 12)
	for i, bound := range bounds {
		n := metrics.NewTracker().Namespace("user")
		at := time.Duration(math.Round(bound * 1e9))
		n.RecordLatency(metrics.Hit, at-1)
		n.RecordLatency(metrics.Hit, at+1)
		counts := figures.Buckets(n.TotalLatency(metrics.Hit), bounds)
		require.EqualValues(t, 1, counts[i], "%g", bound)
		require.EqualValues(t, 1, counts[i+1], "%g", bound)
	}
}

func TestRisingBounds(t *testing.T) {
	require.True(t, figures.RisingBounds(nil))
	for _, bad := range [][]float64{{0}, {-1}, {1, 1}, {2, 1}, {math.NaN()}, {1, math.NaN()}} {
		require.False(t, figures.RisingBounds(bad), "%v", bad)
	}
}
