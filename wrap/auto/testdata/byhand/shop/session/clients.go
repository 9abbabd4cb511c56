// Package session has Redis clients of every kind.
package session

import (
	"os"

	"github.com/cachemeter/cachemeter/metrics"
	redismeter "github.com/cachemeter/cachemeter/wrap/redis"
	"github.com/redis/go-redis/v9"
)

// Shared is made when the package is initialised.
var Shared = counted(redis.NewClient(&redis.Options{Addr: os.Getenv("SHOP_REDIS")}))

// NewByValue goes through a function value.
func NewByValue() *redis.Client {
	open := redis.NewClient
	return counted(open(&redis.Options{Addr: os.Getenv("SHOP_REDIS")}))
}

// NewUniversal is whatever its address says.
func NewUniversal() redis.UniversalClient {
	return counted(redis.NewUniversalClient(&redis.UniversalOptions{Addrs: []string{os.Getenv("SHOP_REDIS")}}))
}

// NewCluster makes its nodes itself.
func NewCluster() *redis.ClusterClient {
	return counted(redis.NewClusterClient(&redis.ClusterOptions{
		Addrs:     []string{os.Getenv("SHOP_CLUSTER")},
		NewClient: func(o *redis.Options) *redis.Client { return redis.NewClient(o) },
	}))
}

// NewRing spreads keys over two servers.
func NewRing() *redis.Ring {
	return counted(redis.NewRing(&redis.RingOptions{Addrs: map[string]string{
		"a": os.Getenv("SHOP_REDIS"), "b": os.Getenv("SHOP_CLUSTER"),
	}}))
}

// NewNowhere has no server behind it.
func NewNowhere() *redis.Client {
	return counted(redis.NewClient(&redis.Options{Addr: "127.0.0.1:1", MaxRetries: -1}))
}

func counted[C redismeter.Client](client C) C {
	if err := redismeter.Instrument(client, metrics.Default()); err != nil {
		panic(err)
	}
	return client
}
