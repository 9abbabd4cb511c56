package toxic_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"regexp"
	"runtime"
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

type quiet struct{}

func (quiet) Printf(context.Context, string, ...any) {}

func TestMain(m *testing.M) {
	redis.SetLogger(quiet{})
	os.Exit(m.Run())
}

// seen counts what callers were told, by the same rules as the hook.
type seen struct{ hits, misses, failures atomic.Uint64 }

func (s *seen) saw(err error, n int) {
	switch {
	case err == nil:
		s.hits.Add(uint64(n))
	case errors.Is(err, redis.Nil):
		s.misses.Add(uint64(n))
	default:
		s.failures.Add(uint64(n))
	}
}

// require compares what callers were told with what was counted in namespace u.
func (s *seen) require(t *testing.T, tracker *metrics.Tracker, about string) {
	t.Helper()
	got := tracker.Stats("u")
	require.Equal(t, [3]uint64{s.hits.Load(), s.misses.Load(), s.failures.Load()}, [3]uint64{got.Hits, got.Misses, got.Errors - got.WriteErrors}, "hits, misses, errors: "+about)
}

// run does one random thing with a client, and notes what came of it.
func (s *seen) run(ctx context.Context, client *redis.Client, random *rand.Rand) {
	key := func() string { return fmt.Sprintf("u:%d", random.IntN(20)) }
	switch random.IntN(6) {
	case 0, 1:
		s.saw(client.Get(ctx, key()).Err(), 1)
	case 2:
		values, err := client.MGet(ctx, key(), key(), key()).Result()
		if err != nil {
			s.saw(err, 3)
			return
		}
		for _, v := range values[:min(len(values), 3)] {
			if v == nil {
				s.saw(redis.Nil, 1)
			} else {
				s.saw(nil, 1)
			}
		}
		// An array of another length is what a lying server sends: no lookup is lost.
		for range 3 - len(values) {
			s.saw(errors.New("never answered"), 1)
		}
	case 3:
		s.saw(client.HGet(ctx, "u:hash", key()).Err(), 1)
	case 4:
		client.Set(ctx, key(), strings.Repeat("v", random.IntN(3000)), 0)
	case 5:
		cmds, err := client.Pipelined(ctx, func(p redis.Pipeliner) error {
			for range 1 + random.IntN(5) {
				p.Get(ctx, key())
			}
			return nil
		})
		refused := err != nil
		for _, cmd := range cmds {
			refused = refused && cmd.Err() == nil
		}
		for _, cmd := range cmds {
			if refused { // the setup of the connection failed: no command says so
				s.saw(err, 1)
			} else {
				s.saw(cmd.Err(), 1)
			}
		}
	}
}

func newClient(t testing.TB, addr string, change func(*redis.Options)) (*redis.Client, *metrics.Tracker) {
	t.Helper()
	o := &redis.Options{
		Addr: addr, PoolSize: 4, MaxRetries: 1, MinRetryBackoff: time.Microsecond, MaxRetryBackoff: 100 * time.Microsecond,
		DialTimeout: time.Second, ReadTimeout: 8 * time.Millisecond, WriteTimeout: 100 * time.Millisecond, PoolTimeout: time.Second,
	}
	if change != nil {
		change(o)
	}
	client := redis.NewClient(o)
	t.Cleanup(func() { _ = client.Close() })
	tracker := metrics.NewTracker()
	require.NoError(t, redismeter.Instrument(client, tracker, redismeter.WithBytesRead()))
	return client, tracker
}

func fill(t testing.TB, addr string) {
	t.Helper()
	direct := redis.NewClient(&redis.Options{Addr: addr})
	defer direct.Close()
	for i := range 10 {
		require.NoError(t, direct.Set(context.Background(), fmt.Sprintf("u:%d", i), strings.Repeat("v", 100*i), 0).Err())
		require.NoError(t, direct.HSet(context.Background(), "u:hash", fmt.Sprintf("u:%d", i), i).Err())
	}
}

// runs is how many random operations each toxic gets.
func runs() int {
	if testing.Short() {
		return 100
	}
	return 600
}

var ours = regexp.MustCompile(`go-redis|wrap/redis\.|toxic\.\(\*Proxy`)

// requireNothingRuns requires that no goroutine is left of the client, hook or proxy.
func requireNothingRuns(t *testing.T) {
	t.Helper()
	stacks := make([]byte, 1<<20)
	require.Eventually(t, func() bool {
		return !ours.Match(stacks[:runtime.Stack(stacks, true)])
	}, 10*time.Second, 5*time.Millisecond, "goroutines are left: %s", stacks)
}

// TestNoLookupIsLostUnderFaults: whatever happens on the way, each lookup has the
// outcome that its caller was told, once; nothing hangs, and nothing is left running.
func TestNoLookupIsLostUnderFaults(t *testing.T) {
	server := redistest.Start(t)
	fill(t, server.Addr)
	for name, poison := range toxic.All {
		t.Run(name, func(t *testing.T) {
			t.Run("under fire", func(t *testing.T) {
				proxy := toxic.Start(t, server.Addr)
				client, tracker := newClient(t, proxy.Addr, func(o *redis.Options) { o.Protocol = 2 + len(name)%2 })
				var s seen
				var working sync.WaitGroup
				for worker := range 4 {
					working.Go(func() {
						random := rand.New(rand.NewPCG(7, uint64(worker)))
						for range runs() / 4 {
							if random.IntN(4) == 0 { // most things begin well
								proxy.Set(poison)
							} else {
								proxy.Set(toxic.None)
							}
							s.run(context.Background(), client, random)
						}
					})
				}
				working.Wait()
				s.require(t, tracker, name)
				t.Logf("%d hits, %d misses, %d errors", s.hits.Load(), s.misses.Load(), s.failures.Load())
			})
			requireNothingRuns(t)
		})
	}
}
