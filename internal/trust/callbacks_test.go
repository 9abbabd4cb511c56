package trust_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"github.com/cachemeter/cachemeter/export/web"
	"github.com/cachemeter/cachemeter/metrics"
	"github.com/cachemeter/cachemeter/wrap/generic"
	lrumeter "github.com/cachemeter/cachemeter/wrap/lru"
	redismeter "github.com/cachemeter/cachemeter/wrap/redis"
	"github.com/cachemeter/cachemeter/wrap/redis/rediscache"
)

// TestCallbacksMayReenter: a user's function may use, while we call it, all that it
// could use elsewhere: the tracker, the client, the cache it is about.
func TestCallbacksMayReenter(t *testing.T) {
	t.Run("namespace function and classifier of the hook", func(t *testing.T) {
		p := newParty(t, nil)
		tracker := metrics.NewTracker()
		depth := 0
		again := func() {
			if depth++; depth == 1 {
				p.client.Get(t.Context(), "inside:1")
				_, _ = p.client.Pipelined(t.Context(), func(pipe redis.Pipeliner) error { pipe.Get(t.Context(), "inside:2"); return nil })
				_ = tracker.AllStats()
				tracker.Reset("other")
			}
			depth--
		}
		require.NoError(t, redismeter.Instrument(p.client, tracker,
			redismeter.WithNamespaceFunc(func(key string) string { again(); return redismeter.Prefix(key) }),
			redismeter.WithClassifier("type", func(redis.Cmder, error) redismeter.Verdict {
				again()
				return redismeter.Verdict{Hits: 1}
			})))
		require.ErrorIs(t, p.client.Get(t.Context(), "outside:1").Err(), redis.Nil)
		require.NoError(t, p.client.Type(t.Context(), "outside:1").Err())
		require.Equal(t, [2]uint64{1, 1}, [2]uint64{tracker.Stats("outside").Hits, tracker.Stats("outside").Misses})
		require.EqualValues(t, 2*2*2-2, tracker.Stats("inside").Misses)
	})
	t.Run("eviction callback", func(t *testing.T) {
		tracker := metrics.NewTracker()
		var cache *lrumeter.Cache[int, int]
		var told []int
		cache, err := lrumeter.NewWithEvict(2, func(key, _ int) {
			told = append(told, key)
			cache.Get(key) // gone
			cache.Get(3)
			_ = tracker.Stats("n")
		}, tracker.Namespace("n"))
		require.NoError(t, err)
		for key := range 4 {
			cache.Add(key, key)
		}
		require.Equal(t, []int{0, 1}, told)
		s := tracker.Stats("n")
		require.Equal(t, [3]uint64{1, 3, 2}, [3]uint64{s.Hits, s.Misses, s.Evictions})
	})
	t.Run("load function", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			tracker := metrics.NewTracker()
			var loader *generic.Loader[int, int]
			load := func(ctx context.Context, key int) (int, error) {
				if key > 0 { // each key needs the one before
					before, err := loader.Get(ctx, key-1)
					return before + 1, err
				}
				// The same key again waits for itself, for as long as its context lasts.
				ctx, cancel := context.WithTimeout(ctx, time.Minute)
				defer cancel()
				_, err := loader.Get(ctx, 3)
				if !errors.Is(err, context.DeadlineExceeded) {
					t.Errorf("waited for itself, and got %v", err)
				}
				return 0, nil
			}
			var err error
			loader, err = generic.NewLoader(generic.FromSyncMap[int, int](nil), load, tracker.Namespace("n"))
			require.NoError(t, err)
			got, err := loader.Get(t.Context(), 3)
			require.NoError(t, err)
			require.Equal(t, 3, got)
			s := tracker.Stats("n")
			require.Equal(t, [3]uint64{4, 4, 1}, [3]uint64{s.Misses, s.Loads, s.Coalesced})
		})
	})
}

