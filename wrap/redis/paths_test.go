package redismeter_test

import (
	"context"
	"runtime"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"github.com/cachemeter/cachemeter/metrics"
	redismeter "github.com/cachemeter/cachemeter/wrap/redis"
	"github.com/cachemeter/cachemeter/wrap/redis/internal/redistest"
)

// walk uses a client in every way that a program can, and requires that each lookup
// was counted, and counted once.
func walk(t *testing.T, client redis.UniversalClient) {
	t.Helper()
	tracker := metrics.NewTracker()
	require.NoError(t, redismeter.Instrument(client, tracker))
	require.ErrorContains(t, redismeter.Instrument(client, tracker), "instrumented already")
	hits, misses, sets := 0, 0, 0
	check := func(path string) {
		t.Helper()
		s := tracker.Stats("u")
		requireCounts(t, s, hits, misses, 0, path)
		require.EqualValues(t, sets, s.Sets, path)
	}

	require.NoError(t, client.Set(ctx, "u:{1}:a", "v", 0).Err())
	require.NoError(t, client.HSet(ctx, "u:{1}:h", "f", "v").Err())
	sets += 2
	check("writes")
	require.NoError(t, client.Get(ctx, "u:{1}:a").Err())
	require.ErrorIs(t, client.Get(ctx, "u:{1}:none").Err(), redis.Nil)
	hits, misses = hits+1, misses+1
	check("single")
	require.NoError(t, client.Do(ctx, "GET", "u:{1}:a").Err())
	require.NoError(t, client.Process(ctx, redis.NewStringCmd(ctx, "get", "u:{1}:a")))
	hits += 2
	check("Do and Process")
	require.NoError(t, client.MGet(ctx, "u:{1}:a", "u:{1}:none").Err())
	hits, misses = hits+1, misses+1
	check("MGET")
	fill := func(p redis.Pipeliner) error {
		p.Get(ctx, "u:{1}:a")
		p.HGet(ctx, "u:{1}:h", "f")
		p.Get(ctx, "u:{1}:none")
		return nil
	}
	_, err := client.Pipelined(ctx, fill)
	require.ErrorIs(t, err, redis.Nil)
	hits, misses = hits+2, misses+1
	check("pipeline")
	_, err = client.Pipelined(ctx, func(p redis.Pipeliner) error { // over several nodes
		for _, key := range []string{"u:1", "u:2", "u:3", "u:4", "u:5", "u:6", "u:{1}:a"} {
			p.Get(ctx, key)
		}
		return nil
	})
	require.ErrorIs(t, err, redis.Nil)
	hits, misses = hits+1, misses+6
	check("pipeline over nodes")
	_, err = client.TxPipelined(ctx, fill)
	require.ErrorIs(t, err, redis.Nil)
	hits, misses = hits+2, misses+1
	check("transaction")
	script := redis.NewScript("return redis.call('get', KEYS[1])")
	require.NoError(t, script.Run(ctx, client, []string{"u:{1}:a"}).Err())
	check("script, opt-in")
	require.NoError(t, client.Watch(ctx, redismeter.HookOf(client).Watched(func(tx *redis.Tx) error {
		require.NoError(t, tx.Get(ctx, "u:{1}:a").Err())
		_, err := tx.TxPipelined(ctx, fill)
		require.ErrorIs(t, err, redis.Nil)
		return nil
	}), "u:{1}:a"))
	hits, misses = hits+3, misses+1
	check("Watch")

	single, ok := client.(*redis.Client)
	if !ok {
		return
	}
	hook := redismeter.HookOf(single)
	conn := hook.Conn(single)
	require.NoError(t, conn.Get(ctx, "u:{1}:a").Err())
	_, err = conn.Pipelined(ctx, fill)
	require.ErrorIs(t, err, redis.Nil)
	require.NoError(t, conn.Close())
	hits, misses = hits+3, misses+1
	check("Conn")
	patient := hook.WithTimeout(single, time.Minute)
	require.NoError(t, patient.Get(ctx, "u:{1}:a").Err())
	_, err = patient.Pipelined(ctx, fill)
	require.ErrorIs(t, err, redis.Nil)
	hits, misses = hits+3, misses+1
	check("WithTimeout")
	again := redismeter.HookOf(patient).WithTimeout(patient, time.Minute)
	require.NoError(t, again.Get(ctx, "u:{1}:a").Err())
	require.NoError(t, single.Get(ctx, "u:{1}:a").Err())
	hits += 2
	check("WithTimeout of WithTimeout, and the client itself")
}

