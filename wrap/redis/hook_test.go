package redismeter_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"github.com/cachemeter/cachemeter/metrics"
	redismeter "github.com/cachemeter/cachemeter/wrap/redis"
)

var ctx = context.Background()

// quiet keeps go-redis from reporting the failures that tests make.
type quiet struct{}

func (quiet) Printf(context.Context, string, ...any) {}

func TestMain(m *testing.M) {
	redis.SetLogger(quiet{})
	m.Run()
}

// newMini returns an instrumented client of a miniredis, and what it counts in.
func newMini(t testing.TB, opts ...redismeter.Option) (*redis.Client, *metrics.Tracker, *miniredis.Miniredis) {
	t.Helper()
	server := miniredis.RunT(t)
	client := redis.NewClient(&redis.Options{Addr: server.Addr(), MaxRetries: -1})
	t.Cleanup(func() { _ = client.Close() })
	tracker := metrics.NewTracker()
	require.NoError(t, redismeter.Instrument(client, tracker, opts...))
	return client, tracker, server
}

// requireCounts compares hits, misses and errors.
func requireCounts(t testing.TB, s metrics.Stats, hits, misses, errors int, about ...any) {
	t.Helper()
	require.Equal(t, [3]uint64{uint64(hits), uint64(misses), uint64(errors)}, [3]uint64{s.Hits, s.Misses, s.Errors}, about...)
}

func TestSingleCommands(t *testing.T) {
	for _, test := range []struct {
		name                 string
		do                   func(c *redis.Client)
		hits, misses, errors int
	}{
		{"GET hit", func(c *redis.Client) { c.Get(ctx, "user:1") }, 1, 0, 0},
		{"GET of an empty string is a hit", func(c *redis.Client) { c.Get(ctx, "user:empty") }, 1, 0, 0},
		{"GET miss", func(c *redis.Client) { c.Get(ctx, "user:none") }, 0, 1, 0},
		{"GET of a wrong type", func(c *redis.Client) { c.Get(ctx, "user:hash") }, 0, 0, 1},
		{"GETEX", func(c *redis.Client) { c.GetEx(ctx, "user:1", time.Hour); c.GetEx(ctx, "user:none", time.Hour) }, 1, 1, 0},
		{"GETDEL", func(c *redis.Client) { c.GetDel(ctx, "user:1"); c.GetDel(ctx, "user:1") }, 1, 1, 0},
		{"MGET is a lookup a key", func(c *redis.Client) { c.MGet(ctx, "user:1", "user:none", "user:2", "user:hash") }, 2, 2, 0},
		{"HGET", func(c *redis.Client) {
			c.HGet(ctx, "user:hash", "a")
			c.HGet(ctx, "user:hash", "z")
			c.HGet(ctx, "user:none", "a")
		}, 1, 2, 0},
		{"HMGET is a lookup a field", func(c *redis.Client) { c.HMGet(ctx, "user:hash", "a", "z", "b") }, 2, 1, 0},
		{"HMGET of a missing key", func(c *redis.Client) { c.HMGet(ctx, "user:none", "a", "z") }, 0, 2, 0},
		{"HMGET of a wrong type", func(c *redis.Client) { c.HMGet(ctx, "user:1", "a", "z") }, 0, 0, 2},
		{"HGETALL", func(c *redis.Client) { c.HGetAll(ctx, "user:hash"); c.HGetAll(ctx, "user:none") }, 1, 1, 0},
		{"EXISTS is off by default", func(c *redis.Client) { c.Exists(ctx, "user:1", "user:none") }, 0, 0, 0},
		{"Do in any case", func(c *redis.Client) { c.Do(ctx, "GeT", "user:1"); c.Do(ctx, []byte("GET"), []byte("user:none")) }, 1, 1, 0},
		{"PING is nothing", func(c *redis.Client) { c.Ping(ctx) }, 0, 0, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			client, tracker, server := newMini(t)
			require.NoError(t, server.Set("user:1", "one"))
			require.NoError(t, server.Set("user:2", "two"))
			require.NoError(t, server.Set("user:empty", ""))
			server.HSet("user:hash", "a", "1", "b", "2")
			test.do(client)
			requireCounts(t, tracker.Stats("user"), test.hits, test.misses, test.errors)
			require.LessOrEqual(t, len(tracker.AllStats()), 1)
		})
	}
}

