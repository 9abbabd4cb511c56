package csc_test

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"github.com/cachemeter/cachemeter/metrics"
	redismeter "github.com/cachemeter/cachemeter/wrap/redis"
	"github.com/cachemeter/cachemeter/wrap/redis/internal/redistest"
)

// What only the newest go-redis has, through the hook of package redismeter.

func newInstrumented(t *testing.T, options *redis.Options, opts ...redismeter.Option) (*redis.Client, *metrics.Tracker) {
	t.Helper()
	client := redis.NewClient(options)
	t.Cleanup(func() { _ = client.Close() })
	tracker := metrics.NewTracker()
	require.NoError(t, redismeter.Instrument(client, tracker, opts...))
	return client, tracker
}

func counts(tracker *metrics.Tracker, namespace string) [3]uint64 {
	s := tracker.Stats(namespace)
	return [3]uint64{s.Hits, s.Misses, s.Errors}
}

// autoPipelines are the ways to batch commands of different callers.
var autoPipelines = map[string]func(c *redis.Client) (*redis.AutoPipeliner, error){
	"blocking": func(c *redis.Client) (*redis.AutoPipeliner, error) { return c.AutoPipeline() },
	"async":    func(c *redis.Client) (*redis.AutoPipeliner, error) { return c.AsyncAutoPipeline() },
	"full duplex": func(c *redis.Client) (*redis.AutoPipeliner, error) {
		return c.AutoPipelineWithOptions(&redis.AutoPipelineOptions{FullDuplex: true})
	},
}

func TestAutoPipelinesCountOnce(t *testing.T) {
	server := redistest.Start(t)
	plain := redis.NewClient(&redis.Options{Addr: server.Addr})
	defer plain.Close()
	require.NoError(t, plain.Set(ctx, "u:1", "v", 0).Err())
	for name, start := range autoPipelines {
		t.Run(name, func(t *testing.T) {
			client, tracker := newInstrumented(t, &redis.Options{Addr: server.Addr})
			ap, err := start(client)
			require.NoError(t, err)
			require.ErrorContains(t, redismeter.Instrument(ap, tracker), "give Instrument the client")
			const callers, rounds = 8, 50
			var done sync.WaitGroup
			for range callers {
				done.Go(func() {
					for range rounds {
						hit, miss, pair := ap.Get(ctx, "u:1"), ap.Get(ctx, "u:none"), ap.MGet(ctx, "u:1", "u:none")
						_, _ = hit.Result()
						_, _ = miss.Result()
						_, _ = pair.Result()
					}
				})
			}
			done.Wait()
			cmds, err := ap.Pipelined(ctx, func(p redis.Pipeliner) error { p.Get(ctx, "u:1"); p.Get(ctx, "u:none"); return nil })
			require.ErrorIs(t, err, redis.Nil)
			require.Len(t, cmds, 2)
			_, err = ap.TxPipelined(ctx, func(p redis.Pipeliner) error { p.Get(ctx, "u:1"); return nil })
			require.NoError(t, err)
			_, err = ap.Do(ctx, "get", "u:1").Result()
			require.NoError(t, err)
			require.NoError(t, ap.Close())
			require.Equal(t, [3]uint64{2*callers*rounds + 3, 2*callers*rounds + 1, 0}, counts(tracker, "u"))
		})
	}
}

func TestAutoPipelineWhoseConnectionIsRefused(t *testing.T) {
	server := redistest.StartScripted(t, func(args []string) string {
		if args[0] == "hello" || args[0] == "auth" {
			return "-WRONGPASS invalid username-password pair\r\n"
		}
		return redistest.Bulk("never asked for")
	})
	for name, start := range autoPipelines {
		t.Run(name, func(t *testing.T) {
			client, tracker := newInstrumented(t, &redis.Options{Addr: server.Addr, Password: "wrong", MaxRetries: -1})
			ap, err := start(client)
			require.NoError(t, err)
			var done sync.WaitGroup
			for range 20 {
				done.Go(func() { _, _ = ap.Get(ctx, "u:1").Result() })
			}
			done.Wait()
			require.NoError(t, ap.Close())
			require.Equal(t, [3]uint64{0, 0, 20}, counts(tracker, "u"))
		})
	}
}

func TestWatchWhoseConnectionIsRefused(t *testing.T) {
	server := redistest.StartScripted(t, func(args []string) string {
		if args[0] == "hello" || args[0] == "auth" {
			return "-WRONGPASS invalid username-password pair\r\n"
		}
		return ""
	})
	client, tracker := newInstrumented(t, &redis.Options{Addr: server.Addr, Password: "wrong", MaxRetries: -1})
	require.Error(t, client.Watch(ctx, func(tx *redis.Tx) error {
		_, err := tx.TxPipelined(ctx, func(p redis.Pipeliner) error { p.Get(ctx, "u:1"); p.Get(ctx, "u:2"); return nil })
		return err
	}))
	require.Equal(t, [3]uint64{0, 0, 2}, counts(tracker, "u"))
	_, err := client.TxPipelined(ctx, func(p redis.Pipeliner) error { p.Get(ctx, "u:1"); p.Get(ctx, "u:2"); return nil })
	require.Error(t, err)
	require.Equal(t, [3]uint64{0, 0, 4}, counts(tracker, "u"))
}

