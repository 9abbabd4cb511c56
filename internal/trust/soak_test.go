package trust_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	expvarmeter "github.com/cachemeter/cachemeter/export/expvar"
	"github.com/cachemeter/cachemeter/export/web"
	"github.com/cachemeter/cachemeter/insight"
	"github.com/cachemeter/cachemeter/metrics"
	"github.com/cachemeter/cachemeter/wrap/generic"
	lrumeter "github.com/cachemeter/cachemeter/wrap/lru"
	redismeter "github.com/cachemeter/cachemeter/wrap/redis"
)

const (
	soakNames = 40  // namespaces that are there from the beginning
	soakLimit = 100 // and room for some of those that churn
)

var soakers = 10_000 // goroutines that record

// soakTime is how long the soak lasts: CACHEMETER_SOAK=10m for a night, seconds in CI.
func soakTime(t *testing.T) time.Duration {
	if asked := os.Getenv("CACHEMETER_SOAK"); asked != "" {
		d, err := time.ParseDuration(asked)
		require.NoError(t, err, "CACHEMETER_SOAK wants a duration such as 10m")
		return d
	}
	if testing.Short() {
		return 2 * time.Second
	}
	return 30 * time.Second
}

// soak is a tracker with everything at work on it at once.
type soak struct {
	t       *testing.T
	ctx     context.Context // ends with the time
	tracker *metrics.Tracker
	working sync.WaitGroup
	pause   sync.RWMutex // held while memory is measured: those who record wait

	// What was recorded, by the goroutines' own account, on cache lines of their own.
	recorded [soakNames][3]padded
	churned  padded
	gets     map[string]*padded // lookups through wrappers, by namespace
}

type padded struct {
	atomic.Uint64
	_ [120]byte
}

// TestSoak saturates the machine: thousands of goroutines record by name, by handle and
// through wrappers, names churn beyond the limit, and readers, resets, exporters, live
// watchers and analyses run beside. Every count is exact at the end, no total ever
// went down, and neither memory nor goroutines grew.
func TestSoak(t *testing.T) {
	before := runtime.NumGoroutine()
	length := soakTime(t)
	t.Run("run", func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), length)
		defer cancel()
		s := &soak{t: t, ctx: ctx, tracker: metrics.NewTracker(metrics.WithMaxNamespaces(soakLimit)), gets: map[string]*padded{}}
		for i := range soakNames {
			s.tracker.Namespace(soakName(i))
		}
		for _, name := range []string{"lru", "generic", "loader", "redis"} {
			s.tracker.Namespace(name) // before those that churn take all the room
			s.gets[name] = new(padded)
		}
		for i := range soakers {
			s.working.Go(func() { s.record(rand.New(rand.NewPCG(uint64(i), 1))) })
		}
		s.throughWrappers()
		s.read()
		s.watch()
		s.watchMemory(length)
		s.working.Wait()
		s.require()
	})
	require.Eventually(t, func() bool {
		http.DefaultClient.CloseIdleConnections()
		return runtime.NumGoroutine() <= before+1 // Eventually's own
	}, 20*time.Second, 10*time.Millisecond, "goroutines are left")
}

func soakName(i int) string { return fmt.Sprint("soak", i) }

// record records until the time is over, and then says how much.
func (s *soak) record(random *rand.Rand) {
	var own [soakNames][3]uint64
	var churned uint64
	at := random.IntN(soakNames)
	handle := s.tracker.Namespace(soakName(at))
	for s.ctx.Err() == nil {
		s.pause.RLock()
		for range 50 {
			outcome := random.IntN(3)
			handle.RecordOutcome(metrics.Outcome(outcome), 1)
			own[at][outcome]++
		}
		named := random.IntN(soakNames)
		s.tracker.RecordMiss(soakName(named))
		own[named][metrics.Miss]++
		s.tracker.RecordHit(fmt.Sprint("churn", random.Uint32()))
		churned++
		s.pause.RUnlock()
		runtime.Gosched()
	}
	for i := range own {
		for outcome, n := range own[i] {
			s.recorded[i][outcome].Add(n)
		}
	}
	s.churned.Add(churned)
}

// loop calls f until the time is over, in a goroutine, and pauses between.
func (s *soak) loop(pause time.Duration, f func(random *rand.Rand)) {
	s.working.Go(func() {
		random := rand.New(rand.NewPCG(3, uint64(pause)))
		for s.ctx.Err() == nil {
			f(random)
			select {
			case <-s.ctx.Done():
			case <-time.After(pause):
			}
		}
	})
}

// throughWrappers looks keys up in caches of all kinds.
func (s *soak) throughWrappers() {
	users, err := lrumeter.New[int, int](1000, s.tracker.Namespace("lru"))
	require.NoError(s.t, err)
	sessions := generic.Wrap(generic.FromSyncMap[int, int](nil), s.tracker.Namespace("generic"))
	origin := func(context.Context, int) (int, error) { return 1, nil }
	loader, err := generic.NewLoader(lrumeter.AsCache(users.Cache), origin, s.tracker.Namespace("loader"))
	require.NoError(s.t, err)
	server := miniredis.RunT(s.t)
	client := redis.NewClient(&redis.Options{Addr: server.Addr()})
	s.t.Cleanup(func() { _ = client.Close() })
	require.NoError(s.t, redismeter.Instrument(client, s.tracker))
	for range 4 {
		s.loop(time.Microsecond, func(random *rand.Rand) {
			for range 100 {
				key := random.IntN(2000)
				if _, ok := users.Get(key); !ok && key%2 == 0 {
					users.Add(key, key)
				}
				_, _, _ = sessions.Get(s.ctx, key)
				_ = sessions.Set(context.Background(), key, key, 0)
				_, _ = loader.Get(context.Background(), key+10_000)
			}
			s.gets["lru"].Add(100)
			s.gets["generic"].Add(100)
			s.gets["loader"].Add(100)
			client.Get(context.Background(), fmt.Sprint("redis:", random.IntN(10)))
			client.Set(context.Background(), fmt.Sprint("redis:", random.IntN(10)), 1, time.Millisecond)
			s.gets["redis"].Add(1)
		})
	}
}