func TestExistsWhenAskedFor(t *testing.T) {
	client, tracker, server := newMini(t, redismeter.WithCommands("EXISTS"))
	require.NoError(t, server.Set("user:1", "one"))
	require.NoError(t, server.Set("cart:1", "one"))
	client.Exists(ctx, "user:1", "user:2", "user:1")
	requireCounts(t, tracker.Stats("user"), 2, 1, 0)
	client.Exists(ctx, "user:1", "cart:1")
	requireCounts(t, tracker.Stats("user"), 3, 1, 0)
	requireCounts(t, tracker.Stats("cart"), 1, 0, 0)
	client.Exists(ctx, "user:1", "cart:2") // one of them, but nobody can tell which
	requireCounts(t, tracker.Stats(redismeter.Fallback), 1, 1, 0)
}

func TestPipelineClassifiesEachCommand(t *testing.T) {
	for name, run := range map[string]func(redis.UniversalClient, func(redis.Pipeliner) error) ([]redis.Cmder, error){
		"pipeline": func(c redis.UniversalClient, f func(redis.Pipeliner) error) ([]redis.Cmder, error) {
			return c.Pipelined(ctx, f)
		},
		"transaction": func(c redis.UniversalClient, f func(redis.Pipeliner) error) ([]redis.Cmder, error) {
			return c.TxPipelined(ctx, f)
		},
	} {
		t.Run(name, func(t *testing.T) {
			client, tracker, server := newMini(t)
			require.NoError(t, server.Set("user:1", "one"))
			server.HSet("cart:1", "a", "1")
			_, err := run(client, func(p redis.Pipeliner) error {
				p.Get(ctx, "user:1")
				p.Get(ctx, "user:none")
				p.HGet(ctx, "user:1", "a") // wrong type
				p.HGetAll(ctx, "cart:1")
				p.MGet(ctx, "user:1", "cart:none", "user:none")
				p.Set(ctx, "cart:2", "x", 0)
				return nil
			})
			require.ErrorIs(t, err, redis.Nil)
			requireCounts(t, tracker.Stats("user"), 2, 2, 1)
			requireCounts(t, tracker.Stats("cart"), 1, 1, 0)
			require.EqualValues(t, 1, tracker.Stats("cart").Sets)
			require.EqualValues(t, 1, tracker.Stats("user").ErrorsByClass[metrics.ServerError])
		})
	}
}

func TestPipelineOfManyNamespaces(t *testing.T) {
	client, tracker, server := newMini(t)
	names := []string{"a", "b", "c", "d", "e", "f", "g"}
	for _, name := range names {
		require.NoError(t, server.Set(name+":1", "x"))
	}
	_, err := client.Pipelined(ctx, func(p redis.Pipeliner) error {
		for round := range 5 {
			for _, name := range names {
				p.Get(ctx, name+":1")
				if round == 0 {
					p.Get(ctx, name+":none")
				}
			}
		}
		return nil
	})
	require.ErrorIs(t, err, redis.Nil)
	for _, name := range names {
		requireCounts(t, tracker.Stats(name), 5, 1, 0, name)
	}
}

