package figures_test

import (
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cachemeter/cachemeter/export/internal/figures"
	"github.com/cachemeter/cachemeter/metrics"
)

func TestSplitNeverFalls(t *testing.T) {
	var e figures.Errors
	other := func(n uint64) (c [metrics.ErrorClasses]uint64) {
		c[metrics.OtherError], c[metrics.TimeoutError] = n, 7
		return c
	}
	for _, step := range []struct {
		name                         string
		errors, writeErrors, other   uint64
		wantLookups, wantOtherErrors uint64
	}{
		{"nothing yet", 0, 0, 0, 0, 0},
		{"lookups and writes", 10, 4, 3, 6, 3},
		{"seen before its write error and its class", 11, 4, 4, 7, 4},
		{"a moment later", 11, 5, 3, 7, 4},
		{"the truth has caught up", 12, 5, 4, 7, 4},
		{"and goes on", 20, 5, 9, 15, 9},
	} {
		lookups, byClass := e.Split(metrics.Stats{Errors: step.errors, WriteErrors: step.writeErrors, ErrorsByClass: other(step.other)})
		require.Equal(t, step.wantLookups, lookups, step.name)
		require.Equal(t, other(step.wantOtherErrors), byClass, step.name)
	}
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
