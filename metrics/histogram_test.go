package metrics_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cachemeter/cachemeter/metrics"
)

// TestQuantilesAreClose compares with the exact quantile of the same observations,
// over the whole range that is promised.
func TestQuantilesAreClose(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	n := metrics.NewTracker().Namespace("user")
	var exact []time.Duration
	sum := time.Duration(0)
	for range 20_000 {
		// Uniform in the logarithm, from 100 ns to 60 s.
		d := time.Duration(100 * math.Exp(rng.Float64()*math.Log(60e9/100)))
		n.RecordLatency(metrics.Miss, d)
		exact = append(exact, d)
		sum += d
	}
	slices.Sort(exact)
	h := n.Latency(metrics.Miss)
	require.EqualValues(t, len(exact), h.Count)
	require.Equal(t, sum, h.Sum)
	for _, q := range []float64{0, 0.001, 0.25, 0.5, 0.9, 0.99, 0.999, 1} {
		got, ok := h.Quantile(q)
		require.True(t, ok)
		want := exact[max(int(math.Ceil(q*float64(len(exact))))-1, 0)]
		require.InEpsilon(t, float64(want), float64(got), 0.032, "quantile %v", q)
	}
}

func TestEveryDurationFallsIntoItsBucket(t *testing.T) {
	for _, d := range []time.Duration{-1, 0, 1, 15, 16, 31, 32, 33, 100, 1023, 1024, time.Microsecond, time.Second, time.Minute, 137 * time.Second} {
		n := metrics.NewTracker().Namespace("user")
		n.RecordLatency(metrics.Hit, d)
		got, ok := n.Latency(metrics.Hit).Quantile(0.5)
		require.True(t, ok)
		want := max(d, 0)
		require.InDelta(t, float64(want), float64(got), 0.032*float64(want)+0.5, d)
		for upper, count := range n.Latency(metrics.Hit).Buckets() {
			require.GreaterOrEqual(t, upper, want)
			require.EqualValues(t, 1, count)
		}
	}
	n := metrics.NewTracker().Namespace("user")
	n.RecordLatency(metrics.Hit, math.MaxInt64)
	q, _ := n.Latency(metrics.Hit).Quantile(1)
	require.Greater(t, q, 130*time.Second, "the endless count in the last bucket")
}

func TestHistogramArithmetic(t *testing.T) {
	n := metrics.NewTracker().Namespace("user")
	empty := n.Latency(metrics.Hit)
	_, ok := empty.Quantile(0.5)
	require.False(t, ok)
	_, ok = empty.Mean()
	require.False(t, ok)

	n.RecordLatency(metrics.Hit, time.Millisecond)
	first := n.Latency(metrics.Hit)
	n.RecordLatency(metrics.Hit, time.Second)
	both := n.Latency(metrics.Hit)
	second := both.Sub(first)
	require.EqualValues(t, 1, second.Count)
	mean, ok := second.Mean()
	require.True(t, ok)
	require.Equal(t, time.Second, mean)
	require.Equal(t, both, second.Add(first))
	require.Equal(t, first, empty.Add(first))
	require.Zero(t, first.Sub(both).Count)
	require.Equal(t, empty, empty.Sub(empty))
	q, _ := both.Quantile(math.NaN())
	require.InEpsilon(t, float64(time.Second), float64(q), 0.032)
}

func TestLatencyResets(t *testing.T) {
	tracker := metrics.NewTracker()
	n := tracker.Namespace("user")
	n.RecordLatency(metrics.Hit, time.Millisecond)
	tracker.Reset("user")
	require.Zero(t, n.Latency(metrics.Hit).Count)
	n.RecordLatency(metrics.Hit, time.Second)
	require.EqualValues(t, 1, n.Latency(metrics.Hit).Count)
	require.Equal(t, time.Second, n.Latency(metrics.Hit).Sum)
	require.EqualValues(t, 2, n.TotalLatency(metrics.Hit).Count)
}

func TestConcurrentLatencyIsExact(t *testing.T) {
	n := metrics.NewTracker().Namespace("user")
	var wg sync.WaitGroup
	for w := range 8 {
		wg.Go(func() {
			for i := range 10_000 {
				n.RecordLatency(metrics.Hit, time.Duration(i*w)*time.Microsecond)
			}
		})
	}
	wg.Wait()
	require.EqualValues(t, 80_000, n.Latency(metrics.Hit).Count)
}

func TestBucketsHoldWhatWasObserved(t *testing.T) {
	namespace := metrics.NewTracker().Namespace("user")
	observed := []time.Duration{120, 5 * time.Microsecond, 5 * time.Microsecond, 30 * time.Millisecond, 7 * time.Second}
	for _, d := range observed {
		namespace.RecordLatency(metrics.Miss, d)
	}
	h := namespace.Latency(metrics.Miss)
	var count, seen uint64
	last := time.Duration(-1)
	for bound, n := range h.Buckets() {
		require.Greater(t, bound, last, "in rising order")
		var within uint64
		for _, d := range observed {
			if d > last && d <= bound {
				within++
				require.LessOrEqual(t, float64(bound-d), 0.1*float64(d))
			}
		}
		require.Equal(t, within, n, "up to %v", bound)
		require.NotZero(t, n)
		last, count = bound, count+n
	}
	require.Equal(t, h.Count, count)
	for range h.Buckets() {
		seen++
		break
	}
	require.EqualValues(t, 1, seen, "who stops is not called again")
}
