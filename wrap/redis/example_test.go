package redismeter_test

import (
	"context"
	"fmt"
	"strings"

	"github.com/alicebob/miniredis/v2"
	"github.com/redis/go-redis/v9"

	"github.com/cachemeter/cachemeter/metrics"
	redismeter "github.com/cachemeter/cachemeter/wrap/redis"
)

func Example() {
	server, _ := miniredis.Run()
	defer server.Close()
	client := redis.NewClient(&redis.Options{Addr: server.Addr()})
	defer client.Close()

	tracker := metrics.NewTracker()
	if err := redismeter.Instrument(client, tracker); err != nil {
		panic(err)
	}

	ctx := context.Background()
	client.Set(ctx, "user:1", "Ada", 0)
	client.Get(ctx, "user:1")
	client.MGet(ctx, "user:1", "user:2", "cart:1")

	users := tracker.Stats("user")
	fmt.Printf("user: %d hits, %d misses, hit rate %.2f\n", users.Hits, users.Misses, users.HitRate())
	fmt.Printf("cart: %d misses\n", tracker.Stats("cart").Misses)
	// Output:
	// user: 2 hits, 1 misses, hit rate 0.67
	// cart: 1 misses
}

func ExampleNewHook() {
	server, _ := miniredis.Run()
	defer server.Close()
	client := redis.NewClient(&redis.Options{Addr: server.Addr()})
	defer client.Close()

	tracker := metrics.NewTracker()
	hook, err := redismeter.NewHook(tracker, redismeter.WithNamespaceFunc(func(key string) string {
		kind, _, _ := strings.Cut(key, "/")
		return kind
	}))
	if err != nil {
		panic(err)
	}
	client.AddHook(hook)

	client.Get(context.Background(), "sessions/17")
	fmt.Println(tracker.Stats("sessions").Misses)
	// Output: 1
}
