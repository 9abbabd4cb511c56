package redismeter_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"github.com/cachemeter/cachemeter/metrics"
	redismeter "github.com/cachemeter/cachemeter/wrap/redis"
)

func TestNoAllocations(t *testing.T) {
	hit := redis.NewStringCmd(ctx, "get", "user:1")
	hit.SetVal("x")
	upper := redis.NewCmd(ctx, []byte("GET"), []byte("user:1"))
	upper.SetVal("x")
	many := redis.NewSliceCmd(ctx, "mget", "user:1", "cart:1", "user:2")
	many.SetVal([]any{"x", nil, "y"})
	hash := redis.NewMapStringStringCmd(ctx, "hgetall", "user:1")
	hash.SetVal(map[string]string{"a": "b"})
	set := redis.NewStatusCmd(ctx, "set", "user:1", "x", "ex", 10)
	set.SetVal("OK")
	broken := fmt.Errorf("inner hook: %w", redis.ErrClosed)
	for _, test := range []struct {
		name string
		cmd  redis.Cmder
		err  error
	}{
		{"hit", hit, nil}, {"miss", hit, redis.Nil}, {"error", hit, context.DeadlineExceeded}, {"wrapped error", hit, broken},
		{"Do", upper, nil}, {"MGET", many, nil}, {"HGETALL", hash, nil}, {"SET", set, nil}, {"PING", redis.NewStatusCmd(ctx, "ping"), nil},
	} {
		hook, err := redismeter.NewHook(metrics.NewTracker())
		require.NoError(t, err)
		single := hook.ProcessHook(func(context.Context, redis.Cmder) error { return test.err })
		batch := hook.ProcessPipelineHook(func(context.Context, []redis.Cmder) error { return test.err })
		cmds := []redis.Cmder{test.cmd, test.cmd, test.cmd}
		require.Zero(t, testing.AllocsPerRun(200, func() { _ = single(ctx, test.cmd) }), test.name)
		require.Zero(t, testing.AllocsPerRun(200, func() { _ = batch(ctx, cmds) }), "%s, in a pipeline", test.name)
	}
}