func TestGetToBuffer(t *testing.T) {
	client, tracker := newInstrumented(t, &redis.Options{Addr: redistest.Start(t).Addr}, redismeter.WithBytesRead())
	require.NoError(t, client.Set(ctx, "u:1", "12345", 0).Err())
	require.NoError(t, client.HSet(ctx, "u:h", "f", "v").Err())
	buf := make([]byte, 100)
	require.NoError(t, client.GetToBuffer(ctx, "u:1", buf).Err())
	require.ErrorIs(t, client.GetToBuffer(ctx, "u:none", buf).Err(), redis.Nil)
	require.Error(t, client.GetToBuffer(ctx, "u:h", buf).Err())
	require.ErrorContains(t, client.GetToBuffer(ctx, "u:1", make([]byte, 2)).Err(), "buffer too small")
	require.Equal(t, [3]uint64{1, 1, 2}, counts(tracker, "u"))
	require.EqualValues(t, 5, tracker.Stats("u").BytesRead)
}

func TestRawReplies(t *testing.T) {
	for _, protocol := range []int{2, 3} {
		t.Run(fmt.Sprintf("RESP%d", protocol), func(t *testing.T) {
			client, tracker := newInstrumented(t, &redis.Options{Addr: redistest.Start(t).Addr, Protocol: protocol}, redismeter.WithBytesRead())
			require.NoError(t, client.Set(ctx, "u:1", "12345", 0).Err())
			require.NoError(t, client.HSet(ctx, "u:h", "f", "v").Err())
			expect := func(want ...uint64) {
				t.Helper()
				require.Equal(t, [3]uint64(want), counts(tracker, "u"))
				tracker.Reset("u")
			}
			tracker.Reset("u")
			raw := client.DoRaw(ctx, "GET", "u:1")
			require.NoError(t, raw.Err())
			require.EqualValues(t, 5, tracker.Stats("u").BytesRead)
			expect(1, 0, 0)
			require.NoError(t, client.DoRaw(ctx, "get", "u:none").Err(), "go-redis does not look into it")
			expect(0, 1, 0)
			require.NoError(t, client.DoRaw(ctx, "get", "u:h").Err())
			require.EqualValues(t, 1, tracker.Stats("u").ErrorsByClass[metrics.ServerError])
			expect(0, 0, 1)
			client.DoRaw(ctx, "mget", "u:1", "u:none", "u:h")
			expect(1, 2, 0)
			client.DoRaw(ctx, "hgetall", "u:h")
			client.DoRaw(ctx, "hgetall", "u:none")
			expect(1, 1, 0)
			_, err := client.Pipelined(ctx, func(p redis.Pipeliner) error {
				_ = p.Process(ctx, redis.NewRawCmd(ctx, "get", "u:1"))
				_ = p.Process(ctx, redis.NewRawCmd(ctx, "get", "u:none"))
				_ = p.Process(ctx, redis.NewRawCmd(ctx, "get", "u:h"))
				return nil
			})
			require.NoError(t, err)
			expect(1, 1, 1)
			client.DoRaw(ctx, "del", "u:1", "u:none")
			require.EqualValues(t, 1, tracker.Stats("u").Deletes)
			tracker.Reset("u")

			var w bytes.Buffer
			for _, key := range []string{"u:h", "u:none"} {
				require.NoError(t, client.DoRawWriteTo(ctx, &w, "get", key).Err())
			}
			expect(0, 0, 0)
		})
	}
}

func TestTypedRepliesThatLoseNilAreNotGuessed(t *testing.T) {
	server := redistest.StartScripted(t, func(args []string) string {
		switch strings.ToLower(args[0]) {
		case "hgetex", "hgetdel":
			return "*2\r\n$-1\r\n$0\r\n\r\n"
		case "digest":
			if args[1] == "u:none" {
				return "$-1\r\n"
			}
			return redistest.Bulk("0123456789abcdef")
		case "json.get":
			return "$-1\r\n"
		}
		return ""
	})
	client, tracker := newInstrumented(t, &redis.Options{Addr: server.Addr, Protocol: 2}, redismeter.WithCommands("digest"))
	require.Len(t, client.HGetEX(ctx, "u:1", "f", "g").Val(), 2)
	require.Len(t, client.HGetDel(ctx, "u:1", "f", "g").Val(), 2)
	require.Equal(t, [3]uint64{0, 0, 0}, counts(tracker, "u"))
	require.NoError(t, client.Do(ctx, "HGETEX", "u:1", "FIELDS", 2, "f", "g").Err())
	require.Equal(t, [3]uint64{1, 1, 0}, counts(tracker, "u"), "Do keeps nil")
	require.NoError(t, client.Digest(ctx, "u:1").Err())
	require.ErrorIs(t, client.Digest(ctx, "u:none").Err(), redis.Nil)
	require.Equal(t, [3]uint64{2, 2, 0}, counts(tracker, "u"))
	require.ErrorIs(t, client.JSONGet(ctx, "u:1").Err(), redis.Nil)
	require.Equal(t, [3]uint64{2, 3, 0}, counts(tracker, "u"))
}