// TestBlockedCallbacksHoldUpOnlyTheirCaller: others go on, readers too.
func TestBlockedCallbacksHoldUpOnlyTheirCaller(t *testing.T) {
	p := newParty(t, nil)
	tracker := metrics.NewTracker()
	blocked, release := make(chan struct{}), make(chan struct{})
	require.NoError(t, redismeter.Instrument(p.client, tracker, redismeter.WithNamespaceFunc(func(key string) string {
		if key == "stuck" {
			close(blocked)
			<-release
		}
		return key
	})))
	var caller sync.WaitGroup
	caller.Go(func() { p.client.Get(context.Background(), "stuck") })
	<-blocked
	require.ErrorIs(t, p.client.Get(t.Context(), "free").Err(), redis.Nil)
	require.EqualValues(t, 1, tracker.Stats("free").Misses)
	require.Zero(t, tracker.Stats("stuck").Misses)
	require.NotEmpty(t, tracker.AllStats())
	close(release)
	caller.Wait()
	require.EqualValues(t, 1, tracker.Stats("stuck").Misses)
}

// brokenCodec panics with what it is told.
type brokenCodec struct{ encode, decode any }

func (c brokenCodec) Encode(string) ([]byte, error) {
	if c.encode != nil {
		panic(c.encode)
	}
	return []byte("x"), nil
}

func (c brokenCodec) Decode([]byte) (string, error) { panic(c.decode) }

// TestPanickingCodec: the caller gets its own panic back, counted as an error of the
// lookup or write, and the client goes on.
func TestPanickingCodec(t *testing.T) {
	p := newParty(t, nil)
	tracker := metrics.NewTracker()
	for _, panicked := range []any{"text", errBroken, 7} {
		cache, err := rediscache.New(p.client, rediscache.Codec[string](brokenCodec{decode: panicked}))
		require.NoError(t, err)
		wrapped := generic.Wrap(cache, tracker.Namespace("n"))
		require.NoError(t, wrapped.Set(t.Context(), "k", "v", 0))
		require.PanicsWithValue(t, panicked, func() { _, _, _ = wrapped.Get(t.Context(), "k") })
		broken, err := rediscache.New(p.client, rediscache.Codec[string](brokenCodec{encode: panicked}))
		require.NoError(t, err)
		require.PanicsWithValue(t, panicked, func() { _ = generic.Wrap(broken, tracker.Namespace("n")).Set(t.Context(), "k", "v", 0) })
	}
	s := tracker.Stats("n")
	require.Equal(t, [4]uint64{0, 0, 6, 3}, [4]uint64{s.Hits, s.Misses, s.Errors, s.WriteErrors})
	require.NoError(t, p.client.Ping(t.Context()).Err())
}

// TestReportsOfUsersCannotBreakThePage: what a user's report function does ends with
// the request that asked for it.
func TestReportsOfUsersCannotBreakThePage(t *testing.T) {
	tracker := metrics.NewTracker()
	tracker.RecordHit("n")
	blocked, release := make(chan struct{}), make(chan struct{})
	var once sync.Once
	reports := map[string]func() any{
		"panics":    func() any { panic("a user's report") },
		"no JSON":   func() any { return func() {} },
		"endless":   func() any { type loop struct{ L *loop }; l := &loop{}; l.L = l; return l },
		"own error": func() any { return badMarshaler{} },
		"blocks":    func() any { once.Do(func() { close(blocked) }); <-release; return 1 },
		"re-enters": func() any { return tracker.AllStats() },
	}
	for name, report := range reports {
		t.Run(name, func(t *testing.T) {
			server := httptest.NewServer(web.Handler(tracker, web.WithInsight(func(string) (any, bool) { return report(), true })))
			defer server.Close()
			var asking sync.WaitGroup
			asking.Go(func() {
				answer, err := http.Get(server.URL + "/stats.json?namespace=n")
				if err == nil {
					_, _ = io.Copy(io.Discard, answer.Body)
					_ = answer.Body.Close()
				}
				if err != nil || answer.StatusCode != http.StatusOK {
					t.Errorf("details: %v, %v", answer, err)
				}
			})
			if name == "blocks" {
				<-blocked
			}
			answer, err := http.Get(server.URL + "/stats.json")
			require.NoError(t, err)
			require.Equal(t, http.StatusOK, answer.StatusCode)
			_ = answer.Body.Close()
			if name == "blocks" {
				close(release)
			}
			asking.Wait()
		})
	}
	http.DefaultClient.CloseIdleConnections()
}

type badMarshaler struct{}

func (badMarshaler) MarshalJSON() ([]byte, error) { return []byte("}{"), nil }
