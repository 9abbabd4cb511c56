package csc_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"github.com/cachemeter/cachemeter/metrics"
	redismeter "github.com/cachemeter/cachemeter/wrap/redis"
	"github.com/cachemeter/cachemeter/wrap/redis/csc"
	"github.com/cachemeter/cachemeter/wrap/redis/internal/redistest"
)

var ctx = context.Background()

type quiet struct{}

func (quiet) Printf(context.Context, string, ...any) {}

func TestMain(m *testing.M) {
	redis.SetLogger(quiet{})
	m.Run()
}

func newClient(t *testing.T, addr string, opts ...redismeter.Option) (*redis.Client, *metrics.Tracker) {
	t.Helper()
	client := redis.NewClient(&redis.Options{Addr: addr, ClientSideCache: csc.NewCache(redis.CacheConfig{MaxEntries: 1000})})
	t.Cleanup(func() { _ = client.Close() })
	tracker := metrics.NewTracker()
	require.NoError(t, csc.Instrument(client, tracker, opts...))
	return client, tracker
}

// figures are hits, misses, errors, negative hits and coalesced lookups.
type figures [5]uint64

func of(tracker *metrics.Tracker, tier string) figures {
	s := tracker.Tier("u", tier).Stats()
	return figures{s.Hits, s.Misses, s.Errors, s.NegativeHits, s.Coalesced}
}

func TestLocalHitsApartFromServerHits(t *testing.T) {
	server := redistest.Start(t)
	client, tracker := newClient(t, server.Addr)
	plain := redis.NewClient(&redis.Options{Addr: server.Addr})
	defer plain.Close()
	require.NoError(t, plain.Set(ctx, "u:1", "v", 0).Err())

	for range 3 {
		require.Equal(t, "v", client.Get(ctx, "u:1").Val())
	}
	require.Equal(t, figures{3, 0, 0, 0, 0}, of(tracker, ""), "what the program got")
	require.Equal(t, figures{2, 1, 0, 0, 0}, of(tracker, csc.Local))
	require.Equal(t, figures{1, 0, 0, 0, 0}, of(tracker, csc.Server))

	tracker.ResetAll()
	for range 3 {
		require.ErrorIs(t, client.Get(ctx, "u:none").Err(), redis.Nil)
	}
	require.Equal(t, figures{0, 3, 0, 0, 0}, of(tracker, ""))
	require.Equal(t, figures{2, 1, 0, 2, 0}, of(tracker, csc.Local), "an absence that is remembered needs no server")
	require.Equal(t, figures{0, 1, 0, 0, 0}, of(tracker, csc.Server))

	tracker.ResetAll()
	for range 2 {
		require.NoError(t, client.MGet(ctx, "u:1", "u:none", "u:none2").Err())
	}
	require.Equal(t, figures{2, 4, 0, 0, 0}, of(tracker, ""))
	require.Equal(t, figures{3, 3, 0, 2, 0}, of(tracker, csc.Local))
	require.Equal(t, figures{1, 2, 0, 0, 0}, of(tracker, csc.Server))

	// A change elsewhere invalidates what is held here.
	tracker.ResetAll()
	require.NoError(t, plain.Set(ctx, "u:1", "w", 0).Err())
	require.Eventually(t, func() bool { return client.Get(ctx, "u:1").Val() == "w" }, 5*time.Second, time.Millisecond)
	require.EqualValues(t, 1, of(tracker, csc.Server)[0], "one of them went to the server")

	// Errors are not cached.
	require.NoError(t, plain.HSet(ctx, "u:h", "f", "v").Err())
	tracker.ResetAll()
	require.Error(t, client.Get(ctx, "u:h").Err())
	require.Equal(t, figures{0, 0, 1, 0, 0}, of(tracker, ""))
	require.Equal(t, figures{0, 1, 0, 0, 0}, of(tracker, csc.Local))
	require.Equal(t, figures{0, 0, 1, 0, 0}, of(tracker, csc.Server))

	// Pipelines pass the local cache by, and so do writes.
	tracker.ResetAll()
	_, err := client.Pipelined(ctx, func(p redis.Pipeliner) error { p.Get(ctx, "u:1"); p.Get(ctx, "u:1"); return nil })
	require.NoError(t, err)
	require.NoError(t, client.Set(ctx, "u:2", "v", 0).Err())
	require.Equal(t, figures{2, 0, 0, 0, 0}, of(tracker, ""))
	require.Equal(t, figures{}, of(tracker, csc.Local))
	require.Equal(t, figures{2, 0, 0, 0, 0}, of(tracker, csc.Server))
	require.EqualValues(t, 1, tracker.Stats("u").Sets)
	require.EqualValues(t, 1, tracker.Tier("u", csc.Server).Stats().Sets)
}

