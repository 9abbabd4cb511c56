package redismeter_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"github.com/cachemeter/cachemeter/metrics"
	redismeter "github.com/cachemeter/cachemeter/wrap/redis"
)

func TestRecordCountsWhatTheHookDidNotSee(t *testing.T) {
	tracker := metrics.NewTracker()
	hook, err := redismeter.NewHook(tracker)
	require.NoError(t, err)
	cmd := redis.NewStringCmd(ctx, "get", "u:1")
	hook.Record(ctx, cmd, nil, time.Now())
	hook.Record(ctx, cmd, redis.Nil, time.Time{})
	hook.Record(ctx, cmd, redis.ErrClosed, time.Time{})
	hook.Record(ctx, redis.NewStatusCmd(ctx, "ping"), nil, time.Now())
	requireCounts(t, tracker.Stats("u"), 1, 1, 1)
	require.EqualValues(t, 1, tracker.Namespace("u").Latency(metrics.Hit).Count)
	require.Zero(t, tracker.Namespace("u").Latency(metrics.Miss).Count)
	hook.Record(ctx, nil, nil, time.Now())
	(*redismeter.Hook)(nil).Record(ctx, cmd, nil, time.Now())
}

func TestEachTellsWithoutCounting(t *testing.T) {
	tracker := metrics.NewTracker()
	hook, err := redismeter.NewHook(tracker)
	require.NoError(t, err)
	cmd := redis.NewSliceCmd(ctx, "mget", "u:1", "v:1", "u:2")
	cmd.SetVal([]any{"x", nil, "y"})
	told := map[string]string{}
	tell := func(namespace string, v redismeter.Verdict, class metrics.ErrorClass) {
		told[namespace] += fmt.Sprint(v.Hits, v.Misses, v.Errors, class, ";")
	}
	hook.Each(ctx, cmd, nil, tell)
	require.Equal(t, map[string]string{"u": "2 0 0 other;", "v": "0 1 0 other;"}, told)
	clear(told)
	hook.Each(ctx, cmd, redis.ErrClosed, tell)
	require.Equal(t, map[string]string{"u": "0 0 2 connection;", "v": "0 0 1 connection;"}, told)
	for _, n := range tracker.Namespaces() {
		requireCounts(t, n.Stats(), 0, 0, 0)
	}
	clear(told)
	hook.Each(ctx, redis.NewStatusCmd(ctx, "ping"), nil, tell)
	hook.Each(ctx, nil, nil, tell)
	(*redismeter.Hook)(nil).Each(ctx, cmd, nil, tell)
	require.Empty(t, told)
}
