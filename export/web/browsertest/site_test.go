package browsertest

import (
	"math/rand/v2"
	"net"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cachemeter/cachemeter/export/web"
	"github.com/cachemeter/cachemeter/metrics"
)

// site is a program with caches that serves its page. It can end and start again at
// the same address, as another process would.
type site struct {
	t       *testing.T
	address string
	tracker *metrics.Tracker
	server  *http.Server
	stop    func()
}

func (s *site) url() string { return "http://" + s.address + web.Path }

// load is what happens to the caches in a part of one second; second counts up to 0,
// the moment the page is mounted, and on.
type load func(tracker *metrics.Tracker, second int, part float64)

const parts = 10 // of a second, so that a chart's samples catch their share

// serve starts a program that has been running, and sampled, for some seconds.
func serve(t *testing.T, past int, work load, opts ...web.Option) *site {
	s := &site{t: t, address: "127.0.0.1:0"}
	s.start(past, work, opts...)
	t.Cleanup(func() { s.end() })
	return s
}

func (s *site) start(past int, work load, opts ...web.Option) {
	s.tracker = metrics.NewTracker(metrics.WithMaxNamespaces(5000))
	var mu sync.Mutex
	clock := time.Now().Add(-time.Duration(past) * time.Second)
	now := func() time.Time {
		mu.Lock()
		defer mu.Unlock()
		if clock.IsZero() {
			return time.Now()
		}
		return clock
	}
	windows := metrics.NewWindows(s.tracker, metrics.WithSampledLatency(), metrics.WithClock(now))
	for second := -past; second < 0; second++ {
		work(s.tracker, second, 1)
		mu.Lock()
		clock = clock.Add(time.Second)
		mu.Unlock()
		windows.Sample()
	}
	mu.Lock()
	clock = time.Time{}
	mu.Unlock()

	listener, err := net.Listen("tcp", s.address)
	require.NoError(s.t, err)
	s.address = listener.Addr().String()
	mux := http.NewServeMux()
	require.NoError(s.t, web.Register(mux, s.tracker, append(opts, web.WithWindows(windows))...))
	s.server = &http.Server{Handler: mux}
	go s.server.Serve(listener)

	end := make(chan struct{})
	var working sync.WaitGroup
	working.Go(func() {
		ticker := time.NewTicker(time.Second / parts)
		defer ticker.Stop()
		began := time.Now()
		for last := began; ; {
			// By the time that really passed: a busy machine drops ticks.
			now := time.Now()
			work(s.tracker, int(now.Sub(began).Seconds()), now.Sub(last).Seconds())
			last = now
			select {
			case <-ticker.C:
			case <-end:
				return
			}
		}
	})
	s.stop = sync.OnceFunc(func() {
		close(end)
		working.Wait()
	})
}

func (s *site) end() {
	s.stop()
	s.server.Close()
}

// shop is a program of several caches, two of which are in trouble: the session cache
// cannot be reached since 95 seconds ago, and somebody empties the price cache since
// 240 seconds ago.
func shop() load {
	random := rand.New(rand.NewPCG(1, 2))
	part := 1.
	around := func(mean float64) int { return int(part*mean*(0.9+0.2*random.Float64()) + random.Float64()) }
	lookups := func(n *metrics.Namespace, hits, misses int, hit, miss, load time.Duration) {
		n.RecordHits(hits)
		n.RecordMisses(misses)
		n.RecordSets(misses)
		for range around(30) {
			n.RecordLatency(metrics.Hit, time.Duration(float64(hit)*random.ExpFloat64()))
		}
		for range around(10) {
			n.RecordLatency(metrics.Miss, time.Duration(float64(miss)*random.ExpFloat64()))
		}
		if load > 0 {
			for range misses {
				n.RecordLoadSuccess(time.Duration(float64(load) * (0.5 + random.Float64())))
			}
			n.RecordCoalesced(around(4))
		}
	}
	return func(t *metrics.Tracker, second int, share float64) {
		part = share
		user := t.Namespace("user")
		if second == -600 {
			user.AddSize(func() (int, int, bool) { return 9_412, 10_000, true })
		}
		lookups(user, around(930), around(62), 210*time.Microsecond, 260*time.Microsecond, 8*time.Millisecond)
		user.RecordEvictions(around(40))
		user.RecordExpirations(around(12))
		lookups(t.Tier("user", "L1"), around(700), around(292), 300*time.Nanosecond, 200*time.Nanosecond, 0)
		lookups(t.Tier("user", "L2"), around(230), around(62), 210*time.Microsecond, 260*time.Microsecond, 0)
		lookups(t.Namespace("product"), around(310), around(88), 340*time.Microsecond, 400*time.Microsecond, 15*time.Millisecond)

		session := t.Namespace("session")
		if second < -95 {
			lookups(session, around(240), around(20), 400*time.Microsecond, 420*time.Microsecond, 0)
		} else {
			lookups(session, around(90), around(9), 900*time.Microsecond, 900*time.Microsecond, 0)
			session.RecordFailures(metrics.TimeoutError, around(140))
			for range around(20) {
				session.RecordLatency(metrics.Error, 250*time.Millisecond)
			}
		}

		price := t.Namespace("price")
		if second < -240 {
			lookups(price, around(180), around(20), 150*time.Microsecond, 180*time.Microsecond, 30*time.Millisecond)
		} else {
			lookups(price, around(110), around(90), 150*time.Microsecond, 180*time.Microsecond, 30*time.Millisecond)
			price.RecordDeletes(around(60))
		}
		t.Namespace("flags").RecordHits(around(55))
		t.Namespace("report")
	}
}
