package web

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"runtime"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cachemeter/cachemeter/metrics"
)

// BenchmarkWatched is one second of a page's work on 1,000 busy namespaces, each with
// latencies: a sample, every figure, the encoded event, and writing it to 50 watchers.
// Its cpu-% is the processor time the whole process took, as a share of one second of
// one core. The watchers read from the same process, so their part is in it, too.
func BenchmarkWatched(b *testing.B) {
	for _, watchers := range []int{1, 50} {
		for _, encoding := range []string{"gzip", "identity"} {
			b.Run(fmt.Sprintf("namespaces=1000/watchers=%d/%s", watchers, encoding), func(b *testing.B) {
				tracker := busyTracker(1000)
				all := tracker.Namespaces()
				clock := time.Now()
				windows := metrics.NewWindows(tracker, metrics.WithSampledLatency(), metrics.WithClock(func() time.Time { return clock }))
				work := func() {
					for i, n := range all {
						busy(n, i)
					}
					clock = clock.Add(time.Second)
				}
				for range 300 {
					work()
					windows.Sample()
				}
				o := options{windows: windows, interval: time.Second}
				h := newHub(newObserver(tracker, o), o.interval)
				h.running = true // ticks are the benchmark's
				send := h.listen(b, watchers, encoding)

				last, lastAt := make(map[*metrics.Namespace]metrics.Stats), time.Now()
				var used time.Duration
				size := 0
				b.ReportAllocs()
				for b.Loop() {
					b.StopTimer()
					work()
					before := processorTime(b)
					b.StartTimer()
					f := newFrame(h.observer.tick(last, &lastAt))
					h.tell(f)
					send()
					b.StopTimer()
					used += processorTime(b) - before
					size = len(f.plain)
					if encoding == "gzip" {
						size = len(f.deflate())
					}
					b.StartTimer()
				}
				b.ReportMetric(100*used.Seconds()/float64(b.N), "cpu-%")
				b.ReportMetric(float64(size), "B/event")
			})
		}
	}
}

// BenchmarkLive is the same as it really happens: an iteration is a second, in which
// the hub ticks by itself, the collector cleans up, and what 15 minutes of samples take
// is in the heap. Run it with -benchtime 40x.
func BenchmarkLive(b *testing.B) {
	for _, watchers := range []int{0, 50} {
		b.Run(fmt.Sprintf("namespaces=1000/watchers=%d/gzip", watchers), func(b *testing.B) {
			tracker := busyTracker(1000)
			all := tracker.Namespaces()
			offset := -900 * time.Second
			windows := metrics.NewWindows(tracker, metrics.WithSampledLatency(), metrics.WithClock(func() time.Time { return time.Now().Add(offset) }))
			work := func() {
				for i, n := range all {
					busy(n, i)
				}
			}
			for range 900 {
				work()
				offset += time.Second
				windows.Sample()
			}
			h := newHub(newObserver(tracker, options{windows: windows}), time.Second)
			if watchers > 0 {
				h.listen(b, watchers, "gzip")
			}
			second := time.NewTicker(time.Second)
			defer second.Stop()
			runtime.GC()
			before, began := processorTime(b), time.Now()
			b.ResetTimer()
			for range b.N {
				work()
				<-second.C
			}
			used, took := processorTime(b)-before, time.Since(began)
			var memory runtime.MemStats
			runtime.GC()
			runtime.ReadMemStats(&memory)
			b.ReportMetric(100*used.Seconds()/took.Seconds(), "cpu-%")
			b.ReportMetric(float64(memory.HeapAlloc)/(1<<20), "heap-MiB")
			runtime.KeepAlive(windows)
		})
	}
}

func busyTracker(namespaces int) *metrics.Tracker {
	tracker := metrics.NewTracker(metrics.WithMaxNamespaces(2 * namespaces))
	for i := range namespaces {
		tracker.Namespace(fmt.Sprintf("service-%d", i))
	}
	return tracker
}

func busy(n *metrics.Namespace, i int) {
	n.RecordHits(90 + i%7)
	n.RecordMisses(10 + i%3)
	n.RecordSets(10)
	n.RecordEvictions(i % 5)
	n.RecordLoadSuccess(12 * time.Millisecond)
	n.RecordLatency(metrics.Hit, time.Duration(100+i)*time.Microsecond)
	n.RecordLatency(metrics.Hit, time.Duration(130+i)*time.Microsecond)
	n.RecordLatency(metrics.Miss, time.Duration(200+i)*time.Microsecond)
}

// listen connects watchers over real sockets. The returned function waits until every
// one of them has got another event.
func (h *hub) listen(b *testing.B, watchers int, encoding string) (wait func()) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(b, err)
	server := &http.Server{Handler: http.HandlerFunc(h.serve)}
	go server.Serve(listener)
	b.Cleanup(func() { server.Close() })
	got := make(chan struct{}, 10*watchers)
	for range watchers {
		ctx, cancel := context.WithCancel(b.Context())
		b.Cleanup(cancel)
		r, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+listener.Addr().String(), nil)
		require.NoError(b, err)
		r.Header.Set("Accept-Encoding", encoding)
		answer, err := http.DefaultTransport.RoundTrip(r)
		require.NoError(b, err)
		go func() {
			defer answer.Body.Close()
			// Reading is the watchers' business: do as little of it as can tell that
			// an event has arrived.
			end := []byte("\n\n")
			if encoding == "gzip" {
				end = []byte{0, 0, 0xff, 0xff}
			}
			buffer := make([]byte, 1<<20)
			for {
				n, err := answer.Body.Read(buffer)
				if n >= len(end) && string(buffer[n-len(end):n]) == string(end) {
					got <- struct{}{}
				}
				if err != nil {
					return
				}
			}
		}()
	}
	require.Eventually(b, func() bool { return h.count() == watchers }, 10*time.Second, time.Millisecond)
	return func() {
		for range watchers {
			<-got
		}
	}
}

func processorTime(b *testing.B) time.Duration {
	var usage syscall.Rusage
	require.NoError(b, syscall.Getrusage(syscall.RUSAGE_SELF, &usage))
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}