func TestPathsOfClient(t *testing.T) {
	for _, protocol := range []int{2, 3} {
		client := redis.NewClient(&redis.Options{Addr: redistest.Start(t).Addr, Protocol: protocol})
		defer client.Close()
		walk(t, client)
	}
}

func TestPathsOfRing(t *testing.T) {
	ring := redis.NewRing(&redis.RingOptions{Addrs: map[string]string{
		"a": redistest.Start(t).Addr, "b": redistest.Start(t).Addr, "c": redistest.Start(t).Addr,
	}})
	defer ring.Close()
	walk(t, ring)
}

func TestPathsOfFailoverClients(t *testing.T) {
	s := redistest.StartSentinels(t)
	failover := redis.NewFailoverClient(&redis.FailoverOptions{MasterName: s.Name, SentinelAddrs: s.Addrs})
	defer failover.Close()
	walk(t, failover)
	require.NoError(t, failover.FlushAll(ctx).Err())
	cluster := redis.NewFailoverClusterClient(&redis.FailoverOptions{MasterName: s.Name, SentinelAddrs: s.Addrs})
	defer cluster.Close()
	walk(t, cluster)
	require.NoError(t, failover.FlushAll(ctx).Err())
	universal := redis.NewUniversalClient(&redis.UniversalOptions{MasterName: s.Name, Addrs: s.Addrs})
	defer universal.Close()
	walk(t, universal)

	// A replica refuses writes.
	replica := redis.NewClient(&redis.Options{Addr: s.Replica.Addr, MaxRetries: -1})
	defer replica.Close()
	tracker := metrics.NewTracker()
	require.NoError(t, redismeter.Instrument(replica, tracker))
	require.ErrorContains(t, replica.Set(ctx, "u:1", "v", 0).Err(), "READONLY")
	require.NoError(t, replica.Ping(ctx).Err())
	requireCounts(t, tracker.Stats("u"), 0, 0, 1)
	require.EqualValues(t, 1, tracker.Stats("u").WriteErrors)
}

func TestHooksFollowNewVersions(t *testing.T) {
	require.ErrorContains(t, redismeter.CheckVersion("9.5.0"), "use another version")
	require.ErrorContains(t, redismeter.CheckVersion("9.14.0"), "use another version")
	require.NoError(t, redismeter.CheckVersion("9.14.1"))
	require.NoError(t, redismeter.CheckVersion(redis.Version()))
	for version, drops := range map[string][2]bool{ // clones, conns
		"9.7.3": {false, true}, "9.8.0": {false, true}, "9.9.0": {false, false}, "9.14.1": {false, false},
		"9.15.0-beta.1": {true, false}, "9.23.0": {true, false}, "unknown": {true, false}, "10.x": {true, false},
	} {
		require.Equal(t, drops, [2]bool{redismeter.ClonesDropHooks(version), redismeter.ConnsDropHooks(version)}, version)
	}
}

func TestNilHookHelpsNobody(t *testing.T) {
	client := redis.NewClient(&redis.Options{Addr: miniredis.RunT(t).Addr()})
	defer client.Close()
	hook := redismeter.HookOf(client)
	require.Nil(t, hook)
	require.Nil(t, redismeter.HookOf(nil))
	require.NoError(t, client.Watch(ctx, hook.Watched(func(*redis.Tx) error { return nil }), "u:1"))
	require.NoError(t, hook.WithTimeout(client, time.Second).Ping(ctx).Err())
	conn := hook.Conn(client)
	defer conn.Close()
	require.NoError(t, conn.Ping(ctx).Err())
	require.Same(t, client, hook.Node(client))
}