func TestWaitingForAnothersFetchIsCoalesced(t *testing.T) {
	const callers = 5
	arrived, answer := make(chan struct{}, callers), make(chan struct{})
	server := redistest.StartScripted(t, func(args []string) string {
		switch args[0] {
		case "hello":
			return "%1\r\n+proto\r\n:3\r\n"
		case "get":
			arrived <- struct{}{}
			<-answer
			return redistest.Bulk("v")
		}
		return ""
	})
	client, tracker := newClient(t, server.Addr)
	var done sync.WaitGroup
	done.Go(func() { client.Get(ctx, "u:1") })
	<-arrived // the first is being answered: the others have to wait for it
	waits := make(chan struct{}, 100)
	for range callers - 1 {
		done.Go(func() { client.Get(signalling{ctx, waits}, "u:1") })
	}
	for range callers - 1 {
		<-waits
	}
	close(answer)
	done.Wait()
	require.Equal(t, figures{callers, 0, 0, 0, 0}, of(tracker, ""))
	require.Equal(t, figures{0, 1, 0, 0, callers - 1}, of(tracker, csc.Local))
	require.Equal(t, figures{1, 0, 0, 0, 0}, of(tracker, csc.Server))
}

// signalling tells when somebody looks at its Done.
type signalling struct {
	context.Context
	looked chan<- struct{}
}

func (s signalling) Done() <-chan struct{} {
	s.looked <- struct{}{}
	return s.Context.Done()
}

func TestInstrumentRefuses(t *testing.T) {
	tracker := metrics.NewTracker()
	without := redis.NewClient(&redis.Options{Addr: "127.0.0.1:1"})
	defer without.Close()
	require.ErrorContains(t, csc.Instrument(without, tracker), "not of csc.NewCache")
	require.ErrorContains(t, csc.Instrument(nil, tracker), "csc: nil client")
	cached := redis.NewClient(&redis.Options{Addr: "127.0.0.1:1", ClientSideCache: csc.NewCache(redis.CacheConfig{})})
	defer cached.Close()
	require.ErrorContains(t, csc.Instrument(cached, nil), "nil tracker")
	require.ErrorContains(t, csc.Instrument(cached, tracker, redismeter.WithCommands("nope")), `"nope"`)
	require.NoError(t, csc.Instrument(cached, tracker))
	require.ErrorContains(t, csc.Instrument(cached, tracker), "instrumented already")
}

func TestContextOfTheCallerStaysReachable(t *testing.T) {
	server := redistest.Start(t)
	client, tracker := newClient(t, server.Addr)
	type key struct{}
	seen := &inner{key: key{}}
	client.AddHook(seen)
	named := metrics.ContextWithNamespace(context.WithValue(ctx, key{}, "mine"), "report")
	client.Get(named, "u:1")
	require.Equal(t, "mine", seen.value)
	require.EqualValues(t, 1, tracker.Stats("report").Misses)
	require.EqualValues(t, 1, tracker.Tier("report", csc.Server).Stats().Misses)
	over, cancel := context.WithCancel(ctx)
	cancel()
	require.ErrorIs(t, client.Get(over, "u:1").Err(), context.Canceled)
	require.EqualValues(t, 1, tracker.Stats("u").ErrorsByClass[metrics.CancelledError])
}

type inner struct {
	key   any
	value any
}

func (h *inner) DialHook(next redis.DialHook) redis.DialHook { return next }

func (h *inner) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return next
}

func (h *inner) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, cmd redis.Cmder) error {
		if cmd.Name() == "get" && h.value == nil {
			h.value = ctx.Value(h.key)
		}
		return next(ctx, cmd)
	}
}

func TestTwoAllocationsMore(t *testing.T) {
	server := redistest.Start(t)
	plain := redis.NewClient(&redis.Options{Addr: server.Addr, ClientSideCache: csc.NewCache(redis.CacheConfig{MaxEntries: 1000})})
	defer plain.Close()
	client, _ := newClient(t, server.Addr)
	for _, c := range []*redis.Client{plain, client} {
		require.NoError(t, c.Set(ctx, "u:1", "v", 0).Err())
		require.Eventually(t, func() bool { c.Get(ctx, "u:1"); return c.CSCStats().Hits > 10 }, 5*time.Second, time.Millisecond)
	}
	bare := testing.AllocsPerRun(200, func() { plain.Get(ctx, "u:1") })
	counted := testing.AllocsPerRun(200, func() { client.Get(ctx, "u:1") })
	require.LessOrEqual(t, counted, bare+2, "%v with, %v without", counted, bare)
}

func Example() {
	options := &redis.Options{Addr: "127.0.0.1:1", ClientSideCache: csc.NewCache(redis.CacheConfig{MaxEntries: 10_000})}
	client := redis.NewClient(options)
	defer client.Close()
	tracker := metrics.NewTracker()
	if err := csc.Instrument(client, tracker); err != nil {
		panic(err)
	}
	fmt.Println(csc.Instrument(client, tracker))
	// Output: redismeter: this *redis.Client is instrumented already; a second time would count everything twice
}
