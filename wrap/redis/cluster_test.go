package redismeter_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"github.com/cachemeter/cachemeter/metrics"
	redismeter "github.com/cachemeter/cachemeter/wrap/redis"
	"github.com/cachemeter/cachemeter/wrap/redis/internal/redistest"
)

func newCluster(t *testing.T, c *redistest.Cluster, change func(*redis.ClusterOptions)) *redis.ClusterClient {
	t.Helper()
	options := &redis.ClusterOptions{Addrs: c.Addrs()}
	if change != nil {
		change(options)
	}
	client := redis.NewClusterClient(options)
	t.Cleanup(func() { _ = client.Close() })
	return client
}

func TestCluster(t *testing.T) {
	c := redistest.StartCluster(t)

	t.Run("paths", func(t *testing.T) { walk(t, newCluster(t, c, nil)) })

	t.Run("a node's client", func(t *testing.T) {
		client := newCluster(t, c, nil)
		tracker := metrics.NewTracker()
		require.NoError(t, redismeter.Instrument(client, tracker))
		require.NoError(t, client.Set(ctx, "u:{1}:a", "v", 0).Err())
		master, err := client.MasterForKey(ctx, "u:{1}:a")
		require.NoError(t, err)
		require.NoError(t, master.Get(ctx, "u:{1}:a").Err())
		requireCounts(t, tracker.Stats("u"), 0, 0, 0, "go-redis does not run the cluster's hooks here")
		require.NoError(t, redismeter.HookOf(client).Node(master).Get(ctx, "u:{1}:a").Err())
		requireCounts(t, tracker.Stats("u"), 1, 0, 0)
		require.NoError(t, client.Get(ctx, "u:{1}:a").Err())
		requireCounts(t, tracker.Stats("u"), 2, 0, 0, "the cluster's own calls still count once")
	})

	t.Run("keys of several slots in one command", func(t *testing.T) {
		client := newCluster(t, c, nil)
		tracker := metrics.NewTracker()
		require.NoError(t, redismeter.Instrument(client, tracker))
		require.ErrorContains(t, client.MGet(ctx, "u:1", "u:2").Err(), "CROSSSLOT")
		requireCounts(t, tracker.Stats("u"), 0, 0, 2)
		_, err := client.TxPipelined(ctx, func(p redis.Pipeliner) error { p.Get(ctx, "u:1"); p.Get(ctx, "u:2"); return nil })
		if err != nil && !errors.Is(err, redis.Nil) { // older versions divide the transaction
			requireCounts(t, tracker.Stats("u"), 0, 0, 4)
		} else {
			requireCounts(t, tracker.Stats("u"), 0, 2, 2)
		}
	})

	t.Run("MOVED and ASK are followed", func(t *testing.T) {
		client := newCluster(t, c, nil)
		tracker := metrics.NewTracker()
		require.NoError(t, redismeter.Instrument(client, tracker))
		const key = "u:{moving}:1"
		slot := int(client.ClusterKeySlot(ctx, key).Val())
		require.Greater(t, slot, 16384*2/3, "of the third master")
		require.NoError(t, client.Set(ctx, key, "v", 0).Err())
		c.MoveSlot(t, slot, 2, 0, func() {
			require.NoError(t, client.Get(ctx, key).Err())
			require.ErrorIs(t, client.Get(ctx, "u:{moving}:none").Err(), redis.Nil) // by ASK
			_, err := client.Pipelined(ctx, func(p redis.Pipeliner) error {
				p.Get(ctx, key)
				p.Get(ctx, "u:{moving}:none")
				return nil
			})
			require.ErrorIs(t, err, redis.Nil)
		})
		require.NoError(t, client.Get(ctx, key).Err()) // by MOVED
		requireCounts(t, tracker.Stats("u"), 3, 2, 0)
		c.MoveSlot(t, slot, 0, 2, nil)
	})

	t.Run("slots migrate and a master dies", func(t *testing.T) { clusterUnderFire(t, c) })
}

