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

// playPipeline counts a pipeline whose replies are at hand: no server can be made to give some.
func playPipeline(t *testing.T, err error, cmds []redis.Cmder, options ...redismeter.Option) metrics.Stats {
	t.Helper()
	tracker := metrics.NewTracker()
	hook, made := redismeter.NewHook(tracker, append(options, redismeter.WithNamespace("u"))...)
	require.NoError(t, made)
	got := hook.ProcessPipelineHook(func(context.Context, []redis.Cmder) error { return err })(ctx, cmds)
	require.Equal(t, err, got)
	return tracker.Stats("u")
}

func textReply(value string, err error, args ...any) redis.Cmder {
	cmd := redis.NewStringCmd(ctx, args...)
	cmd.SetVal(value)
	cmd.SetErr(err)
	return cmd
}

// TestLossIsToldThroughWrappedErrors: a pipeline's error that one of its commands has,
// in whatever wrapping, says nothing of the others; one that none has says that those
// without a reply did not run.
func TestLossIsToldThroughWrappedErrors(t *testing.T) {
	broken := fmt.Errorf("broken")
	wrapped := fmt.Errorf("around: %w", broken)
	for _, test := range []struct {
		name                 string
		err, own             error
		hits, misses, errors int
	}{
		{"the same", broken, broken, 1, 0, 1},
		{"the batch's is wrapped", wrapped, broken, 1, 0, 1},
		{"the command's is wrapped", broken, wrapped, 1, 0, 1},
		{"only a nil", redis.Nil, broken, 1, 0, 1},
		{"a wrapped nil", fmt.Errorf("around: %w", redis.Nil), broken, 1, 0, 1},
		{"another", fmt.Errorf("another"), broken, 0, 0, 2},
		{"of none", broken, nil, 0, 0, 2},
		{"of none, that are missing", broken, redis.Nil, 0, 1, 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			stats := playPipeline(t, test.err, []redis.Cmder{
				textReply("", test.own, "get", "u:1"),
				textReply("", nil, "get", "u:2"), // an empty value, or none
			})
			requireCounts(t, stats, test.hits, test.misses, test.errors)
		})
	}
}

// TestPipelineKnowsEachCommand: what is known of a command is not taken for the next
// one's where that may be another.
func TestPipelineKnowsEachCommand(t *testing.T) {
	list := func(n int, args ...any) redis.Cmder {
		cmd := redis.NewStringSliceCmd(ctx, args...)
		cmd.SetVal(make([]string, n))
		return cmd
	}
	for _, test := range []struct {
		name         string
		cmds         []redis.Cmder
		hits, misses int
	}{
		{"another form of the same name", []redis.Cmder{
			list(1, "lrange", "u:1", 0, -1),
			list(1, "lrange", "u:1", 3, 4), // a part, which is no lookup
			list(0, "lrange", "u:1", 0, -1),
		}, 1, 1},
		{"names that are bytes", []redis.Cmder{
			textReply("v", nil, []byte("get"), "u:1"),
			textReply("OK", nil, []byte("echo"), "u:1"),
			textReply("", redis.Nil, []byte("get"), "u:1"),
		}, 1, 1},
		{"bytes after text", []redis.Cmder{
			textReply("v", nil, "get", "u:1"),
			textReply("v", nil, []byte("echo"), "u:1"),
			textReply("v", nil, "get", "u:1"),
		}, 2, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			requireCounts(t, playPipeline(t, nil, test.cmds), test.hits, test.misses, 0)
		})
	}
}

func TestPipelineMeasuresTheBytesOfEachHit(t *testing.T) {
	cmds := []redis.Cmder{
		textReply("four", nil, "get", "u:1"),
		textReply("", redis.Nil, "get", "u:2"),
		textReply("threeandfive", nil, "get", "u:3"),
	}
	require.EqualValues(t, 16, playPipeline(t, nil, cmds, redismeter.WithBytesRead()).BytesRead)
	require.Zero(t, playPipeline(t, nil, cmds).BytesRead)
}
