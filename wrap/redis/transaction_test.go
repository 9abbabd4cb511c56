package redismeter_test

import (
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"github.com/cachemeter/cachemeter/metrics"
	redismeter "github.com/cachemeter/cachemeter/wrap/redis"
	"github.com/cachemeter/cachemeter/wrap/redis/internal/redistest"
)

// newReal returns an instrumented client of a redis-server, and a plain one.
func newReal(t *testing.T, opts ...redismeter.Option) (client, plain *redis.Client, tracker *metrics.Tracker) {
	t.Helper()
	server := redistest.Start(t)
	client = redis.NewClient(&redis.Options{Addr: server.Addr, MaxRetries: -1})
	plain = redis.NewClient(&redis.Options{Addr: server.Addr})
	t.Cleanup(func() { _, _ = client.Close(), plain.Close() })
	tracker = metrics.NewTracker()
	require.NoError(t, redismeter.Instrument(client, tracker, opts...))
	return client, plain, tracker
}

func TestWatchConflictCountsErrors(t *testing.T) {
	client, plain, tracker := newReal(t)
	err := client.Watch(ctx, func(tx *redis.Tx) error {
		require.ErrorIs(t, tx.Get(ctx, "u:1").Err(), redis.Nil) // a miss, really asked
		require.NoError(t, plain.Set(ctx, "u:1", "changed", 0).Err())
		_, err := tx.TxPipelined(ctx, func(p redis.Pipeliner) error {
			p.Get(ctx, "u:1")
			p.Set(ctx, "u:1", "mine", 0)
			return nil
		})
		return err
	}, "u:1")
	require.ErrorIs(t, err, redis.TxFailedErr)
	s := tracker.Stats("u")
	requireCounts(t, s, 0, 1, 2)
	require.EqualValues(t, 1, s.WriteErrors)
	require.Zero(t, s.Sets)
	require.EqualValues(t, 2, s.ErrorsByClass[metrics.ServerError])
}

func TestWatchCountsOnce(t *testing.T) {
	client, plain, tracker := newReal(t)
	require.NoError(t, plain.Set(ctx, "u:1", "v", 0).Err())
	read := func(tx *redis.Tx) error {
		tx.Get(ctx, "u:1")
		_, err := tx.TxPipelined(ctx, func(p redis.Pipeliner) error { p.Get(ctx, "u:1"); return nil })
		return err
	}
	require.NoError(t, client.Watch(ctx, read, "u:1"))
	requireCounts(t, tracker.Stats("u"), 2, 0, 0)
	require.NoError(t, client.Watch(ctx, redismeter.HookOf(client).Watched(read), "u:1"))
	requireCounts(t, tracker.Stats("u"), 4, 0, 0, "Watched adds nothing where the hooks run anyway")
}

func TestExecAbortCountsErrors(t *testing.T) {
	client, _, tracker := newReal(t)
	_, err := client.TxPipelined(ctx, func(p redis.Pipeliner) error {
		p.Get(ctx, "u:1")
		p.Do(ctx, "set", "u:2") // wrong number of arguments
		p.MGet(ctx, "u:3", "u:4")
		return nil
	})
	require.Error(t, err)
	s := tracker.Stats("u")
	requireCounts(t, s, 0, 0, 4)
	require.EqualValues(t, 1, s.WriteErrors)
	require.EqualValues(t, 4, s.ErrorsByClass[metrics.ServerError])
}

func TestNoAuthInMultiCountsErrors(t *testing.T) {
	server := redistest.Start(t, "--requirepass", "secret")
	client := redis.NewClient(&redis.Options{Addr: server.Addr, MaxRetries: -1, Protocol: 2})
	defer client.Close()
	tracker := metrics.NewTracker()
	require.NoError(t, redismeter.Instrument(client, tracker))
	_, err := client.TxPipelined(ctx, func(p redis.Pipeliner) error { p.Get(ctx, "u:1"); p.Get(ctx, "u:2"); return nil })
	require.ErrorContains(t, err, "NOAUTH")
	requireCounts(t, tracker.Stats("u"), 0, 0, 2)
}