// clusterUnderFire requires hits + misses + errors = the lookups issued, and each of the
// three as the program saw it, while slots move and a master is killed.
func clusterUnderFire(t *testing.T, c *redistest.Cluster) {
	client := newCluster(t, c, func(o *redis.ClusterOptions) {
		o.MaxRedirects, o.DialTimeout, o.ReadTimeout = 2, 200*time.Millisecond, 200*time.Millisecond
		o.MinRetryBackoff, o.MaxRetryBackoff = time.Millisecond, 10*time.Millisecond
	})
	tracker := metrics.NewTracker()
	require.NoError(t, redismeter.Instrument(client, tracker))

	var issued, hits, misses, failed atomic.Int64
	saw := func(err error, n int) {
		issued.Add(int64(n))
		switch {
		case err == nil:
			hits.Add(int64(n))
		case errors.Is(err, redis.Nil):
			misses.Add(int64(n))
		default:
			failed.Add(int64(n))
		}
	}
	run, stop := context.WithCancel(ctx)
	var working sync.WaitGroup
	for worker := range 4 {
		random := rand.New(rand.NewPCG(1, uint64(worker)))
		key := func() string { return fmt.Sprintf("u:%d", random.IntN(3000)) }
		working.Go(func() {
			for run.Err() == nil {
				switch random.IntN(5) {
				case 0:
					client.Set(ctx, "w:"+key(), "v", 0)
					client.Set(ctx, key(), "v", 0) // its failures are errors of u as well
				case 1, 2:
					saw(client.Get(ctx, key()).Err(), 1)
				case 3:
					tag := random.IntN(1000)
					values, err := client.MGet(ctx, fmt.Sprintf("u:{%d}:a", tag), fmt.Sprintf("u:{%d}:b", tag)).Result()
					if err != nil {
						saw(err, 2)
						break
					}
					for _, v := range values {
						if v == nil {
							saw(redis.Nil, 1)
						} else {
							saw(nil, 1)
						}
					}
				case 4:
					cmds, _ := client.Pipelined(ctx, func(p redis.Pipeliner) error {
						for range 10 {
							p.Get(ctx, key())
						}
						return nil
					})
					for _, cmd := range cmds {
						saw(cmd.Err(), 1)
					}
				}
			}
		})
	}
	enough := func(more int64) {
		want := issued.Load() + more
		require.Eventually(t, func() bool { return issued.Load() > want }, 20*time.Second, 10*time.Millisecond)
	}
	enough(1000)
	for i := range 40 { // slots of the first master go to the second
		c.MoveSlot(t, i, 0, 1, nil)
	}
	enough(1000)
	c.KillMaster(t, 2, 0)
	for deadline := time.Now().Add(30 * time.Second); ; {
		err := client.Set(ctx, "w:{moving}", "v", 0).Err()
		if err == nil {
			break
		}
		client.ReloadState(ctx) // newer go-redis looks for itself once a minute
		require.False(t, time.Now().After(deadline), "the client does not find the new master: %v", err)
	}
	enough(1000)
	stop()
	working.Wait()

	s := tracker.Stats("u")
	require.EqualValues(t, issued.Load(), s.Hits+s.Misses+s.Errors-s.WriteErrors, "every lookup has one outcome")
	require.EqualValues(t, hits.Load(), s.Hits, "hits")
	require.EqualValues(t, misses.Load(), s.Misses, "misses")
	require.EqualValues(t, failed.Load(), s.Errors-s.WriteErrors, "errors")
	require.Positive(t, s.Hits)
	require.Positive(t, s.Misses)
	t.Logf("%d lookups: %d hits, %d misses, %d errors %v", issued.Load(), s.Hits, s.Misses, s.Errors-s.WriteErrors, s.ErrorsByClass)
}

