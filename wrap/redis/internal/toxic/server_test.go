package toxic_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"github.com/cachemeter/cachemeter/metrics"
	redismeter "github.com/cachemeter/cachemeter/wrap/redis"
	"github.com/cachemeter/cachemeter/wrap/redis/internal/redistest"
	"github.com/cachemeter/cachemeter/wrap/redis/internal/toxic"
)

// TestServerKilledAndBack: lookups are errors while the server is gone, and go on
// being counted when it is back, without anything done to the client.
func TestServerKilledAndBack(t *testing.T) {
	server := redistest.Start(t)
	fill(t, server.Addr)
	proxy := toxic.Start(t, server.Addr)
	client, tracker := newClient(t, proxy.Addr, func(o *redis.Options) { o.ReadTimeout = time.Second })
	var s seen
	var told atomic.Int64 // operations since the phase began
	run, stop := context.WithCancel(t.Context())
	var working sync.WaitGroup
	for worker := range 4 {
		working.Go(func() {
			random := rand.New(rand.NewPCG(11, uint64(worker)))
			for run.Err() == nil {
				s.run(context.Background(), client, random)
				told.Add(1)
			}
		})
	}
	next := func() {
		told.Store(0)
		require.Eventually(t, func() bool { return told.Load() > 100 }, 20*time.Second, time.Millisecond)
	}
	next()
	require.Zero(t, s.failures.Load())
	server.Kill()
	next()
	failed := s.failures.Load()
	require.NotZero(t, failed)
	again := redistest.Start(t)
	fill(t, again.Addr)
	proxy.Redirect(again.Addr)
	hits := s.hits.Load()
	next()
	require.Greater(t, s.hits.Load(), hits)
	stop()
	working.Wait()
	s.require(t, tracker, "killed and back")
	require.NotZero(t, tracker.Stats("u").ErrorsByClass[metrics.ConnectionError])
}

// TestServerOutOfMemory: what does not fit is a write error of the server's, and reads
// go on.
func TestServerOutOfMemory(t *testing.T) {
	server := redistest.Start(t, "--maxmemory", "3mb", "--maxmemory-policy", "noeviction")
	client, tracker := newClient(t, server.Addr, func(o *redis.Options) { o.ReadTimeout = 5 * time.Second })
	ctx := context.Background()
	var stored, refused uint64
	for i := 0; refused < 10; i++ {
		require.Less(t, i, 1000, "the server never fills up")
		if err := client.Set(ctx, fmt.Sprintf("u:%d", i), strings.Repeat("v", 100_000), 0).Err(); err == nil {
			stored++
		} else {
			require.ErrorContains(t, err, "OOM")
			refused++
		}
	}
	require.NoError(t, client.Get(ctx, "u:0").Err())
	require.ErrorIs(t, client.Get(ctx, "u:none").Err(), redis.Nil)
	_, err := client.TxPipelined(ctx, func(p redis.Pipeliner) error { // refused as a whole
		p.Get(ctx, "u:0")
		p.Set(ctx, "u:0", strings.Repeat("v", 100_000), 0)
		return nil
	})
	require.Error(t, err)
	s := tracker.Stats("u")
	require.Equal(t, [2]uint64{1, 1}, [2]uint64{s.Hits, s.Misses})
	require.Equal(t, stored, s.Sets)
	require.Equal(t, refused+1, s.WriteErrors)
	require.Equal(t, refused+2, s.Errors)
	require.Equal(t, s.Errors, s.ErrorsByClass[metrics.ServerError])
}