func TestWhoseFigures(t *testing.T) {
	get := func(c *redis.Client, ctx context.Context) { c.MGet(ctx, "user:1", "cart:1", "17") }
	t.Run("by prefix", func(t *testing.T) {
		client, tracker, _ := newMini(t)
		get(client, ctx)
		for _, name := range []string{"user", "cart", redismeter.Fallback} {
			requireCounts(t, tracker.Stats(name), 0, 1, 0, name)
		}
	})
	t.Run("fixed", func(t *testing.T) {
		client, tracker, _ := newMini(t, redismeter.WithNamespace("all"))
		require.Contains(t, tracker.AllStats(), "all", "listed with zeros")
		require.True(t, tracker.Stats("all").Reported.Has(metrics.Sets|metrics.Deletes|metrics.WriteErrors|metrics.ErrorsByClass))
		get(client, ctx)
		requireCounts(t, tracker.Stats("all"), 0, 3, 0)
	})
	t.Run("by a function", func(t *testing.T) {
		client, tracker, _ := newMini(t, redismeter.WithNamespaceFunc(func(key string) string {
			if key == "17" {
				panic("no idea")
			}
			return "x-" + key
		}))
		get(client, ctx)
		for _, name := range []string{"x-user:1", "x-cart:1", redismeter.Fallback} {
			requireCounts(t, tracker.Stats(name), 0, 1, 0, name)
		}
	})
	t.Run("by the call's context, above all", func(t *testing.T) {
		client, tracker, _ := newMini(t, redismeter.WithNamespace("all"))
		get(client, metrics.ContextWithNamespace(ctx, "report"))
		requireCounts(t, tracker.Stats("report"), 0, 3, 0)
		requireCounts(t, tracker.Stats("all"), 0, 0, 0)
	})
	t.Run("a tier", func(t *testing.T) {
		client, tracker, _ := newMini(t, redismeter.WithTier("L2"))
		get(client, ctx)
		requireCounts(t, tracker.Tier("user", "L2").Stats(), 0, 1, 0)
		requireCounts(t, tracker.Stats("user"), 0, 0, 0)
	})
}

func TestWrites(t *testing.T) {
	client, tracker, server := newMini(t)
	require.NoError(t, client.Set(ctx, "user:1", "x", 0).Err())
	require.NoError(t, client.Set(ctx, "user:2", "x", time.Minute).Err())
	require.NoError(t, client.SetNX(ctx, "user:1", "x", 0).Err()) // not set
	require.NoError(t, client.SetNX(ctx, "user:3", "x", 0).Err())
	require.NoError(t, client.SetXX(ctx, "user:9", "x", 0).Err()) // not set
	require.ErrorIs(t, client.SetArgs(ctx, "user:1", "x", redis.SetArgs{Mode: "NX"}).Err(), redis.Nil)
	require.NoError(t, client.MSet(ctx, "user:4", "x", "cart:1", "x").Err())
	require.NoError(t, client.HSet(ctx, "user:5", "a", 1, "b", 2).Err())
	require.NoError(t, client.Del(ctx, "user:1", "user:none").Err())
	require.NoError(t, client.HDel(ctx, "user:5", "a", "z").Err())
	require.NoError(t, client.Expire(ctx, "user:2", -time.Second).Err())
	require.NoError(t, client.Expire(ctx, "user:3", time.Hour).Err())

	s := tracker.Stats("user")
	requireCounts(t, s, 0, 0, 0)
	require.EqualValues(t, 3+1+2, s.Sets)
	require.EqualValues(t, 1+1+1, s.Deletes)
	require.EqualValues(t, 1, tracker.Stats("cart").Sets)

	server.SetError("LOADING Redis is loading the dataset in memory")
	client.MSet(ctx, "user:4", "x", "cart:1", "x")
	require.EqualValues(t, 1, tracker.Stats("cart").WriteErrors)
	require.EqualValues(t, 1, tracker.Stats("cart").Errors)
	require.EqualValues(t, 1, tracker.Stats("cart").ErrorsByClass[metrics.ServerError])
}

func TestSetWithGetIsALookupAndASet(t *testing.T) {
	client, tracker, _ := newMini(t)
	with := redis.SetArgs{Get: true}
	require.ErrorIs(t, client.SetArgs(ctx, "user:1", "a", with).Err(), redis.Nil)
	require.Equal(t, "a", client.SetArgs(ctx, "user:1", "b", with).Val())
	require.NoError(t, client.Set(ctx, "user:2", "get", 0).Err())
	requireCounts(t, tracker.Stats("user"), 1, 1, 0)
	require.EqualValues(t, 3, tracker.Stats("user").Sets)
}

func TestLatencyByOutcome(t *testing.T) {
	client, tracker, server := newMini(t)
	require.NoError(t, server.Set("user:1", "x"))
	client.Get(ctx, "user:1")
	client.MGet(ctx, "user:1", "user:1", "user:none")
	client.HGet(ctx, "user:1", "a")
	client.Set(ctx, "user:1", "x", 0)
	users := tracker.Namespace("user")
	require.EqualValues(t, 2, users.Latency(metrics.Hit).Count, "an MGET is one observation for each outcome in it")
	require.EqualValues(t, 1, users.Latency(metrics.Miss).Count)
	require.EqualValues(t, 1, users.Latency(metrics.Error).Count)

	client, tracker, _ = newMini(t, redismeter.WithoutLatency())
	client.Get(ctx, "user:1")
	requireCounts(t, tracker.Stats("user"), 0, 1, 0)
	require.Zero(t, tracker.Namespace("user").Latency(metrics.Miss).Count)
}