// TestRingShardThatRefusesConnections has two shards: one answers with misses, the
// other refuses the setup of its connections, which leaves its commands without error.
func TestRingShardThatRefusesConnections(t *testing.T) {
	good := redistest.StartScripted(t, scriptOf("$-1\r\n"))
	bad := redistest.StartScripted(t, func(args []string) string {
		if args[0] == "select" {
			return "-ERR DB index is out of range\r\n"
		}
		return ""
	})
	// Its heart beats on another server, so that the ring takes it for healthy.
	ring := redis.NewRing(&redis.RingOptions{
		Addrs: map[string]string{"good": good.Addr, "bad": bad.Addr}, Protocol: 2, MaxRetries: -1,
		HeartbeatFrequency: time.Hour,
		NewClient: func(o *redis.Options) *redis.Client {
			if o.Addr == bad.Addr {
				o.DB = 99
			}
			return redis.NewClient(o)
		},
	})
	defer ring.Close()
	tracker := metrics.NewTracker()
	require.NoError(t, redismeter.Instrument(ring, tracker))
	const names = 200
	// Whose error the ring returns is that of the shard which answered first.
	seen := map[bool]bool{}
	for range 200 {
		misses := 0
		cmds, err := ring.Pipelined(ctx, func(p redis.Pipeliner) error {
			for i := range names {
				p.Get(ctx, "u:"+string(rune('a'+i%26))+string(rune('a'+i/26)))
			}
			return nil
		})
		require.Error(t, err)
		for _, cmd := range cmds {
			if cmd.Err() == redis.Nil {
				misses++
			}
		}
		require.Positive(t, misses)
		require.Less(t, misses, names)
		requireCounts(t, tracker.Stats("u"), 0, misses, names-misses, err)
		require.EqualValues(t, names-misses, tracker.Stats("u").ErrorsByClass[metrics.ServerError])
		tracker.Reset("u")
		if seen[err == redis.Nil] = true; len(seen) == 2 {
			return
		}
	}
	t.Logf("the ring returned one kind of error alone: redis.Nil is %v", seen)
}

func TestHookOnManyClientsAtOnce(t *testing.T) {
	tracker := metrics.NewTracker()
	hook, err := redismeter.NewHook(tracker)
	require.NoError(t, err)
	const clients, rounds = 8, 200
	server := miniredis.RunT(t)
	require.NoError(t, server.Set("u:1", "v"))
	done := make(chan error, clients)
	for range clients {
		go func() {
			client := redis.NewClient(&redis.Options{Addr: server.Addr()})
			defer client.Close()
			client.AddHook(hook)
			for range rounds {
				client.Get(context.Background(), "u:1")
				client.MGet(context.Background(), "u:1", "u:2")
			}
			done <- nil
		}()
	}
	for range clients {
		require.NoError(t, <-done)
	}
	requireCounts(t, tracker.Stats("u"), 2*clients*rounds, clients*rounds, 0)
}

// fakeClient is a client of somebody's own.
type fakeClient struct{ hooks []redis.Hook }

func (f *fakeClient) AddHook(hook redis.Hook) { f.hooks = append(f.hooks, hook) }

func TestClientsAreNotKeptAlive(t *testing.T) {
	tracker := metrics.NewTracker()
	before := redismeter.InstrumentedSize()
	kept := new(fakeClient)
	require.NoError(t, redismeter.Instrument(kept, tracker))
	for range 1000 {
		client := new(fakeClient)
		require.NoError(t, redismeter.Instrument(client, tracker))
		require.ErrorContains(t, redismeter.Instrument(client, tracker), "instrumented already")
		require.Same(t, client.hooks[0], redismeter.HookOf(client))
	}
	require.Eventually(t, func() bool {
		runtime.GC()
		return redismeter.InstrumentedSize() <= before+10
	}, 10*time.Second, 10*time.Millisecond)
	require.NotNil(t, redismeter.HookOf(kept))
	runtime.KeepAlive(kept)
}
