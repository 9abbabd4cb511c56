package generic_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/cachemeter/cachemeter/metrics"
	"github.com/cachemeter/cachemeter/wrap/generic"
)

func ExampleNewLoader() {
	tracker := metrics.NewTracker()
	fetchAge := func(_ context.Context, name string) (int, error) {
		fmt.Println("asking the origin for", name)
		return 10 * len(name), nil
	}
	ages, err := generic.NewLoader(&shelf{}, fetchAge, tracker.Namespace("age"))
	if err != nil {
		fmt.Println(err)
		return
	}
	for range 3 {
		fmt.Println(ages.Get(context.Background(), "ann"))
	}
	s := tracker.Stats("age")
	fmt.Println("hits", s.Hits, "misses", s.Misses, "loads", s.Loads)
	// Output:
	// asking the origin for ann
	// 30 <nil>
	// 30 <nil>
	// 30 <nil>
	// hits 2 misses 1 loads 1
}

func ExampleNewEntryLoader() {
	tracker := metrics.NewTracker()
	errNoRows := errors.New("no rows")
	fetchAge := func(context.Context, string) (int, error) { return 0, errNoRows }
	cache := generic.FromSyncMap[string, generic.Entry[int]](nil)

	// A sync.Map has no time of its own: entries bring theirs along.
	untimed := &generic.Funcs[string, generic.Entry[int]]{
		GetFunc: cache.Get,
		SetFunc: func(ctx context.Context, key string, e generic.Entry[int], _ time.Duration) error {
			return cache.Set(ctx, key, e, 0)
		},
		DeleteFunc: cache.Delete,
	}
	ages, err := generic.NewEntryLoader(untimed, fetchAge, tracker.Namespace("age"),
		generic.WithTTL(time.Hour),
		generic.WithServeStale(24*time.Hour),
		generic.WithAbsent(errNoRows),
		generic.WithNegativeTTL(time.Minute),
	)
	if err != nil {
		fmt.Println(err)
		return
	}
	for range 3 {
		_, err := ages.Get(context.Background(), "nobody")
		fmt.Println(err)
	}
	s := tracker.Stats("age")
	fmt.Println("loads", s.Loads, "hits", s.Hits, "of them negative", s.NegativeHits)
	// Output:
	// no rows
	// no rows
	// no rows
	// loads 1 hits 2 of them negative 2
}

func ExampleNewTiered() {
	ctx := context.Background()
	tracker := metrics.NewTracker()
	near, far := &shelf{}, &shelf{}
	ages, err := generic.NewTiered(tracker.Namespace("age"),
		generic.Tier[string, int]{Cache: near, Namespace: tracker.Tier("age", "L1"), TTL: time.Minute},
		generic.Tier[string, int]{Cache: far, Namespace: tracker.Tier("age", "L2")},
	)
	if err != nil {
		fmt.Println(err)
		return
	}
	far.Set(ctx, "ann", 41, 0)
	ages.Get(ctx, "ann") // from L2, and stored in L1
	ages.Get(ctx, "ann") // from L1
	ages.Get(ctx, "bob") // from nowhere

	for _, n := range tracker.Namespaces() {
		s := n.Stats()
		fmt.Printf("%s %-3s hits %d misses %d\n", n.Name(), n.TierName(), s.Hits, s.Misses)
	}
	// Output:
	// age     hits 2 misses 1
	// age L1  hits 1 misses 2
	// age L2  hits 1 misses 1
}

func ExampleGetMany() {
	ctx := context.Background()
	tracker := metrics.NewTracker()
	ages := generic.Wrap(&shelf{}, tracker.Namespace("age"))

	generic.SetMany(ctx, ages, map[string]int{"ann": 41, "bob": 52}, 0)
	found, err := generic.GetMany(ctx, ages, []string{"ann", "bob", "cid"})
	fmt.Println(found, err)
	s := tracker.Stats("age")
	fmt.Println("hits", s.Hits, "misses", s.Misses)
	// Output:
	// map[ann:41 bob:52] <nil>
	// hits 2 misses 1
}

func ExampleFromSyncMap() {
	var existing sync.Map
	existing.Store("ann", 41)

	tracker := metrics.NewTracker()
	ages := generic.Wrap(generic.FromSyncMap[string, int](&existing), tracker.Namespace("age"))
	fmt.Println(ages.Get(context.Background(), "ann"))
	fmt.Println(tracker.Stats("age").HitRate())
	// Output:
	// 41 true <nil>
	// 1
}

func ExampleFuncs() {
	rows := map[string]int{"ann": 41}
	tracker := metrics.NewTracker()
	ages := generic.Wrap(&generic.Funcs[string, int]{
		GetFunc: func(_ context.Context, key string) (int, bool, error) { v, ok := rows[key]; return v, ok, nil },
		SetFunc: func(_ context.Context, key string, v int, _ time.Duration) error { rows[key] = v; return nil },
	}, tracker.Namespace("age"))

	fmt.Println(ages.Get(context.Background(), "ann"))
	fmt.Println(ages.Delete(context.Background(), "ann"))
	// Output:
	// 41 true <nil>
	// unsupported operation
}
