package redisauto

import (
	"context"
	"testing"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"github.com/cachemeter/cachemeter/metrics"
	redismeter "github.com/cachemeter/cachemeter/wrap/redis"
)

func newHook(t *testing.T) (*redismeter.Hook, *metrics.Tracker) {
	t.Helper()
	tracker := metrics.NewTracker()
	h, err := redismeter.NewHook(tracker)
	require.NoError(t, err)
	return h, tracker
}

// ask passes a GET that misses, alone and in a pipeline, through a hook.
func ask(h redis.Hook) {
	ctx := context.Background()
	get := redis.NewStringCmd(ctx, "get", "user:1")
	get.SetErr(redis.Nil)
	_ = h.ProcessHook(func(context.Context, redis.Cmder) error { return redis.Nil })(ctx, get)
	_ = h.ProcessPipelineHook(func(context.Context, []redis.Cmder) error { return redis.Nil })(ctx, []redis.Cmder{get})
}

func TestOneHookOfAClientCounts(t *testing.T) {
	for _, test := range []struct {
		name  string
		added []string // in order: of the program's own, or by us
		want  []uint64 // misses each then counts
	}{
		{"ours alone", []string{"ours"}, []uint64{2}},
		{"the program's alone", []string{"own"}, []uint64{2}},
		{"ours, then the program's", []string{"ours", "own"}, []uint64{0, 2}},
		{"the program's, then ours", []string{"own", "ours"}, []uint64{2, 0}},
		{"ours twice", []string{"ours", "ours"}, []uint64{2, 0}},
		{"two of the program's are its own affair", []string{"own", "own"}, []uint64{2, 2}},
	} {
		t.Run(test.name, func(t *testing.T) {
			var l listener
			client, owner := new(redis.Client), new(int)
			var hooks []redis.Hook
			var trackers []*metrics.Tracker
			for _, who := range test.added {
				h, tracker := newHook(t)
				if who == "ours" {
					l.expect(client)
					require.True(t, l.Adopts(client, h))
				}
				hooks = append(hooks, l.Hooked(owner, h).(redis.Hook))
				l.expect(nil)
				trackers = append(trackers, tracker)
			}
			for i, h := range hooks {
				ask(h)
				require.Equal(t, test.want[i], trackers[i].Stats("user").Misses)
			}
		})
	}
}

func TestOthersAreLeftAlone(t *testing.T) {
	var l listener
	require.False(t, l.Adopts(new(redis.Client), nil), "nothing is being instrumented")
	l.expect(new(redis.Client))
	require.False(t, l.Adopts(new(redis.Client), nil), "something else is")
	other := struct{ redis.Hook }{}
	require.Equal(t, other, l.Hooked(new(int), other))
	l.Made("no client")
	h, _ := newHook(t)
	owner := new(int)
	g := l.Hooked(owner, h)
	require.Same(t, h, g, "a hook that nobody of us expects is the program's")
}
