package redismeter_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"github.com/cachemeter/cachemeter/metrics"
	redismeter "github.com/cachemeter/cachemeter/wrap/redis"
)

// The hook alone, before a next that does nothing: against a real round trip it
// vanishes in the noise.

type emptyHook struct{}

func (emptyHook) DialHook(next redis.DialHook) redis.DialHook { return next }

func (emptyHook) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, cmd redis.Cmder) error { return next(ctx, cmd) }
}

func (emptyHook) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return func(ctx context.Context, cmds []redis.Cmder) error { return next(ctx, cmds) }
}

func newHook(b *testing.B, opts ...redismeter.Option) *redismeter.Hook {
	hook, err := redismeter.NewHook(metrics.NewTracker(), opts...)
	require.NoError(b, err)
	return hook
}

func BenchmarkSingle(b *testing.B) {
	get := redis.NewStringCmd(ctx, "get", "user:17")
	get.SetVal("x")
	mget := redis.NewSliceCmd(ctx, "mget", "user:1", "user:2", "user:3", "user:4", "user:5", "user:6", "user:7", "user:8", "user:9", "user:10")
	mget.SetVal([]any{"a", "b", nil, "c", "d", nil, "e", "f", "g", "h"})
	hash := redis.NewMapStringStringCmd(ctx, "hgetall", "user:17")
	hash.SetVal(map[string]string{"a": "b"})
	json := redis.NewStatusCmd(ctx, "JSON.GET", "user:17")
	json.SetVal("{}")
	set := redis.NewStatusCmd(ctx, "set", "user:17", "x")
	set.SetVal("OK")
	ping := redis.NewStatusCmd(ctx, "ping")
	for _, bench := range []struct {
		name string
		hook redis.Hook
		cmd  redis.Cmder
		err  error
	}{
		{"empty hook", emptyHook{}, get, nil},
		{"GET hit", newHook(b, redismeter.WithoutLatency()), get, nil},
		{"GET miss", newHook(b, redismeter.WithoutLatency()), get, redis.Nil},
		{"GET fixed namespace", newHook(b, redismeter.WithoutLatency(), redismeter.WithNamespace("user")), get, nil},
		{"GET rules", newHook(b, redismeter.WithoutLatency(), redismeter.WithRules(redismeter.ForPrefix("cart:", "carts"), redismeter.ForSegment(":", 0))), get, nil},
		{"GET with latency", newHook(b), get, nil},
		{"HGETALL", newHook(b, redismeter.WithoutLatency()), hash, nil},
		{"JSON.GET", newHook(b, redismeter.WithoutLatency()), json, nil},
		{"SET", newHook(b, redismeter.WithoutLatency()), set, nil},
		{"MGET of 10", newHook(b, redismeter.WithoutLatency()), mget, nil},
		{"PING", newHook(b, redismeter.WithoutLatency()), ping, nil},
	} {
		b.Run(bench.name, func(b *testing.B) {
			process := bench.hook.ProcessHook(func(context.Context, redis.Cmder) error { return bench.err })
			b.ReportAllocs()
			for b.Loop() {
				_ = process(ctx, bench.cmd)
			}
		})
	}
}

// BenchmarkPipelined is the time of one command in a pipeline of 100.
func BenchmarkPipelined(b *testing.B) {
	gets := func(keys ...string) []redis.Cmder {
		cmds := make([]redis.Cmder, 100)
		for i := range cmds {
			cmd := redis.NewStringCmd(ctx, "get", keys[i%len(keys)])
			cmd.SetVal("x")
			cmds[i] = cmd
		}
		return cmds
	}
	same, turns := gets("user:17"), gets("user:17", "cart:17", "article:17")
	for _, bench := range []struct {
		name string
		hook redis.Hook
		cmds []redis.Cmder
	}{
		{"empty hook", emptyHook{}, same},
		{"one namespace", newHook(b, redismeter.WithoutLatency()), same},
		{"three by turns", newHook(b, redismeter.WithoutLatency()), turns},
		{"with latency", newHook(b), same},
	} {
		b.Run(bench.name, func(b *testing.B) {
			process := bench.hook.ProcessPipelineHook(func(context.Context, []redis.Cmder) error { return nil })
			b.ReportAllocs()
			n := 0
			for b.Loop() {
				_ = process(ctx, bench.cmds)
				n++
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(n*len(bench.cmds)), "ns/cmd")
		})
	}
}

// BenchmarkPipelinedOverSingle says what the hook costs a GET in a pipeline of 100, in
// terms of what it costs a single one. The two take turns, as processors change their
// speed from second to second, and the medians are compared. The budget is a ratio of 0.6.
func BenchmarkPipelinedOverSingle(b *testing.B) {
	hook := newHook(b, redismeter.WithoutLatency())
	cmds := make([]redis.Cmder, 100)
	for i := range cmds {
		cmd := redis.NewStringCmd(ctx, "get", "user:17")
		cmd.SetVal("x")
		cmds[i] = cmd
	}
	single := hook.ProcessHook(func(context.Context, redis.Cmder) error { return nil })
	pipelined := hook.ProcessPipelineHook(func(context.Context, []redis.Cmder) error { return nil })
	turns := [2]func(){
		func() {
			for _, cmd := range cmds {
				_ = single(ctx, cmd)
			}
		},
		func() { _ = pipelined(ctx, cmds) },
	}
	const repeats = 20
	var times [2][]float64
	for b.Loop() {
		for i, turn := range turns {
			begun := time.Now()
			for range repeats {
				turn()
			}
			times[i] = append(times[i], float64(time.Since(begun))/float64(repeats*len(cmds)))
		}
	}
	median := func(i int) float64 {
		slices.Sort(times[i])
		return times[i][len(times[i])/2]
	}
	b.ReportMetric(median(0), "ns/single")
	b.ReportMetric(median(1), "ns/pipelined")
	b.ReportMetric(median(1)/median(0), "pipelined/single")
	b.ReportMetric(0, "ns/op")
}