// TestReadOnlyReplica: a replica answers lookups and refuses writes.
func TestReadOnlyReplica(t *testing.T) {
	master := redistest.Start(t)
	fill(t, master.Addr)
	host, port, err := net.SplitHostPort(master.Addr)
	require.NoError(t, err)
	replica := redistest.Start(t, "--replicaof", host+" "+port, "--repl-diskless-sync-delay", "0")
	client, tracker := newClient(t, replica.Addr, func(o *redis.Options) { o.ReadTimeout = 5 * time.Second })
	ctx := context.Background()
	require.Eventually(t, func() bool { // INFO is no lookup
		return strings.Contains(client.Info(ctx, "replication").Val(), "master_link_status:up")
	}, 20*time.Second, 20*time.Millisecond)
	require.NoError(t, client.Get(ctx, "u:1").Err())
	require.ErrorIs(t, client.Get(ctx, "u:none").Err(), redis.Nil)
	require.ErrorContains(t, client.Set(ctx, "u:1", "w", 0).Err(), "READONLY")
	require.ErrorContains(t, client.Del(ctx, "u:1").Err(), "READONLY")
	s := tracker.Stats("u")
	require.Equal(t, [5]uint64{1, 1, 2, 2, 0}, [5]uint64{s.Hits, s.Misses, s.Errors, s.WriteErrors, s.Sets + s.Deletes})
	require.EqualValues(t, 2, s.ErrorsByClass[metrics.ServerError])
}

// TestRetriesAreTheSame: the server is asked as often with the hook as without, the
// caller gets the same, and each call is counted once however often it was tried.
func TestRetriesAreTheSame(t *testing.T) {
	for name, reply := range map[string]string{
		"LOADING":     "-LOADING Redis is loading the dataset in memory\r\n",
		"READONLY":    "-READONLY You can't write against a read only replica.\r\n",
		"CLUSTERDOWN": "-CLUSTERDOWN The cluster is down\r\n", "TRYAGAIN": "-TRYAGAIN later\r\n",
		"ERR": "-ERR no\r\n", "hangup": redistest.Hangup, "garbage": "?\r\n",
	} {
		for failing := range 5 {
			t.Run(fmt.Sprint(name, " ", failing), func(t *testing.T) {
				bare := retried(t, reply, failing, nil)
				tracker := metrics.NewTracker()
				wrapped := retried(t, reply, failing, tracker)
				require.Equal(t, bare, wrapped)
				s := tracker.Stats("u")
				require.EqualValues(t, 1+3, s.Hits+s.Misses+s.Errors, "%+v", s)
			})
		}
	}
}

// retrial is what a server and a caller saw.
type retrial struct {
	Asked                int64
	Single, Batch, First string
	IsReply              bool
}

func retried(t *testing.T, reply string, failing int, tracker *metrics.Tracker) (r retrial) {
	var asked, failed atomic.Int64
	server := redistest.StartScripted(t, func(args []string) string {
		if args[0] != "get" {
			return ""
		}
		if args[1] != "u:1" { // a client that hung up at the first is asked no more
			return "$1\r\nv\r\n"
		}
		asked.Add(1)
		if failed.Add(1) <= int64(failing) {
			return reply
		}
		return "$1\r\nv\r\n"
	})
	client := redis.NewClient(&redis.Options{
		Addr: server.Addr, Protocol: 2, MaxRetries: 2, MinRetryBackoff: time.Microsecond, MaxRetryBackoff: 10 * time.Microsecond, PoolSize: 1,
	})
	defer client.Close()
	if tracker != nil {
		require.NoError(t, redismeter.Instrument(client, tracker))
	}
	ctx := context.Background()
	err := client.Get(ctx, "u:1").Err()
	r.Single, r.IsReply = fmt.Sprint(err), isReply(err)
	failed.Store(0)
	cmds, err := client.Pipelined(ctx, func(p redis.Pipeliner) error {
		for _, key := range []string{"u:1", "u:2", "u:3"} {
			p.Get(ctx, key)
		}
		return nil
	})
	r.Batch, r.First = fmt.Sprint(err), fmt.Sprint(cmds[0].Err())
	r.Asked = asked.Load()
	return r
}

func isReply(err error) bool {
	_, ok := err.(redis.Error)
	return ok
}
