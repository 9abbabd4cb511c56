package replay_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cachemeter/cachemeter/cmd/cachemeter/internal/redisserver"
	"github.com/cachemeter/cachemeter/cmd/cachemeter/internal/replay"
	"github.com/cachemeter/cachemeter/metrics"
)

func TestRedis(t *testing.T) {
	server, err := redisserver.Embedded()
	require.NoError(t, err)
	defer server.Close()
	for range 2 { // the second finds nothing of the first
		tracker := metrics.NewTracker()
		cache, err := replay.NewRedis(server.Options(), time.Hour, tracker)
		require.NoError(t, err)
		require.Contains(t, tracker.AllStats(), replay.Namespace)
		var progress replay.Progress
		require.NoError(t, replay.Run(t.Context(), stdin(t, "1\n2\n1\n1\n"), cache, &progress))
		stats := tracker.Stats(replay.Namespace)
		require.EqualValues(t, 2, stats.Hits)
		require.EqualValues(t, 2, stats.Misses)
		require.EqualValues(t, 2, stats.Sets)
		require.Zero(t, stats.Errors)
		require.Len(t, tracker.AllStats(), 1)

		server.Advance(time.Hour)
		found, err := cache.Get(t.Context(), "1")
		require.NoError(t, err)
		require.False(t, found, "the keys expire")
		cache.Close()
	}
}

func TestRedisDiesUnderWay(t *testing.T) {
	server, err := redisserver.Embedded()
	require.NoError(t, err)
	tracker := metrics.NewTracker()
	cache, err := replay.NewRedis(server.Options(), time.Hour, tracker)
	require.NoError(t, err)
	defer cache.Close()
	_, err = cache.Get(t.Context(), "1")
	require.NoError(t, err)
	server.Close()
	var progress replay.Progress
	err = replay.Run(t.Context(), stdin(t, strings.Repeat("1\n", 100)), cache, &progress)
	require.ErrorContains(t, err, "gave up after 10 failures in a row")
	require.EqualValues(t, 10, tracker.Stats(replay.Namespace).Errors)
	require.EqualValues(t, 1, tracker.Stats(replay.Namespace).Misses)
}