func TestMissesInsideMulti(t *testing.T) {
	client, plain, tracker := newReal(t)
	require.NoError(t, plain.Set(ctx, "u:1", "QUEUED", 0).Err())
	_, err := client.TxPipelined(ctx, func(p redis.Pipeliner) error {
		p.Get(ctx, "u:1") // a value like any other here
		p.Get(ctx, "u:none")
		p.HGetAll(ctx, "u:none")
		return nil
	})
	require.ErrorIs(t, err, redis.Nil)
	requireCounts(t, tracker.Stats("u"), 1, 2, 0)
}

func TestQueuedRepliesOfManualMultiAreNothing(t *testing.T) {
	client, plain, tracker := newReal(t)
	require.NoError(t, plain.Set(ctx, "u:1", "QUEUED", 0).Err())
	require.NoError(t, client.Get(ctx, "u:1").Err())
	requireCounts(t, tracker.Stats("u"), 1, 0, 0, "without a MULTI it is a value")

	conn := client.Conn()
	defer conn.Close()
	if redismeter.ConnsDropHooks(redis.Version()) {
		conn.AddHook(redismeter.HookOf(client))
	}
	require.NoError(t, do(conn, "MULTI").Err())
	require.Equal(t, "QUEUED", conn.Get(ctx, "u:1").Val())
	do(conn, "get", "u:1")
	conn.Set(ctx, "u:2", "v", 0)
	conn.SetNX(ctx, "u:3", "v", 0)
	_, err := conn.Pipelined(ctx, func(p redis.Pipeliner) error {
		p.Get(ctx, "u:1")
		p.Get(ctx, "u:1")
		return nil
	})
	require.NoError(t, err)
	requireCounts(t, tracker.Stats("u"), 1, 0, 0)
	require.Zero(t, tracker.Stats("u").Sets)
	require.NoError(t, do(conn, "EXEC").Err())
	require.NoError(t, conn.Get(ctx, "u:1").Err())
	requireCounts(t, tracker.Stats("u"), 2, 0, 0, "after EXEC it is a value again")
}

// do is Do, which a Conn of older go-redis lacks.
func do(conn *redis.Conn, args ...any) *redis.Cmd {
	cmd := redis.NewCmd(ctx, args...)
	_ = conn.Process(ctx, cmd)
	return cmd
}

func TestQueuedRepliesThatNoTypeReads(t *testing.T) {
	client, tracker := newScripted(t, func(args []string) string {
		if args[0] == "MULTI" || args[0] == "discard" {
			return "+OK\r\n"
		}
		return "+QUEUED\r\n"
	})
	require.NoError(t, client.Do(ctx, "MULTI").Err())
	require.Error(t, client.MGet(ctx, "u:1", "u:2").Err())
	require.Error(t, client.HGetAll(ctx, "u:1").Err())
	require.Error(t, client.Del(ctx, "u:1").Err())
	require.Empty(t, tracker.AllStats())
	require.NoError(t, client.Do(ctx, "discard").Err())
	require.Error(t, client.MGet(ctx, "u:1", "u:2").Err())
	requireCounts(t, tracker.Stats("u"), 0, 0, 2)
}

func TestQueuedRepliesInAPipeline(t *testing.T) {
	client, plain, tracker := newReal(t)
	require.NoError(t, plain.Set(ctx, "u:1", "v", 0).Err())
	_, err := client.Pipelined(ctx, func(p redis.Pipeliner) error {
		p.Get(ctx, "u:1")
		p.Do(ctx, "MULTI")
		p.Get(ctx, "u:1")
		p.Get(ctx, "u:1") // of the same name as the one before
		p.Do(ctx, "EXEC")
		p.Get(ctx, "u:1")
		return nil
	})
	require.NoError(t, err)
	requireCounts(t, tracker.Stats("u"), 2, 0, 0)
}

// A pipeline knows of a command what it found for the one before, if both have one name.
func TestPipelineOfOneTypeAndSeveralCommands(t *testing.T) {
	client, plain, tracker := newReal(t, redismeter.WithCommands("type"))
	require.NoError(t, plain.Set(ctx, "u:1", "v", 0).Err())
	_, err := client.Pipelined(ctx, func(p redis.Pipeliner) error {
		p.Get(ctx, "u:1")
		p.Echo(ctx, "u:1")
		p.Get(ctx, "u:1")
		p.GetRange(ctx, "u:1", 0, 1)
		_ = p.Process(ctx, redis.NewStringCmd(ctx, "type", "u:none"))
		p.GetDel(ctx, "u:1")
		return nil
	})
	require.NoError(t, err)
	requireCounts(t, tracker.Stats("u"), 3, 1, 0)
	require.EqualValues(t, 1, tracker.Stats("u").Deletes)
	require.NoError(t, client.Process(ctx, redis.NewStringCmd(ctx, "type", "u:none")))
	requireCounts(t, tracker.Stats("u"), 3, 2, 0, "a text, and no value")
}

