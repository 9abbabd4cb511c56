package benchmarks

import (
	"testing"

	"github.com/maypok86/otter/v2"
	"github.com/maypok86/otter/v2/stats"
	"github.com/stretchr/testify/require"

	"github.com/cachemeter/cachemeter/metrics"
)

// A namespace can be given to otter as it is.
var _ stats.Recorder = (*metrics.Namespace)(nil)

// getOtter is one GetIfPresent that hits, with otter's statistics, with ours in their
// place and with none.
var getOtter = group{name: "Otter", goroutines: several, subjects: []subject{
	{name: "bare", prepare: bareOtter},
	{name: "cachemeter", ours: true, prepare: meteredOtter},
	{name: "otter-stats", prepare: ownStatsOtter},
}}

func BenchmarkOtter(b *testing.B) { getOtter.measure(b) }

func newOtter(tb testing.TB, recorder stats.Recorder, counted func() uint64) rig {
	c, err := otter.New(&otter.Options[string, int]{MaximumSize: 2 * len(keys), StatsRecorder: recorder})
	require.NoError(tb, err)
	tb.Cleanup(func() { c.StopAllGoroutines() })
	for i, k := range keys {
		c.Set(k, i)
	}
	return shared(func(times int) {
		for i := range times {
			c.GetIfPresent(keys[i%len(keys)])
		}
	}, counted)
}

func bareOtter(tb testing.TB) rig { return newOtter(tb, nil, nil) }

func meteredOtter(tb testing.TB) rig {
	n := metrics.NewTracker().Namespace("user")
	return newOtter(tb, n, hitsOf(n))
}

func ownStatsOtter(tb testing.TB) rig {
	c := stats.NewCounter()
	return newOtter(tb, c, func() uint64 { return c.Snapshot().Hits })
}
