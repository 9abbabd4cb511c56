package insight_test

import (
	"fmt"

	"github.com/cachemeter/cachemeter/insight"
	"github.com/cachemeter/cachemeter/metrics"
	lrumeter "github.com/cachemeter/cachemeter/wrap/lru"
)

// A cache of 100 entries, read by 300 keys in turn and one that comes back all the time.
func Example() {
	tracker := metrics.NewTracker()
	ins := insight.Attach(tracker, insight.Options{ShowKeys: true})
	cache, _ := lrumeter.New[string, int](100, tracker.Namespace("user"))
	for i := range 30_000 {
		key := fmt.Sprint("user:", i%300)
		if i%3 == 0 {
			key = "user:admin"
		}
		if _, ok := cache.Get(key); !ok {
			cache.Add(key, i)
		}
	}
	r := ins.Report("user")
	for _, s := range r.Sizes {
		fmt.Printf("%.2f times the size: hit rate %.2f\n", s.Factor, s.HitRate)
	}
	best, _ := r.Curve.Within(0.01)
	fmt.Println("within 1 % of the best from", best, "entries on")
	fmt.Printf("hottest: %s, %.0f %% of lookups, its own hit rate %.2f\n", r.HotKeys[0].Name, 100*r.HotKeys[0].Share, r.HotKeys[0].HitRate)
	fmt.Printf("misses by evictions: %.0f %%\n", 100*r.Misses.EvictedTooSoon())
	// Output:
	// 0.25 times the size: hit rate 0.33
	// 0.50 times the size: hit rate 0.33
	// 1.00 times the size: hit rate 0.33
	// 2.00 times the size: hit rate 0.33
	// 4.00 times the size: hit rate 0.99
	// 8.00 times the size: hit rate 0.99
	// within 1 % of the best from 201 entries on
	// hottest: user:admin, 33 % of lookups, its own hit rate 1.00
	// misses by evictions: 99 %
}

func ExampleAttach() {
	tracker := metrics.NewTracker()
	ins := insight.Attach(tracker, insight.Options{Namespaces: []string{"user"}})
	defer ins.Detach()
	fmt.Println(ins.Report("user").Curve.Enough())
	// Output: false
}
