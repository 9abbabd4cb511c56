// Package session has Redis clients of every kind.
package session

import (
	"os"

	"github.com/redis/go-redis/v9"
)

// Shared is made when the package is initialised.
var Shared = redis.NewClient(&redis.Options{Addr: os.Getenv("SHOP_REDIS")})

// NewByValue goes through a function value.
func NewByValue() *redis.Client {
	open := redis.NewClient
	return open(&redis.Options{Addr: os.Getenv("SHOP_REDIS")})
}

// NewUniversal is whatever its address says.
func NewUniversal() redis.UniversalClient {
	return redis.NewUniversalClient(&redis.UniversalOptions{Addrs: []string{os.Getenv("SHOP_REDIS")}})
}

// NewCluster makes its nodes itself.
func NewCluster() *redis.ClusterClient {
	return redis.NewClusterClient(&redis.ClusterOptions{
		Addrs:     []string{os.Getenv("SHOP_CLUSTER")},
		NewClient: func(o *redis.Options) *redis.Client { return redis.NewClient(o) },
	})
}

// NewRing spreads keys over two servers.
func NewRing() *redis.Ring {
	return redis.NewRing(&redis.RingOptions{Addrs: map[string]string{
		"a": os.Getenv("SHOP_REDIS"), "b": os.Getenv("SHOP_CLUSTER"),
	}})
}

// NewNowhere has no server behind it.
func NewNowhere() *redis.Client {
	return redis.NewClient(&redis.Options{Addr: "127.0.0.1:1", MaxRetries: -1})
}
