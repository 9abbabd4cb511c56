package metrics_test

import (
	"fmt"
	"time"

	"github.com/cachemeter/cachemeter/metrics"
)

func ExampleWindows() {
	clock := time.Unix(1_700_000_000, 0) // a program leaves the clock alone
	tracker := metrics.NewTracker()
	users := tracker.Namespace("user")
	windows := metrics.NewWindows(tracker, metrics.WithClock(func() time.Time { return clock }))

	for minute := range 10 { // a cache that stops working after 8 minutes
		for range 60 {
			if minute < 8 {
				users.RecordHits(50)
			} else {
				users.RecordMisses(50)
			}
			clock = clock.Add(time.Second)
			windows.Sample() // once a second while somebody watches
		}
	}

	recent := windows.Recent(users)
	for _, w := range []metrics.Window{recent.Short, recent.Middle, recent.SinceStart} {
		rate, _ := w.HitRate()
		fmt.Printf("%5s: %.0f requests/s, hit rate %.2f\n", w.Span(), w.RequestRate(), rate)
	}
	// Output:
	//  1m0s: 50 requests/s, hit rate 0.00
	//  5m0s: 50 requests/s, hit rate 0.60
	// 10m0s: 50 requests/s, hit rate 0.80
}
