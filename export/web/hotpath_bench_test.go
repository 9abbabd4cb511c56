package web

import (
	"fmt"
	"testing"
	"time"
)

// BenchmarkRecording is the hot path with nobody watching, and while 50 watchers hear
// once a second of the 1,000 namespaces it records to. What the ticks themselves take
// is in it: they share the processors.
func BenchmarkRecording(b *testing.B) {
	for _, watchers := range []int{0, 50} {
		b.Run(fmt.Sprintf("watchers=%d", watchers), func(b *testing.B) {
			tracker := busyTracker(1000)
			n := tracker.Namespaces()[500]
			if watchers > 0 {
				h := newTestHub(tracker, time.Second)
				h.listen(b, watchers, "gzip")
			}
			b.ReportAllocs()
			for b.Loop() {
				n.RecordHit()
			}
		})
	}
}
