package rediscache_test

import (
	"context"
	"fmt"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/redis/go-redis/v9"

	"github.com/cachemeter/cachemeter/metrics"
	"github.com/cachemeter/cachemeter/wrap/generic"
	"github.com/cachemeter/cachemeter/wrap/redis/rediscache"
)

func ExampleNew() {
	server, err := miniredis.Run()
	if err != nil {
		fmt.Println(err)
		return
	}
	defer server.Close()
	client := redis.NewClient(&redis.Options{Addr: server.Addr()})
	defer client.Close()

	cache, err := rediscache.New(client, rediscache.JSON[[]int](), rediscache.WithPrefix("primes:"))
	if err != nil {
		fmt.Println(err)
		return
	}
	tracker := metrics.NewTracker()
	primes := generic.Wrap(cache, tracker.Namespace("primes"))

	ctx := context.Background()
	primes.Set(ctx, "below 10", []int{2, 3, 5, 7}, time.Hour)
	fmt.Println(primes.Get(ctx, "below 10"))
	fmt.Println(primes.Get(ctx, "below 20"))
	fmt.Println(tracker.Stats("primes").HitRate())
	// Output:
	// [2 3 5 7] true <nil>
	// [] false <nil>
	// 0.5
}

func ExampleBinary() {
	codec := rediscache.Binary[time.Time]()
	data, _ := codec.Encode(time.Unix(0, 0).UTC())
	moment, _ := codec.Decode(data)
	fmt.Println(moment)
	// Output: 1970-01-01 00:00:00 +0000 UTC
}
