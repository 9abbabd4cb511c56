package metrics_test

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/cachemeter/cachemeter/metrics"
)

func Example() {
	tracker := metrics.NewTracker()
	users := tracker.Namespace("user") // keep the handle
	users.RecordHit()
	users.RecordHit()
	users.RecordMiss()
	tracker.RecordError("provider") // or record by name

	for _, n := range tracker.Namespaces() {
		s := n.Stats()
		fmt.Printf("%s: %d requests, %.2f hit rate, %d errors\n", n.Name(), s.TotalRequests(), s.HitRate(), s.Errors)
	}
	// Output:
	// provider: 0 requests, 0.00 hit rate, 1 errors
	// user: 3 requests, 0.67 hit rate, 0 errors
}

func ExampleNewTracker() {
	tracker := metrics.NewTracker(metrics.WithMaxNamespaces(2))
	for _, name := range []string{"user", "provider", "one", "too", "many"} {
		tracker.RecordHit(name)
	}
	out, _ := json.Marshal(tracker.AllStats())
	fmt.Println(string(out))
	// Output:
	// {"_other":{"hits":3,"misses":0,"errors":0,"total_requests":3,"hit_rate":1.0000},"provider":{"hits":1,"misses":0,"errors":0,"total_requests":1,"hit_rate":1.0000},"user":{"hits":1,"misses":0,"errors":0,"total_requests":1,"hit_rate":1.0000}}
}

func ExampleDefault() {
	metrics.Default().RecordHit("example")
	fmt.Println(metrics.Default().Stats("example").Hits)
	// Output: 1
}

func ExampleTracker_Tier() {
	tracker := metrics.NewTracker()
	l1, l2 := tracker.Tier("user", "L1"), tracker.Tier("user", "L2")
	whole := tracker.Namespace("user")
	l1.RecordMiss() // not in memory,
	l2.RecordHit()  // found in Redis:
	whole.RecordHit()
	fmt.Println(l1.Stats().HitRate(), l2.Stats().HitRate(), whole.Stats().HitRate())
	// Output: 0 1 1
}

func ExampleNamespace_Latency() {
	n := metrics.NewTracker().Namespace("user")
	for i := range 100 {
		n.RecordLatency(metrics.Hit, time.Duration(i+1)*time.Millisecond)
	}
	p99, _ := n.Latency(metrics.Hit).Quantile(0.99)
	fmt.Println(p99.Round(5 * time.Millisecond))
	// Output: 100ms
}

func ExampleStats_Sub() {
	n := metrics.NewTracker().Namespace("user")
	n.RecordMisses(90)
	before := n.Stats()
	n.RecordHits(9)
	n.RecordMisses(1)
	fmt.Println(n.Stats().HitRate(), "since start,", n.Stats().Sub(before).HitRate(), "lately")
	// Output: 0.09 since start, 0.9 lately
}

func ExampleContextWithNamespace() {
	ctx := metrics.ContextWithNamespace(context.Background(), "checkout")
	fmt.Println(metrics.NamespaceFromContext(ctx))
	// Output: checkout true
}
