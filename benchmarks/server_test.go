package benchmarks

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"
)

// The same through a client to a server, once for each server and for single
// commands and pipelines.
var (
	miniredisSingle   = group{name: "MiniredisSingle", goroutines: alone, slow: true, subjects: subjectsOf(hooks, singleTo(startMiniredis))}
	miniredisPipeline = group{name: "MiniredisPipeline", goroutines: alone, slow: true, unit: batch, subjects: subjectsOf(hooks, pipelineTo(startMiniredis))}
	redisSingle       = group{name: "RedisSingle", goroutines: several, slow: true, subjects: subjectsOf(hooks, singleTo(startRedis))}
	redisPipeline     = group{name: "RedisPipeline", goroutines: alone, slow: true, unit: batch, subjects: subjectsOf(hooks, pipelineTo(startRedis))}
)

func BenchmarkMiniredisSingle(b *testing.B)   { miniredisSingle.measure(b) }
func BenchmarkMiniredisPipeline(b *testing.B) { miniredisPipeline.measure(b) }
func BenchmarkRedisSingle(b *testing.B)       { redisSingle.measure(b) }
func BenchmarkRedisPipeline(b *testing.B)     { redisPipeline.measure(b) }

// TestMain ends the servers that benchmarks and tests share.
func TestMain(m *testing.M) {
	code := m.Run()
	stopServers()
	os.Exit(code)
}

var servers struct {
	mu   sync.Mutex
	stop []func()
}

func stopServers() {
	servers.mu.Lock()
	defer servers.mu.Unlock()
	for _, stop := range servers.stop {
		stop()
	}
}

func stopAtEnd(stop func()) {
	servers.mu.Lock()
	defer servers.mu.Unlock()
	servers.stop = append(servers.stop, stop)
}

var errNoServer = errors.New("benchmarks: no redis-server on PATH: nothing is measured against a real one")

var startMiniredis = sync.OnceValues(func() (addr string, err error) {
	server, err := miniredis.Run()
	if err != nil {
		return "", err
	}
	stopAtEnd(server.Close)
	return server.Addr(), nil
})

var startRedis = sync.OnceValues(func() (addr string, err error) {
	program, err := exec.LookPath("redis-server")
	if err != nil {
		return "", errNoServer
	}
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	addr = free.Addr().String()
	port := free.Addr().(*net.TCPAddr).Port
	if err := free.Close(); err != nil {
		return "", err
	}
	server := exec.Command(program, "--bind", "127.0.0.1", "--port", strconv.Itoa(port), "--save", "", "--appendonly", "no", "--daemonize", "no")
	if err := server.Start(); err != nil {
		return "", err
	}
	stopAtEnd(func() {
		_ = server.Process.Kill()
		_ = server.Wait()
	})
	return addr, nil
})

// connected returns a client of a running server with the hook installed and the
// keys of one batch in place.
func (h hooked) connected(tb testing.TB, start func() (string, error)) (*redis.Client, func() uint64) {
	addr, err := start()
	if errors.Is(err, errNoServer) {
		tb.Skip(err)
	}
	require.NoError(tb, err)
	client := redis.NewClient(&redis.Options{Addr: addr, DisableIdentity: true, Protocol: 2})
	tb.Cleanup(func() { require.NoError(tb, client.Close()) })
	ctx := context.Background()
	require.Eventually(tb, func() bool { return client.Ping(ctx).Err() == nil }, 10*time.Second, 5*time.Millisecond)
	for _, k := range keys[:batch] {
		require.NoError(tb, client.Set(ctx, k, "Ada", 0).Err())
	}
	return client, h.install(tb, client)
}

func singleTo(start func() (string, error)) func(testing.TB, hooked) rig {
	return func(tb testing.TB, h hooked) rig {
		client, counted := h.connected(tb, start)
		ctx := context.Background()
		return shared(func(times int) {
			for i := range times {
				if err := client.Get(ctx, keys[i%batch]).Err(); err != nil {
					tb.Error(err)
				}
			}
		}, counted)
	}
}

func pipelineTo(start func() (string, error)) func(testing.TB, hooked) rig {
	return func(tb testing.TB, h hooked) rig {
		client, counted := h.connected(tb, start)
		ctx := context.Background()
		return shared(func(times int) {
			for range times / batch {
				pipe := client.Pipeline()
				for _, k := range keys[:batch] {
					pipe.Get(ctx, k)
				}
				if _, err := pipe.Exec(ctx); err != nil {
					tb.Error(fmt.Errorf("a pipeline of %d: %w", batch, err))
				}
			}
		}, counted)
	}
}