func TestNothingChangesForTheCaller(t *testing.T) {
	hook, err := redismeter.NewHook(metrics.NewTracker())
	require.NoError(t, err)
	broken := errors.New("broken")
	cmd := redis.NewStringCmd(ctx, "get", "user:1")
	require.Same(t, broken, hook.ProcessHook(func(context.Context, redis.Cmder) error { return broken })(ctx, cmd))
	require.Same(t, broken, hook.ProcessPipelineHook(func(context.Context, []redis.Cmder) error { return broken })(ctx, []redis.Cmder{cmd}))
}

func TestPanicIsCountedAndGoesOn(t *testing.T) {
	tracker := metrics.NewTracker()
	hook, err := redismeter.NewHook(tracker)
	require.NoError(t, err)
	cmd := redis.NewStringCmd(ctx, "get", "user:1")
	require.PanicsWithValue(t, "boom", func() {
		_ = hook.ProcessHook(func(context.Context, redis.Cmder) error { panic("boom") })(ctx, cmd)
	})
	require.PanicsWithValue(t, "boom", func() {
		_ = hook.ProcessPipelineHook(func(context.Context, []redis.Cmder) error { panic("boom") })(ctx, []redis.Cmder{cmd, cmd})
	})
	requireCounts(t, tracker.Stats("user"), 0, 0, 3)
}

func TestConstructionErrors(t *testing.T) {
	client := redis.NewClient(&redis.Options{Addr: "127.0.0.1:1"})
	t.Cleanup(func() { _ = client.Close() })
	tracker := metrics.NewTracker()
	require.ErrorContains(t, redismeter.Instrument(client, nil), "redismeter: nil tracker")
	require.ErrorContains(t, redismeter.Instrument(nil, tracker), "redismeter: nil client")
	require.ErrorContains(t, redismeter.Instrument((*redis.Client)(nil), tracker), "redismeter: nil client")
	require.ErrorContains(t, redismeter.Instrument(client, tracker, redismeter.WithCommands("GTE")), `redismeter: no command "GTE" can be counted`)
	require.ErrorContains(t, redismeter.Instrument(client, tracker, redismeter.WithoutCommands("nope")), `"nope"`)
	require.NoError(t, redismeter.Instrument(client, tracker, nil), "a failed attempt does not take the client's place")
	require.ErrorContains(t, redismeter.Instrument(client, tracker), "redismeter: this *redis.Client is instrumented already")
}

// TestErrorThatNoCommandCarries is what a Ring leaves when the connections of one shard
// are refused: the shard's commands have neither error nor value.
func TestErrorThatNoCommandCarries(t *testing.T) {
	tracker := metrics.NewTracker()
	hook, err := redismeter.NewHook(tracker)
	require.NoError(t, err)
	read := redis.NewStringCmd(ctx, "get", "u:read")
	read.SetVal("v")
	wrong := redis.NewStringCmd(ctx, "get", "u:wrong")
	wrong.SetErr(errors.New("WRONGTYPE"))
	cmds := []redis.Cmder{
		read, wrong,
		redis.NewStringCmd(ctx, "get", "u:1"), redis.NewStatusCmd(ctx, "set", "u:2", "v"), redis.NewCmd(ctx, "get", "u:3"),
		redis.NewIntCmd(ctx, "del", "u:4"), redis.NewSliceCmd(ctx, "mget", "u:5", "u:6"), redis.NewMapStringStringCmd(ctx, "hgetall", "u:7"),
	}
	refused := errors.New("refused")
	require.Same(t, refused, hook.ProcessPipelineHook(func(context.Context, []redis.Cmder) error { return refused })(ctx, cmds))
	requireCounts(t, tracker.Stats("u"), 1, 0, 8)
	require.EqualValues(t, 2, tracker.Stats("u").WriteErrors)
}