// read has readers and resets at work, and requires that totals never go down.
func (s *soak) read() {
	last := map[*metrics.Namespace]metrics.Stats{}
	s.loop(2*time.Millisecond, func(*rand.Rand) {
		for _, n := range s.tracker.Namespaces() {
			now := n.Totals()
			was := last[n]
			if now.Hits < was.Hits || now.Misses < was.Misses || now.Errors < was.Errors || now.Sets < was.Sets {
				s.t.Errorf("totals of %q went down: %+v after %+v", n.Name(), now, was)
			}
			last[n] = now
		}
	})
	s.loop(5*time.Millisecond, func(random *rand.Rand) {
		s.tracker.Reset(soakName(random.IntN(soakNames)))
		s.tracker.Reset(fmt.Sprint("churn", random.Uint32()))
	})
	s.loop(50*time.Millisecond, func(*rand.Rand) { s.tracker.ResetAll() })
	published := expvarmeter.Var(s.tracker)
	s.loop(20*time.Millisecond, func(*rand.Rand) {
		if !json.Valid([]byte(published.String())) {
			s.t.Error("expvar: not JSON")
		}
		_ = s.tracker.AllStats()
	})
	s.loop(200*time.Millisecond, func(*rand.Rand) {
		// A second listener takes over from the first, and ends before the next comes.
		listening := insight.Attach(s.tracker, insight.Options{MaxNamespaces: 10, Samples: 256})
		select {
		case <-s.ctx.Done():
		case <-time.After(300 * time.Millisecond):
		}
		_ = listening.Reports()
		listening.Detach()
	})
}

// watch has people look at the live page: some stay, some come and go, one never reads.
func (s *soak) watch() {
	server := httptest.NewServer(web.Handler(s.tracker))
	s.t.Cleanup(server.Close)
	get := func(ctx context.Context, path string) io.ReadCloser {
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, server.URL+path, nil)
		if err != nil {
			s.t.Error(err)
			return http.NoBody
		}
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			return http.NoBody // the time is over
		}
		return response.Body
	}
	for range 3 {
		s.working.Go(func() {
			body := get(s.ctx, "/events")
			defer body.Close()
			events := 0
			for lines := bufio.NewReader(body); ; events++ {
				if _, err := lines.ReadString('\n'); err != nil {
					break
				}
			}
			if events == 0 {
				s.t.Error("a watcher heard nothing")
			}
		})
	}
	s.loop(100*time.Millisecond, func(*rand.Rand) {
		short, cancel := context.WithTimeout(s.ctx, 150*time.Millisecond)
		defer cancel()
		body := get(short, "/events")
		_, _ = io.Copy(io.Discard, body)
		_ = body.Close()
	})
	s.loop(50*time.Millisecond, func(*rand.Rand) {
		body := get(s.ctx, "/stats.json")
		_, _ = io.Copy(io.Discard, body)
		_ = body.Close()
	})
	s.working.Go(func() {
		body := get(s.ctx, "/events")
		<-s.ctx.Done()
		_ = body.Close()
	})
}

// watchMemory compares what is alive when all have begun and near the end.
func (s *soak) watchMemory(length time.Duration) {
	after := func(d time.Duration) uint64 {
		select {
		case <-s.ctx.Done(): // the machine is too busy to be in time: measure all the same
		case <-time.After(d):
		}
		s.pause.Lock()
		defer s.pause.Unlock()
		return alive()
	}
	s.working.Go(func() {
		early := after(length * 3 / 10)
		late := after(length * 5 / 10)
		s.t.Logf("alive: %d KiB, later %d KiB", early>>10, late>>10)
		// The page's windows fill within their bound; a leak of a byte an event would be
		// more than this.
		if late > early+16<<20 {
			s.t.Errorf("memory grows: %d bytes, later %d", early, late)
		}
	})
}

func alive() uint64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// require compares the tracker's account with the goroutines' own.
func (s *soak) require() {
	var events, others uint64
	wrapped := map[string]metrics.Stats{}
	fixed := map[string]int{}
	for i := range soakNames {
		fixed[soakName(i)] = i
	}
	list := s.tracker.Namespaces()
	require.LessOrEqual(s.t, len(list), soakLimit+1)
	for _, n := range list {
		got := n.Totals()
		i, known := fixed[n.Name()]
		switch {
		case known:
			want := [3]uint64{s.recorded[i][0].Load(), s.recorded[i][1].Load(), s.recorded[i][2].Load()}
			require.Equal(s.t, want, [3]uint64{got.Hits, got.Misses, got.Errors}, n.Name())
			events += want[0] + want[1] + want[2]
		case s.gets[n.Name()] != nil:
			wrapped[n.Name()] = got
		default:
			others += got.Hits
		}
	}
	require.Equal(s.t, s.churned.Load(), others, "namespaces that churned, and those that shared one")
	for name, gets := range s.gets {
		got := wrapped[name]
		require.Equal(s.t, gets.Load(), got.Hits+got.Misses+got.Errors-got.WriteErrors+got.Coalesced, name)
		events += gets.Load()
	}
	s.t.Logf("%d events of %d goroutines in %d namespaces, all counted", events+others, soakers, len(list))
}