func TestTypedJSON(t *testing.T) {
	for _, test := range []struct {
		name, reply string
		call        func(c *redis.Client)
		want        [3]uint64
	}{
		{"JSON.GET hit", "$7\r\n[{\"a\":1\r\n", func(c *redis.Client) { c.JSONGet(ctx, "u:1", "$") }, [3]uint64{1, 0, 0}},
		{"JSON.GET of a path that matches nothing", "$2\r\n[]\r\n", func(c *redis.Client) { c.JSONGet(ctx, "u:1", "$.none") }, [3]uint64{1, 0, 0}},
		{"JSON.GET miss", "$-1\r\n", func(c *redis.Client) { c.JSONGet(ctx, "u:1") }, [3]uint64{0, 1, 0}},
		{"JSON.GET wrong type", "-WRONGTYPE no JSON\r\n", func(c *redis.Client) { c.JSONGet(ctx, "u:1") }, [3]uint64{0, 0, 1}},
		{"JSON.MGET", "*2\r\n$3\r\n[1]\r\n$-1\r\n", func(c *redis.Client) { c.JSONMGet(ctx, "$", "u:1", "u:2") }, [3]uint64{1, 1, 0}},
		{"JSON.TYPE hit", "*1\r\n$6\r\nobject\r\n", func(c *redis.Client) { c.JSONType(ctx, "u:1", "$") }, [3]uint64{1, 0, 0}},
		{"JSON.TYPE miss", "*1\r\n$-1\r\n", func(c *redis.Client) { c.JSONType(ctx, "u:1", "$") }, [3]uint64{0, 1, 0}},
		{"JSON.OBJKEYS hit", "*1\r\n*1\r\n$1\r\na\r\n", func(c *redis.Client) { c.JSONObjKeys(ctx, "u:1", "$") }, [3]uint64{1, 0, 0}},
		{"JSON.OBJKEYS miss", "*1\r\n*-1\r\n", func(c *redis.Client) { c.JSONObjKeys(ctx, "u:1", "$") }, [3]uint64{0, 1, 0}},
		{"JSON.OBJLEN hit", "*1\r\n:2\r\n", func(c *redis.Client) { c.JSONObjLen(ctx, "u:1", "$") }, [3]uint64{1, 0, 0}},
		{"JSON.OBJLEN miss", "*1\r\n$-1\r\n", func(c *redis.Client) { c.JSONObjLen(ctx, "u:1", "$") }, [3]uint64{0, 1, 0}},
	} {
		t.Run(test.name, func(t *testing.T) {
			server := redistest.StartScripted(t, func(args []string) string {
				if strings.HasPrefix(args[0], "JSON.") {
					return test.reply
				}
				return ""
			})
			client, tracker := newInstrumented(t, &redis.Options{Addr: server.Addr, Protocol: 2, MaxRetries: -1}, redismeter.WithCommands("json.type", "json.objkeys", "json.objlen"))
			test.call(client)
			require.Equal(t, test.want, counts(tracker, "u"))
		})
	}
}

// TestSplitCommandsOfACluster: with its dynamic resolver a cluster client divides an
// MGET among the nodes, and the program's MGET is what counts.
func TestSplitCommandsOfACluster(t *testing.T) {
	nodes := redistest.StartCluster(t)
	client := redis.NewClusterClient(&redis.ClusterOptions{Addrs: nodes.Addrs()})
	defer client.Close()
	client.SetCommandInfoResolver(client.NewDynamicResolver())
	tracker := metrics.NewTracker()
	require.NoError(t, redismeter.Instrument(client, tracker))
	require.NoError(t, client.Set(ctx, "u:1", "v", 0).Err())
	require.NoError(t, client.Set(ctx, "u:2", "v", 0).Err())
	require.Eventually(t, func() bool { return client.MGet(ctx, "u:1", "u:none", "u:2", "v:3").Err() == nil }, 5*time.Second, 10*time.Millisecond)
	require.Equal(t, [3]uint64{2, 1, 0}, counts(tracker, "u"))
	require.Equal(t, [3]uint64{0, 1, 0}, counts(tracker, "v"))

	ap, err := client.AutoPipeline()
	require.NoError(t, err)
	var done sync.WaitGroup
	for range 50 {
		done.Go(func() {
			if _, err := ap.Get(ctx, "u:1").Result(); err != nil && !errors.Is(err, redis.Nil) {
				t.Error(err)
			}
		})
	}
	done.Wait()
	require.NoError(t, ap.Close())
	require.Equal(t, [3]uint64{52, 1, 0}, counts(tracker, "u"))
}
