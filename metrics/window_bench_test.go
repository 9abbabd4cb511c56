package metrics_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/cachemeter/cachemeter/metrics"
)

// BenchmarkWindows is one second of a live page's work on 1,000 busy namespaces:
// a sample, and the recent windows of each.
func BenchmarkWindows(b *testing.B) {
	for name, opts := range map[string][]metrics.WindowsOption{"counters": nil, "with latency": {metrics.WithSampledLatency()}} {
		b.Run(name, func(b *testing.B) {
			clock := newHandClock()
			tracker := metrics.NewTracker()
			for i := range 1000 {
				tracker.Namespace(fmt.Sprint("namespace", i))
			}
			all := tracker.Namespaces()
			w := metrics.NewWindows(tracker, append(opts, metrics.WithClock(clock.Now))...)
			work := func() {
				for i, n := range all {
					n.RecordHit()
					n.RecordLatency(metrics.Hit, time.Duration(i)*time.Microsecond)
				}
				clock.Advance(time.Second)
			}
			for range 1000 { // a full ring
				work()
				w.Sample()
			}
			b.ReportAllocs()
			for b.Loop() {
				b.StopTimer()
				work()
				b.StartTimer()
				w.Sample()
				for _, n := range all {
					w.Recent(n)
				}
			}
		})
	}
}
