package redistest

import (
	"context"
	"fmt"
	"net"
	"os/exec"
	"strconv"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"
)

// Sentinels is a master with a replica, watched by sentinels.
type Sentinels struct {
	Name    string   // of the master, as the sentinels call it
	Addrs   []string // of the sentinels
	Master  *Server
	Replica *Server
}

// StartSentinels runs a master, a replica and three sentinels.
func StartSentinels(t testing.TB) *Sentinels {
	t.Helper()
	s := &Sentinels{Name: "main", Master: Start(t)}
	host, port, err := net.SplitHostPort(s.Master.Addr)
	require.NoError(t, err)
	s.Replica = Start(t, "--replicaof", host+" "+port, "--repl-diskless-sync-delay", "0")
	path, err := exec.LookPath("redis-server")
	require.NoError(t, err)
	for i := range 3 {
		at := FreePort(t)
		config := writeFile(t, fmt.Sprintf("sentinel%d.conf", i), fmt.Sprintf(
			"port %d\nbind 127.0.0.1\ndir %s\nsentinel monitor %s %s %s 2\nsentinel down-after-milliseconds %s 1000\nsentinel failover-timeout %s 3000\n",
			at, t.TempDir(), s.Name, host, port, s.Name, s.Name))
		sentinel := run(t, path, at, []string{config, "--sentinel"})
		require.NotNil(t, sentinel, "sentinel %d did not start", i)
		s.Addrs = append(s.Addrs, net.JoinHostPort("127.0.0.1", strconv.Itoa(at)))
	}
	for _, addr := range s.Addrs {
		sentinel := redis.NewSentinelClient(&redis.Options{Addr: addr})
		require.Eventually(t, func() bool {
			replicas, err := sentinel.Replicas(context.Background(), s.Name).Result()
			others, err2 := sentinel.Sentinels(context.Background(), s.Name).Result()
			return err == nil && err2 == nil && len(replicas) == 1 && len(others) == 2
		}, patience, 50*time.Millisecond, "the sentinels do not know each other and the replica")
		_ = sentinel.Close()
	}
	return s
}