func TestClusterFailures(t *testing.T) {
	t.Run("redirects exhausted", func(t *testing.T) {
		self := redistest.StartScripted(t, func(args []string) string { return "" })
		self.Answer(oneNodeCluster(self.Addr, func(args []string) string {
			if args[len(args)-1] == "u:moved" || len(args) > 1 && args[1] == "u:moved" {
				return "-MOVED 1 " + self.Addr + "\r\n"
			}
			return "$-1\r\n"
		}))
		client, tracker := clusterOf(t, self.Addr)
		require.ErrorContains(t, client.Get(ctx, "u:moved").Err(), "MOVED")
		requireCounts(t, tracker.Stats("u"), 0, 0, 1, "one call, one error, however often it was sent")
		_, err := client.Pipelined(ctx, func(p redis.Pipeliner) error {
			p.Get(ctx, "u:1")
			p.Get(ctx, "u:moved")
			p.Get(ctx, "u:2")
			return nil
		})
		require.Error(t, err)
		requireCounts(t, tracker.Stats("u"), 0, 2, 2)
		require.EqualValues(t, 2, tracker.Stats("u").ErrorsByClass[metrics.ServerError])
	})
	t.Run("cluster down", func(t *testing.T) {
		self := redistest.StartScripted(t, func(args []string) string { return "" })
		self.Answer(oneNodeCluster(self.Addr, func([]string) string { return "-CLUSTERDOWN The cluster is down\r\n" }))
		client, tracker := clusterOf(t, self.Addr)
		require.ErrorContains(t, client.Get(ctx, "u:1").Err(), "CLUSTERDOWN")
		_, err := client.Pipelined(ctx, func(p redis.Pipeliner) error { p.Get(ctx, "u:1"); p.Get(ctx, "u:2"); return nil })
		require.Error(t, err)
		requireCounts(t, tracker.Stats("u"), 0, 0, 3)
		require.EqualValues(t, 3, tracker.Stats("u").ErrorsByClass[metrics.ServerError])
	})
	t.Run("no node answers", func(t *testing.T) {
		client, tracker := clusterOf(t, "127.0.0.1:1")
		require.Error(t, client.Get(ctx, "u:1").Err())
		_, err := client.Pipelined(ctx, func(p redis.Pipeliner) error { p.Get(ctx, "u:1"); p.Get(ctx, "u:2"); return nil })
		require.Error(t, err)
		requireCounts(t, tracker.Stats("u"), 0, 0, 3)
		require.EqualValues(t, 3, tracker.Stats("u").ErrorsByClass[metrics.ConnectionError])
	})
	t.Run("one node is down", func(t *testing.T) {
		up := redistest.StartScripted(t, func([]string) string { return "" })
		up.Answer(oneNodeCluster(up.Addr, func([]string) string { return "$-1\r\n" }))
		client := redis.NewClusterClient(&redis.ClusterOptions{
			MaxRedirects: -1, Protocol: 2,
			ClusterSlots: func(context.Context) ([]redis.ClusterSlot, error) {
				return []redis.ClusterSlot{
					{Start: 0, End: 8191, Nodes: []redis.ClusterNode{{Addr: up.Addr}}},
					{Start: 8192, End: 16383, Nodes: []redis.ClusterNode{{Addr: "127.0.0.1:1"}}},
				}, nil
			},
		})
		t.Cleanup(func() { _ = client.Close() })
		tracker := metrics.NewTracker()
		require.NoError(t, redismeter.Instrument(client, tracker))
		misses, failed := 0, 0
		cmds, err := client.Pipelined(ctx, func(p redis.Pipeliner) error {
			for i := range 50 {
				p.Get(ctx, fmt.Sprintf("u:%d", i))
			}
			return nil
		})
		require.Error(t, err)
		for _, cmd := range cmds {
			if errors.Is(cmd.Err(), redis.Nil) {
				misses++
			} else {
				failed++
			}
		}
		require.Positive(t, misses)
		require.Positive(t, failed)
		requireCounts(t, tracker.Stats("u"), 0, misses, failed)
	})
	t.Run("setup of the connections refused", func(t *testing.T) {
		self := redistest.StartScripted(t, func([]string) string { return "" })
		self.Answer(func(args []string) string {
			if args[0] == "auth" || args[0] == "hello" {
				return "-WRONGPASS invalid\r\n"
			}
			return ""
		})
		client := redis.NewClusterClient(&redis.ClusterOptions{
			Password: "wrong", MaxRedirects: -1, Protocol: 2,
			ClusterSlots: func(context.Context) ([]redis.ClusterSlot, error) {
				return []redis.ClusterSlot{{Start: 0, End: 16383, Nodes: []redis.ClusterNode{{Addr: self.Addr}}}}, nil
			},
		})
		t.Cleanup(func() { _ = client.Close() })
		tracker := metrics.NewTracker()
		require.NoError(t, redismeter.Instrument(client, tracker))
		_, err := client.Pipelined(ctx, func(p redis.Pipeliner) error { p.Get(ctx, "u:1"); p.Get(ctx, "u:2"); return nil })
		require.ErrorContains(t, err, "WRONGPASS")
		requireCounts(t, tracker.Stats("u"), 0, 0, 2)
	})
}

// oneNodeCluster answers as the only node of a cluster.
func oneNodeCluster(addr string, answer func([]string) string) func([]string) string {
	return func(args []string) string {
		switch args[0] {
		case "hello", "client", "readonly":
			return ""
		case "cluster":
			host, port := "127.0.0.1", addr[len("127.0.0.1:"):]
			return fmt.Sprintf("*1\r\n*3\r\n:0\r\n:16383\r\n*2\r\n%s:%s\r\n", redistest.Bulk(host), port)
		case "command":
			return "*0\r\n"
		}
		return answer(args)
	}
}

func clusterOf(t *testing.T, addr string) (*redis.ClusterClient, *metrics.Tracker) {
	t.Helper()
	client := redis.NewClusterClient(&redis.ClusterOptions{
		Addrs: []string{addr}, Protocol: 2, MaxRedirects: 2, MinRetryBackoff: time.Millisecond, MaxRetryBackoff: time.Millisecond,
	})
	t.Cleanup(func() { _ = client.Close() })
	tracker := metrics.NewTracker()
	require.NoError(t, redismeter.Instrument(client, tracker))
	return client, tracker
}
