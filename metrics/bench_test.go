package metrics_test

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/cachemeter/cachemeter/metrics"
)

// The counters of others stand beside ours, so that one run gives the ratio.

func BenchmarkRecord(b *testing.B) {
	tracker := metrics.NewTracker()
	n := tracker.Namespace("user")
	var shared atomic.Uint64
	var mu sync.Mutex
	naive := map[string]*[3]uint64{"user": {}}
	for _, bm := range []struct {
		name   string
		record func(times int)
	}{
		{"bare atomic", func(times int) {
			for range times {
				shared.Add(1)
			}
		}},
		{"handle", func(times int) {
			for range times {
				n.RecordHit()
			}
		}},
		{"name", func(times int) {
			for range times {
				tracker.RecordHit("user")
			}
		}},
		{"mutex and map", func(times int) {
			for range times {
				mu.Lock()
				naive["user"][0]++
				mu.Unlock()
			}
		}},
		{"latency", func(times int) {
			for range times {
				n.RecordLatency(metrics.Hit, 137*time.Microsecond)
			}
		}},
	} {
		for _, goroutines := range []int{1, 2} {
			b.Run(fmt.Sprint(bm.name, "/", goroutines), func(b *testing.B) {
				b.ReportAllocs()
				var wg sync.WaitGroup
				for range goroutines {
					wg.Go(func() { bm.record(b.N / goroutines) })
				}
				wg.Wait()
			})
		}
	}
}
