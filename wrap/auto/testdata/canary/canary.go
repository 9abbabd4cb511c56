// Package canary uses what every version of the woven libraries has.
package canary

import (
	"context"
	"fmt"
	"os"

	lru "github.com/hashicorp/golang-lru/v2"
	"github.com/hashicorp/golang-lru/v2/simplelru"
	"github.com/redis/go-redis/v9"
)

type cache interface {
	Get(key int) (int, bool)
	Purge()
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// fill looks for three keys in a cache of two, sets what is missing, and looks again.
func fill[A any](c cache, add func(key, value int) A) {
	for range 2 {
		for key := range 3 {
			if _, ok := c.Get(key); !ok {
				add(key, key)
			}
		}
	}
	c.Get(2)
}

func useCache() {
	c := must(lru.New[int, int](2))
	fill(c, c.Add)
	c.ContainsOrAdd(7, 7)
	c.PeekOrAdd(8, 8)
	c.Remove(8)
	c.RemoveOldest()
	c.Resize(1)
}

func useTwoQueue() {
	c := must(lru.New2Q[int, int](2))
	fill(c, func(key, value int) bool { c.Add(key, value); return false })
	c.Remove(2)
}

func useSimple() {
	c := must(simplelru.NewLRU[int, int](2, nil))
	fill(c, c.Add)
	c.Remove(2)
	c.RemoveOldest()
	c.Resize(1)
}

func usePanics() {
	c := must(lru.NewWithEvict(1, func(key any, _ int) { panic("callback") }))
	for _, call := range []func(){
		func() { c.Add(1, 1) },
		func() { c.Add(2, 2) },
		func() { c.Remove(2) },
		func() { c.Get([]int{}) },
	} {
		func() {
			defer func() { recover() }()
			call()
		}()
	}
}

func useClient(ctx context.Context) {
	c := redis.NewClient(&redis.Options{Addr: os.Getenv("SHOP_REDIS")})
	c.Set(ctx, "client:1", 1, 0)
	c.Get(ctx, "client:1")
	c.Get(ctx, "client:2")
	c.MGet(ctx, "client:1", "client:2")
	c.Pipelined(ctx, func(p redis.Pipeliner) error {
		p.Get(ctx, "client:1")
		p.Get(ctx, "client:2")
		return nil
	})
}

func useCluster(ctx context.Context) {
	c := redis.NewClusterClient(&redis.ClusterOptions{Addrs: []string{os.Getenv("SHOP_CLUSTER")}})
	c.Set(ctx, "cluster:1", 1, 0)
	c.Get(ctx, "cluster:1")
	c.Get(ctx, "cluster:2")
}

func useRing(ctx context.Context) {
	c := redis.NewRing(&redis.RingOptions{Addrs: map[string]string{"a": os.Getenv("SHOP_REDIS")}})
	c.Set(ctx, "ring:1", 1, 0)
	c.Get(ctx, "ring:1")
	c.Get(ctx, "ring:2")
}

func useUniversal(ctx context.Context) {
	c := redis.NewUniversalClient(&redis.UniversalOptions{Addrs: []string{os.Getenv("SHOP_REDIS")}})
	for i := range 3 {
		c.Get(ctx, fmt.Sprint("universal:", i))
	}
}

// useFailover has no sentinel to ask, which shows that it is counted as well.
func useFailover(ctx context.Context) {
	o := &redis.FailoverOptions{MasterName: "none", SentinelAddrs: []string{"127.0.0.1:1"}, MaxRetries: -1}
	redis.NewFailoverClient(o).Get(ctx, "failover:1")
	redis.NewFailoverClusterClient(o).Get(ctx, "failovercluster:1")
}
