package lrumeter_test

import (
	"fmt"

	lru "github.com/hashicorp/golang-lru/v2"

	lrumeter "github.com/cachemeter/cachemeter/wrap/lru"

	"github.com/cachemeter/cachemeter/metrics"
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
