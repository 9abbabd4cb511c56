package redismeter_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"github.com/cachemeter/cachemeter/metrics"
	redismeter "github.com/cachemeter/cachemeter/wrap/redis"
)

// told is an observer that writes down the times to live it hears of, and how many
// lookups and deletes.
type told struct {
	ttls             []time.Duration
	lookups, deletes int
}

func (o *told) ObserveLookup(uint64, metrics.Outcome, uint64) bool { o.lookups++; return false }
func (o *told) ObserveSet(_ uint64, ttl time.Duration)             { o.ttls = append(o.ttls, ttl) }
func (o *told) ObserveDelete(uint64)                               { o.deletes++ }
func (o *told) ObserveEviction(uint64)                             {}
func (o *told) ObserveExpiration(uint64)                           {}
func (o *told) ObserveName(uint64, string)                         {}

// TestTimesToLiveAreTold: an observer hears how long a written value will live, however
// the program spelled it; what no duration can hold is for ever, and so is nonsense.
func TestTimesToLiveAreTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		soon := time.Now().Add(90 * time.Second)
		for _, test := range []struct {
			args []any
			want time.Duration
		}{
			{[]any{"set", "u:1", "v"}, 0},
			{[]any{"SET", "u:1", "v", "EX", 90}, 90 * time.Second},
			{[]any{"set", "u:1", "v", "nx", "px", int64(90)}, 90 * time.Millisecond},
			{[]any{"set", "u:1", "v", "ex", uint32(9)}, 9 * time.Second},
			{[]any{"set", "u:1", "v", "ex", int32(9)}, 9 * time.Second},
			{[]any{"set", "u:1", "v", "ex", uint(9)}, 9 * time.Second},
			{[]any{"set", "u:1", "v", "ex", uint64(9)}, 9 * time.Second},
			{[]any{"set", "u:1", "v", "ex", "9"}, 9 * time.Second},
			{[]any{"set", "u:1", "v", "ex", []byte("9")}, 9 * time.Second},
			{[]any{"set", "u:1", "v", "exat", soon.Unix()}, 90*time.Second - time.Duration(soon.Nanosecond())},
			{[]any{"set", "u:1", "v", "pxat", soon.UnixMilli()}, 90*time.Second - time.Duration(soon.Nanosecond()%1e6)},
			{[]any{"set", "u:1", "v", "exat", 1}, 1}, // over already, which is not for ever
			{[]any{"set", "u:1", "v", "exat", 0}, 0},
			{[]any{"set", "u:1", "v", "keepttl"}, 0},
			{[]any{"set", "u:1", "v", 7, 8}, 0},
			{[]any{"set", "u:1", "v", "ex"}, 0},
			{[]any{"set", "u:1", "v", "ex", "soon"}, 0},
			{[]any{"set", "u:1", "v", "ex", -9}, 0},
			{[]any{"set", "u:1", "v", "ex", int64(1) << 62}, 0},
			{[]any{"setex", "u:1", 90, "v"}, 90 * time.Second},
			{[]any{"psetex", []byte("u:1"), 90, "v"}, 90 * time.Millisecond},
		} {
			tracker, heard := metrics.NewTracker(), &told{}
			defer tracker.Observe(func(*metrics.Namespace) metrics.Observer { return heard })()
			hook, err := redismeter.NewHook(tracker, redismeter.WithNamespace("u"))
			require.NoError(t, err)
			cmd := redis.NewStatusCmd(t.Context(), test.args...)
			cmd.SetVal("OK")
			require.NoError(t, hook.ProcessHook(func(context.Context, redis.Cmder) error { return nil })(t.Context(), cmd))
			require.Equal(t, []time.Duration{test.want}, heard.ttls, "%v", test.args)
		}
	})
}

// TestBatchesAreTold: every key of a pipeline reaches the observer, once, whatever it
// was given as; a key that is no text is counted and not told.
func TestBatchesAreTold(t *testing.T) {
	tracker, heard := metrics.NewTracker(), &told{}
	defer tracker.Observe(func(*metrics.Namespace) metrics.Observer { return heard })()
	hook, err := redismeter.NewHook(tracker, redismeter.WithNamespace("u"))
	require.NoError(t, err)
	key := "u:4"
	var cmds []redis.Cmder
	for _, k := range []any{"u:1", []byte("u:2"), &key, 7, (*string)(nil)} {
		cmd := redis.NewStringCmd(t.Context(), "get", k)
		cmd.SetVal("v")
		cmds = append(cmds, cmd)
	}
	deleted := redis.NewIntCmd(t.Context(), "del", "u:1", "u:2")
	deleted.SetVal(2)
	taken := redis.NewStringCmd(t.Context(), "getdel", "u:3")
	taken.SetVal("v")
	cmds = append(cmds, deleted, taken)
	require.NoError(t, hook.ProcessPipelineHook(func(context.Context, []redis.Cmder) error { return nil })(t.Context(), cmds))
	s := tracker.Stats("u")
	require.Equal(t, [3]uint64{6, 0, 3}, [3]uint64{s.Hits, s.Misses, s.Deletes})
	require.Equal(t, 4, heard.lookups)
	require.Positive(t, heard.deletes)
}
