package demo_test

import (
	"context"
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cachemeter/cachemeter/cmd/cachemeter/internal/demo"
	"github.com/cachemeter/cachemeter/cmd/cachemeter/internal/redisserver"
	"github.com/cachemeter/cachemeter/cmd/cachemeter/internal/report"
	"github.com/cachemeter/cachemeter/metrics"
)

// run returns the figures of a whole demo on a server of its own.
func run(t testing.TB, config demo.Config) (figures report.Figures, elapsed time.Duration) {
	t.Helper()
	server, err := redisserver.Embedded()
	require.NoError(t, err)
	defer server.Close()
	config.Server = server
	d, err := demo.New(config)
	require.NoError(t, err)
	defer d.Close()
	d.Run(t.Context())
	require.EqualValues(t, config.Ops, d.Operations())
	return report.Of(d.Tracker()), d.Elapsed()
}

// One worker repeats everything with the same seed, errors, times and expirations
// included.
func TestSameSeedSameFigures(t *testing.T) {
	config := demo.Config{Seed: 7, Ops: 4000, Rate: 1000, Workers: 1}
	first, elapsed := run(t, config)
	again, elapsedAgain := run(t, config)
	require.Equal(t, first, again)
	require.Equal(t, elapsed, elapsedAgain)
	one, err := json.Marshal(first)
	require.NoError(t, err)
	two, err := json.Marshal(again)
	require.NoError(t, err)
	require.Equal(t, string(one), string(two))

	config.Seed = 8
	other, _ := run(t, config)
	require.NotEqual(t, first, other)
}

// The levels are counted apart from each other and from the whole. Every lookup must
// be found in each of them.
func TestFiguresAddUp(t *testing.T) {
	for _, workers := range []int{1, 8} {
		t.Run(fmt.Sprintf("%d workers", workers), func(t *testing.T) {
			figures, _ := run(t, demo.Config{Seed: 1, Ops: 4000, Rate: 1000, Workers: workers})
			require.Len(t, figures, 5)
			var connection, wrongType uint64
			for name, whole := range figures {
				l1, l2 := whole.Tiers["L1"], whole.Tiers["L2"]
				require.Equal(t, whole.Hits, l1.Hits+l2.Hits, name)
				require.Equal(t, whole.Misses, l2.Misses, name)
				require.Equal(t, whole.Errors-whole.WriteErrors, l2.Errors-l2.WriteErrors, name)
				require.Equal(t, whole.TotalRequests()+whole.Errors-whole.WriteErrors, l1.TotalRequests(), name)
				require.Equal(t, l1.Misses, l2.TotalRequests()+l2.Errors-l2.WriteErrors, name)
				require.Equal(t, whole.Misses+whole.Errors-whole.WriteErrors, whole.Loads+whole.LoadFailures, name)

				require.NotZero(t, l1.Hits, name)
				require.NotZero(t, l2.Hits, name)
				require.NotZero(t, whole.Misses, name)
				connection += l2.ErrorsByClass[metrics.ConnectionError]
				wrongType += l2.ErrorsByClass[metrics.ServerError]
				require.Equal(t, l2.Errors, l2.ErrorsByClass[metrics.ConnectionError]+l2.ErrorsByClass[metrics.ServerError], name)
			}
			require.NotZero(t, connection, "no connection dropped")
			require.NotZero(t, wrongType, "no WRONGTYPE")
			require.NotZero(t, figures["product"].Tiers["L1"].Evictions, "no eviction")
			require.NotZero(t, figures["rate"].Tiers["L1"].Expirations, "no expiration")
			require.NotZero(t, figures["rate"].LoadFailures, "no failed load")
		})
	}
}

func TestRunEndsWithItsContext(t *testing.T) {
	server, err := redisserver.Embedded()
	require.NoError(t, err)
	defer server.Close()
	d, err := demo.New(demo.Config{Seed: 1, Rate: 1000, Workers: 4, Server: server})
	require.NoError(t, err)
	defer d.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	d.Run(ctx)
	require.NotZero(t, d.Operations())
	for name, f := range report.Of(d.Tracker()) {
		require.Zero(t, f.ErrorsByClass[metrics.CancelledError], "%s: an end is no error of a cache", name)
	}
}

func TestNewRefuses(t *testing.T) {
	server, err := redisserver.Embedded()
	require.NoError(t, err)
	defer server.Close()
	for _, test := range []struct {
		config demo.Config
		err    string
	}{
		{demo.Config{Rate: 1, Workers: 1}, "demo: nil server"},
		{demo.Config{Rate: 1, Server: server}, "demo: 0 workers: want 1 or more"},
		{demo.Config{Workers: 1, Server: server}, "demo: a rate of 0: want more than 0"},
	} {
		_, err := demo.New(test.config)
		require.EqualError(t, err, test.err)
	}
}

func Example() {
	server, err := redisserver.Embedded()
	if err != nil {
		fmt.Println(err)
		return
	}
	defer server.Close()
	d, err := demo.New(demo.Config{Seed: 1, Ops: 1000, Rate: 1000, Workers: 1, Server: server})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer d.Close()
	d.Run(context.Background())
	for _, row := range report.All(d.Tracker()) {
		if row.Tier == "" {
			fmt.Println(row.Namespace, row.Total.Hits > 0, row.Total.Misses > 0)
		}
	}
	// Output:
	// feed true true
	// product true true
	// profile true true
	// rate true true
	// user true true
}