func TestBlockingPopsAreNotLookups(t *testing.T) {
	client, _, tracker := newReal(t, redismeter.WithCommands(redismeter.CommandNames()...))
	require.ErrorIs(t, client.BLPop(ctx, 10*time.Millisecond, "u:1").Err(), redis.Nil)
	require.ErrorIs(t, client.BRPop(ctx, 10*time.Millisecond, "u:1").Err(), redis.Nil)
	require.ErrorIs(t, client.BZPopMin(ctx, 10*time.Millisecond, "u:1").Err(), redis.Nil)
	require.ErrorIs(t, client.XRead(ctx, &redis.XReadArgs{Streams: []string{"u:1", "$"}, Block: 10 * time.Millisecond}).Err(), redis.Nil)
	require.Empty(t, tracker.AllStats())
}

func TestScriptsAreOneLookupWhenAskedFor(t *testing.T) {
	client, plain, tracker := newReal(t, redismeter.WithCommands("eval", "evalsha"))
	require.NoError(t, plain.Set(ctx, "u:1", "v", 0).Err())
	script := redis.NewScript("return redis.call('get', KEYS[1])")
	require.NoError(t, script.Run(ctx, client, []string{"u:1"}).Err())
	requireCounts(t, tracker.Stats("u"), 1, 0, 0, "NOSCRIPT, then EVAL: one lookup")
	require.ErrorIs(t, script.Run(ctx, client, []string{"u:none"}).Err(), redis.Nil)
	requireCounts(t, tracker.Stats("u"), 1, 1, 0)
	require.Error(t, client.Eval(ctx, "return redis.call('hget', KEYS[1], 'f')", []string{"u:1"}).Err())
	requireCounts(t, tracker.Stats("u"), 1, 1, 1)
	require.NoError(t, client.Eval(ctx, "return 1", nil, "u:argument").Err())
	requireCounts(t, tracker.Stats(redismeter.Fallback), 1, 0, 0, "an argument is no key")
	client.EvalSha(ctx, "0000000000000000000000000000000000000000", []string{"u:1"})
	requireCounts(t, tracker.Stats("u"), 1, 1, 1, "NOSCRIPT is neither miss nor error")

	byDefault, _, tracker := newReal(t)
	require.Error(t, script.Run(ctx, byDefault, []string{"u:none"}).Err())
	require.Empty(t, tracker.AllStats())
}

func TestOwnClassifier(t *testing.T) {
	client, _, tracker := newReal(t,
		redismeter.WithClassifier("EVAL", func(cmd redis.Cmder, err error) redismeter.Verdict {
			answers, _ := cmd.(*redis.Cmd).Slice()
			if len(answers) == 0 {
				return redismeter.Verdict{Misses: 1}
			}
			return redismeter.Verdict{Hits: 1, Sets: 1}
		}),
		redismeter.WithClassifier("strlen", func(cmd redis.Cmder, err error) redismeter.Verdict { panic("mine") }),
		redismeter.WithClassifier("getrange", func(cmd redis.Cmder, err error) redismeter.Verdict {
			return redismeter.Verdict{Hits: len(cmd.(*redis.StringCmd).Val())}
		}),
	)
	client.Eval(ctx, "return {}", []string{"u:1"})
	client.Eval(ctx, "return {1}", []string{"u:1"})
	client.StrLen(ctx, "u:1")
	client.Set(ctx, "v:1", "abc", 0)
	client.GetRange(ctx, "v:1", 0, 1)
	requireCounts(t, tracker.Stats("u"), 1, 1, 0)
	requireCounts(t, tracker.Stats("v"), 2, 0, 0)
	require.EqualValues(t, 1, tracker.Stats("u").Sets)

	for _, option := range []redismeter.Option{
		redismeter.WithClassifier("get", nil),
		redismeter.WithClassifier(" ", func(redis.Cmder, error) redismeter.Verdict { return redismeter.Verdict{} }),
	} {
		_, err := redismeter.NewHook(tracker, option)
		require.ErrorContains(t, err, "redismeter: a classifier needs")
	}
}
