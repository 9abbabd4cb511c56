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
	ttls, renewed    []time.Duration
	lookups, deletes int
}

func (o *told) ObserveLookup(uint64, metrics.Outcome, uint64) bool { o.lookups++; return false }
func (o *told) ObserveSet(_ uint64, ttl time.Duration)             { o.ttls = append(o.ttls, ttl) }
func (o *told) ObserveTTL(_ uint64, ttl time.Duration)             { o.renewed = append(o.renewed, ttl) }
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

// TestRenewedTimesAreTold: an observer hears of the time that an entry is given later,
// when it was there to be given one.
func TestRenewedTimesAreTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		soon := time.Now().Add(90 * time.Second)
		given := func(ttl time.Duration) []time.Duration { return []time.Duration{ttl} }
		for _, test := range []struct {
			args  []any
			reply any
			want  []time.Duration
		}{
			{[]any{"expire", "u:1", 90}, true, given(90 * time.Second)},
			{[]any{"EXPIRE", "u:1", 90, "XX"}, int64(1), given(90 * time.Second)},
			{[]any{"expire", "u:1", 90}, false, nil},
			{[]any{"expire", "u:1", 90}, int64(0), nil},
			{[]any{"expire", "u:1", 0}, true, nil}, // a delete
			{[]any{[]byte("expire"), "u:1", 90}, true, given(90 * time.Second)},
			{[]any{"getex", "u:1", []byte("PX"), 90}, "v", given(90 * time.Millisecond)},
			{[]any{"pexpire", []byte("u:1"), 90}, true, given(90 * time.Millisecond)},
			{[]any{"expireat", "u:1", soon.Unix()}, true, given(90*time.Second - time.Duration(soon.Nanosecond()))},
			{[]any{"pexpireat", "u:1", soon.UnixMilli()}, true, given(90*time.Second - time.Duration(soon.Nanosecond()%1e6))},
			{[]any{"persist", "u:1"}, true, given(0)},
			{[]any{"persist", "u:1"}, false, nil},
			{[]any{"getex", "u:1", "ex", 90}, "v", given(90 * time.Second)},
			{[]any{"getex", "u:1", "PERSIST"}, "v", given(0)},
			{[]any{"getex", "u:1"}, "v", nil},
			{[]any{"getex", "u:1", "ex"}, "v", nil},
			{[]any{"getex", "u:1", "ex", 90}, nil, nil},
			{[]any{"get", "u:1"}, "v", nil},
		} {
			tracker, heard := metrics.NewTracker(), &told{}
			defer tracker.Observe(func(*metrics.Namespace) metrics.Observer { return heard })()
			hook, err := redismeter.NewHook(tracker, redismeter.WithNamespace("u"))
			require.NoError(t, err)
			cmd := redis.NewCmd(t.Context(), test.args...)
			cmd.SetVal(test.reply)
			if test.reply == nil {
				cmd.SetErr(redis.Nil)
			}
			_ = hook.ProcessHook(func(context.Context, redis.Cmder) error { return cmd.Err() })(t.Context(), cmd)
			require.Equal(t, test.want, heard.renewed, "%v: %v", test.args, test.reply)
			require.Empty(t, heard.ttls, "no value was written")

			heard.renewed = nil
			_ = hook.ProcessPipelineHook(func(context.Context, []redis.Cmder) error { return cmd.Err() })(t.Context(), []redis.Cmder{cmd})
			require.Equal(t, test.want, heard.renewed, "%v: %v, in a pipeline", test.args, test.reply)
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
