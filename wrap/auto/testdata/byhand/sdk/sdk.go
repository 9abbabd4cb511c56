// Package sdk stands for a third-party library with a Redis client and an LRU inside.
package sdk

import (
	"context"
	"errors"

	"github.com/redis/go-redis/v9"

	"github.com/cachemeter/cachemeter/metrics"
	lrumeter "github.com/cachemeter/cachemeter/wrap/lru"
	redismeter "github.com/cachemeter/cachemeter/wrap/redis"
)

// Flags looks feature flags up: in memory, then in Redis.
type Flags struct {
	near *lrumeter.Cache[string, bool]
	far  *redis.Client
}

// New connects to a Redis.
func New(addr string) (*Flags, error) {
	near, err := lrumeter.New[string, bool](2, metrics.Default().Namespace("example.com/sdk.New"))
	if err != nil {
		return nil, err
	}
	far := redis.NewClient(&redis.Options{Addr: addr})
	hook, err := redismeter.NewHook(metrics.Default()) // the longer way
	if err != nil {
		return nil, err
	}
	far.AddHook(hook)
	return &Flags{near, far}, nil
}

// On tells whether a flag is set.
func (f *Flags) On(ctx context.Context, name string) (bool, error) {
	if on, ok := f.near.Get(name); ok {
		return on, nil
	}
	on, err := f.far.Get(ctx, "flag:"+name).Bool()
	if err != nil && !errors.Is(err, redis.Nil) {
		return false, err
	}
	f.near.Add(name, on)
	return on, nil
}

// Set sets a flag.
func (f *Flags) Set(ctx context.Context, name string, on bool) error {
	return f.far.Set(ctx, "flag:"+name, on, 0).Err()
}
