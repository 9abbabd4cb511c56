package insight_test

import (
	"testing"

	"github.com/cachemeter/cachemeter/insight"
	"github.com/cachemeter/cachemeter/metrics"
)

func BenchmarkTry(b *testing.B) {
	for _, attached := range []bool{false, true} {
		name := "bare"
		if attached {
			name = "attached"
		}
		b.Run(name, func(b *testing.B) {
			tracker := metrics.NewTracker()
			ns := tracker.Namespace("user")
			feed := metrics.NewKeyFeed[uint64](ns)
			if attached {
				insight.Attach(tracker, insight.Options{})
			}
			for k := range uint64(10_000_000) {
				ns.RecordHit()
				if feed.Active() {
					feed.Lookup(k&(1<<21-1), metrics.Hit)
				}
			}
			k := uint64(0)
			for b.Loop() {
				k++
				ns.RecordHit()
				if feed.Active() {
					feed.Lookup(k&0xffff, metrics.Hit)
				}
			}
		})
	}
}
