package metrics_test

import (
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cachemeter/cachemeter/metrics"
)

func TestTimeSavedNeedsMeasuredParts(t *testing.T) {
	n := metrics.NewTracker().Namespace("n")
	saved := func() bool {
		_, ok := n.TimeSaved()
		return ok
	}
	require.False(t, saved())
	n.RecordHits(10)
	require.False(t, saved())
	n.RecordLoadSuccess(20 * time.Millisecond)
	require.False(t, saved(), "no hit was timed")
	n.RecordLatency(metrics.Hit, 2*time.Millisecond)
	require.True(t, saved())

	var none *metrics.Namespace
	_, ok := none.TimeSaved()
	require.False(t, ok)
}

func TestTimeSaved(t *testing.T) {
	for _, test := range []struct {
		name     string
		hits     int
		hit      time.Duration
		loads    []time.Duration
		failures []time.Duration
		want     time.Duration
	}{
		{"faster", 10, time.Millisecond, []time.Duration{9 * time.Millisecond, 13 * time.Millisecond}, nil, 100 * time.Millisecond},
		{"failed loads took time too", 10, 0, []time.Duration{4}, []time.Duration{8}, 60},
		{"slower than the origin", 3, 5, []time.Duration{3}, nil, -6},
		{"no hits yet", 0, 5, []time.Duration{10}, nil, 0},
		{"beyond what fits", math.MaxInt, 0, []time.Duration{time.Hour}, nil, math.MaxInt64},
		{"beyond what fits below", math.MaxInt, time.Minute, []time.Duration{1}, nil, math.MinInt64},
	} {
		t.Run(test.name, func(t *testing.T) {
			n := metrics.NewTracker().Namespace("n")
			n.RecordHits(test.hits)
			n.RecordLatency(metrics.Hit, test.hit)
			for _, d := range test.loads {
				n.RecordLoadSuccess(d)
			}
			for _, d := range test.failures {
				n.RecordLoadFailure(d)
			}
			saved, ok := n.TimeSaved()
			require.True(t, ok)
			require.Equal(t, test.want, saved)
		})
	}
}

func ExampleNamespace_TimeSaved() {
	users := metrics.NewTracker().Namespace("user")
	users.RecordLoadSuccess(20 * time.Millisecond)
	for range 1000 {
		users.RecordHit()
		users.RecordLatency(metrics.Hit, 100*time.Microsecond)
	}
	fmt.Println(users.TimeSaved())
	// Output: 19.9s true
}
