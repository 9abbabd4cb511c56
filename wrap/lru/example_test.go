package lrumeter_test

import (
	"context"
	"fmt"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"
	"github.com/hashicorp/golang-lru/v2/expirable"
	"github.com/hashicorp/golang-lru/v2/simplelru"

	"github.com/cachemeter/cachemeter/metrics"
	"github.com/cachemeter/cachemeter/wrap/generic"
	lrumeter "github.com/cachemeter/cachemeter/wrap/lru"
)

type User struct{ Name string }

func ExampleNew() {
	tracker := metrics.NewTracker()
	users, err := lrumeter.New[string, User](2, tracker.Namespace("user"))
	if err != nil {
		fmt.Println(err)
		return
	}
	users.Add("1", User{"Ann"})
	users.Get("1")
	users.Get("2")
	users.Add("2", User{"Bob"})
	users.Add("3", User{"Cid"})

	fmt.Printf("%s\n", tracker.Stats("user").AppendJSON(nil))
	// Output: {"hits":1,"misses":1,"errors":0,"total_requests":2,"hit_rate":0.5000,"sets":3,"deletes":0,"evictions":1,"write_errors":0,"entries":2,"capacity":2}
}

func ExampleNewWithEvict() {
	tracker := metrics.NewTracker()
	users, _ := lrumeter.NewWithEvict(1, func(id string, _ User) {
		fmt.Println("left:", id)
	}, tracker.Namespace("user"))

	users.Add("1", User{"Ann"})
	users.Add("2", User{"Bob"}) // evicts 1
	users.Remove("2")           // the callback does not tell this from an eviction

	s := tracker.Stats("user")
	fmt.Println("evictions:", s.Evictions, "deletes:", s.Deletes)
	// Output:
	// left: 1
	// left: 2
	// evictions: 1 deletes: 1
}

func ExampleWrap() {
	tracker := metrics.NewTracker()
	existing, _ := lru.New[string, User](100)

	users := lrumeter.Wrap(existing, tracker.Namespace("user"))
	users.Get("1")
	fmt.Println(tracker.Stats("user").Misses, users.Len())
	// Output: 1 0
}

func ExampleNew2Q() {
	tracker := metrics.NewTracker()
	users, _ := lrumeter.New2Q[string, User](100, tracker.Namespace("user"))
	users.Add("1", User{"Ann"})
	users.Get("1")
	users.Get("2")

	// The library does not tell what 2Q evicts: the figure is absent, not zero.
	fmt.Printf("%s\n", tracker.Stats("user").AppendJSON(nil))
	// Output: {"hits":1,"misses":1,"errors":0,"total_requests":2,"hit_rate":0.5000,"sets":1,"write_errors":0,"entries":1,"capacity":100}
}

func ExampleWrapTwoQueue() {
	tracker := metrics.NewTracker()
	existing, _ := lru.New2Q[string, User](100)
	lrumeter.WrapTwoQueue(existing, tracker.Namespace("user")).Get("1")
	fmt.Println(tracker.Stats("user").Misses)
	// Output: 1
}

func ExampleNewExpirable() {
	tracker := metrics.NewTracker()
	users := lrumeter.NewExpirable[string, User](2, nil, time.Hour, tracker.Namespace("user"))
	users.Add("1", User{"Ann"})
	users.Get("1")
	users.Add("2", User{"Bob"})
	users.Add("3", User{"Cid"})
	users.Remove("3")

	s := tracker.Stats("user")
	fmt.Println("evictions", s.Evictions, "deletes", s.Deletes, "expirations", s.Expirations)
	// Output: evictions 1 deletes 1 expirations 0
}

func ExampleWrapExpirable() {
	tracker := metrics.NewTracker()
	existing := expirable.NewLRU[string, User](100, nil, 0)
	lrumeter.WrapExpirable(existing, tracker.Namespace("user")).Get("1")

	// Only its maker can tell what expired: the figure is absent.
	fmt.Println(tracker.Stats("user").Reported.Has(metrics.Expirations))
	// Output: false
}

func ExampleNewSimple() {
	tracker := metrics.NewTracker()
	users, _ := lrumeter.NewSimple[string, User](1, nil, tracker.Namespace("user"))
	users.Add("1", User{"Ann"})
	users.Add("2", User{"Bob"})
	fmt.Println(tracker.Stats("user").Evictions)
	// Output: 1
}

func ExampleWrapSimple() {
	tracker := metrics.NewTracker()
	existing, _ := simplelru.NewLRU[string, User](100, nil)
	lrumeter.WrapSimple(existing, tracker.Namespace("user")).Get("1")
	fmt.Println(tracker.Stats("user").Misses)
	// Output: 1
}

func ExampleAsCache() {
	ctx := context.Background()
	tracker := metrics.NewTracker()
	near, _ := lrumeter.New[string, User](100, tracker.Tier("user", "L1"))
	far := generic.FromSyncMap[string, User](nil)
	users, err := generic.NewTiered(tracker.Namespace("user"),
		generic.Tier[string, User]{Cache: lrumeter.AsCache(near)},
		generic.Tier[string, User]{Cache: far, Namespace: tracker.Tier("user", "L2")})
	if err != nil {
		fmt.Println(err)
		return
	}
	users.Set(ctx, "1", User{"Ann"}, 0)
	fmt.Println(users.Get(ctx, "1"))
	fmt.Println(tracker.Tier("user", "L1").Stats().Hits, tracker.Tier("user", "L2").Stats().Hits)
	// Output:
	// {Ann} true <nil>
	// 1 0
}

func ExampleTwoQueueAsCache() {
	bare, _ := lru.New2Q[string, User](100)
	users := generic.Wrap(lrumeter.TwoQueueAsCache(bare), nil)
	fmt.Println(users.Get(context.Background(), "1"))
	// Output: {} false <nil>
}
